"""Abstention by leaving one document out: the street runs on a real base, and each measure sees what worsens it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import DatasetError
from domain.settings import Settings
from eval.abstention import (
    PRECISION,
    abstention,
    coverage_at_precision,
    coverage_in_use,
    precision_in_use,
    refusal_recall,
)
from eval.curves import Trial, _fast_coverage, coverage_at, coverage_interval, risk_coverage
from kb import open_base


@pytest.fixture(scope="module")
def report(library_base):
    return abstention(library_base, Settings())


def test_each_question_is_asked_with_its_document_and_without_it(report):
    pairs = list(zip(report.rows[::2], report.rows[1::2], strict=True))
    assert len(pairs) > 1
    for whole, without in pairs:
        assert (whole["answerable"], without["answerable"]) == (True, False)
        assert whole["question"] == without["question"]
        assert whole["id"].removesuffix("-with") == without["id"].removesuffix("-without")


def test_without_its_document_nothing_is_said_that_was_right_with_it(report):
    right = [(a, b) for a, b in zip(report.rows[::2], report.rows[1::2], strict=True) if a["answer"] and a["right"]]
    assert right
    for whole, without in right:
        assert whole["answer"] != without["answer"] and not without["right"]


def test_the_curve_and_its_measures_agree(report):
    curve = next(table for table in report.tables if table.name == "Curve")
    best = max((coverage for _, coverage, risk, _ in curve.rows if 1 - risk >= PRECISION), default=0.0)
    assert report.measure("coverage at 95% precision").value == best
    assert report.plots[0].name == "risk and coverage" and len(report.plots[0].rows) == len(curve.rows)


def test_the_same_base_gives_the_same_report(report, library_base):
    again = abstention(library_base, Settings())
    assert again.rows == report.rows and again.measures == report.measures


def test_a_base_of_nothing_is_an_error_and_not_a_zero(tmp_path):
    base = open_base(tmp_path, Settings(base=tmp_path), create=True)
    with pytest.raises(DatasetError, match="0 questions"):
        abstention(base, Settings())
    base.close()


def pair(*, answered=True, right=True, refused=True):
    whole = {"status": "answered" if answered else "abstained", "right": right}
    return whole, {"status": "abstained" if refused else "answered", "right": False}


def share(definition, pairs):
    top, bottom = definition(pairs)
    return sum(top) / sum(bottom)


GOOD = [pair()] * 4


@pytest.mark.parametrize(
    ("definition", "worse"),
    [
        (coverage_in_use, pair(answered=False)),
        (precision_in_use, pair(right=False)),
        (precision_in_use, pair(refused=False)),
        (refusal_recall, pair(refused=False)),
    ],
)
def test_a_worse_answerer_scores_worse(definition, worse):
    assert share(definition, GOOD) == 1
    assert share(definition, [*GOOD[1:], worse]) < 1


def test_confidence_that_cannot_tell_right_from_wrong_covers_less():
    def trials(sure_when_right, sure_when_not):
        right = Trial(confidence=sure_when_right, answerable=True, right=True)
        wrong = Trial(confidence=sure_when_not, answerable=False, right=False)
        return [(right, wrong)] * 10

    assert coverage_at_precision(trials(0.9, 0.1)) == 1
    assert coverage_at_precision(trials(0.5, 0.5)) == 0
    assert coverage_at_precision(trials(0.1, 0.9)) == 0


TRIALS = st.lists(
    st.builds(
        Trial, confidence=st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]), answerable=st.booleans(), right=st.booleans()
    ),
    min_size=1,
    max_size=30,
).filter(lambda trials: any(trial.answerable for trial in trials))


@settings(deadline=None)
@given(TRIALS, st.sampled_from([0.5, 0.8, 0.95, 1.0]))
def test_the_quick_coverage_is_the_plain_one(trials, precision):
    assert _fast_coverage(trials, precision) == pytest.approx(coverage_at(trials, precision))


def test_risk_and_coverage_worked_out_by_hand():
    trials = [
        Trial(confidence=0.9, answerable=True, right=True),
        Trial(confidence=0.8, answerable=False, right=True),  # an answer where there is none is never right
        Trial(confidence=0.8, answerable=True, right=False),
        Trial(confidence=0.0, answerable=True, right=True),  # refused whatever the threshold
    ]
    points = [(p.threshold, p.coverage, p.risk, p.answered) for p in risk_coverage(trials)]
    assert points == [(0.9, pytest.approx(1 / 3), 0.0, 1), (0.8, pytest.approx(2 / 3), pytest.approx(2 / 3), 3)]
    assert coverage_at(trials, 0.95) == pytest.approx(1 / 3) and coverage_at(trials, 0.3) == pytest.approx(2 / 3)


def test_the_interval_holds_the_value_and_never_moves():
    good = Trial(confidence=0.9, answerable=True, right=True)
    bad = Trial(confidence=0.5, answerable=True, right=False)
    pairs = [[good if n % 3 else bad] for n in range(30)]
    interval = coverage_interval(pairs, 0.95)
    assert coverage_at([trial for pair in pairs for trial in pair], 0.95) in interval
    assert interval == coverage_interval(pairs, 0.95) and interval.low < interval.high


def test_a_curve_of_questions_that_nothing_answers_is_an_error():
    with pytest.raises(DatasetError, match="answerable"):
        risk_coverage([Trial(confidence=0.9, answerable=False, right=False)])
