"""Abstention by leaving one document out: the street runs on a real base, and each measure sees what worsens it."""

import pytest

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
from eval.curves import Trial
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


def test_without_its_document_no_answer_cites_it(report, library_base):
    for without in report.rows[1::2]:
        own, *cited = without["sources"]
        assert own not in cited and not without["right"]


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
