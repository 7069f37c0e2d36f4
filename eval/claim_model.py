"""The small model behind `qa.verify`: its training is this command function, its weights a readable file.

A logistic regression with an L2 penalty (Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 4.4),
solved by Newton's method on standardised features; every file and both labels weigh the same. Two sets of weights are
kept, with and without the embedding features.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from domain.errors import DatasetError
from eval.datasets import LabelledClaim, labelled_claims
from eval.mutate import HELD_OUT_KINDS, mutants
from eval.paraphrases import PARAPHRASES, paraphrases
from qa.content import EMBEDDING_FEATURES, MODEL, features
from qa.parsed import parse, sentences
from qa.verify import find

if TYPE_CHECKING:
    from kb.embed import Embedder

PENALTY = 20.0
"""Strength of the L2 penalty on standardised weights: between 5 and 100 it matters little in five folds by group."""
_MUTANTS_EACH = 3
_STRANGERS = (5, 17)
"""Each claim is also read beside the evidence of the paraphrases this many places on."""
_STEPS = 50
_DIGITS = 4
Row = Mapping[str, float]


def train(paths: Sequence[Path], embedder: Embedder, out: Path = MODEL) -> Mapping[str, Mapping[str, float]]:
    """Fit on labelled claim files and our own paraphrases, and write the weights to `out`.

    Supported stands against every other label.
    """
    rows: list[Row] = []
    truth: list[int] = []
    names: list[str] = []
    for name, items in [*((path.stem, labelled_claims(path)) for path in paths), ("paraphrases", own_claims())]:
        for item in items:
            rows.append(row(item, embedder))
            truth.append(int(item.label == "supported"))
            names.append(name)
    plain = [{name: value for name, value in each.items() if name not in EMBEDDING_FEATURES} for each in rows]
    model = {
        "weights": fit(rows, truth, names),
        "weights without embedding": fit(plain, truth, names),
    }
    out.write_text(json.dumps(model, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return model


def own_claims(path: Path = PARAPHRASES) -> list[LabelledClaim]:
    """Our paraphrases as they are, made false one thing at a time, and beside the evidence of another."""
    read = paraphrases(path)
    made = []
    for place, each in enumerate(read):
        made.append(LabelledClaim(id=each.id, claim=each.claim, evidence=each.evidence, label="supported"))
        wrong = [mutant for mutant in mutants(each.claim, each.evidence) if mutant.kind not in HELD_OUT_KINDS]
        for number, mutant in enumerate(wrong[:_MUTANTS_EACH]):
            made.append(
                LabelledClaim(
                    id=f"{each.id}-{number}", claim=mutant.claim, evidence=each.evidence, label="contradicted"
                )
            )
        for step in _STRANGERS:
            other = read[(place + step) % len(read)].evidence
            if other != each.evidence:
                made.append(
                    LabelledClaim(id=f"{each.id}+{step}", claim=each.claim, evidence=other, label="not_enough_info")
                )
    return made


def row(item: LabelledClaim, embedder: Embedder | None) -> Row:
    """The features of one labelled claim."""
    claim, evidence = parse(" ".join(item.claim.split())), sentences(item.evidence)
    return features(claim, evidence, find(claim, evidence, [item.evidence]), embedder, [item.evidence])


def fit(rows: Sequence[Row], truth: Sequence[int], files: Sequence[str]) -> dict[str, float]:
    """Weight by feature, in the features' own units, and the "intercept"; DatasetError without both labels."""
    if len(set(truth)) < 2:
        raise DatasetError("training needs supported claims and others; the files hold only one kind.")
    features_seen = sorted({name for each in rows for name in each} - {"embedded"})
    x = np.array([[each.get(name, 0.0) for name in features_seen] for each in rows])
    y = np.array(truth, dtype=np.float64)
    mean, spread = x.mean(axis=0), x.std(axis=0)
    kept = spread > 1e-9
    scaled = (x[:, kept] - mean[kept]) / spread[kept]
    beta = _newton(np.hstack([np.ones((len(y), 1)), scaled]), y, _even(files, truth))
    weights = beta[1:] / spread[kept]
    names = [name for name, keep in zip(features_seen, kept, strict=True) if keep]
    found = {name: round(float(value), _DIGITS) for name, value in zip(names, weights, strict=True)}
    found["intercept"] = round(float(beta[0] - (weights * mean[kept]).sum()), _DIGITS)
    return found


def _even(files: Sequence[str], truth: Sequence[int]) -> NDArray[np.float64]:
    """A weight for each row, so that every file and, within it, both labels count the same; the mean is 1."""
    keys = list(zip(files, truth, strict=True))
    counts = {key: keys.count(key) for key in set(keys)}
    weights = np.array([1.0 / counts[key] for key in keys])
    return np.asarray(weights / weights.mean())


def _newton(x: NDArray[np.float64], y: NDArray[np.float64], w: NDArray[np.float64]) -> NDArray[np.float64]:
    penalty = np.full(x.shape[1], PENALTY)
    penalty[0] = 0.0
    beta = np.zeros(x.shape[1])
    for _ in range(_STEPS):
        p = 1.0 / (1.0 + np.exp(-x @ beta))
        gradient = x.T @ (w * (p - y)) + penalty * beta
        hessian = (x * (w * p * (1 - p))[:, None]).T @ x + np.diag(penalty)
        step = np.linalg.solve(hessian, gradient)
        beta = beta - step
        if float(np.abs(step).max()) < 1e-9:
            break
    return beta
