"""The measures of answers, question by question: each is a row's share of a numerator and a denominator.

A row is what eval/answers.py says of one question. The docstring of a measure is its definition in every report.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from statistics import mean
from typing import Any

from eval.bootstrap import ratio_interval
from eval.report import Better, Measurement, Unit, measured

Row = Mapping[str, Any]
Definition = Callable[[Row], tuple[float, float]]


def over(
    rows: Sequence[Row], definition: Definition, name: str, *, unit: Unit = "share", better: Better = "higher"
) -> list[Measurement]:
    """The measurement over rows, with its interval; none where the denominator is 0, for it is then not a number."""
    pairs = [definition(row) for row in rows]
    top, bottom = [float(a) for a, _ in pairs], [float(b) for _, b in pairs]
    if sum(bottom) == 0:
        return []
    value = sum(top) / sum(bottom)
    interval = ratio_interval(top, bottom)
    parts = tuple(zip(top, bottom, strict=True))
    n = int(sum(bottom))
    return [measured(definition, name, value, n=n, unit=unit, better=better, interval=interval, parts=parts)]


def facts_shown(row: Row) -> tuple[float, float]:
    """Share of the expected facts of answerable questions that the answer shows: 0 to 1.

    A fact is shown when one of its alternatives stands, as whole tokens, in the text of a claim that cites one of the
    question's sources. A question that was refused, crashed or left empty shows none. Facts are summed over questions.
    """
    return (row["facts_shown"], row["facts"]) if row["answerable"] else (0, 0)


def all_facts(row: Row) -> tuple[float, float]:
    """Share of answerable questions with expected facts whose answer shows every one of them: 0 to 1."""
    counted = row["answerable"] and row["facts"] > 0
    return (float(row["facts_shown"] == row["facts"]), 1) if counted else (0, 0)


def right_source(row: Row) -> tuple[float, float]:
    """Share of answerable questions with at least one claim that cites one of the question's sources: 0 to 1."""
    return (float(row["right_source"]), 1) if row["answerable"] else (0, 0)


def aptness(row: Row) -> tuple[float, float]:
    """Share of claims, in answers to answerable questions, that carry an expected fact with a right source: 0 to 1.

    The counterweight to showing much: an answer that lists everything shows all facts and has a low aptness.
    """
    return (row["apt"], row["claims"]) if row["answerable"] and row["facts"] else (0, 0)


def coverage(row: Row) -> tuple[float, float]:
    """Share of answerable questions that got an answer: 0 to 1. Reported wherever abstention precision is."""
    return (float(row["status"] == "answered"), 1) if row["answerable"] else (0, 0)


def abstention_precision(row: Row) -> tuple[float, float]:
    """Share of abstentions that were right, the question being unanswerable: 0 to 1."""
    return (float(not row["answerable"]), 1) if row["status"] == "abstained" else (0, 0)


def abstention_recall(row: Row) -> tuple[float, float]:
    """Share of unanswerable questions that were refused: 0 to 1. A crash is no refusal."""
    return (0, 0) if row["answerable"] else (float(row["status"] == "abstained"), 1)


def crash_rate(row: Row) -> tuple[float, float]:
    """Share of questions that ended in an error or an empty answer: 0 to 1, lower is better."""
    return float(row["status"] in {"crashed", "empty"}), 1


def verbatim(row: Row) -> tuple[float, float]:
    """Share of citations whose quote is the slice of the stored document at its offsets, to the character: 0 to 1."""
    return row["verbatim"], row["citations"]


def page_right(row: Row) -> tuple[float, float]:
    """Share of citations of paged documents whose page is the one that holds the quote's first character: 0 to 1."""
    return row["page_right"], row["paged"]


def claims_an_answer(row: Row) -> tuple[float, float]:
    """Claims in an answer, on average, 1 or more; neither more nor fewer is better in itself."""
    return (row["claims"], 1) if row["status"] == "answered" else (0, 0)


def words_an_answer(row: Row) -> tuple[float, float]:
    """Words in an answer, on average, citation markers left out; neither more nor fewer is better in itself."""
    return (row["words"], 1) if row["status"] == "answered" else (0, 0)


def repeatability(same: Sequence[bool]) -> float:
    """Share of questions, every tenth one asked again, whose second answer is the first to the letter: 0 to 1.

    Timings are left out of the comparison.
    """
    return mean(same)
