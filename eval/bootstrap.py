"""How sure a number is: seeded bootstrap intervals over questions, plain, of a ratio, and paired.

Efron and Tibshirani, An Introduction to the Bootstrap (1993), percentile method. The unit that is drawn is the
question (or document), never the claim: claims of one answer are not independent of each other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.errors import DatasetError

SEED = 20260
DRAWS = 2000
LEVEL = 0.95
_Z = 1.959963984540054  # the normal quantile of LEVEL


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A two-sided 95% interval, `low` <= `high`."""

    low: float
    high: float

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The mean of second minus first over the same questions, its interval, and how many questions there were."""

    value: float
    interval: Interval
    n: int

    @property
    def certain(self) -> bool:
        """The interval excludes 0."""
        return 0.0 not in self.interval


def mean_interval(values: Sequence[float], *, seed: int = SEED, draws: int = DRAWS) -> Interval | None:
    """The interval of the mean; None for a single value, of which nothing can be said.

    Where every value is 0, or every value is 1, a bootstrap would claim certainty: Wilson's score interval is given
    instead (Wilson 1927). Raises DatasetError without values.
    """
    return ratio_interval(values, [1.0] * len(values), seed=seed, draws=draws)


def ratio_interval(
    tops: Sequence[float], bottoms: Sequence[float], *, seed: int = SEED, draws: int = DRAWS
) -> Interval | None:
    """The interval of sum(tops) / sum(bottoms), drawing questions; None for a single question.

    `tops[i]` and `bottoms[i]` are question i's share of numerator and denominator (>= 0). Raises DatasetError when
    the lengths differ or every denominator is 0.
    """
    top = _finite(tops)
    bottom = _finite(bottoms)
    if len(top) != len(bottom) or not bottom.sum() > 0:
        raise DatasetError("an interval needs as many numerators as denominators, and a denominator above 0.")
    counted = int((bottom > 0).sum())
    if counted < 2:
        return None
    ratio = float(top.sum() / bottom.sum())
    if ratio in (0.0, 1.0) and np.all((top == 0) | (top == bottom)):
        return wilson(ratio * counted, counted)
    chosen = np.random.default_rng(seed).integers(0, len(top), size=(draws, len(top)))
    below = bottom[chosen].sum(axis=1)
    return _percentiles((top[chosen].sum(axis=1)[below > 0]) / below[below > 0])


def statistic_interval(
    groups: Sequence[Sequence[float]],
    statistic: Callable[[list[NDArray[np.float64]]], float],
    *,
    seed: int = SEED,
    draws: int = DRAWS,
) -> Interval | None:
    """The interval of any statistic of one or more groups, each drawn within itself (stratified).

    None when a group has a single member. Raises DatasetError on an empty group.
    """
    arrays = [_finite(group) for group in groups]
    if any(len(array) == 0 for array in arrays):
        raise DatasetError("an interval over groups needs every group to have a member.")
    if any(len(array) < 2 for array in arrays):
        return None
    rng = np.random.default_rng(seed)
    drawn = [statistic([array[rng.integers(0, len(array), len(array))] for array in arrays]) for _ in range(draws)]
    return _percentiles(np.asarray(drawn))


def paired(first: Sequence[float], second: Sequence[float], *, seed: int = SEED, draws: int = DRAWS) -> Difference:
    """The mean difference second - first over the same questions in the same order, with its interval.

    Raises DatasetError when the lengths differ or there are fewer than two questions.
    """
    a, b = _finite(first), _finite(second)
    if len(a) != len(b) or len(a) < 2:
        raise DatasetError(f"a paired difference needs the same two or more questions; got {len(a)} and {len(b)}.")
    gap = b - a
    chosen = np.random.default_rng(seed).integers(0, len(gap), size=(draws, len(gap)))
    return Difference(value=float(gap.mean()), interval=_percentiles(gap[chosen].mean(axis=1)), n=len(gap))


def paired_ratio(
    first: Sequence[tuple[float, float]],
    second: Sequence[tuple[float, float]],
    *,
    seed: int = SEED,
    draws: int = DRAWS,
) -> Difference:
    """The difference second - first of two ratios over the same questions in the same order, with its interval.

    Each question gives its share of numerator and denominator, and is drawn with both. Raises DatasetError when the
    lengths differ, there are fewer than two questions, or a denominator is 0 throughout.
    """
    a, b = (np.column_stack([_finite([part[at] for part in parts]) for at in (0, 1)]) for parts in (first, second))
    if len(a) != len(b) or len(a) < 2 or not (a[:, 1].sum() > 0 and b[:, 1].sum() > 0):
        raise DatasetError(
            "a paired difference of ratios needs the same two or more questions, and denominators above 0."
        )
    chosen = np.random.default_rng(seed).integers(0, len(a), size=(draws, len(a)))
    mine, theirs = a[chosen].sum(axis=1), b[chosen].sum(axis=1)
    there = (mine[:, 1] > 0) & (theirs[:, 1] > 0)
    gaps = theirs[there, 0] / theirs[there, 1] - mine[there, 0] / mine[there, 1]
    value = float(b[:, 0].sum() / b[:, 1].sum() - a[:, 0].sum() / a[:, 1].sum())
    return Difference(value=value, interval=_percentiles(gaps), n=len(a))


def wilson(successes: float, n: int) -> Interval:
    """Wilson's score interval of a proportion (Wilson, JASA 1927); DatasetError when n is 0."""
    if n <= 0:
        raise DatasetError("a proportion of nothing has no interval.")
    share = successes / n
    centre = (share + _Z * _Z / (2 * n)) / (1 + _Z * _Z / n)
    half = _Z * math.sqrt(share * (1 - share) / n + _Z * _Z / (4 * n * n)) / (1 + _Z * _Z / n)
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == n else min(1.0, centre + half)
    return Interval(low=low, high=high)


def _finite(values: Sequence[float]) -> NDArray[np.float64]:
    array = np.asarray(values, dtype=np.float64)
    if not np.all(np.isfinite(array)):
        raise DatasetError("a value to be averaged is not a finite number.")
    return array


def _percentiles(drawn: NDArray[np.float64]) -> Interval:
    edge = (1 - LEVEL) / 2 * 100
    low, high = np.percentile(drawn, [edge, 100 - edge])
    return Interval(low=float(low), high=float(high))
