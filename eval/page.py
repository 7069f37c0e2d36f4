"""A report as a page: Markdown for a pull request, and one HTML file that opens anywhere and loads nothing."""

from __future__ import annotations

import html
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from eval.charts import svg
from eval.report import Plot, Report, Table, listed, show_number

ROWS_SHOWN = 200
"""Rows of the per-question table on a page; the JSON has them all."""
CELL = 300
"""Characters of a cell that are shown on a page."""


def markdown_page(report: Report) -> str:
    """The report as GitHub-flavoured Markdown: sums, tables, notes, definitions, what ran."""
    parts = [f"# {report.title}", ""]
    if report.failures:
        parts += ["**Fell short:**", "", *(f"- {_inline(line)}" for line in report.failures), ""]
    if report.measures:
        parts += _markdown_table(
            ("measure", "value [95% interval]", "n"), [(m.name, m.shown, m.n) for m in report.measures]
        )
    for table in _tables(report):
        parts += [f"## {_inline(table.name)}", ""]
        parts += [_inline(table.note), ""] if table.note else []
        parts += _markdown_table(table.columns, table.rows[:ROWS_SHOWN])
        parts += _cut(table)
    if report.notes:
        parts += ["## Notes", "", *(f"- {_inline(note)}" for note in report.notes), ""]
    if report.measures:
        parts += [
            "## What the measures mean",
            "",
            *(f"- **{_inline(names)}**: {_inline(text)}" for names, text in _definitions(report)),
            "",
        ]
    parts += ["## What ran", "", "```json", json.dumps(dict(report.run), indent=1, ensure_ascii=False), "```", ""]
    return "\n".join(parts)


def html_page(report: Report) -> str:
    """The report as one HTML file: pictures inline, no script, no font, no address of another host."""
    body = [f"<h1>{_text(report.title)}</h1>"]
    if report.failures:
        body.append("<section class='short'><h2>Fell short</h2><ul>")
        body += [f"<li>{_text(line)}</li>" for line in report.failures]
        body.append("</ul></section>")
    if report.measures:
        body.append(_tiles(report))
    body += [_figure(plot) for plot in report.plots if plot.rows]
    for table in _tables(report):
        body.append(f"<h2>{_text(table.name)}</h2>")
        body.append(f"<p>{_text(table.note)}</p>" if table.note else "")
        body.append(_html_table(table.columns, table.rows[:ROWS_SHOWN]))
        body += [f"<p>{line}</p>" for line in _cut(table) if line]
    if report.notes:
        body.append("<h2>Notes</h2><ul>" + "".join(f"<li>{_text(note)}</li>" for note in report.notes) + "</ul>")
    body.append("<h2>What the measures mean</h2><dl>")
    body += [f"<dt>{_text(names)}</dt><dd>{_text(text)}</dd>" for names, text in _definitions(report)]
    body.append(f"</dl><h2>What ran</h2><pre>{_text(json.dumps(dict(report.run), indent=1, ensure_ascii=False))}</pre>")
    return _FRAME.replace("{title}", _text(report.title)).replace("{body}", "\n".join(part for part in body if part))


def rows_table(rows: Sequence[Mapping[str, Any]], name: str = "Each one") -> Table:
    """Rows of a report as a table; columns in order of first appearance, an absent value is an empty cell."""
    columns = tuple(dict.fromkeys(key for row in rows for key in row))
    return Table(name=name, columns=columns, rows=tuple(tuple(row.get(key) for key in columns) for row in rows))


def _tables(report: Report) -> Iterable[Table]:
    yield from report.tables
    if report.rows:
        yield rows_table(report.rows)


def _definitions(report: Report) -> list[tuple[str, str]]:
    """Each definition once, with the names of the measures that it is of."""
    names: dict[str, list[str]] = {}
    for found in report.measures:
        names.setdefault(found.definition, []).append(found.name)
    return [("; ".join(of), definition) for definition, of in names.items()]


def _figure(plot: Plot) -> str:
    name = plot.name[:1].upper() + plot.name[1:]
    return f"<figure>{svg(plot)}<figcaption><b>{_text(name)}.</b> {_text(plot.caption)}</figcaption></figure>"


def _cut(table: Table) -> list[str]:
    left = len(table.rows) - ROWS_SHOWN
    return [f"… and {left} more in report.json.", ""] if left > 0 else []


def _markdown_table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[str]:
    lines = ["| " + " | ".join(_inline(column) for column in columns) + " |", "|" + "---|" * len(columns)]
    lines += ["| " + " | ".join(_inline(_cell(value)) for value in row) + " |" for row in rows]
    return [*lines, ""]


def _html_table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    head = "".join(f"<th>{_text(column)}</th>" for column in columns)
    body = "".join(
        "<tr>" + "".join(f"<td{_align(value)}>{_text(_cell(value))}</td>" for value in row) + "</tr>" for row in rows
    )
    return f"<div class='wide'><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"


def _tiles(report: Report) -> str:
    tiles = []
    for m in report.measures:
        between = ""
        if m.interval:
            between = f"<small>{show_number(m.interval.low, m.unit)} to {show_number(m.interval.high, m.unit)}</small>"
        number = show_number(m.value, m.unit)
        tiles.append(f"<div class='tile'><span>{_text(m.name)}</span><b>{number}</b>{between}<i>n = {m.n}</i></div>")
    return "<div class='tiles'>" + "".join(tiles) + "</div>"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".") if abs(value) < 1000 else f"{value:,.0f}"
    if isinstance(value, str):
        text = value
    elif isinstance(value, list | tuple):
        text = listed(_cell(part) for part in value)
    else:
        text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= CELL else text[:CELL].rstrip() + " …"


def _align(value: Any) -> str:
    return " class='number'" if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _text(value: str) -> str:
    return html.escape(value, quote=True)


def _inline(value: str) -> str:
    """Text that stays one cell of Markdown and brings no markup of its own."""
    flat = " ".join(value.split()).replace("\\", "\\\\")
    for mark in "|<>`*_[":
        flat = flat.replace(mark, "\\" + mark)
    return flat


_FRAME = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>{title}</title>
<style>
body{font:15px/1.5 system-ui,sans-serif;color:#1d2a35;background:#f6f8f9;max-width:1040px;margin:0 auto;padding:24px}
h1{font-size:24px;margin:8px 0 16px} h2{font-size:17px;margin:28px 0 8px}
.tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(190px,1fr));gap:10px}
.tile{background:#fff;border:1px solid #dfe5e9;border-radius:8px;padding:10px 12px;display:flex;flex-direction:column}
.tile span{font-size:13px;color:#4b5b68}.tile b{font-size:22px;font-weight:600}
.tile small,.tile i{font-size:12px;font-style:normal;color:#5f6f7c}
figure{background:#fff;border:1px solid #dfe5e9;border-radius:8px;margin:18px 0;padding:14px;overflow:auto}
figcaption{font-size:13px;color:#4b5b68;margin-top:6px} svg{max-width:100%;height:auto}
.wide{overflow-x:auto}table{border-collapse:collapse;background:#fff;font-size:13px;width:100%}
th,td{border:1px solid #dfe5e9;padding:4px 8px;text-align:left;vertical-align:top}th{background:#eef2f4}
td.number{text-align:right;font-variant-numeric:tabular-nums}
.short{background:#fdf0ed;border:1px solid #e3b4a8;border-radius:8px;padding:4px 16px}
dt{font-weight:600;margin-top:8px}dd{margin:0 0 4px 0}
pre{background:#fff;border:1px solid #dfe5e9;padding:12px;overflow:auto;font-size:12px}
</style></head><body>
{body}
</body></html>
"""
