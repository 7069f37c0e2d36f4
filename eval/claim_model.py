"""The small model behind `qa.verify`: its training is `chordae eval claim-model`, its weights a readable file.

A logistic regression with an L2 penalty (Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 4.4),
solved by Newton's method on standardised features; every file and both labels weigh the same. Two sets of weights are
kept, with and without the embedding features.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from domain.errors import DatasetError
from eval.claims import auc_difference, auc_interval, simple_scores, split
from eval.classification import auc
from eval.datasets import LabelledClaim, labelled_claims
from eval.mutate import HELD_OUT_KINDS, mutants
from eval.paraphrases import PARAPHRASES, paraphrases
from eval.report import Measurement, Report, measured
from eval.runinfo import run_info
from qa.content import EMBEDDING_FEATURES, MODEL, features, logistic
from qa.finding import Finding
from qa.parsed import parse, sentences
from qa.verify import find, held_against

if TYPE_CHECKING:
    from kb.embed import Embedder

PENALTY = 20.0
"""Strength of the L2 penalty on standardised weights: between 5 and 100 it matters little in five folds by group."""
_MUTANTS_EACH = 3
_STRANGERS = (5, 17)
"""Each claim is also read beside the evidence of the paraphrases this many places on."""
_STEPS = 50
_DIGITS = 4
OWN = "our own paraphrases"
FREE = "free claims"
FREE_CLAIMS = PARAPHRASES.with_name("claims-free.jsonl")
"""True and false claims in free words by others: with them, claims of a kind never seen are judged better."""
Row = Mapping[str, float]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One labelled claim of a file as the model sees it, with what the checks hold against it."""

    file: str
    item: LabelledClaim
    values: Row
    findings: tuple[Finding, ...]

    @property
    def supported(self) -> bool:
        """Whether it is labelled so."""
        return self.item.label == "supported"


def train(folder: Path, embedder: Embedder, out: Path = MODEL, progress: Progress | None = None) -> Report:
    """Fit on the claim files of a folder, our own paraphrases and the free claims, and write the weights to `out`.

    Supported stands against every other label. The report says how well each file is judged by weights fitted on all
    the others: what is to be expected of claims of a kind never seen. DatasetError without a file.
    """
    paths = sorted(folder.glob("*.jsonl"))
    if not paths:
        raise DatasetError(f"{folder}: there is no claim file in it (*.jsonl); give the folder that holds them.")
    sets = {path.stem: labelled_claims(path) for path in paths}
    sets |= {OWN: own_claims(), FREE: labelled_claims(FREE_CLAIMS)}
    total, read = sum(map(len, sets.values())), list[Read]()
    for name, items in sets.items():
        for item in items:
            read.append(_read(name, item, embedder))
            if progress is not None:
                progress(len(read), total)
    model = {
        "weights": fit([one.values for one in read], [int(one.supported) for one in read], [one.file for one in read]),
        "weights without embedding": fit(
            [{name: value for name, value in one.values.items() if name not in EMBEDDING_FEATURES} for one in read],
            [int(one.supported) for one in read],
            [one.file for one in read],
        ),
    }
    out.write_text(json.dumps(model, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return _left_out(read, [path.stem for path in paths], tuple(paths), embedder)


def _read(file: str, item: LabelledClaim, embedder: Embedder | None) -> Read:
    claim, evidence = parse(" ".join(item.claim.split())), sentences(item.evidence)
    findings = find(claim, evidence, [item.evidence])
    values = features(claim, evidence, findings, embedder, [item.evidence])
    return Read(file=file, item=item, values=values, findings=tuple(findings))


def _left_out(read: Sequence[Read], files: Sequence[str], paths: tuple[Path, ...], embedder: Embedder) -> Report:
    """Each file judged by weights fitted on the others, beside the simple judges."""
    measures: list[Measurement] = []
    rows = []
    for file in files:
        seen = [one for one in read if one.file != file]
        weights = fit([one.values for one in seen], [int(one.supported) for one in seen], [one.file for one in seen])
        left = [one for one in read if one.file == file]
        truth = [one.supported for one in left]
        scores = [held_against(logistic(weights, one.values), one.findings) for one in left]
        measures.append(
            measured(
                auc, f"{file}: AUC, left out", auc(*split(truth, scores)), n=len(left), unit="points",
                interval=auc_interval(truth, scores),
            )
        )  # fmt: skip
        for name, simple in simple_scores([one.item for one in left], embedder).items():
            found = auc_difference(truth, simple, scores)
            measures.append(
                measured(
                    auc_difference, f"{file}: AUC above {name}", found.value, n=len(left), unit="points",
                    interval=found.interval,
                )
            )  # fmt: skip
        rows += [
            {"id": f"{file}: {one.item.id}", "label": one.item.label, "score": round(score, 4)}
            for one, score in zip(left, scores, strict=True)
        ]
    return Report(
        command="claim-model",
        title="The small model of the wording, each claim set left out in turn",
        measures=tuple(measures),
        run=run_info(files=paths),
        rows=tuple(rows),
        notes=(
            f"The weights that verification uses were fitted on all {len(files)} files, {OWN} and {FREE}, written to "
            "qa/content_model.json; those of a line above had not seen its file. The checks were developed with the "
            "files in sight.",
        ),
    )


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
