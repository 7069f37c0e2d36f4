"""Which facts bear on a question: by the records' clinical questions, held against it in more than one way."""

import numpy as np
import pytest

from domain.passage import Passage
from domain.settings import Settings
from kb import Base
from kb.lexical import Lexical
from qa.bearing import NEAR, Known, bears, likest, share
from qa.calibration import calibration
from qa.candidates import ANSWERS_READ, bearing_of, candidates, gather
from qa.question import read_question


def passage(doc_id: str, *, fact: str = "", facts: tuple[str, ...] = ()) -> Passage:
    return Passage(passage_id="p", doc_id=doc_id, start=0, end=5, text="Text.", fact=fact, facts=facts)


KNOWN = {
    "one": [
        Known(doc_id="one", text="Who died?", facts=("outcomes.0", "outcomes.1"), cosine=0.9, score=8.0, share=0.6),
        Known(doc_id="one", text="Why?", facts=("key_points.2",), cosine=0.7, score=7.0, share=0.2),
    ],
    "two": [Known(doc_id="two", text="Who died?", facts=("outcomes.0",), cosine=0.6, score=5.0, share=0.2)],
}


def test_the_shares_of_a_records_questions_add_up() -> None:
    assert share(KNOWN, "one") == pytest.approx(0.8)
    assert share(KNOWN, "three") == 0.0
    assert likest(KNOWN) == 8.0


def test_a_passage_bears_as_its_facts_answer_what_is_asked() -> None:
    first, part, apt = bears(KNOWN, passage("one", fact="outcomes.0"))
    assert (first, part, apt) == pytest.approx((0.6, 0.3, 0.4))
    first, part, apt = bears(KNOWN, passage("one", fact="outcomes.1"))
    assert (first, part, apt) == pytest.approx((0.0, 0.3, 0.4))
    assert bears(KNOWN, passage("one", fact="digest", facts=("outcomes.0", "outcomes.1"))) == pytest.approx((0.6,) * 3)
    assert bears(KNOWN, passage("two", fact="outcomes.1")) == (0.0, 0.0, 0.0)


def test_what_else_a_digest_tells_counts_against_it() -> None:
    whole = bears(KNOWN, passage("one", facts=("outcomes.0", "outcomes.1")))
    more = bears(KNOWN, passage("one", facts=("outcomes.0", "outcomes.1", "outcomes.5", "outcomes.6")))
    assert whole[:2] == more[:2]
    assert whole[2] > more[2]


def test_a_question_finds_the_clinical_question_that_asks_the_same(starter: Base) -> None:
    asked = next(p for d in starter.documents() for p in starter.passages(d.doc_id) if p.role == "question")
    known = bearing_of(starter, read_question(asked.text), calibration())
    best = max((one for mine in known.values() for one in mine), key=lambda one: one.share)
    assert (best.doc_id, best.facts) == (asked.doc_id, asked.facts)
    assert sum(one.share for mine in known.values() for one in mine) == pytest.approx(1.0)
    assert sum(len(mine) for mine in known.values()) == NEAR


def test_clinical_questions_take_no_passages_place(starter: Base) -> None:
    for mode in ("hybrid", "rrf", "lexical", "dense"):
        hits = starter.search("What did COAPT show at two years for mitral regurgitation?", k=60, mode=mode)
        assert len(hits) == 60
        assert all(hit.passage.is_searched for hit in hits)


def test_the_indexes_hold_what_may_be_found_and_nothing_else(starter: Base) -> None:
    held = [one for d in starter.documents() for one in starter.passages(d.doc_id)]
    found = {one.passage_id for one in held if one.is_searched}
    assert {one.role for one in held if not one.is_searched} == {"question", "answer"}
    assert set(Lexical(next((starter.path / "lexical").iterdir())).ids()) == found


def test_of_a_records_answers_told_together_those_to_the_likest_questions_are_weighed(starter: Base) -> None:
    question = read_question("What did COAPT show?")
    hits = gather(starter, question, 40, calibration())
    known = bearing_of(starter, question, calibration())
    found = candidates(question, hits, starter, starter.embedder.query(question.text), calibration())
    answers = [one.hit.passage for one in found if one.hit.passage.role == "answer"]
    assert answers
    for one in answers:
        likest = sorted(known[one.doc_id], key=lambda asked: -asked.share)[:ANSWERS_READ]
        assert any(set(one.facts) <= set(asked.facts) for asked in likest)


def test_a_clinical_question_is_as_near_as_the_nearer_wording(starter: Base) -> None:
    one, other = (starter.embedder.query(text) for text in ("Does the clip save lives?", "What does echo measure?"))
    questions, cosines = starter.questions([one, other])
    vectors = starter.vectors([passage.passage_id for passage, _ in questions])
    assert np.allclose(cosines, np.maximum(vectors @ one, vectors @ other), atol=1e-5)
    assert all(passage.role == "question" and passage.facts for passage, _ in questions)
    assert all(passage.doc_id == document.doc_id for passage, document in questions)


def test_a_digest_lies_where_its_facts_lie(starter: Base) -> None:
    document = starter.document("coapt-2yr")
    passages = starter.passages(document.doc_id)
    digest = next(p for p in passages if p.facts and p.role != "question")
    parts = [p.passage_id for p in passages if not p.facts and p.fact in digest.facts]
    whole = starter.vectors(parts).sum(axis=0)
    assert len(parts) == len(digest.facts) > 1
    assert np.allclose(starter.vectors([digest.passage_id])[0], whole / np.linalg.norm(whole), atol=1e-5)


def test_a_value_of_the_patient_meets_a_threshold_of_the_source(starter: Base) -> None:
    asked = read_question("My patient has an LVESD of 78 mm. Is TEER an option?")
    hits = gather(starter, asked, Settings().k, calibration())
    found = candidates(asked, hits, starter, starter.embedder.query(asked.text), calibration())
    told = {candidate.text: candidate.features["threshold"] for candidate in found}
    meeting = [text for text, value in told.items() if value]
    assert meeting and all("LVESD" in text for text in meeting)
    assert all(value for text, value in told.items() if "LVESD <=70 mm" in text)
    assert not any(value for text, value in told.items() if "LVESD" not in text)
