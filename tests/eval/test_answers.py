"""A deliberately worsened system scores worse, on the measure that it was worsened on."""

import copy

import pytest

from eval.answers import Asked, report_on
from eval.datasets import Question

QUESTIONS = [
    Question(
        id=f"q{n}", question=f"Rate {n}?", answerable=n < 8, expected=((f"{n}.5%",),) if n < 8 else (), records=("r",)
    )
    for n in range(12)
]


def answer(n):
    text = f"The rate in group {n} was {n}.5%."
    return {
        "status": "answered",
        "reason": None,
        "answer": text + " [1]",
        "claims": [{"text": text, "citations": [1]}],
        "citations": [
            {"n": 1, "record": "r", "doc_id": "d", "quote": text, "start": 0, "end": len(text), "page": None}
        ],
    }


REFUSAL = {"status": "abstained", "reason": "not-covered", "answer": "", "claims": [], "citations": []}


def good():
    return [Asked(question=q, answer=answer(n) if q.answerable else REFUSAL, ms=5.0) for n, q in enumerate(QUESTIONS)]


def judged(asked):
    return {m.name: m.value for m in report_on(asked, None, [True] * 3, run={}, name="x").measures}


def worsened(how):
    made = []
    for one in good():
        changed = copy.deepcopy(one.answer)
        made.append(how(one, changed))
    return made


def with_answer(one, value, error=None):
    return Asked(question=one.question, answer=value, ms=one.ms, error=error)


def wrong_figure(one, value):
    for claim in value["claims"]:
        claim["text"] = claim["text"].replace(".5%", ".7%")
    return with_answer(one, value)


def wrong_source(one, value):
    for cited in value["citations"]:
        cited["record"] = "other"
    return with_answer(one, value)


def padded(one, value):
    value["claims"] += [{"text": "The weather was fine in the group.", "citations": [1]} for _ in value["claims"]]
    return with_answer(one, value)


def silent(one, value):
    return with_answer(one, REFUSAL)


def talkative(one, value):
    return with_answer(one, value if one.question.answerable else answer(1))


def crashing(one, value):
    return with_answer(one, None, "ValueError: no")


@pytest.mark.parametrize(
    ("how", "measure", "sign"),
    [
        (wrong_figure, "expected facts shown", -1),
        (wrong_figure, "citation recall", -1),
        (wrong_figure, "figure error rate", 1),
        (wrong_source, "right source cited", -1),
        (padded, "aptness", -1),
        (padded, "unsupported-claim rate", 1),
        (silent, "coverage", -1),
        (silent, "abstention precision", -1),
        (talkative, "abstention recall", -1),
        (crashing, "crash rate", 1),
        (crashing, "expected facts shown", -1),
    ],
)
def test_a_worse_system_scores_worse(how, measure, sign):
    assert sign * (judged(worsened(how))[measure] - judged(good())[measure]) > 0


def test_a_perfect_system_scores_perfectly_and_not_certainly():
    report = report_on(good(), None, [True] * 3, run={}, name="x")
    for name in (
        "expected facts shown",
        "all facts shown",
        "right source cited",
        "aptness",
        "coverage",
        "citation recall",
    ):
        assert report.measure(name).value == 1
        assert report.measure(name).interval.low < 1
    assert report.measure("crash rate").value == 0
