"""What `chordae eval calibrate` fitted: weights by the names of features, and trees that ask for their values."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Tree: TypeAlias = float | list[Any]
"""Log-odds, or [feature, most, tree, tree]: the first tree where the feature is at most `most`, else the second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What was fitted, read from qa/answering.json; every part but the decision is linear in features by name.

    `likeness` tells how likely a clinical question of a record asks what is asked, `ranker` how likely a sentence
    carries an asked-for fact, `selector` what it adds to the sentences chosen before it, and `decision` (trees whose
    log-odds add up) whether the question is answered here at all; `threshold` is the probability (0-1) from which it
    is. `reach` is how far below the best a sentence may lie to be said at all, in the ranker's log-odds.
    """

    likeness: Mapping[str, float]
    ranker: Mapping[str, float]
    selector: Mapping[str, float]
    decision: Sequence[Tree]
    threshold: float
    reach: float


@lru_cache(maxsize=1)
def calibration() -> Calibration:
    """The committed calibration."""
    data = json.loads(files("qa").joinpath("answering.json").read_text(encoding="utf-8"))
    return Calibration(**{name: data[name] for name in Calibration.__dataclass_fields__})


def linear(weights: Mapping[str, float], features: Mapping[str, float]) -> float:
    """The log-odds of a logistic regression; a feature without a weight counts nothing."""
    return weights.get("intercept", 0.0) + sum(weights.get(name, 0.0) * value for name, value in features.items())


def grown(trees: Sequence[Tree], features: Mapping[str, float]) -> float:
    """The probability (0-1) that boosted trees give: the logistic function of the sum of what each of them says."""
    return 1.0 / (1.0 + math.exp(-sum(_leaf(tree, features) for tree in trees)))


def _leaf(tree: Tree, features: Mapping[str, float]) -> float:
    while isinstance(tree, list):
        name, most, low, high = tree
        tree = low if features[name] <= most else high
    return tree


def linear_all(weights: Mapping[str, float], rows: Sequence[Mapping[str, float]]) -> NDArray[np.float64]:
    """`linear` of many rows with the same features at once, shape (n,): one product instead of n sums."""
    names = [name for name in rows[0] if weights.get(name)] if rows else []
    table = np.array([[row[name] for name in names] for row in rows], np.float64).reshape(len(rows), len(names))
    scores: NDArray[np.float64] = (table * [weights[name] for name in names]).sum(axis=1)
    return scores + weights.get("intercept", 0.0)
