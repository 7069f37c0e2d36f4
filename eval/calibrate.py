"""The answerer's calibration: fitted on Chordae's own questions, written to qa/answering.json by one command.

Fitted on `eval/data/questions-library.jsonl` and `questions-broad.jsonl` (the starter library) and on
`tests/data/invented-questions.jsonl` (an invented report and trial). The questions on the case report and the grid of
swapped slots are never used here: they measure.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from domain.settings import Settings
from eval.datasets import Question, questions
from eval.facts import stands
from eval.report import Report, measured
from eval.runinfo import run_info
from ingest import read
from kb import Base, open_base
from kb.library import record_paths
from qa.candidates import Candidate, candidates, gather
from qa.compose import Calibration, decision_features, linear, on_subject, rank
from qa.question import Question as Asked
from qa.question import read_question

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "eval" / "data"
INVENTED = ROOT / "tests" / "data"
TARGET = ROOT / "qa" / "answering.json"
FOLDS = 5
RIDGE = 2.0
"""L2 penalty of both regressions, on standardised features."""
NOVELTY, REDUNDANCY, REACH = 2.0, 3.0, 4.0
"""See qa.compose.Calibration; chosen on the same questions among 0.5-3, 0-5 and 2-6; flat but for the reach."""
REFUSAL_WEIGHT = 1.0
"""What wrongly answering weighs against wrongly refusing, in the choice of the threshold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One question of the set with its candidates; `carries` says of each whether it carries an expected fact."""

    question: Question
    asked: Asked
    found: list[Candidate]
    carries: NDArray[np.bool_]


def calibrate(target: Path = TARGET, *, k: int | None = None) -> dict[str, Any]:
    """Fit ranker, decision and threshold, and write them; the return value is what was written.

    The threshold is the one that makes the weighted errors fewest when every question is judged by a fit that has not
    seen it (five folds by question).
    """
    with tempfile.TemporaryDirectory() as folder:
        examples = list(_examples(Path(folder), k or Settings().k))
    ranker = fit_ranker(examples)
    model = Calibration(ranker=ranker, decision={}, threshold=0.5, novelty=NOVELTY, redundancy=REDUNDANCY, reach=REACH)
    rows = [decision_features(e.asked, on_subject(e.asked, rank(e.found, model))) for e in examples if e.found]
    truth = np.array([e.question.answerable for e in examples if e.found])
    weight = _weights([e for e in examples if e.found])
    decision = fit_decision(rows, truth, weight)
    unseen = np.zeros(len(rows))
    for fold in range(FOLDS):
        train = [i for i in range(len(rows)) if i % FOLDS != fold]
        held = fit_decision([rows[i] for i in train], truth[train], weight[train])
        for i in range(fold, len(rows), FOLDS):
            unseen[i] = 1 / (1 + np.exp(-linear(held, rows[i])))
    data = {
        "about": "written by `chordae eval calibrate`; see eval/calibrate.py",
        "questions": len(examples),
        "ranker": ranker,
        "decision": decision,
        "threshold": _threshold(unseen, truth, weight),
        "novelty": NOVELTY,
        "redundancy": REDUNDANCY,
        "reach": REACH,
    }
    target.write_text(json.dumps(data, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return data


def calibration_report(settings: Settings) -> Report:
    """Calibrate, and say what was fitted."""
    data = calibrate(k=settings.k)
    threshold = measured(
        "The probability from which a question counts as answerable: fewest errors over five folds. Range 0-1.",
        "threshold", data["threshold"], n=data["questions"], better="neither",
    )  # fmt: skip
    return Report(
        command="calibrate",
        title="Calibration of the answerer, written to qa/answering.json",
        measures=(threshold,),
        run=run_info(settings=settings),
        rows=tuple(
            {"id": f"{part}: {name}", "weight": weight}
            for part in ("ranker", "decision")
            for name, weight in data[part].items()
        ),
    )


def _examples(folder: Path, k: int) -> Iterator[Example]:
    sets = (
        (record_paths(), (DATA / "questions-library.jsonl", DATA / "questions-broad.jsonl")),
        ([INVENTED / "invented-report.txt", INVENTED / "invented-trial.txt"], (INVENTED / "invented-questions.jsonl",)),
    )
    for number, (sources, files) in enumerate(sets):
        base = open_base(folder / str(number), Settings(), create=True)
        base.add(read(sources, base.embedder.count_tokens, max_tokens=base.embedder.max_tokens))
        for file in files:
            for question in questions(file):
                yield example(base, question, k)
        base.close()


def example(base: Base, question: Question, k: int) -> Example:
    """The candidates of one question, labelled."""
    asked = read_question(question.question)
    vector = base.embedder.query(asked.text)
    found = candidates(asked, gather(base, asked, k), base, vector)
    return Example(
        question=question,
        asked=asked,
        found=found,
        carries=np.array([_carries(candidate, question) for candidate in found], bool),
    )


def _carries(candidate: Candidate, question: Question) -> bool:
    right = not question.records or candidate.hit.document.record in question.records
    return right and any(stands(alternative, candidate.text) for fact in question.expected for alternative in fact)


def fit_ranker(examples: Sequence[Example]) -> dict[str, float]:
    """A listwise ranker: the probability that a softmax over the candidates gives to those that carry a fact.

    Multinomial logistic regression over each question's candidates (McFadden 1974; ListNet's top-one probability,
    Cao et al. 2007).
    """
    from scipy.optimize import minimize

    useful = [e for e in examples if e.question.answerable and e.carries.any() and not e.carries.all()]
    names = sorted(useful[0].found[0].features)
    tables = [np.array([[c.features[n] for n in names] for c in e.found]) for e in useful]
    mean, spread = _scale(np.vstack(tables))
    pairs = [((table - mean) / spread, e.carries.astype(float)) for table, e in zip(tables, useful, strict=True)]

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        total, slope = 0.0, np.zeros(len(names))
        for table, right in pairs:
            score = table @ weights
            share = np.exp(score - score.max())
            share /= share.sum()
            good = share * right
            total -= float(np.log(good.sum()))
            slope += table.T @ (share - good / good.sum())
        return float(total + RIDGE * weights @ weights / 2) / len(pairs), (slope + RIDGE * weights) / len(pairs)

    weights = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B", options={"maxiter": 300}).x
    return _unscaled(names, weights, 0.0, mean, spread)


def _weights(examples: Sequence[Example]) -> NDArray[np.float64]:
    """Records and documents weigh the same in all, and so do answerable and unanswerable questions within each."""
    keys = [(bool(e.question.records) or e.question.id[0] in "nb", e.question.answerable) for e in examples]
    counts = {key: keys.count(key) for key in keys}
    return np.array([len(keys) / (len(counts) * counts[key]) for key in keys])


def fit_decision(
    rows: Sequence[Mapping[str, float]], truth: NDArray[np.bool_], weight: NDArray[np.float64]
) -> dict[str, float]:
    """A logistic regression of "answerable", each row with its weight."""
    from scipy.optimize import minimize

    names = sorted(rows[0])
    table = np.array([[row[name] for name in names] for row in rows])
    mean, spread = _scale(table)
    table = np.hstack([(table - mean) / spread, np.ones((len(rows), 1))])
    sign = np.where(truth, 1.0, -1.0)

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margin = sign * (table @ weights)
        slope = -(weight * sign / (1 + np.exp(margin))) @ table
        penalty = RIDGE * weights
        penalty[-1] = 0.0
        return float(weight @ np.logaddexp(0, -margin) + penalty @ weights / 2), slope + penalty

    weights = minimize(loss, np.zeros(table.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 300}).x
    return _unscaled(names, weights[:-1], float(weights[-1]), mean, spread)


def _scale(table: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    spread = table.std(axis=0)
    return table.mean(axis=0), np.where(spread > 1e-9, spread, 1.0)


def _unscaled(
    names: Sequence[str],
    weights: NDArray[np.float64],
    intercept: float,
    mean: NDArray[np.float64],
    spread: NDArray[np.float64],
) -> dict[str, float]:
    raw = weights / spread
    fitted = {name: round(float(value), 4) for name, value in zip(names, raw, strict=True)}
    return {**fitted, "intercept": round(float(intercept - raw @ mean), 4)}


def _threshold(probabilities: NDArray[np.float64], truth: NDArray[np.bool_], weight: NDArray[np.float64]) -> float:
    """The threshold with the fewest weighted errors; of equals the one nearest to a half."""

    def cost(threshold: float) -> tuple[float, float]:
        said = probabilities >= threshold
        refused = float(weight[truth & ~said].sum())
        wrongly = float(weight[~truth & said].sum())
        return round(refused + REFUSAL_WEIGHT * wrongly, 6), abs(threshold - 0.5)

    return min((round(0.02 * step, 2) for step in range(5, 46)), key=cost)
