"""The whole-tokens rule, case by case."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.datasets import Question
from eval.facts import carries, shown_facts, stands


@pytest.mark.parametrize(
    ("alternative", "text"),
    [
        ("0.53", "HR 0.53 (95% CI 0.40-0.70)"),
        ("0.70", "HR 0.53 (95% CI 0.40–0.70)"),
        ("16.7", "16.7% vs 22.5%"),
        ("16.7", "It was 16.7."),
        ("-0.05", "a change of −0.05 cm²"),
        ("20-50%", "LVEF 20–50%"),
        (">=50%", "LVEF ≥50%"),
        ("1/36", "death in 1/36 patients"),
        ("bleeding", "Bleeding was the most frequent."),
        ("IIb", "class IIb, level C"),
        ("35 mm", "35\u00a0mm or more"),
        ("+10", "(+10 points)"),
        ("21,918", "$21,918 per QALY"),
        ("34 mL/m2", "above 34 mL/m2."),
        ("0.62", "HR 0·62"),
    ],
)
def test_it_stands(alternative, text):
    assert stands(alternative, text)


@pytest.mark.parametrize(
    ("alternative", "text"),
    [
        ("0.53", "10.53"),
        ("0.53", "0.531"),
        ("34", "34.5 mL"),
        ("34", "1,034"),
        ("34", "4.34"),
        ("36", "1/36"),
        ("II", "class IIb"),
        ("IIb", "class IIB"),
        ("mixed", "intermixed"),
        ("21", "21,918"),
        ("300", "300x"),
        ("-17", "10-17"),
    ],
)
def test_it_does_not_stand(alternative, text):
    assert not stands(alternative, text)


def answer(text, record="r1"):
    return {
        "claims": [{"text": text, "citations": [1]}],
        "citations": [{"n": 1, "record": record, "doc_id": "d1", "doi": None, "pmid": None}],
    }


def test_the_claim_must_cite_a_right_record():
    question = Question(id="q", question="?", answerable=True, expected=(("0.53", "35.8"), ("0.62",)), records=("r1",))
    assert shown_facts(answer("HR 0.53"), question) == (True, False)
    assert shown_facts(answer("35.8% and HR 0.62"), question) == (True, True)
    assert shown_facts(answer("HR 0.53", record="r2"), question) == (False, False)
    assert carries(answer("HR 0.53")["claims"][0], answer("HR 0.53"), question)
    assert not carries({"text": "HR 0.53", "citations": []}, answer("HR 0.53"), question)
    assert not carries({"text": "HR 0.53", "citations": [7]}, answer("HR 0.53"), question)


def test_a_document_may_be_named_by_its_id():
    question = Question(id="q", question="?", answerable=True, expected=(("0.53",),), records=("d1",))
    assert shown_facts(answer("HR 0.53", record=None), question) == (True,)


@given(
    st.text(alphabet="ab 1.,/-%", min_size=1, max_size=6).filter(str.strip), st.text(alphabet="ab 1.,/-%", max_size=8)
)
def test_between_blanks_it_always_stands(alternative, other):
    assert stands(alternative, f"{other} {alternative} {other}")
