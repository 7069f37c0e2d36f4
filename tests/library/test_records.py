"""The starter library: 74 records whose sentences say what the record says, no more and no less."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from domain.document import KINDS
from domain.evidence import EvidenceRecord, Fact, Outcome
from domain.sentences import sentence_spans
from ingest.record import read_record
from ingest.record_words import spelt_times
from kb.library import conflicts, measures, record_paths

FIGURE = re.compile(r"\d+(?:[.,]\d+)*")


def figures(*texts: object) -> list[str]:
    return FIGURE.findall(" ".join(str(text) for text in texts if text is not None))


def facts(record: EvidenceRecord) -> dict[str, Outcome | Fact]:
    rows = {"outcomes": record.outcomes, "key_points": record.key_points, "caveats": record.caveats}
    return {f"{field}.{place}": fact for field, facts in rows.items() for place, fact in enumerate(facts)}


def shown_fields(outcome: Outcome) -> list[object]:
    return [outcome.value, outcome.effect, outcome.ci_95, outcome.p, outcome.timepoint, outcome.class_cor]


def all_fields(outcome: Outcome) -> list[object]:
    later = outcome.superseded_by
    more = [outcome.measure, outcome.comparison, outcome.population, outcome.note, outcome.level_loe, outcome.society]
    return [*shown_fields(outcome), *more, outcome.guideline_year, later and later.year]


def test_the_library_is_whole(library):
    assert len(library) == 74
    assert len(measures()) == 100
    assert len(conflicts()) == 32
    confidences = Counter(fact.confidence for entry in library.values() for fact in facts(entry.record).values())
    assert confidences == {"primary": 606, "society": 58, "secondary": 93, "unverified": 13}
    assert sum(o.is_recommendation for entry in library.values() for o in entry.record.outcomes) == 36


def test_a_file_is_named_after_its_record(library):
    assert [entry.path for entry in library.values()] == [f"{record_id}.yaml" for record_id in library]


def unstressed(value: object) -> str:
    """What a field says without capitals put on for stress, which read as a name ("only PRIMARY MR")."""
    return repr(value).casefold()


HELD_BACK_TOO = {("coapt-5yr", "key_points"), ("reshape-hf2", "caveats")}
"""Each has a fact that the source material gives as secondary and lists as held back: here it is unverified."""


def test_the_same_facts_as_the_source_material(shared, library):
    for path in sorted((shared / "evidence").glob("[a-z]*.yaml")):
        source, ours = read_record(path, path.read_bytes()), library[path.stem].record
        for name in EvidenceRecord.__slots__:
            if name in {"short", "design", "arm_words", "questions", "outcomes"} or (path.stem, name) in HELD_BACK_TOO:
                continue
            assert unstressed(getattr(ours, name)) == unstressed(getattr(source, name)), (path.stem, name)
        for mine, theirs in zip(ours.outcomes, source.outcomes, strict=True):
            for name in Outcome.__slots__:
                if name not in {"wording", "superseded_by"}:
                    assert getattr(mine, name) == getattr(theirs, name), (path.stem, name)


def test_every_shown_fact_has_one_passage_and_nothing_else_has(library):
    for entry in library.values():
        shown = [place for place, fact in facts(entry.record).items() if fact.confidence != "unverified"]
        told = [
            p.fact for p in entry.passages if p.fact and not p.fact.startswith(("population", "digest", "questions"))
        ]
        assert sorted(told) == sorted(shown), entry.path
        assert len({p.passage_id for p in entry.passages}) == len(entry.passages)


def test_passages_are_slices_with_section_and_confidence(library):
    for entry in library.values():
        assert entry.document.origin == "record"
        assert entry.document.record == entry.record.record_id
        at = 0
        for passage in entry.passages:
            assert entry.document.text[passage.start : passage.end] == passage.text
            assert passage.start >= at
            at = passage.end
            (section,) = [s for s in entry.document.sections if s.path == passage.section]
            assert section.start <= passage.start < passage.end <= section.end
            fact = entry.record.fact(passage.fact or "")
            assert fact is None or passage.confidence == fact.confidence
            assert passage.confidence in {"primary", "society", "secondary"}


def test_every_figure_said_is_in_the_record_and_every_figure_of_a_result_is_said(library):
    for entry in library.values():
        record = entry.record
        names = figures(record.short, record.title, record.year, *record.arm_words.values(), *record.arms)
        for passage in entry.passages:
            outcome = record.fact(passage.fact or "")
            if not isinstance(outcome, Outcome):
                continue
            said = figures(passage.text)
            allowed = {*names, *figures(*all_fields(outcome)), *(["95"] if outcome.ci_95 else [])}
            assert not [figure for figure in said if figure not in allowed], passage.text
            missing = Counter(figures(*shown_fields(outcome))) - Counter(said)
            assert not [figure for figure in missing if figure not in said], (passage.text, missing)


def test_every_figure_of_a_digest_is_in_a_fact_that_it_tells(library):
    for entry in library.values():
        record = entry.record
        for passage in entry.passages:
            if (passage.fact or "").startswith("digest"):
                told = [record.fact(place) for place in passage.facts]
                assert told and all(fact and fact.confidence != "unverified" for fact in told), passage.fact
                given = [
                    fact.fact if isinstance(fact, Fact) else " ".join(filter(None, all_fields(fact)))
                    for fact in told
                    if fact
                ]
                known = figures(study_names(record), record.n, *given)
                assert not set(figures(passage.text)) - {*known, "95"}, passage.text


def test_a_digest_tells_no_result_without_its_population_and_its_note(library):
    for entry in library.values():
        for passage in entry.passages:
            told = [entry.record.fact(place) for place in passage.facts if (passage.fact or "").startswith("digest")]
            for outcome in told:
                if isinstance(outcome, Outcome):
                    assert (outcome.population or "") in passage.text, passage.text
                    note = outcome.note or ""
                    assert note.startswith("p ") or spelt_times(note) in passage.text, passage.text


def test_the_study_in_brief_tells_the_first_results_and_its_short_form_is_short(library):
    for entry in library.values():
        results = [p for p in entry.passages if (p.fact or "").startswith("outcomes") and p.section == ("Results",)]
        for passage in entry.passages:
            if passage.fact in {"digest", "digest.short"}:
                assert len(passage.text.split()) <= 62, passage.text
                assert len(results) >= 2
                assert min(int(place.partition(".")[2]) for place in passage.facts) <= 2


def test_clinical_questions_are_searched_and_never_told(library):
    for entry in library.values():
        asked = [p for p in entry.passages if p.role == "question"]
        assert [p.text for p in asked] == [question.ask for question in entry.record.questions]
        assert len(asked) >= 1, entry.record.record_id
        for passage in asked:
            assert passage.facts
            for place in passage.facts:
                fact = entry.record.fact(place)
                assert place.startswith("population") or (fact and fact.confidence != "unverified"), place


def study_names(record: EvidenceRecord) -> str:
    return " ".join(map(str, [record.short, record.year, *record.arm_words.values(), *record.arms]))


def test_results_keep_the_spelling_of_their_effect_and_interval(library):
    for entry in library.values():
        for passage in entry.passages:
            outcome = entry.record.fact(passage.fact or "")
            if isinstance(outcome, Outcome) and outcome.ci_95:
                assert f"95% CI {outcome.ci_95}" in passage.text
            if isinstance(outcome, Outcome) and outcome.effect and re.match(r"(HR|OR|RR) ", outcome.effect):
                assert outcome.effect in passage.text


def test_key_points_and_limits_are_told_word_for_word(library):
    for entry in library.values():
        for passage in entry.passages:
            fact = entry.record.fact(passage.fact or "")
            if isinstance(fact, Fact):
                assert passage.text.endswith(fact.fact.rstrip(".") + ".")
                assert (entry.record.short or "").casefold() in passage.text.casefold()


def test_what_is_unverified_or_held_back_is_never_said(library):
    for entry in library.values():
        hidden = [f for f in facts(entry.record).values() if f.confidence == "unverified"]
        shown = [f for f in facts(entry.record).values() if f.confidence != "unverified"]
        known = {figure for f in shown for figure in figures(f)}
        withheld = {figure for figure in figures(*hidden, *entry.record.held_back) if "." in figure} - known
        for passage in entry.passages:
            assert not withheld & set(figures(passage.text)), passage.text


def test_passages_read_as_sentences(library):
    for entry in library.values():
        for passage in entry.passages:
            text = passage.text
            assert text[0].isupper() or not text[0].isalpha(), text
            ends = "?" if passage.role == "question" else "."
            assert text.endswith(ends) and not text.endswith(".."), text
            assert "  " not in text and "None" not in text and " )" not in text and "()" not in text, text
            assert not re.search(r"[{}]|\bwas were\b|\bvs (with|in|after) ", text.replace("vs with a ", "")), text
            joined = (passage.fact or "").startswith("digest.answer")
            assert len(sentence_spans(text)) == 1 or joined, text
            assert text.count("(") == text.count(")"), text
            assert not re.search(r"\b([A-Za-z]+) \1\b", text), text
            assert not text.startswith(('"', "“")), text


def test_sentences_are_compact(library):
    lengths = sorted(len(p.text.split()) for entry in library.values() for p in entry.passages if not p.facts)
    assert lengths[len(lengths) // 2] <= 25
    assert lengths[len(lengths) * 95 // 100] <= 40


def test_arms_are_named_not_called_device_and_control(library):
    for entry in library.values():
        for passage in entry.passages:
            if passage.section == ("Results",):
                assert not re.search(r"\((device|control|treatment)\)|device vs control", passage.text), passage.text


def test_superseded_recommendations_say_so_and_lead_to_the_later_one(library):
    seen = 0
    for entry in library.values():
        for place, outcome in enumerate(entry.record.outcomes):
            if outcome.superseded_by is None:
                continue
            seen += 1
            later = library[outcome.superseded_by.record].record
            named = outcome.superseded_by.recommendation_id
            (successor,) = [o for o in later.outcomes if o.recommendation_id == named]
            assert successor.guideline_year == outcome.superseded_by.year
            assert (successor.guideline_year or 0) > (outcome.guideline_year or 0)
            (passage,) = [p for p in entry.passages if p.fact == f"outcomes.{place}"]
            assert f"superseded in {successor.guideline_year}" in passage.text
    assert seen == 10


def test_recommendations_say_class_level_year_and_verb(library):
    for entry in library.values():
        for passage in entry.passages:
            outcome = entry.record.fact(passage.fact or "")
            if isinstance(outcome, Outcome) and outcome.is_recommendation:
                assert passage.section == ("Recommendations",)
                strength = f"class {outcome.class_cor}" + (f", level {outcome.level_loe}" if outcome.level_loe else "")
                assert f"({strength}" in passage.text
                assert str(outcome.guideline_year) in passage.text
                assert "if is" not in passage.text and "is is" not in passage.text and "be is" not in passage.text


def test_measures_and_conflicts_fit_the_records(library):
    known = {measure.name for measure in measures()}
    used = {outcome.measure for entry in library.values() for outcome in entry.record.outcomes}
    assert used <= known
    names = [name.casefold() for measure in measures() for name in measure.names]
    assert len(measures()) == len({measure.name for measure in measures()})
    assert len(names) - len(set(names)) <= 2
    for conflict in conflicts():
        assert len(conflict.positions) >= 1
        assert set(conflict.records) <= set(library), conflict.conflict_id


def test_confidence_is_what_the_best_source_allows(library):
    levels = {"full-text": 0, "guideline-text": 0, "abstract": 0, "society-summary": 1, "registry-entry": 1}
    ladder = ["primary", "society", "secondary"]
    for entry in library.values():
        for place, fact in facts(entry.record).items():
            if fact.confidence == "unverified":
                continue
            best = min(levels.get(source.level, 2) for source in entry.record.sources_of(place))
            assert ladder.index(fact.confidence) >= best, (entry.path, place)


def test_kinds_sources_and_links(library):
    for entry in library.values():
        assert entry.record.kind in KINDS
        assert entry.record.short, entry.path
        assert all(
            source.url is None or source.url.startswith(("https://", "http://")) for source in entry.record.sources
        )
        assert len(entry.document.bibliography) == len(entry.record.sources)


def test_record_files_are_tidy():
    for path in record_paths():
        text = path.read_text(encoding="utf-8")
        assert text.endswith("\n") and not text.endswith("\n\n"), path.name
        assert all(line == line.rstrip() for line in text.splitlines()), path.name
        assert max(len(line) for line in text.splitlines() if " url: " not in line) <= 150, path.name


@pytest.mark.parametrize("name", ["coapt-2yr", "guideline-esc-eacts-2025-vhd"])
def test_a_record_is_found_by_its_path(name):
    assert (Path(record_paths()[0]).parent / f"{name}.yaml") in record_paths()


def test_no_clinical_question_repeats_a_question_that_judges(library, shared):
    def folded(text: str) -> str:
        return " ".join(re.findall(r"\w+", text.casefold()))

    root = Path(__file__).resolve().parents[2]
    files = [
        *sorted((root / "eval" / "data").glob("questions-*.jsonl")),
        *sorted((shared / "questions").glob("*.jsonl")),
    ]
    judged = {folded(json.loads(line)["question"]) for file in files for line in file.read_text("utf-8").splitlines()}
    asked = {folded(question.ask) for entry in library.values() for question in entry.record.questions}
    assert not asked & judged
