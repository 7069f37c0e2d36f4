"""Two reports side by side: every measure, the paired differences, and the questions that changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import mean
from typing import Any

from domain.errors import DatasetError
from eval.bootstrap import Difference, paired, paired_ratio
from eval.report import Measurement, Plot, Report, Table, listed, measured, read_report, show_number

ALWAYS = ("score", "ms")
"""Columns of the rows whose difference is shown beside those of the measures themselves."""
SHOWN = 300
"""Characters of an answer in the table of changed questions; the reports have the whole."""


def compare(first: Path, second: Path) -> Report:
    """Compare the reports in two files or folders; DatasetError when they are not of the same evaluation."""
    a, b = read_report(first), read_report(second)
    if a.command != b.command:
        raise DatasetError(f"{first} is a report of {a.command}, {second} of {b.command}. Compare two of one kind.")
    return side_by_side(a, b, str(first), str(second))


def side_by_side(a: Report, b: Report, first: str = "A", second: str = "B") -> Report:
    """The comparison of two reports of one kind; a positive difference means that the second has more."""
    shared = _shared(a.rows, b.rows)
    if (a.rows or b.rows) and not shared:
        raise DatasetError(f"{first} and {second} have no question in common (their ids differ).")
    ratios = ratio_differences(a, b)
    columns = [name for name in _numeric(shared) if not ratios or name in ALWAYS] if len(shared) > 1 else []
    changed = [pair for pair in shared if pair[0].get("score") != pair[1].get("score")]
    alone = [len(report.rows) - len(shared) for report in (a, b)]
    return Report(
        command="compare",
        title=f"{a.command}: A and B side by side",
        measures=(
            *(_measured(ratio_differences, name, found) for name, found in ratios.items()),
            *(_measured(difference, name, difference(shared, name)) for name in columns),
        ),
        run={"A": {"path": first, **a.run}, "B": {"path": second, **b.run}},
        rows=tuple(_changed(*pair) for pair in changed),
        tables=(
            _measures_table(a, b, ratios),
            *_findings(a, b),
            Table(
                name="Settings that differ",
                columns=("what", "A", "B"),
                rows=tuple((name, _said(a.run.get(name)), _said(b.run.get(name))) for name in _differing(a.run, b.run)),
            ),
        ),
        plots=tuple(_plots(a, b)),
        notes=(
            f"A is {first}, B is {second}.",
            f"{len(shared)} questions stand in both; {alone[0]} only in A, {alone[1]} only in B (not compared).",
            f"{len(changed)} questions have another score: {sum(_better(*pair) for pair in changed)} better in B.",
            "An interval that excludes 0 is unlikely to be chance alone; many measures at once make one such likely.",
        ),
    )


def ratio_differences(a: Report, b: Report) -> dict[str, Difference]:
    """B minus A of each measure that is a ratio over questions, with the 95% interval of a paired bootstrap.

    Over the questions in both reports, each drawn with both its answers, so that hard questions do not blur the
    difference; -1 to 1 for a share.
    """
    at = [{str(row["id"]): place for place, row in enumerate(report.rows)} for report in (a, b)]
    places = [(at[0][name], at[1][name]) for name in at[0] if name in at[1]]
    theirs = {found.name: found for found in b.measures}
    differences = {}
    for mine in a.measures:
        other = theirs.get(mine.name)
        if other is None or len(mine.parts) != len(a.rows) or len(other.parts) != len(b.rows) or len(places) < 2:
            continue
        first, second = [mine.parts[i] for i, _ in places], [other.parts[j] for _, j in places]
        if sum(bottom for _, bottom in first) > 0 and sum(bottom for _, bottom in second) > 0:
            differences[mine.name] = paired_ratio(first, second)
    return differences


def difference(shared: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]], name: str) -> Difference:
    """Mean of B minus mean of A over the questions in both, with the 95% interval of a paired bootstrap.

    The questions are drawn, each with both its answers, so that hard questions do not blur the difference.
    """
    return paired([float(a[name]) for a, _ in shared], [float(b[name]) for _, b in shared])


def _shared(
    a: Sequence[Mapping[str, Any]], b: Sequence[Mapping[str, Any]]
) -> list[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    by_id = {row["id"]: row for row in b}
    return [(row, by_id[row["id"]]) for row in a if row["id"] in by_id]


def _numeric(shared: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> list[str]:
    """The columns that hold a number in every row of both and are not the same throughout."""
    if not shared:
        return []
    names = [name for name in shared[0][0] if name != "id"]
    return [
        name
        for name in names
        if all(isinstance(row.get(name), int | float) for pair in shared for row in pair)
        and any(a[name] != b[name] for a, b in shared)
    ]


def _measured(definition: Callable[..., Any], name: str, found: Difference) -> Measurement:
    return measured(
        definition, f"{name}, B - A", found.value, n=found.n, unit="points", better="neither", interval=found.interval
    )


def _measures_table(a: Report, b: Report, differences: Mapping[str, Difference]) -> Table:
    theirs = {found.name: found for found in b.measures}
    rows = []
    for mine in a.measures:
        other = theirs.get(mine.name)
        gap = None if other is None else other.value - mine.value
        paired = differences.get(mine.name)
        between = (
            "" if paired is None else f"{_signed(paired.interval.low, mine)} to {_signed(paired.interval.high, mine)}"
        )
        better = "" if gap is None or gap == 0 or mine.better == "neither" else _winner(gap, mine.better)
        if better and paired is not None and not paired.certain:
            better += ", may be chance"
        shown = "" if gap is None else _signed(gap, mine)
        rows.append((mine.name, mine.shown, "" if other is None else other.shown, shown, between, better))
    mine_too = {found.name for found in a.measures}
    rows += [(found.name, "", found.shown, "", "", "") for found in b.measures if found.name not in mine_too]
    return Table(
        name="Measures",
        columns=("measure", "A", "B", "B - A", "95% of B - A", "better"),
        rows=tuple(rows),
        note="The interval of a difference is over the questions in both, drawn in pairs.",
    )


def _signed(value: float, found: Measurement) -> str:
    return ("+" if value >= 0 else "-") + show_number(abs(value), found.unit)


def _winner(gap: float, better: str) -> str:
    return "B" if (gap > 0) == (better == "higher") else "A"


def _findings(a: Report, b: Report) -> list[Table]:
    """What each report holds against single claims or items, one under the other; none where neither does."""
    rows: list[tuple[Any, ...]] = []
    columns: tuple[str, ...] = ()
    for name, report in (("A", a), ("B", b)):
        for table in report.tables:
            if table.name == "Findings":
                columns = ("report", *table.columns)
                rows += [(name, *row) for row in table.rows]
    same = all(len(row) == len(columns) for row in rows)
    return [Table(name="Findings", columns=columns, rows=tuple(rows))] if rows and same else []


def _changed(a: Mapping[str, Any], b: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": a["id"],
        "question": a.get("question"),
        "score A": a.get("score"),
        "score B": b.get("score"),
        "better": "B" if _better(a, b) else "A",
        "answer A": _cut(a),
        "answer B": _cut(b),
    }


def _better(a: Mapping[str, Any], b: Mapping[str, Any]) -> bool:
    return float(b.get("score") or 0) > float(a.get("score") or 0)


def _cut(row: Mapping[str, Any]) -> str:
    said = str(row.get("answer") or row.get("error") or row.get("reason") or "")
    reasons = row.get("reasons")
    text = f"{said} ({listed(reasons)})" if reasons else said or str(row.get("status") or "")
    return text if len(text) <= SHOWN else text[:SHOWN].rstrip() + " …"


def _differing(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[str]:
    return [name for name in dict.fromkeys([*a, *b]) if a.get(name) != b.get(name)]


def _said(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {part}" for name, part in value.items())
    return "" if value is None else str(value)


def _plots(a: Report, b: Report) -> list[Plot]:
    theirs = {found.name: found for found in b.measures}
    rows: list[dict[str, Any]] = []
    for mine in a.measures:
        other = theirs.get(mine.name)
        if mine.unit == "share" and other is not None:
            rows += [_bar(mine, "A"), _bar(other, "B")]
    plots = []
    if rows:
        plots.append(
            Plot(
                name="measures",
                caption="Every share that both reports have, with 95% intervals.",
                kind="bars",
                rows=tuple(rows),
                x="measure",
                y="value",
                x_title="",
                y_title="share",
                colour="report",
                low="low",
                high="high",
            )
        )
    topics = sorted({row["topic"] for row in [*a.rows, *b.rows] if row.get("topic")})
    if topics:
        bars = [
            {"topic": topic, "report": name, "score": mean(scores)}
            for topic in topics
            for name, report in (("A", a), ("B", b))
            if (scores := [row["score"] for row in report.rows if row.get("topic") == topic])
        ]
        plots.append(
            Plot(
                name="topics",
                caption="Mean score per topic in each report.",
                kind="bars",
                rows=tuple(bars),
                x="topic",
                y="score",
                x_title="",
                y_title="score",
                colour="report",
            )
        )
    return plots


def _bar(found: Measurement, report: str) -> dict[str, Any]:
    low, high = (found.interval.low, found.interval.high) if found.interval else (found.value, found.value)
    return {"measure": found.name, "report": report, "value": found.value, "low": low, "high": high}
