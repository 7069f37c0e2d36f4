"""Answers on a questions file: whether facts are shown and rightly cited, and what is not covered is refused."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np

from domain import wire
from domain.document import Document
from domain.settings import Settings
from eval.bootstrap import ratio_interval, statistic_interval
from eval.datasets import Question, questions
from eval.facts import carries, cites, shown_facts
from eval.grounding import CitedClaim, JudgedClaim, Progress, grounding_measures, judge
from eval.measures import (
    Row,
    abstention_precision,
    abstention_recall,
    all_facts,
    aptness,
    claims_an_answer,
    coverage,
    crash_rate,
    facts_shown,
    over,
    page_right,
    repeatability,
    right_source,
    verbatim,
    words_an_answer,
)
from eval.report import Measurement, Plot, Report, Table, measured
from eval.runinfo import run_info
from kb import Base
from qa.ask import ask

REPEAT_EVERY = 10
"""Every tenth question is asked a second time, later, to see whether the answer is the same."""
WORST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question with the answer's JSON, None when it crashed (then `error` says why); `ms` is wall-clock time."""

    question: Question
    answer: Mapping[str, Any] | None
    ms: float
    error: str | None = None


def answers(path: Path, base: Base, settings: Settings, progress: Progress | None = None) -> Report:
    """Ask every question of the file and judge the answers; a crash is a row with score 0, never the end of the run."""
    asked_for = questions(path)
    asked: list[Asked] = []
    for done, question in enumerate(asked_for, start=1):
        asked.append(_ask(base, question, settings))
        if progress is not None:
            progress(done, len(asked_for))
    again = [_same(one, _ask(base, one.question, settings)) for one in asked[::REPEAT_EVERY]]
    return report_on(asked, base, again, run=run_info(base=base, settings=settings, files=(path,)), name=path.name)


def report_on(
    asked: Sequence[Asked], base: Base | None, again: Sequence[bool], *, run: Mapping[str, Any], name: str
) -> Report:
    """The report over questions already asked; `base` is where quotes and pages are looked up, None to skip that."""
    documents = {document.doc_id: document for document in base.documents()} if base is not None else {}
    embedder = base.embedder if base is not None else None
    judged = [
        [judge(_cited(claim, one.answer), embedder) for claim in one.answer["claims"]] if one.answer else []
        for one in asked
    ]
    rows = [_row(one, claims, documents) for one, claims in zip(asked, judged, strict=True)]
    measures = [*_quality(rows), *_refusal(rows), *(grounding_measures(judged) if any(judged) else ())]
    measures += [*_quotes(rows), *_length(rows), *_repeatability(again), *_latency(rows)]
    worst = sorted(rows, key=lambda row: (row["score"], row["id"]))[:WORST]
    columns = ("id", "topic", "question", "status", "score", "answer", "facts not shown")
    return Report(
        command="answers",
        title=f"Answers to {name}",
        measures=tuple(measures),
        run=run,
        rows=tuple(rows),
        tables=(
            Table(
                name="The worst twenty",
                columns=columns,
                rows=tuple(
                    (*(row[name] for name in columns[:5]), _told(row), [" or ".join(fact) for fact in row["not_shown"]])
                    for row in worst
                    if row["score"] < 1
                ),
            ),
            *_topics(rows),
        ),
        plots=tuple(_plots(rows)),
    )


def _quality(rows: Sequence[Row]) -> list[Measurement]:
    return [
        *over(rows, facts_shown, "expected facts shown"),
        *over(rows, all_facts, "all facts shown"),
        *over(rows, right_source, "right source cited"),
        *over(rows, aptness, "aptness"),
    ]


def _refusal(rows: Sequence[Row]) -> list[Measurement]:
    return [
        *over(rows, coverage, "coverage"),
        *over(rows, abstention_precision, "abstention precision"),
        *over(rows, abstention_recall, "abstention recall"),
        *over(rows, crash_rate, "crash rate", better="lower"),
    ]


def _quotes(rows: Sequence[Row]) -> list[Measurement]:
    return [*over(rows, verbatim, "quotes verbatim"), *over(rows, page_right, "pages right")]


def _length(rows: Sequence[Row]) -> list[Measurement]:
    return [
        *over(rows, claims_an_answer, "claims an answer", unit="count", better="neither"),
        *over(rows, words_an_answer, "words an answer", unit="words", better="neither"),
    ]


def _repeatability(same: Sequence[bool]) -> list[Measurement]:
    if not same:
        return []
    interval = ratio_interval([float(s) for s in same], [1.0] * len(same))
    return [measured(repeatability, "repeatability", repeatability(same), n=len(same), interval=interval)]


def _latency(rows: Sequence[Row]) -> list[Measurement]:
    times = [row["ms"] for row in rows]
    found = []
    for share in (50, 95):
        definition = (
            f"The {share}th percentile of wall-clock time for one question, warm, in milliseconds; lower is better."
        )
        value = float(np.percentile(times, share))
        interval = statistic_interval([times], lambda groups, q=share: float(np.percentile(groups[0], q)))  # type: ignore[misc]
        name = f"latency p{share}"
        found.append(measured(definition, name, value, n=len(times), unit="ms", better="lower", interval=interval))
    return found


def _ask(base: Base, question: Question, settings: Settings) -> Asked:
    started = time.perf_counter()
    try:
        answer = wire.answer(ask(base, question.question, settings), question_id=question.id)
        error = None
    except Exception as failure:  # whatever it is, it is this question's result and the others go on
        answer, error = None, f"{type(failure).__name__}: {failure}"
    return Asked(question=question, answer=answer, ms=1000 * (time.perf_counter() - started), error=error)


def _same(first: Asked, second: Asked) -> bool:
    if first.answer is None or second.answer is None:
        return False
    return _timeless(first.answer) == _timeless(second.answer)


def _timeless(answer: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name != "timings_ms"}


def _cited(claim: Mapping[str, Any], answer: Mapping[str, Any]) -> CitedClaim:
    quotes = {cited["n"]: cited["quote"] for cited in answer["citations"]}
    return CitedClaim(
        text=claim["text"],
        cited={n: quotes[n] for n in claim["citations"] if n in quotes},
        unknown=tuple(n for n in claim["citations"] if n not in quotes),
    )


def _row(one: Asked, judged: Sequence[JudgedClaim], documents: Mapping[str, Document]) -> Row:
    question = one.question
    answer = one.answer or {"status": "crashed", "claims": [], "citations": [], "answer": "", "reason": None}
    status = "empty" if answer["status"] == "answered" and not answer["claims"] else answer["status"]
    shown = shown_facts(answer, question)
    claims = answer["claims"]
    quotes = [_quote(cited, documents.get(cited["doc_id"])) for cited in answer["citations"]]
    if question.answerable:
        score = mean(shown) if shown else float(status == "answered")
    else:
        score = float(status == "abstained")
    return {
        "id": question.id,
        "topic": question.topic or "",
        "question": question.question,
        "answerable": question.answerable,
        "status": status,
        "reason": answer.get("reason"),
        "missing": answer.get("missing"),
        "score": float(score),
        "facts": len(question.expected),
        "facts_shown": sum(shown),
        "not_shown": [list(fact) for fact, ok in zip(question.expected, shown, strict=True) if not ok],
        "right_source": any(cites(claim, answer, question.records) for claim in claims),
        "claims": len(claims),
        "apt": sum(carries(claim, answer, question) for claim in claims),
        "supported": sum(claim.verdict.support == "supported" for claim in judged),
        "words": sum(len(claim["text"].split()) for claim in claims),
        "citations": len(quotes),
        "verbatim": sum(exact for exact, _, _ in quotes),
        "paged": sum(paged for _, paged, _ in quotes),
        "page_right": sum(right for _, _, right in quotes),
        "sources": list(dict.fromkeys(cited["doc_id"] for cited in answer["citations"])),
        "ms": round(one.ms, 2),
        "answer": answer["answer"],
        "error": one.error,
    }


def _told(row: Row) -> str:
    """What the reader of the question was told: the answer, or why there is none."""
    why = ", ".join(part for part in (row["reason"], row["missing"]) if part)
    return row["answer"] or row["error"] or (f"abstained: {why}" if why else "abstained")


def _quote(cited: Mapping[str, Any], document: Document | None) -> tuple[bool, bool, bool]:
    """Whether the quote is verbatim, its document has pages, and the page is right; read off the document itself."""
    if document is None:
        return False, False, False
    exact = document.text[cited["start"] : cited["end"]] == cited["quote"] != ""
    holding = [page.number for page in document.pages if page.start <= cited["start"] < page.end]
    return exact, bool(document.pages), bool(document.pages) and holding == [cited["page"]]


def _topics(rows: Sequence[Row]) -> list[Table]:
    names = sorted({row["topic"] for row in rows if row["topic"]})
    if not names:
        return []
    lines = []
    for name in names:
        mine = [row for row in rows if row["topic"] == name]
        lines.append((name, len(mine), mean(row["score"] for row in mine)))
    note = "Score of a question: share of expected facts shown, or 1 for a right refusal."
    return [Table(name="By topic", columns=("topic", "questions", "score"), rows=tuple(lines), note=note)]


def _plots(rows: Sequence[Row]) -> list[Plot]:
    plots = []
    for table in _topics(rows):
        ends = []
        for name, n, score in table.rows:
            scores = [row["score"] for row in rows if row["topic"] == name]
            interval = ratio_interval(scores, [1.0] * len(scores))
            low, high = (interval.low, interval.high) if interval else (score, score)
            ends.append({"topic": f"{name} ({n})", "score": score, "low": low, "high": high})
        plots.append(
            Plot(
                name="quality per topic",
                caption="Mean score per topic (number of questions) with 95% bootstrap intervals. " + table.note,
                kind="bars",
                rows=tuple(ends),
                x="topic",
                y="score",
                x_title="",
                y_title="score",
                low="low",
                high="high",
            )
        )
    times = sorted(row["ms"] for row in rows)
    plots.append(
        Plot(
            name="latency",
            caption="Share of questions answered within a time (wall clock, warm).",
            kind="line",
            rows=tuple({"ms": ms, "share": (at + 1) / len(times)} for at, ms in enumerate(times)),
            x="ms",
            y="share",
            x_title="milliseconds",
            y_title="share of questions",
        )
    )
    return plots
