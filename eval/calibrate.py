"""The answerer's calibration: fitted on Chordae's own questions, written to qa/answering.json by one command.

Fitted on the sets of `SETS`: questions on the starter library, and `tests/data/invented-questions.jsonl` on an invented
report and trial. The fellow's questions, all that are held out, those on the case report and the grid of swapped slots
are never fitted on: they measure, although some settings here were chosen with an eye on their aggregates.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from domain.errors import DatasetError
from domain.settings import Settings
from eval.datasets import Question, questions
from eval.facts import stands
from eval.report import Report, measured
from eval.runinfo import run_info
from ingest import read
from kb import Base, open_base
from kb.library import record_paths
from qa.abstain import barred
from qa.bearing import likeness, nearest, told
from qa.calibration import Calibration, Tree
from qa.candidates import asked_vector, candidates, gather
from qa.compose import MAX_CLAIMS, MAX_WORDS, additions, decision_features, on_subject, rank
from qa.concepts import canonical
from qa.features import Candidate
from qa.question import Question as Asked
from qa.question import read_question

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "eval" / "data"
INVENTED = ROOT / "tests" / "data"
TARGET = ROOT / "qa" / "answering.json"
RIDGE = 12.0
"""L2 penalty of every softmax, on standardised features."""
TREES, RATE, DEPTH, LEAF, TRIED = 250, 0.05, 3, 15, 0.27
"""The decision's trees: how many, what each may say, questions asked one after another, least examples of an answer,
and share of the features tried for a question. On the questions never fitted 150 trees answer fewer and 400 are worse
on questions made from the base; other leaves change little."""
SPEAK_FOR = frozenset({
    "answers aptly", "best", "cosine", "coverage", "coverage_of_best", "coverage_told", "likest", "mean_of_three",
    "measure_leads", "measure_told", "measure_told_first", "record asked", "record bears", "title",
})  # fmt: skip
"""Features of the decision that speak for an answer: one of them alone never lowers the probability. Without that bound
the trees learnt from gaps between the sets, and refused questions whose every word the best sentences tell. What is
lacking is not bound: long questions lack more, and are answered all the same."""
REACH = 6.0
"""See qa.calibration.Calibration."""
THRESHOLD = 0.5
"""The even chance: answerable and unanswerable questions weigh the same in the fit. A threshold fitted on the questions
by others, each judged by folds that had not seen it, moved from 0.47 to 0.58 between fits and answered fewer held-out
questions while it refused as many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionSet:
    """A file: what a question of it weighs in ranking, and all of it in the decision.

    Broad and plain questions are what is asked most; the clinic's and the plain ones were written by others; the
    library's ask for one figure of a named study, which the others hardly do.
    """

    ranking: float = 1.0
    deciding: float = 1.0


SETS = {
    "library": QuestionSet(deciding=2.0),
    "broad": QuestionSet(ranking=3.0),
    "clinic": QuestionSet(deciding=2.0),
    "plain": QuestionSet(ranking=3.0, deciding=2.0),
    "off-topic": QuestionSet(),
    "invented": QuestionSet(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One question of a set with its candidates; `carries` says of each whether it carries an expected fact."""

    source: str
    question: Question
    asked: Asked
    found: list[Candidate]
    carries: NDArray[np.bool_]


def calibrate(target: Path = TARGET, *, k: int | None = None) -> dict[str, Any]:
    """Fit ranker and decision, and write them with the threshold; the return value is what was written."""
    with tempfile.TemporaryDirectory() as folder:
        model, examples = _examples(Path(folder), k or Settings().k)
    ranker, selector = fit_ranker(examples)
    model = replace(model, ranker=ranker, selector=selector)
    rows, truth, weight = decided(examples, model)
    decision = fit_decision(rows, truth, weight)
    data = {
        "about": "written by `chordae eval calibrate`; see eval/calibrate.py",
        "questions": len(examples),
        "likeness": model.likeness,
        "ranker": ranker,
        "selector": selector,
        "decision": decision,
        "threshold": THRESHOLD,
        "reach": REACH,
    }
    told = json.dumps({**data, "decision": []}, indent=1, sort_keys=True)
    trees = ",\n  ".join(json.dumps(tree) for tree in decision)
    target.write_text(told.replace('"decision": []', f'"decision": [\n  {trees}\n ]') + "\n", encoding="utf-8")
    return data


def decided(
    examples: Sequence[Example], model: Calibration
) -> tuple[list[dict[str, float]], NDArray[np.bool_], NDArray[np.float64]]:
    """Of the examples that no rule refuses: features, whether answerable, and weight."""
    weights = _weights(examples)
    ranked = [(e, on_subject(e.asked, rank(e.found, model)), own) for e, own in zip(examples, weights, strict=True)]
    left = [(e, its, own) for e, its, own in ranked if its and barred(e.asked, its) is None]
    rows = [decision_features(e.asked, its) for e, its, _ in left]
    truth = np.array([e.question.answerable for e, _, _ in left])
    return rows, truth, np.array([own for _, _, own in left])


def calibration_report(settings: Settings) -> Report:
    """Calibrate, and say what was fitted."""
    data = calibrate(k=settings.k)
    threshold = measured(
        "The probability from which a question counts as answerable. Range 0-1.",
        "threshold", data["threshold"], n=data["questions"], better="neither",
    )  # fmt: skip
    return Report(
        command="calibrate",
        title="Calibration of the answerer, written to qa/answering.json",
        measures=(threshold,),
        run=run_info(settings=settings),
        rows=(
            *(
                {"id": f"{part}: {name}", "weight": weight}
                for part in ("likeness", "ranker", "selector")
                for name, weight in data[part].items()
            ),
            *(
                {"id": f"decision: {name}", "weight": asked}
                for name, asked in Counter(_asked(data["decision"])).items()
            ),
        ),
    )


def _asked(tree: Tree | Sequence[Tree]) -> Iterator[str]:
    """The features that trees ask for, as often as they do."""
    for part in tree if isinstance(tree, list) else ():
        if isinstance(part, str):
            yield part
        elif isinstance(part, list):
            yield from _asked(part)


def _examples(folder: Path, k: int) -> tuple[Calibration, list[Example]]:
    """The examples of every set, and the model they were gathered with: all in it but likeness is yet to be fitted."""
    library = {name: DATA / f"questions-{name}.jsonl" for name in SETS if name != "invented"}
    sets = (
        (record_paths(), library),
        (
            [INVENTED / "invented-report.txt", INVENTED / "invented-trial.txt"],
            {"invented": INVENTED / "invented-questions.jsonl"},
        ),
    )
    found: list[Example] = []
    model = Calibration(likeness={}, ranker={}, selector={}, decision=(), threshold=0.5, reach=REACH)
    for number, (sources, files) in enumerate(sets):
        base = open_base(folder / str(number), Settings(), create=True)
        added = base.add(read(sources, base.embedder.count_tokens, max_tokens=base.embedder.max_tokens))
        if broken := [report.error for report in added if report.error is not None]:
            raise DatasetError(f"{broken[0]} Nothing was fitted.")
        asked = [(name, question) for name, file in files.items() for question in questions(file)]
        if number == 0:
            model = replace(model, likeness=fit_likeness(base, asked))
        found += [example(base, name, question, k, model) for name, question in asked]
        base.close()
    return model, found


def example(base: Base, source: str, question: Question, k: int, model: Calibration) -> Example:
    """The candidates of one question of a set, labelled."""
    asked = read_question(question.question)
    vector = base.embedder.query(asked.text)
    found = candidates(asked, gather(base, asked, k, model), base, vector, model)
    return Example(
        source=source,
        question=question,
        asked=asked,
        found=found,
        carries=np.array([bool(_carried(candidate, question)) for candidate in found], bool),
    )


def fit_likeness(base: Base, asked: Sequence[tuple[str, Question]]) -> dict[str, float]:
    """Weights by which the base's clinical questions are held against a question; see `qa.bearing.likeness`.

    A softmax over the clinical questions near each question, as right as the share of expected facts that the facts
    answering them show.
    """
    steps: list[tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], float]] = []
    shown = {document.doc_id: _shown(base, document.doc_id) for document in base.documents()}
    names: list[str] = []
    for source, question in asked:
        read_as = read_question(question.question)
        vectors = [asked_vector(base.embedder, text) for text in (read_as.text, canonical(read_as.text))]
        rows, right = list[list[float]](), list[float]()
        for known, document, cosine in nearest(base, read_as, vectors):
            row = likeness(read_as, known, document, cosine)
            names = sorted(row)
            rows.append([row[name] for name in names])
            texts = [text for fact in known.facts for text in shown[known.doc_id].get(fact, ())]
            of_it = not question.records or document.record in question.records
            hits = sum(any(stands(one, text) for one in fact for text in texts) for fact in question.expected)
            right.append(hits / len(question.expected) if of_it and question.expected else 0.0)
        if any(right):
            table = np.array(rows)
            steps.append((table, np.array(right), np.zeros(len(rows)), SETS[source].ranking))
    mean, spread = _scale(np.vstack([table for table, *_ in steps]))
    scaled = [((table - mean) / spread, right, given, weight) for table, right, given, weight in steps]
    return _unscaled(names, _softmax(scaled), 0.0, mean, spread) | {"intercept": 0.0}


def _shown(base: Base, doc_id: str) -> dict[str, list[str]]:
    """The texts that tell each fact of a record alone."""
    found: dict[str, list[str]] = {}
    for passage in base.passages(doc_id):
        if not passage.facts:
            for place in told(passage):
                found.setdefault(place, []).append(passage.text)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One choice of a sentence: the ranker's features and the selector's of each candidate, and which are right."""

    own: NDArray[np.float64]
    added: NDArray[np.float64]
    right: NDArray[np.float64]
    first: bool
    weight: float


def fit_ranker(examples: Sequence[Example]) -> tuple[dict[str, float], dict[str, float]]:
    """A listwise ranker, and behind it a selector for each further sentence, both by what a softmax gives to the right.

    Multinomial logistic regression over each question's candidates (McFadden 1974; ListNet's top-one probability,
    Cao et al. 2007). Right for the ranker is what carries an expected fact; right for the selector what carries one
    that the sentences before do not. Before it stand, in training, the right sentences that carry most for their words.
    """
    useful = [e for e in examples if e.question.answerable and e.carries.any() and not e.carries.all()]
    own_names = sorted(useful[0].found[0].features)
    added_names = sorted(next(additions(useful[0].asked, useful[0].found, useful[0].found[:1])))
    steps = [step for e in useful for step in _steps(e, own_names, added_names)]
    firsts = [step for step in steps if step.first]
    mean, spread = _scale(np.vstack([step.own for step in firsts]))
    weights = _softmax(
        [((step.own - mean) / spread, step.right, np.zeros(len(step.right)), step.weight) for step in firsts]
    )
    centre, width = _scale(np.vstack([step.added for step in steps]))
    later = _softmax(
        [
            ((s.added - centre) / width, s.right, ((s.own - mean) / spread) @ weights, s.weight)
            for s in steps
            if not s.first
        ]
    )
    ranker = _unscaled(own_names, weights, 0.0, mean, spread)
    return ranker, _unscaled(added_names, later, 0.0, centre, width) | {"intercept": 0.0}


def _softmax(
    steps: Sequence[tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], float]],
) -> NDArray[np.float64]:
    """Weights of standardised features; each step is its candidates' features, how right each is, and a given score."""
    from scipy.optimize import minimize

    size = steps[0][0].shape[1]

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        total, slope = 0.0, np.zeros(size)
        for rows, right, given, weight in steps:
            score = rows @ weights + given
            share = np.exp(score - score.max())
            share /= share.sum()
            good = np.maximum(share * right, 1e-300)
            total -= weight * float(np.log(good.sum()))
            slope += weight * rows.T @ (share - good / good.sum())
        return float(total + RIDGE * weights @ weights / 2) / len(steps), (slope + RIDGE * weights) / len(steps)

    found: NDArray[np.float64] = minimize(loss, np.zeros(size), jac=True, method="L-BFGS-B", options={"maxiter": 300}).x
    return found


def _steps(e: Example, own_names: Sequence[str], added_names: Sequence[str]) -> Iterator[Step]:
    carried = [_carried(candidate, e.question) for candidate in e.found]
    own = np.array([[c.features[name] for name in own_names] for c in e.found])
    chosen: list[Candidate] = []
    told: set[int] = set()
    while len(chosen) < MAX_CLAIMS:
        left = MAX_WORDS - sum(len(c.text.split()) for c in chosen)
        open_to = [at for at, c in enumerate(e.found) if c not in chosen and len(c.text.split()) <= left]
        new = {at: len(carried[at] - told) for at in open_to}
        if not any(new.values()) or all(new.values()):
            return
        pool = [e.found[at] for at in open_to]
        added = [[row.get(name, 0.0) for name in added_names] for row in additions(e.asked, pool, chosen)]
        yield Step(
            own=own[open_to],
            added=np.array(added),
            right=np.array([new[at] for at in open_to], float),
            first=not chosen,
            weight=SETS[e.source].ranking,
        )
        best = max(open_to, key=lambda at: (new[at], new[at] / len(e.found[at].text.split()), -at))
        chosen.append(e.found[best])
        told |= carried[best]


def _carried(candidate: Candidate, question: Question) -> set[int]:
    """Which of the expected facts the candidate shows; none when it is of another record."""
    if question.records and candidate.hit.document.record not in question.records:
        return set()
    return {at for at, fact in enumerate(question.expected) if any(stands(one, candidate.text) for one in fact)}


def _weights(examples: Sequence[Example]) -> NDArray[np.float64]:
    """Each set weighs its `deciding`, however long it is, and its answerable questions as much as the others.

    Those that a rule refuses count too: what it does not refuse must not weigh more for it.
    """
    keys = [(e.source, e.question.answerable) for e in examples]
    counts = {key: keys.count(key) for key in keys}
    return np.array([SETS[key[0]].deciding * len(keys) / (len(counts) * counts[key]) for key in keys])


def fit_decision(
    rows: Sequence[Mapping[str, float]], truth: NDArray[np.bool_], weight: NDArray[np.float64]
) -> list[Tree]:
    """Boosted trees of "answerable" (Friedman 2001), each row with its weight, bound by `SPEAK_FOR`.

    The first tree is what is known without a feature.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier

    names = sorted(rows[0])
    table = np.array([[row[name] for name in names] for row in rows])
    model = HistGradientBoostingClassifier(
        max_iter=TREES, learning_rate=RATE, max_depth=DEPTH, min_samples_leaf=LEAF, max_features=TRIED,
        monotonic_cst=[int(name in SPEAK_FOR) for name in names], early_stopping=False, random_state=0,
    ).fit(table, truth, sample_weight=weight)  # fmt: skip
    known = round(float(model._baseline_prediction[0, 0]), 4)
    return [known, *(_tree(one.nodes, names, 0) for (one,) in model._predictors)]


def _tree(nodes: NDArray[np.void], names: Sequence[str], at: int) -> Tree:
    """A fitted tree from node `at` on, in the form of `qa.calibration.Tree`."""
    node = nodes[at]
    if node["is_leaf"]:
        return round(float(node["value"]), 4)
    most = round(float(node["num_threshold"]), 4)
    low, high = (_tree(nodes, names, int(node[side])) for side in ("left", "right"))
    return [names[int(node["feature_idx"])], most, low, high]


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
