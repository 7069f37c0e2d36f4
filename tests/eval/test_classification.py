"""Measures of labels and scores: scikit-learn is the oracle where it is installed, hand-worked tables everywhere."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import DatasetError
from eval.classification import auc, balanced_accuracy, brier, calibration_error, f1, kappa, reliability

LABELS = ["supported", "contradicted", "not_enough_info"]
labels = st.lists(st.tuples(st.sampled_from(LABELS), st.sampled_from(LABELS)), min_size=3, max_size=60)


def test_auc_by_hand():
    assert auc([3, 4], [1, 2]) == 1
    assert auc([1, 2], [3, 4]) == 0
    assert auc([1], [1]) == 0.5
    assert auc([0.8, 0.4], [0.4, 0.1]) == pytest.approx((1 + 1 + 0.5 + 1) / 4)


def test_kappa_by_hand():
    # Cohen's first example shape: 20 agreed yes, 15 agreed no, 5 and 10 split: observed 0.7, chance 0.5
    first = ["yes"] * 25 + ["no"] * 25
    second = ["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15
    assert kappa(first, second) == pytest.approx(0.4)


def test_f1_and_balanced_accuracy_by_hand():
    truth, said = ["a", "a", "a", "b"], ["a", "a", "b", "a"]
    assert f1(truth, said, "a") == pytest.approx(2 * 2 / (3 + 3))
    assert f1(truth, said, "b") == 0
    assert balanced_accuracy(truth, said) == pytest.approx((2 / 3 + 0) / 2)


def test_reliability_by_hand():
    bins = reliability([0.05, 0.05, 0.95, 1.0], [False, True, True, True])
    assert [(b.n, b.share) for b in bins] == [(2, 0.5), (2, 1.0)]
    assert calibration_error([0.05, 0.05, 0.95, 1.0], [False, True, True, True]) == pytest.approx(
        (2 * 0.45 + 2 * 0.025) / 4
    )
    assert brier([1.0, 0.0], [True, True]) == 0.5


@settings(deadline=None)  # the oracle takes seconds to import
@given(labels)
def test_against_scikit_learn(pairs):
    metrics = pytest.importorskip("sklearn.metrics")
    truth, said = [a for a, _ in pairs], [b for _, b in pairs]
    for label in sorted(set(truth) | set(said)):
        expected = metrics.f1_score(truth, said, labels=[label], average="macro", zero_division=0)
        assert f1(truth, said, label) == pytest.approx(expected)
    recalls = [sum(t == s == x for t, s in pairs) / truth.count(x) for x in sorted(set(truth))]
    assert balanced_accuracy(truth, said) == pytest.approx(np.mean(recalls))
    if len(set(truth) | set(said)) > 1:
        assert kappa(truth, said) == pytest.approx(metrics.cohen_kappa_score(truth, said))


@settings(deadline=None)  # the oracle takes seconds to import
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 8)), min_size=2, max_size=50))
def test_auc_against_scikit_learn(pairs):
    metrics = pytest.importorskip("sklearn.metrics")
    truth, scores = [a for a, _ in pairs], [b / 8 for _, b in pairs]
    if len(set(truth)) == 2:
        mine = auc(
            [s for t, s in zip(truth, scores, strict=True) if t],
            [s for t, s in zip(truth, scores, strict=True) if not t],
        )
        assert mine == pytest.approx(metrics.roc_auc_score(truth, scores))
    assert brier(scores, truth) == pytest.approx(np.mean([(s - t) ** 2 for t, s in zip(truth, scores, strict=True)]))


@pytest.mark.parametrize(
    "call",
    [
        lambda: auc([], [1.0]),
        lambda: f1(["a"], ["a"], "b"),
        lambda: f1(["a"], [], "a"),
        lambda: balanced_accuracy([], []),
        lambda: kappa(["a", "a"], ["a", "a"]),
        lambda: reliability([1.2], [True]),
        lambda: brier([], []),
    ],
)
def test_what_cannot_be_computed_is_an_error(call):
    with pytest.raises(DatasetError):
        call()
