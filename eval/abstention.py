"""Abstention, judged by leaving one document out: what is answered, what is refused, and at what price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

from domain.answer import Abstention, Answer
from domain.errors import DatasetError
from domain.settings import Settings
from eval.bootstrap import ratio_interval
from eval.curves import Trial, coverage_at, coverage_interval, risk_coverage
from eval.figures import strange_figures
from eval.grounding import Progress
from eval.leaveout import BaseWithout, LeftOut, questions_from
from eval.report import Plot, Report, Table, measured
from eval.runinfo import run_info
from kb import Base
from qa.abstain import enough
from qa.ask import Retrieved, check, compose, retrieve
from qa.calibration import calibration
from qa.candidates import candidates
from qa.compose import choose, on_subject, probability, rank
from qa.features import Candidate

Row = dict[str, Any]

PRECISION = 0.95
"""The precision at which coverage is stated: one wrong answer in twenty."""


def abstention(base: Base, settings: Settings, progress: Progress | None = None) -> Report:
    """Ask each question made from the base with its document and without it; the base itself is not changed.

    Raises DatasetError when the base is too small to make two questions of.
    """
    made, elsewhere = questions_from(base)
    if len(made) < 2:
        raise DatasetError(
            f"{base.path}: {len(made)} questions can be made of this base; abstention needs two or more."
        )
    pairs: list[tuple[Trial, Trial]] = []
    rows: list[tuple[Row, Row]] = []
    for done, question in enumerate(made, start=1):
        with_it, row = _trial(base, question, settings, answerable=True)
        without, other = _trial(cast(Base, BaseWithout(base, question.doc_id)), question, settings, answerable=False)
        pairs.append((with_it, without))
        rows.append((row, other))
        if progress is not None:
            progress(done, len(made))
    return _report(base, settings, pairs, rows, elsewhere)


def coverage_at_precision(pairs: Sequence[tuple[Trial, Trial]]) -> float:
    """Share of answerable questions that can be answered while at least 95% of all answers given are right: 0 to 1.

    The threshold on the answerer's confidence is the best for that; its choice is part of the interval. 0 means that
    no threshold reaches 95%.
    """
    return coverage_at([trial for pair in pairs for trial in pair], PRECISION)


def coverage_in_use(pairs: Sequence[tuple[Row, Row]]) -> tuple[list[float], list[float]]:
    """Share of answerable questions answered at the threshold in use: 0 to 1. Stated wherever precision is."""
    return [float(_answered(whole)) for whole, _ in pairs], [1.0] * len(pairs)


def precision_in_use(pairs: Sequence[tuple[Row, Row]]) -> tuple[list[float], list[float]]:
    """Share of answers given, at the threshold in use, that are right: 0 to 1.

    Right is an answer, with the document there, that quotes the passage of the fact or shows its figures from that
    document; every answer without the document is wrong.
    """
    right = [float(_answered(whole) and whole["right"]) for whole, _ in pairs]
    return right, [float(_answered(whole) + _answered(without)) for whole, without in pairs]


def refusal_recall(pairs: Sequence[tuple[Row, Row]]) -> tuple[list[float], list[float]]:
    """Share of questions refused when their document is left out: 0 to 1."""
    return [float(not _answered(without)) for _, without in pairs], [1.0] * len(pairs)


def _answered(row: Row) -> bool:
    return bool(row["status"] == "answered")


def _trial(base: Base, question: LeftOut, settings: Settings, *, answerable: bool) -> tuple[Trial, Row]:
    retrieved = retrieve(base, question.question, settings)
    result = check(base, compose(base, retrieved, settings), settings)
    sure, chosen = _would_say(base, retrieved)
    right = answerable and _shows(chosen, question)
    row = {
        "id": f"{question.id}-{'with' if answerable else 'without'}",
        "sources": _quoted(result, question),
        "question": question.question,
        "answerable": answerable,
        "status": "answered" if isinstance(result, Answer) else "abstained",
        "reason": None if isinstance(result, Answer) else result.reason,
        "confidence": sure,
        "right": right,
        "score": float(isinstance(result, Answer) and right if answerable else not isinstance(result, Answer)),
        "fact": question.passage.text,
        "answer": result.text if isinstance(result, Answer) else "",
    }
    return Trial(confidence=sure, answerable=answerable, right=right), row


def _quoted(result: Answer | Abstention, question: LeftOut) -> list[str]:
    """The documents whose words stand in the row: the fact's own, and those that were cited."""
    cited = [c.document.doc_id for c in result.citations] if isinstance(result, Answer) else []
    return list(dict.fromkeys([question.doc_id, *cited]))


def _would_say(base: Base, retrieved: Retrieved) -> tuple[float, list[Candidate]]:
    """The answerer's confidence, and what it would say if it had no threshold; 0 where a rule refuses in any case."""
    if not retrieved.hits or retrieved.vector is None:
        return 0.0, []
    model = calibration()
    found = candidates(retrieved.question, retrieved.hits, base, retrieved.vector, model)
    ranked = on_subject(retrieved.question, rank(found, model))
    if not ranked or enough(retrieved.question, ranked, replace(model, threshold=0.0)) is not None:
        return 0.0, []
    return probability(retrieved.question, ranked, model), choose(retrieved.question, ranked, model)


def _shows(chosen: Sequence[Candidate], question: LeftOut) -> bool:
    """A sentence from the question's document quotes the passage of the fact, tells it, or shows all its figures."""
    mine = [c for c in chosen if c.hit.document.doc_id == question.doc_id]
    fact = question.passage.fact
    if any(c.hit.passage.passage_id == question.passage.passage_id or fact in c.hit.passage.facts for c in mine):
        return True
    return bool(mine) and not strange_figures(question.passage.text, [c.text for c in mine])


def _report(
    base: Base,
    settings: Settings,
    pairs: Sequence[tuple[Trial, Trial]],
    rows: Sequence[tuple[Row, Row]],
    elsewhere: int,
) -> Report:
    trials = [trial for pair in pairs for trial in pair]
    measures = [
        measured(
            coverage_at_precision,
            "coverage at 95% precision",
            coverage_at_precision(pairs),
            n=len(pairs),
            interval=coverage_interval(pairs, PRECISION),
        )
    ]
    for definition, name in (
        (coverage_in_use, "coverage"),
        (precision_in_use, "precision"),
        (refusal_recall, "abstention recall"),
    ):
        top, bottom = definition(rows)
        if sum(bottom) > 0:
            value = sum(top) / sum(bottom)
            interval = ratio_interval(top, bottom)
            measures.append(measured(definition, name, value, n=int(sum(bottom)), interval=interval))
    points = risk_coverage(trials)
    curve = Plot(
        name="risk and coverage",
        caption=f"Risk (share of answers that are wrong) against coverage, over {len(pairs)} questions asked with and "
        "without the document that answers them.",
        kind="steps",
        rows=tuple({"coverage": p.coverage, "risk": p.risk, "threshold": p.threshold} for p in points),
        x="coverage",
        y="risk",
        x_title="coverage of answerable questions",
        y_title="risk",
    )
    return Report(
        command="abstention",
        title="Abstention, one document left out at a time",
        measures=tuple(measures),
        run=run_info(base=base, settings=settings),
        rows=tuple(row for pair in rows for row in pair),
        tables=(
            Table(
                name="Curve",
                columns=("threshold", "coverage", "risk", "answers"),
                rows=tuple((p.threshold, p.coverage, p.risk, p.answered) for p in points),
            ),
        ),
        plots=(curve,) if points else (),
        notes=(f"{elsewhere} further questions were left out: their fact still stands in another document.",),
    )
