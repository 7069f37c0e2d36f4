"""The risk-coverage curve: what is answered at each confidence, and how much of it is wrong.

El-Yaniv and Wiener, On the Foundations of Noise-free Selective Classification (JMLR 2010).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from domain.errors import DatasetError
from eval.bootstrap import DRAWS, LEVEL, SEED, Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One question: how sure the system was (0-1, 0: it refused), whether it could be answered, whether it was right.

    `right` is what an answer would be worth: it has the fact. An answer to an unanswerable question is never right.
    """

    confidence: float
    answerable: bool
    right: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """At this threshold: the share of answerable questions answered, and the share of answers that are wrong."""

    threshold: float
    coverage: float
    risk: float
    answered: int


def risk_coverage(trials: Sequence[Trial]) -> list[Point]:
    """The curve from the strictest threshold to the loosest; questions of confidence 0 are never answered.

    Risk is over all answers given, those to unanswerable questions included. Raises DatasetError when no question is
    answerable.
    """
    answerable = sum(trial.answerable for trial in trials)
    if answerable == 0:
        raise DatasetError("the risk-coverage curve needs an answerable question.")
    points = []
    for threshold in sorted({trial.confidence for trial in trials if trial.confidence > 0}, reverse=True):
        given = [trial for trial in trials if trial.confidence >= threshold]
        wrong = sum(not (trial.right and trial.answerable) for trial in given)
        covered = sum(trial.answerable for trial in given)
        points.append(
            Point(threshold=threshold, coverage=covered / answerable, risk=wrong / len(given), answered=len(given))
        )
    return points


def coverage_at(trials: Sequence[Trial], precision: float) -> float:
    """The largest share of answerable questions answered while at least `precision` of all answers are right.

    0 to 1; 0 when no threshold reaches that precision: the system must then stay silent, which is a result.
    """
    return max((point.coverage for point in risk_coverage(trials) if 1 - point.risk >= precision), default=0.0)


def coverage_interval(
    pairs: Sequence[Sequence[Trial]], precision: float, *, seed: int = SEED, draws: int = DRAWS // 4
) -> Interval:
    """The 95% bootstrap interval of `coverage_at`, drawing whole groups: a question with and without its document.

    The threshold is chosen anew in every draw, so that its uncertainty is in the interval.
    """
    rng = np.random.default_rng(seed)
    values = []
    for _ in range(draws):
        chosen = rng.integers(0, len(pairs), len(pairs))
        drawn = [trial for at in chosen for trial in pairs[at]]
        if any(trial.answerable for trial in drawn):
            values.append(_fast_coverage(drawn, precision))
    edge = (1 - LEVEL) / 2 * 100
    low, high = np.percentile(values, [edge, 100 - edge])
    return Interval(low=float(low), high=float(high))


def _fast_coverage(trials: Sequence[Trial], precision: float) -> float:
    """`coverage_at` by one sort; a test holds the two together."""
    confidence = np.array([trial.confidence for trial in trials])
    answerable = np.array([trial.answerable for trial in trials])
    right = answerable & np.array([trial.right for trial in trials])
    order = np.argsort(-confidence, kind="stable")
    confidence, answerable, right = confidence[order], answerable[order], right[order]
    given = np.arange(1, len(confidence) + 1)
    last = np.append(confidence[1:] != confidence[:-1], True) & (confidence > 0)
    good = last & (np.cumsum(right) / given >= precision)
    if not good.any():
        return 0.0
    return float((np.cumsum(answerable) / answerable.sum())[good].max())
