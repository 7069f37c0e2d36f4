"""Known disagreements: both sides with figures that their passages carry, where they are apt and only there."""

import re

import pytest

from domain.evidence import Outcome
from kb.library import conflicts
from qa.conflicts import MAX_CONFLICTS, conflict_notices, disagreements

FIGURE = re.compile(r"\d+(?:[.,]\d+)*|\bII[ab]\b")


def raised(shelf, question, *places):
    citations = shelf.cite(*places)
    return conflict_notices(shelf, question, citations)


def topics(drafts):
    return [draft.text for draft in drafts if draft.kind == "conflict"]


def places(draft):
    return {f"{document.record}#{passage.fact}" for document, passage, _, _ in draft.spans}


def test_every_side_of_every_conflict_is_carried_by_its_facts(shelf):
    for conflict in conflicts():
        if not conflict.shown:
            continue
        assert conflict.about or conflict.separate, conflict.conflict_id
        for position in conflict.positions:
            quotes = " ".join(citation.quote for citation in shelf.cite(*position.facts))
            assert {place.partition("#")[0] for place in position.facts} <= set(conflict.records)
            assert not set(FIGURE.findall(position.claim)) - set(FIGURE.findall(quotes)), position.claim


def test_an_answer_from_one_trial_is_told_of_the_other(shelf):
    question = "What did COAPT show at two years for HF admissions and death?"
    drafts = raised(shelf, question, "coapt-2yr#outcomes.0", "coapt-2yr#outcomes.2")
    first = drafts[0]
    assert first.kind == "conflict"
    for words in ("COAPT", "MITRA-FR", "0.53", "0.62", "63.8 vs 67.1%", "EROA 41 vs 31 mm2"):
        assert words in first.text
    assert {"coapt-2yr#outcomes.0", "mitra-fr-2yr#outcomes.0"} <= places(first)
    assert len(topics(drafts)) <= MAX_CONFLICTS


@pytest.mark.parametrize(
    ("question", "cited", "told"),
    [
        ("Which EROA defines severe secondary MR?", "guideline-esc-eacts-2025-vhd#key_points.2", "Which EROA"),
        ("Repair or replacement for severe ischaemic MR?", "ctsn-severe-imr-1yr#outcomes.2", "chordal-sparing"),
        ("Is TEER cost-effective?", "costs-teer-and-annuloplasty#outcomes.4", "cost-effective"),
        ("How common is atrial secondary MR?", "atrial-fmr#outcomes.0", "How common is atrial"),
        ("What class is TEER in the guidelines?", "guideline-esc-eacts-2025-vhd#outcomes.0", "Strength of"),
        ("How often does the circumflex cross the coronary sinus?", "carillon-anatomy-limits#outcomes.4", "circumflex"),
        ("Do heart failure drugs reduce functional MR?", "prime-arni-fmr#outcomes.0", "Do drugs treat FMR"),
        ("Does MR matter when an LVAD is implanted?", "lvad-mr-momentum3#outcomes.2", "LVAD implantation"),
    ],
)
def test_the_conflict_of_the_topic_comes_first(shelf, question, cited, told):
    drafts = raised(shelf, question, cited)
    assert topics(drafts), question
    assert told in topics(drafts)[0]


@pytest.mark.parametrize(
    ("question", "cited"),
    [
        ("What was the mean LVEF in COAPT?", "coapt-2yr#population.baseline"),
        ("How many sites took part in COAPT?", "coapt-5yr#population.criteria.0"),
        ("Is anaemia a risk factor after MitraClip?", "trami-registry#outcomes.7"),
        ("How much bleeding followed TEER in MATTERHORN?", "matterhorn#outcomes.2"),
        ("When will EMPOWER be completed?", "carillon-empower#key_points.0"),
        ("Who judged surgery inappropriate in COAPT?", "coapt-2yr#population.criteria.5"),
        ("How did the six-minute walk change in MIRACLE?", "crt-miracle#outcomes.0"),
    ],
)
def test_a_shared_record_alone_raises_nothing(shelf, question, cited):
    assert not topics(raised(shelf, question, cited))


def test_a_trial_named_is_not_two_words_of_a_topic(shelf):
    drafts = raised(shelf, "What was the mean age in MATTERHORN?", "matterhorn#population.baseline")
    assert [draft.kind for draft in drafts] == ["two-values"]
    assert "70.5 (abstract) vs 75 (news)" in drafts[0].text


def test_figures_that_differ_inside_one_report(shelf):
    drafts = raised(shelf, "How wide was the annulus?", "oman-carillon-case-report#outcomes.3")
    assert [draft.kind for draft in drafts] == ["two-values", "single-report"]
    assert "4.77" in drafts[0].text and "4.70" in drafts[0].text
    kinds = [d.kind for d in raised(shelf, "What was the EROA?", "oman-carillon-case-report#outcomes.7")]
    assert kinds[0] == "implausible-value"
    kinds = [d.kind for d in raised(shelf, "Operative mortality?", "oman-carillon-case-report#outcomes.12")]
    assert kinds == ["second-hand", "single-report", "secondary-source"]


def test_a_conflict_without_its_other_side_in_the_base_is_not_shown(shelf_of):
    alone = shelf_of("coapt-2yr", "coapt-5yr")
    question = "Does MitraClip improve outcome?"
    assert not topics(raised(alone, question, "coapt-2yr#outcomes.0"))
    both = shelf_of("coapt-2yr", "coapt-5yr", "mitra-fr-1yr", "mitra-fr-2yr")
    (told,) = [draft for draft in raised(both, question, "coapt-2yr#outcomes.0") if draft.kind == "conflict"]
    assert "MITRA-FR" in told.text and "EROA 41 vs 31" not in told.text


def test_no_notice_says_a_figure_that_its_passages_do_not_carry(shelf, library):
    questions = ["Does TEER lower mortality or hospitalisation, and which criteria and class does the guideline give?"]
    questions += [conflict.topic for conflict in conflicts()]
    for question in questions:
        for conflict in conflicts():
            cited = [place for position in conflict.positions for place in position.facts][:2]
            for draft in raised(shelf, question, *dict.fromkeys(cited)) if cited else []:
                if draft.kind in {"superseded", "single-report", "secondary-source"}:
                    continue
                carried = set(FIGURE.findall(" ".join(passage.text for _, passage, _, _ in draft.spans)))
                said = draft.text.partition(") ")[2] if draft.kind == "conflict" else draft.text
                said = re.sub(r"\(\d\) ", "", said)
                assert not set(FIGURE.findall(said)) - carried, draft.text
                for document, passage, start, end in draft.spans:
                    assert document.text[start:end] == passage.text


def test_notices_are_the_same_every_time_and_in_any_order_of_citations(shelf):
    cited = shelf.cite("coapt-2yr#outcomes.0", "coapt-2yr#outcomes.2", "mitra-fr-2yr#outcomes.0")
    question = "Do COAPT and MITRA-FR differ in mortality?"
    first = disagreements(shelf, question, cited)
    assert first == disagreements(shelf, question, cited)
    assert [d.text for d in first] == [d.text for d in disagreements(shelf, question, cited[::-1])]


def test_figures_without_a_source_are_never_shown(shelf, library):
    everything = [place for conflict in conflicts() for position in conflict.positions for place in position.facts]
    drafts = raised(shelf, "Was there a five-year MITRA-FR paper?", *dict.fromkeys(everything))
    assert not any("could not be traced" in draft.text or "58.5" in draft.text for draft in drafts)
    assert [c.conflict_id for c in conflicts() if not c.shown] == ["c30-unsupported-sources"]


def test_a_superseded_recommendation_names_the_later_one(shelf, shelf_of):
    place = "guideline-esc-eacts-2021-vhd#outcomes.3"
    (told,) = [d for d in raised(shelf, "Is TEER recommended?", place) if d.kind == "superseded"]
    assert "2021 ESC/EACTS recommendation (class IIa, level B)" in told.text
    assert "2025 ESC/EACTS recommendation (class I, level A)" in told.text
    assert places(told) == {place, "guideline-esc-eacts-2025-vhd#outcomes.0"}
    both = raised(shelf, "Is TEER recommended?", place, "guideline-esc-eacts-2025-vhd#outcomes.0")
    assert "superseded" not in [draft.kind for draft in both]
    alone = shelf_of("guideline-esc-eacts-2021-vhd")
    (told,) = [d for d in raised(alone, "Is TEER recommended?", place) if d.kind == "superseded"]
    assert "in 2025" in told.text and "not in this base" in told.text


def test_every_superseded_recommendation_of_the_library_leads_on(shelf, library):
    for entry in library.values():
        for number, outcome in enumerate(entry.record.outcomes):
            if isinstance(outcome, Outcome) and outcome.superseded_by:
                drafts = raised(shelf, "What is recommended?", f"{entry.record.record_id}#outcomes.{number}")
                (told,) = [draft for draft in drafts if draft.kind == "superseded"]
                assert len(told.spans) == 2


def test_secondary_sources_are_named_once_with_what_was_read(shelf):
    drafts = raised(shelf, "NNT?", "coapt-2yr#outcomes.1", "coapt-2yr#outcomes.3", "matterhorn#outcomes.0")
    (told,) = [draft for draft in drafts if draft.kind == "secondary-source"]
    assert told.text.count("COAPT (2018)") == 1 and "summary of the trial" in told.text
    assert places(told) == {"coapt-2yr#outcomes.1", "coapt-2yr#outcomes.3"}


def test_a_study_in_brief_touches_what_its_results_touch(shelf):
    drafts = raised(shelf, "What did COAPT show?", "coapt-2yr#digest")
    assert "MITRA-FR" in topics(drafts)[0]
    assert "mitra-fr-2yr#outcomes.0" in places(drafts[0])
