"""Asking: what is answered is a cited quote, what is not covered is an abstention that names what is missing."""

import json
from pathlib import Path

import pytest

from domain.answer import Abstention, Answer
from domain.errors import CallError
from domain.settings import Settings
from eval.datasets import questions
from eval.facts import stands
from ingest import read
from kb import Base, open_base
from qa.ask import ask, rests_on
from qa.bearing import told as facts_told
from qa.chain import PassageRetriever, fmr_chain
from qa.features import outside

DATA = Path(__file__).resolve().parent.parent / "data"
SETTINGS = Settings()


def answered(base: Base, question: str) -> Answer:
    result = ask(base, question, SETTINGS)
    assert isinstance(result, Answer), f"{question}: {result.reason}, {result.missing}"
    return result


def refused(base: Base, question: str) -> Abstention:
    result = ask(base, question, SETTINGS)
    assert isinstance(result, Abstention), f"{question}: {result.text}"
    return result


def test_every_quote_is_a_slice_of_its_document(invented: Base) -> None:
    for question in questions(DATA / "invented-questions.jsonl"):
        result = ask(invented, question.question, SETTINGS)
        if isinstance(result, Answer):
            assert 1 <= len(result.claims) <= 4
            for citation in result.citations:
                document = invented.document(citation.document.doc_id)
                assert document.text[citation.start : citation.end] == citation.quote
            for claim in result.claims:
                assert [result.citations[n - 1].quote for n in claim.citations] == [claim.text]


def test_the_asked_for_figure_of_the_asked_for_hospital(invented: Base) -> None:
    result = answered(invented, "What operative mortality did St Brannoc's Hospital report?")
    assert "9.1%" in result.claims[0].text
    other = answered(invented, "What was the 30-day mortality in the series from Lindqvara University Hospital?")
    assert "3.4%" in other.claims[0].text


@pytest.mark.parametrize(
    ("question", "slot"),
    [
        ("What operative mortality did the Cleveland Clinic report?", "centre"),
        ("What was the patient's serum creatinine?", None),
        ("What was the NYHA class at four years?", "time point"),
        ("How do I treat pneumonia?", "topic"),
    ],
)
def test_a_swapped_slot_is_an_abstention_that_names_it(invented: Base, question: str, slot: str | None) -> None:
    result = refused(invented, question)
    assert slot is None or result.slot == slot
    assert [hit.rank for hit in result.nearest] == list(range(1, len(result.nearest) + 1))


def test_the_invented_set(invented: Base) -> None:
    """Held at what is reached now, so that a change for the worse is seen; the goal is higher."""
    shown, kept = [], []
    for question in questions(DATA / "invented-questions.jsonl"):
        result = ask(invented, question.question, SETTINGS)
        if question.answerable:
            texts = [claim.text for claim in result.claims] if isinstance(result, Answer) else []
            shown.append(all(any(stands(a, t) for a in fact for t in texts) for fact in question.expected))
        else:
            kept.append(isinstance(result, Abstention))
    assert sum(shown) / len(shown) >= 0.75
    assert sum(kept) / len(kept) >= 0.6


def test_the_same_question_gives_the_same_answer_by_the_chain_too(invented: Base) -> None:
    question = "How wide was the QRS complex?"
    first, second = answered(invented, question), answered(invented, question)
    assert (first.claims, first.citations, first.notices) == (second.claims, second.citations, second.notices)
    chained = fmr_chain(invented, SETTINGS).invoke(question)
    assert isinstance(chained, Answer) and chained.claims == first.claims
    documents = PassageRetriever(base=invented, settings=SETTINGS).invoke(question)
    assert documents and documents[0].metadata["hit"].passage.text == documents[0].page_content


def test_a_named_trial_is_answered_from_that_trial(starter: Base) -> None:
    for trial in ("COAPT", "MITRA-FR", "CARE-HF", "TRAMI"):
        result = answered(starter, f"What was all-cause death in {trial}?")
        for claim in result.claims:
            (citation,) = (result.citations[n - 1] for n in claim.citations)
            assert trial in f"{citation.document.title} {claim.text}"


def test_coapt_at_two_years_is_the_two_year_report(starter: Base) -> None:
    result = answered(starter, "What was all-cause death at two years in COAPT?")
    assert any("29.1%" in claim.text and "46.1%" in claim.text for claim in result.claims)
    kinds = {notice.kind for notice in result.notices}
    assert {"conflict", "secondary-source"} <= kinds
    text = json.dumps([notice.text for notice in result.notices])
    assert "MITRA-FR" in text


def test_filters_fail_closed(starter: Base) -> None:
    none = ask(starter, "What did COAPT show?", SETTINGS, since=2090)
    assert isinstance(none, Abstention) and none.reason == "filtered-out" and not none.nearest
    only = ask(starter, "Should TEER be used in ventricular secondary MR?", SETTINGS, kinds=("guideline",))
    assert isinstance(only, Answer)
    assert {only.citations[n - 1].document.kind for claim in only.claims for n in claim.citations} == {"guideline"}
    with pytest.raises(CallError):
        ask(starter, "What did COAPT show?", SETTINGS, kinds=("novel",))


def test_an_empty_base_says_so(tmp_path: Path) -> None:
    base = open_base(tmp_path / "kb", SETTINGS, create=True)
    result = ask(base, "What did COAPT show?", SETTINGS)
    assert isinstance(result, Abstention) and result.reason == "empty-base"
    base.close()


def test_what_an_answer_rests_on(starter: Base) -> None:
    documents = [starter.document(which) for which in ("coapt-2yr", "mitra-fr-2yr", "guideline-esc-eacts-2025-vhd")]
    assert rests_on(documents) == "1 guideline, 2 randomised trials; newest 2025"


def test_on_the_case_report(shared: Path, tmp_path: Path) -> None:
    from ingest import read

    base = open_base(tmp_path / "kb", SETTINGS, create=True)
    source = shared / "corpus" / "oman-carillon-case-report.txt"
    base.add(read([source], base.embedder.count_tokens, max_tokens=base.embedder.max_tokens))
    first = answered(base, "What operative mortality did the Cleveland Clinic report?")
    assert all(word in first.claims[0].text for word in ("2.3%", "44 patients", "EF < 35%"))
    for question in (
        "What was the patient's serum creatinine?",
        "What is the 10-year durability of the Carillon device?",
        "What was the operative mortality at the Mayo Clinic?",
        "How do I treat pneumonia?",
    ):
        refused(base, question)
    base.close()


def test_each_of_several_named_studies_opens_with_its_results(starter: Base) -> None:
    result = answered(starter, "How do COAPT, MITRA-FR and RESHAPE-HF2 compare?")
    told = [result.citations[claim.citations[0] - 1].document.record or "" for claim in result.claims]
    assert {name.partition("-")[0] for name in told} == {"coapt", "mitra", "reshape"}
    assert sum(len(claim.text.split()) for claim in result.claims) <= 120


def test_a_further_source_is_about_what_is_asked(starter: Base) -> None:
    result = answered(starter, "What did carvedilol do to mitral regurgitation?")
    assert {citation.document.record for citation in result.citations[: len(result.claims)]} <= {"beta-blocker-fmr"}


def test_a_clinical_question_finds_its_record_and_is_never_quoted(starter: Base) -> None:
    result = answered(starter, "Can the clip bridge patients to heart transplantation?")
    assert any(c.document.record == "mitrabridge-teer-before-transplant" for c in result.citations)
    assert all(citation.passage.role != "question" for citation in result.citations)
    assert all(hit.passage.role != "question" for hit in starter.search("Can TEER serve as a bridge?", k=40))
    assert len(starter.search("Can TEER serve as a bridge?", k=40)) == 40


def test_filters_hold_for_records_found_by_their_questions(starter: Base) -> None:
    result = ask(starter, "Can TEER serve as a bridge to heart transplantation?", SETTINGS, kinds=["rct"])
    kinds = {c.document.kind for c in result.citations} if isinstance(result, Answer) else {"rct"}
    nearest = {hit.document.kind for hit in result.nearest} if isinstance(result, Abstention) else {"rct"}
    assert kinds | nearest == {"rct"}


TWO_DEVICES = """Indirect annuloplasty in a retired baker

INTRODUCTION

Leaflets may be clipped with the MitraClip, or the annulus may be cinched from the coronary sinus with the Carillon.

CASE REPORT

The Carillon was implanted through the right jugular vein under general anaesthesia, and the patient, a 66-year-old man
with severe functional mitral regurgitation, went home on the fourth day.

DISCUSSION

After six months the patient's breathlessness had gone and he climbed three flights of stairs in his bakery without a
rest, which he had not been able to do since the spring of the year before, when the pulmonary oedema had brought him to
the hospital for the first time. The measurements of his mitral valve and of his left ventricle changed as follows:

- Annulus narrowed from 4.4 to 3.6 cm.

- Ejection fraction improved from 18% to 29%.
"""


@pytest.fixture(scope="module")
def two_devices(tmp_path_factory: pytest.TempPathFactory) -> Base:
    folder = tmp_path_factory.mktemp("two-devices")
    source = folder / "baker.txt"
    source.write_text(TWO_DEVICES, encoding="utf-8")
    base = open_base(folder / "base", Settings(), create=True)
    base.add(read([source], base.embedder.count_tokens, max_tokens=base.embedder.max_tokens))
    return base


def test_a_device_that_is_only_mentioned_does_not_answer_with_another(two_devices: Base) -> None:
    assert "jugular" in answered(two_devices, "Through which vein was the Carillon implanted?").claims[0].text
    assert "MitraClip" in (refused(two_devices, "Through which vein was the MitraClip implanted?").missing or "")


def test_a_list_is_dated_by_the_words_that_open_its_paragraph(two_devices: Base) -> None:
    for question in (
        "What was the ejection fraction six months after treatment?",
        "Ejection fraction after half a year?",
    ):
        assert "29%" in answered(two_devices, question).claims[0].text
    assert refused(two_devices, "What was the ejection fraction after two years?").missing == "2 years"


def test_a_recommendation_opens_what_is_asked_with_should(starter: Base) -> None:
    for asked in ("Should I offer TEER to a patient with ventricular SMR?", "Should CRT come before TEER?"):
        answer = answered(starter, asked)
        cited = next(c for c in answer.citations if c.n == answer.claims[0].citations[0])
        assert cited.document.kind == "guideline"
        assert "class" in answer.claims[0].text


def test_who_was_enrolled_is_told_before_what_came_out(starter: Base) -> None:
    answer = answered(starter, "Who was enrolled in COAPT?")
    assert "who was studied" in answer.claims[0].text


def test_of_one_question_in_several_records_each_is_told(starter: Base) -> None:
    answer = answered(starter, "Does quality of life get better after Carillon?")
    assert len({c.document.record for c in answer.citations[: len(answer.claims)]}) > 1
    safe = answered(starter, "How risky is coronary-sinus annuloplasty in the first 30 days?")
    assert len({c.document.record for c in safe.citations[: len(safe.claims)]}) > 1


def test_a_patient_outside_a_guidelines_limits_is_told_so_whatever_trial_is_nearest(starter: Base) -> None:
    answer = answered(starter, "My patient has LVEF 15%, LVESD 75 mm and EROA 0.2 cm2. Would a clip help?")
    assert "criteria are not met" in answer.claims[0].text
    assert "LVEF 20-50%, LVESD <=70 mm" in answer.claims[1].text


def test_a_patient_outside_the_limits_is_told_so_where_the_best_sentence_is_superseded(starter: Base) -> None:
    described = "My patient has LVEF 15% and LVESD 80 mm."
    answer = answered(starter, f"{described} Which class has edge-to-edge repair in the superseded guideline?")
    assert "criteria are not met" in answer.claims[0].text


def test_a_value_outside_a_guidelines_limit_is_told_behind_the_recommendation(starter: Base) -> None:
    answer = answered(starter, "Should I offer TEER to a patient with LVEF 15%?")
    assert "criteria are not met" in answer.claims[0].text
    assert "LVEF 20-50%" in answer.claims[1].text
    within = answered(starter, "Should I offer TEER to a patient with LVEF 35%?")
    assert "class I," in within.claims[0].text
    assert outside("LVEF of 15%", "suitable anatomy, LVEF 20-50%, LVESD <=70 mm")
    assert outside("an LVESD of 75 mm", "LVEF 20-50%, LVESD <=70 mm")
    assert not outside("LVEF of 30% and LVESD of 60 mm", "LVEF 20-50%, LVESD <=70 mm, LVEF <50%")
    assert not outside("LVEF 15%", "LVESD <=70 mm")


def test_what_a_guideline_recommends_besides_is_told_behind_it(starter: Base) -> None:
    answer = answered(starter, "Which treatment does the 2025 guideline recommend in severe atrial SMR?")
    advice = [claim.text for claim in answer.claims if "(class II" in claim.text]
    assert any("class IIa" in text for text in advice)
    assert any("class IIb" in text for text in advice)
    assert not any("superseded" in text for text in advice)


def test_the_values_of_a_patient_are_no_subject(starter: Base) -> None:
    answer = answered(starter, "Our patient has LVEF 17% and NYHA IV. Would TEER help?")
    assert "guideline" in answer.claims[0].text
    assert any("LVEF 20-50%" in claim.text for claim in answer.claims)


def test_a_source_on_primary_mr_alone_stays_out_of_secondary_mr(starter: Base) -> None:
    answer = answered(starter, "How does MitraClip compare with surgery in functional MR?")
    assert "clasp-iid" not in {citation.document.record for citation in answer.citations[: len(answer.claims)]}
    asked_for = answered(starter, "What did CLASP IID show, and is it evidence for secondary MR?")
    assert "clasp-iid" in {citation.document.record for citation in asked_for.citations}


def test_a_named_study_opens_with_the_subjects_asked(starter: Base) -> None:
    answer = answered(starter, "Surgery at the time of CABG: what did Duke find?")
    assert "CABG" in answer.claims[0].text


def test_a_trial_named_by_a_plain_word_in_capitals_is_not_met_by_the_word(starter: Base) -> None:
    refused = ask(starter, "What did the PRIMARY trial show?", SETTINGS)
    assert isinstance(refused, Abstention)
    assert refused.missing == "PRIMARY"


def test_a_sentence_that_is_refuted_leaves_no_citation_behind(invented: Base) -> None:
    from dataclasses import replace

    from qa.ask import Drafted, check, compose, retrieve

    question = next(q.question for q in questions(DATA / "invented-questions.jsonl") if q.answerable)
    draft = compose(invented, retrieve(invented, question, SETTINGS), SETTINGS)
    hit, start, _ = draft.drafted[0].spans[0]
    strange = next(one for one in draft.retrieved.hits if one.passage.passage_id != hit.passage.passage_id)
    wrong = Drafted(
        text="In 7,301 patients it was 99.7%.", spans=((strange, strange.passage.start, strange.passage.end),)
    )
    result = check(invented, replace(draft, drafted=(wrong, draft.drafted[0])), SETTINGS)
    assert isinstance(result, Answer) and result.removed[0].text == wrong.text
    assert result.claims[0].citations == (1,) and result.citations[0].start == start
    assert not result.removed[0].citations


def test_what_is_off_topic_is_refused(starter: Base) -> None:
    for question in (
        "hello",
        "who are you",
        "What is the capital of France?",
        "Who won the football world cup in 2022?",
    ):
        refused(starter, question)


def test_no_publication_tells_the_figures_of_the_askers_own_hospital(starter: Base) -> None:
    result = ask(starter, "What does a MitraClip cost in our hospital?", SETTINGS)
    assert isinstance(result, Abstention)
    assert result.missing == "our hospital"
    assert answered(starter, "What does a MitraClip cost?")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("Which patients were kept out of COAPT?", "NYHA II, III or ambulatory IV"),
        ("What did BIOSTAT-CHF teach us about MR?", "1.85"),
    ],
)
def test_what_answers_the_likest_clinical_question_is_told_behind_the_opening(
    starter: Base, asked: str, told: str
) -> None:
    claims = [claim.text for claim in answered(starter, asked).claims]
    assert told not in claims[0]
    assert any(told in text for text in claims[1:])


def test_a_clinical_question_asked_as_it_stands_is_answered_by_its_first_fact(starter: Base) -> None:
    asked = [one for d in starter.documents() for one in starter.passages(d.doc_id) if one.role == "question"][::150]
    first = 0
    for one in asked:
        result = ask(starter, one.text, SETTINGS)
        cited = {citation.passage.passage_id for citation in getattr(result, "citations", ())}
        facts = {fact for own in starter.passages(one.doc_id) if own.passage_id in cited for fact in facts_told(own)}
        first += one.facts[0] in facts
    assert first >= 0.85 * len(asked), (first, len(asked))


@pytest.mark.parametrize(
    "asked", ["What was the efficacy result of EMPOWER?", "Did EMPOWER reduce deaths or admissions?"]
)
def test_a_trial_without_a_result_has_none_to_tell(starter: Base, asked: str) -> None:
    assert isinstance(ask(starter, asked, Settings()), Abstention)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("When will EMPOWER report, and what is it testing?", "December 2026"),
        ("How is efficacy measured in EMPOWER?", "endpoint"),
    ],
)
def test_what_is_planned_is_told_of_a_trial_without_a_result(starter: Base, asked: str, told: str) -> None:
    assert told in " ".join(claim.text for claim in answered(starter, asked).claims)


@pytest.mark.parametrize(
    ("false", "true"),
    [
        (
            "Why did COAPT increase heart failure hospitalisations?",
            "Why did COAPT reduce heart failure hospitalisations?",
        ),
        (
            "Why is TEER not recommended in ventricular secondary MR?",
            "Why is TEER recommended in ventricular secondary MR?",
        ),
    ],
)
def test_a_false_premise_is_told_beside_the_answer(starter: Base, false: str, true: str) -> None:
    told = [notice for notice in answered(starter, false).notices if notice.kind == "premise"]
    assert len(told) == 1 and told[0].citations
    assert "the question" in told[0].text or "The question says" in told[0].text
    assert not [notice for notice in answered(starter, true).notices if notice.kind == "premise"]
