"""Measures of a judge that gives labels and scores: AUC, F1, balanced accuracy, reliability, Cohen's kappa."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from domain.errors import DatasetError

BINS = 10


def auc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """The chance that a positive scores above a negative, ties counting half: 0 to 1, 0.5 is guessing.

    Area under the ROC curve as the Mann-Whitney statistic (Hanley and McNeil, Radiology 1982). Raises DatasetError
    when either group is empty.
    """
    if not len(positive) or not len(negative):
        raise DatasetError("AUC needs scores of both labels; one has none.")
    scores = np.concatenate([np.asarray(positive, dtype=np.float64), np.asarray(negative, dtype=np.float64)])
    order = np.argsort(scores, kind="stable")
    ranks = np.empty(len(scores))
    _, first, counts = np.unique(scores[order], return_index=True, return_counts=True)
    ranks[order] = np.repeat(first + (counts + 1) / 2, counts)
    n = len(positive)
    return float((ranks[:n].sum() - n * (n + 1) / 2) / (n * len(negative)))


def f1(truth: Sequence[str], said: Sequence[str], label: str) -> float:
    """The harmonic mean of precision and recall of one label: 0 to 1 (van Rijsbergen, Information Retrieval 1979).

    0 when the label was never said rightly although it occurs; DatasetError when it occurs in neither list.
    """
    _same(truth, said)
    right = sum(t == s == label for t, s in zip(truth, said, strict=True))
    either = sum(t == label for t in truth) + sum(s == label for s in said)
    if either == 0:
        raise DatasetError(f"F1 of {label!r} cannot be computed: no item has that label and none was given it.")
    return 2 * right / either


def balanced_accuracy(truth: Sequence[str], said: Sequence[str]) -> float:
    """The mean over labels of the share of that label's items that were labelled rightly: 0 to 1.

    Every label of `truth` weighs the same, however rare (Brodersen et al., ICPR 2010). DatasetError without items.
    """
    _same(truth, said)
    totals = Counter(truth)
    right = Counter(t for t, s in zip(truth, said, strict=True) if t == s)
    return sum(right[label] / total for label, total in sorted(totals.items())) / len(totals)


def kappa(first: Sequence[str], second: Sequence[str]) -> float:
    """Agreement of two labellers beyond chance: 1 is perfect, 0 is chance, below 0 is worse than chance.

    Cohen's kappa, unweighted (Cohen, Educational and Psychological Measurement 1960). DatasetError when chance
    agreement is already perfect (both gave one and the same label throughout): kappa is then not defined.
    """
    _same(first, second)
    n = len(first)
    a, b = Counter(first), Counter(second)
    observed = sum(x == y for x, y in zip(first, second, strict=True)) / n
    chance = sum(a[label] * b[label] for label in sorted(a)) / (n * n)
    if chance == 1:
        raise DatasetError("kappa cannot be computed: both labellers gave the same single label throughout.")
    return (observed - chance) / (1 - chance)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Scores from `low` up to `high`: how many, their mean, and the share that were truly positive."""

    low: float
    high: float
    n: int
    score: float
    share: float


def reliability(scores: Sequence[float], positive: Sequence[bool], bins: int = BINS) -> tuple[Bin, ...]:
    """The reliability curve: in equal steps of the score, mean score beside observed share; empty steps are left out.

    Scores are probabilities, 0 to 1 (DeGroot and Fienberg 1983). DatasetError when one is outside.
    """
    values, truth = _probabilities(scores, positive)
    place = np.minimum((values * bins).astype(int), bins - 1)
    return tuple(
        Bin(
            low=at / bins,
            high=(at + 1) / bins,
            n=int((place == at).sum()),
            score=float(values[place == at].mean()),
            share=float(truth[place == at].mean()),
        )
        for at in range(bins)
        if (place == at).any()
    )


def calibration_error(scores: Sequence[float], positive: Sequence[bool], bins: int = BINS) -> float:
    """How far scores are from the shares they promise, weighted by count: 0 (calibrated) to 1; lower is better.

    Expected calibration error over equal steps (Naeini et al., AAAI 2015).
    """
    found = reliability(scores, positive, bins)
    return sum(each.n * abs(each.score - each.share) for each in found) / len(scores)


def brier(scores: Sequence[float], positive: Sequence[bool]) -> float:
    """The mean squared distance of score and truth: 0 to 1, lower is better (Brier, Monthly Weather Review 1950)."""
    values, truth = _probabilities(scores, positive)
    return float(((values - truth) ** 2).mean())


def _same(first: Sequence[str], second: Sequence[str]) -> None:
    if len(first) != len(second) or not first:
        raise DatasetError(f"labels must stand in pairs, and there must be one: got {len(first)} and {len(second)}.")


def _probabilities(
    scores: Sequence[float], positive: Sequence[bool]
) -> tuple[np.ndarray[tuple[int], np.dtype[np.float64]], np.ndarray[tuple[int], np.dtype[np.float64]]]:
    values = np.asarray(scores, dtype=np.float64)
    truth = np.asarray(positive, dtype=np.float64)
    if len(values) != len(truth) or not len(values) or not np.all((values >= 0) & (values <= 1)):
        raise DatasetError("scores must be probabilities, 0 to 1, one for each item, and there must be one.")
    return values, truth
