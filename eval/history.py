"""The latest runs, kept in the base, and the tables that the Evaluation page draws from them.

A run is kept on the base's shelf with the documents that it quotes, so that purging one of them takes the run too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from eval.report import Measurement, Report, from_json
from kb import Base

SHELF = "evaluations"
KEPT = 50
"""Runs kept of each judge; the oldest goes first."""
WORST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One kept run: its name on the shelf, when it was made (UTC, ISO 8601), its report."""

    name: str
    at: str
    report: Report


def keep(base: Base, report: Report) -> str:
    """Keep a report in the base and give its name; beyond KEPT runs of that judge the oldest is dropped."""
    at = str(report.run.get("at") or datetime.now(UTC).isoformat(timespec="seconds"))
    names = _names(base, report.command)
    name = f"{report.command} {at}"
    while name in names:
        name += "+"
    base.save(SHELF, name, report.to_json(), doc_ids=_quoted(base, report))
    for old in sorted([*names, name])[:-KEPT]:
        base.forget(SHELF, old)
    return name


def runs(base: Base, command: str | None = None) -> list[Run]:
    """The kept runs, oldest first; of one judge when `command` is given."""
    found = []
    for name in _names(base, command):
        value = base.load(SHELF, name)
        if value is not None:
            found.append(Run(name=name, at=name.split(" ", 1)[1].rstrip("+"), report=from_json(value)))
    return sorted(found, key=lambda run: (run.at, run.name))


def quality_over_runs(kept: Sequence[Run], measures: Sequence[str] = ()) -> list[dict[str, Any]]:
    """One row for each share of each run: run, at, measure, value, low, high; only `measures` when some are named."""
    return [
        {"run": run.name, "at": run.at, "measure": m.name, "value": m.value, **_ends(m)}
        for run in kept
        for m in run.report.measures
        if m.unit == "share" and (not measures or m.name in measures)
    ]


def latency_over_runs(kept: Sequence[Run]) -> list[dict[str, Any]]:
    """One row for each latency of each run: run, at, measure, ms."""
    return [
        {"run": run.name, "at": run.at, "measure": m.name, "ms": m.value}
        for run in kept
        for m in run.report.measures
        if m.unit == "ms"
    ]


def worst(report: Report, n: int = WORST) -> list[dict[str, Any]]:
    """The `n` rows of lowest score below 1, with their answers, worst first; empty where rows have no score."""
    scored = [dict(row) for row in report.rows if isinstance(row.get("score"), int | float) and row["score"] < 1]
    return sorted(scored, key=lambda row: (row["score"], str(row["id"])))[:n]


def _names(base: Base, command: str | None) -> list[str]:
    return [name for name in base.saved(SHELF) if command is None or name.split(" ", 1)[0] == command]


def _quoted(base: Base, report: Report) -> tuple[str, ...]:
    """The documents whose words are in the report; all of the base's where the rows do not say."""
    held = [document.doc_id for document in base.documents()]
    if not report.rows or not all("sources" in row for row in report.rows):
        return tuple(held)
    named = {doc_id for row in report.rows for doc_id in row["sources"]}
    return tuple(doc_id for doc_id in held if doc_id in named)


def _ends(found: Measurement) -> dict[str, float]:
    between = found.interval
    return {"low": between.low if between else found.value, "high": between.high if between else found.value}
