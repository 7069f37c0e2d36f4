"""Labelled claims: how well the verifier tells supported claims from others, beside the simple judges of one run.

AUC, balanced accuracy and F1 at the verifier's one threshold, reliability of the score, each with a 95% bootstrap
interval over claims; the paired difference of AUC to token recall, ROUGE-L recall and embedding cosine. Every row
counts: a claim that cannot be judged has score 0.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from domain.errors import DatasetError
from domain.settings import Settings
from eval.baselines import cosine, rouge_l_recall, token_recall
from eval.bootstrap import DRAWS, LEVEL, SEED, Interval, statistic_interval
from eval.classification import auc, balanced_accuracy, brier, calibration_error, f1, reliability
from eval.datasets import LabelledClaim, labelled_claims
from eval.report import Measurement, Plot, Report, Table, measured
from eval.runinfo import run_info
from qa.scorer import scorer
from qa.verify import SUPPORTED_FROM, verify

if TYPE_CHECKING:
    from kb.embed import Embedder

Progress = Callable[[int, int], None]
_LABEL = {"supported": "supported", "contradicted": "contradicted"}
OTHER = "not_enough_info"
"""What the verdicts "partial" and "unsupported" mean in the words of the claim sets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One labelled claim with the verifier's score 0-1, its verdict and its reasons."""

    claim: LabelledClaim
    score: float
    support: str
    reasons: tuple[str, ...]

    @property
    def said(self) -> str:
        """The verdict in the words of the claim sets."""
        return _LABEL.get(self.support, OTHER)


def claims(
    path: Path, settings: Settings | None = None, embedder: Embedder | None = None, progress: Progress | None = None
) -> Report:
    """Verify every claim of the file against its evidence; DatasetError when it holds one label only."""
    items = labelled_claims(path)
    truth = [item.label == "supported" for item in items]
    if all(truth) or not any(truth):
        raise DatasetError(f"{path}: supported claims and others are needed; it holds {len(items)} of one kind.")
    judged = []
    model = settings.verifier if settings else None
    weigh = scorer(settings) if settings else None
    built_in = "embedded" if embedder else "no embeddings"
    for done, item in enumerate(items, start=1):
        verdict = verify(item.claim, [item.evidence], embedder, scorer=weigh)
        judged.append(Judged(claim=item, score=verdict.score, support=verdict.support, reasons=verdict.reasons))
        if progress is not None:
            progress(done, len(items))
    scores = [each.score for each in judged]
    simple = simple_scores(items, embedder)
    differences = {name: auc_difference(truth, values, scores) for name, values in simple.items()}
    return Report(
        command="claims",
        title=f"Claims of {path.name}",
        measures=tuple(_measures(judged, truth, scores, simple, differences)),
        run=run_info(settings=settings, files=(path,), verifier=model or built_in),
        rows=tuple(
            {
                "id": each.claim.id, "claim": each.claim.claim, "label": each.claim.label, "verdict": each.support,
                "score": each.score, "reasons": list(each.reasons),
            }
            for each in judged
        ),
        tables=(_difference_table(truth, scores, simple, differences), _confusion(judged)),
        plots=(_reliability_plot(scores, truth),),
        notes=(
            f"One threshold for every set: supported from {SUPPORTED_FROM}. Partial and unsupported verdicts count as "
            f"{OTHER}. The weights of the wording were fitted on other claims of these kinds (qa/content_model.json).",
        ),
    )  # fmt: skip


def simple_scores(items: Sequence[LabelledClaim], embedder: Embedder | None) -> dict[str, list[float]]:
    """The scores of the simple judges, by name; the cosine only where there is an embedder."""
    found = {
        "token recall": [token_recall(item.claim, item.evidence) for item in items],
        "ROUGE-L recall": [rouge_l_recall(item.claim, item.evidence) for item in items],
    }
    if embedder is not None:
        found["embedding cosine"] = cosine([i.claim for i in items], [i.evidence for i in items], embedder)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class AucDifference:
    """AUC of the second judge minus that of the first over the same claims, with its paired interval."""

    value: float
    interval: Interval

    @property
    def certain(self) -> bool:
        """The interval excludes 0."""
        return not self.interval.low <= 0.0 <= self.interval.high


def auc_difference(
    truth: Sequence[bool], first: Sequence[float], second: Sequence[float], *, seed: int = SEED, draws: int = DRAWS
) -> AucDifference:
    """The paired difference of AUC: claims are drawn with replacement, within each label, for both judges at once."""
    supported = np.flatnonzero(np.asarray(truth))
    others = np.flatnonzero(~np.asarray(truth))
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    rng = np.random.default_rng(seed)
    drawn = np.empty(draws)
    for at in range(draws):
        yes = supported[rng.integers(0, len(supported), len(supported))]
        no = others[rng.integers(0, len(others), len(others))]
        drawn[at] = auc(b[yes].tolist(), b[no].tolist()) - auc(a[yes].tolist(), a[no].tolist())
    edge = (1 - LEVEL) / 2
    value = auc(b[supported].tolist(), b[others].tolist()) - auc(a[supported].tolist(), a[others].tolist())
    low, high = np.quantile(drawn, [edge, 1 - edge])
    return AucDifference(value=value, interval=Interval(low=float(low), high=float(high)))


def split(truth: Sequence[bool], scores: Sequence[float]) -> tuple[list[float], list[float]]:
    """The scores of what is true, and those of the rest."""
    pairs = list(zip(truth, scores, strict=True))
    return [score for yes, score in pairs if yes], [score for yes, score in pairs if not yes]


def auc_interval(truth: Sequence[bool], scores: Sequence[float]) -> Interval | None:
    """The interval of the AUC, claims drawn within each label."""
    return statistic_interval(split(truth, scores), lambda groups: auc(groups[0].tolist(), groups[1].tolist()))


def _measures(
    judged: Sequence[Judged],
    truth: Sequence[bool],
    scores: Sequence[float],
    simple: dict[str, list[float]],
    differences: dict[str, AucDifference],
) -> list[Measurement]:
    n = len(judged)
    gold, said = [each.claim.label for each in judged], [each.said for each in judged]
    yes = ["supported" if t else "other" for t in truth]
    by_score = ["supported" if each.score >= SUPPORTED_FROM else "other" for each in judged]
    by_verdict = ["supported" if each.support == "supported" else "other" for each in judged]
    found = [
        measured(auc, "AUC", auc(*split(truth, scores)), n=n, unit="points", interval=auc_interval(truth, scores)),
        measured(
            balanced_accuracy, "balanced accuracy by score", balanced_accuracy(yes, by_score), n=n,
            interval=_accuracy_interval(yes, by_score),
        ),
        measured(
            balanced_accuracy, "balanced accuracy by verdict", balanced_accuracy(yes, by_verdict), n=n,
            interval=_accuracy_interval(yes, by_verdict),
        ),
        measured(
            calibration_error, "calibration error", calibration_error(scores, truth), n=n, better="lower",
            interval=_over_claims(n, lambda at: calibration_error(_at(scores, at), _at(truth, at))),
        ),
        measured(
            brier, "Brier score", brier(scores, truth), n=n, unit="points", better="lower",
            interval=_over_claims(n, lambda at: brier(_at(scores, at), _at(truth, at))),
        ),
    ]  # fmt: skip
    for label in sorted(set(gold)):
        value = f1(gold, said, label)
        found.append(measured(f1, f"F1 {label}", value, n=n, interval=_f1_interval(gold, said, label)))
    for name, values in simple.items():
        found.append(measured(auc, f"AUC {name}", auc(*split(truth, values)), n=n, unit="points"))
        difference = differences[name]
        found.append(
            measured(
                auc_difference, f"AUC above {name}", difference.value, n=n, unit="points", interval=difference.interval
            )
        )
    return found


def _over_claims(n: int, statistic: Callable[[NDArray[np.intp]], float]) -> Interval | None:
    """The interval of a statistic of whole claims, drawn by their places."""
    return statistic_interval([[float(at) for at in range(n)]], lambda groups: statistic(groups[0].astype(np.intp)))


def _at(values: Sequence[Any], places: NDArray[np.intp]) -> Any:
    return np.asarray(values)[places]


def _f1_interval(gold: Sequence[str], said: Sequence[str], label: str) -> Interval | None:
    """The interval of F1 of one label; a draw in which the label does not occur counts 0."""
    ours, theirs = np.array([one == label for one in gold]), np.array([one == label for one in said])

    def of(places: NDArray[np.intp]) -> float:
        either = int(ours[places].sum() + theirs[places].sum())
        return 2.0 * int((ours & theirs)[places].sum()) / either if either else 0.0

    return _over_claims(len(gold), of)


def _accuracy_interval(truth: Sequence[str], said: Sequence[str]) -> Interval | None:
    groups = [
        [float(s == label) for t, s in zip(truth, said, strict=True) if t == label] for label in sorted(set(truth))
    ]
    return statistic_interval(groups, lambda drawn: float(np.mean([group.mean() for group in drawn])))


def _difference_table(
    truth: Sequence[bool],
    scores: Sequence[float],
    simple: dict[str, list[float]],
    differences: dict[str, AucDifference],
) -> Table:
    ours = round(auc(*split(truth, scores)), 3)
    rows = []
    for name, values in simple.items():
        found = differences[name]
        interval = f"{found.interval.low:+.3f} to {found.interval.high:+.3f}"
        rows.append((name, round(auc(*split(truth, values)), 3), ours, f"{found.value:+.3f}", interval, found.certain))
    columns = ("simple judge", "its AUC", "ours", "difference", "95% interval (paired)", "excludes 0")
    return Table(name="Against the simple judges", columns=columns, rows=tuple(rows))


def _confusion(judged: Sequence[Judged]) -> Table:
    labels = sorted({each.claim.label for each in judged})
    verdicts = ("supported", "partial", "unsupported", "contradicted")
    rows = tuple(
        (label, *(sum(e.claim.label == label and e.support == v for e in judged) for v in verdicts)) for label in labels
    )
    return Table(name="Labels and verdicts", columns=("label", *verdicts), rows=rows)


def _reliability_plot(scores: Sequence[float], truth: Sequence[bool]) -> Plot:
    rows = tuple({"score": step.score, "share": step.share, "claims": step.n} for step in reliability(scores, truth))
    return Plot(
        name="reliability", caption="How often claims of a score are truly supported.", kind="line", rows=rows,
        x="score", y="share", x_title="score", y_title="share supported", diagonal=True,
    )  # fmt: skip
