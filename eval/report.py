"""A report: what an evaluation found, in one form for every judge.

A judge returns a Report; `write_report` puts `report.json`, `report.md` and `report.html` into a folder. The JSON is
what `--json` prints and what `compare`, `gate` and the Evaluation page read back.
"""

from __future__ import annotations

import inspect
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

from domain.errors import DatasetError
from eval.bootstrap import Interval

Better = Literal["higher", "lower", "neither"]
Unit = Literal["share", "points", "ms", "count", "words", "megabytes"]
FORM = 1
"""The version of the JSON form; readers refuse a newer one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One measured number: its value, its 95% interval where one can be had, and what it means.

    `n` is how many things were counted (questions, claims, citations). A "share" is 0-1. `definition` says
    definition, range and source. `parts` are what each row of the report adds to numerator and denominator, in
    the order of the rows, where the value is such a ratio; empty where it is not. Raises
    DatasetError when the value is not finite.
    """

    name: str
    value: float
    n: int
    definition: str
    unit: Unit = "share"
    better: Better = "higher"
    interval: Interval | None = None
    parts: tuple[tuple[float, float], ...] = ()

    def __post_init__(self) -> None:
        """A number that cannot be computed is never shown as one."""
        if not math.isfinite(self.value):
            raise DatasetError(f"{self.name} cannot be computed: the value is {self.value}.")

    @property
    def shown(self) -> str:
        """The value as a person reads it, with its interval in brackets."""
        text = show_number(self.value, self.unit)
        if self.interval is None:
            return text
        return f"{text} [{show_number(self.interval.low, self.unit)} to {show_number(self.interval.high, self.unit)}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A further table of a report; every row has as many cells as there are columns (ValueError otherwise)."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    note: str = ""

    def __post_init__(self) -> None:
        """Rows are as wide as the head."""
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"table {self.name!r}: a row is not {len(self.columns)} cells wide")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """A picture as data: `rows` are mappings, `x`, `y` and `colour` name their keys; eval/charts.py draws it.

    `kind` is "bars" (x is a name, y a number), "line", "steps" or "points"; `low` and `high` name the ends of a
    bar's interval; `diagonal` draws the line y = x. `x_title` and `y_title` say the unit.
    """

    name: str
    caption: str
    kind: Literal["bars", "line", "steps", "points"]
    rows: tuple[Mapping[str, Any], ...]
    x: str
    y: str
    x_title: str
    y_title: str
    colour: str | None = None
    low: str | None = None
    high: str | None = None
    diagonal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one judge found.

    `command` is the judge's name ("answers"). `measures` are the sums; `rows` one mapping for each thing judged, each
    with its "id", in input order; `run` says what ran (versions, hashes, settings). `extra` are further top-level
    keys of the JSON, which win over the general ones: the terminal contract fixes some of them.
    """

    command: str
    title: str
    measures: tuple[Measurement, ...]
    run: Mapping[str, Any]
    rows: tuple[Mapping[str, Any], ...] = ()
    tables: tuple[Table, ...] = ()
    plots: tuple[Plot, ...] = ()
    notes: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
    failures: tuple[str, ...] = ()
    """What fell short of a threshold, as sentences: the command's exit code is 1 when there is one."""

    def measure(self, name: str) -> Measurement:
        """The measurement of that name; DatasetError lists the names there are."""
        for found in self.measures:
            if found.name == name:
                return found
        raise DatasetError(
            f"{self.command}: no measure {name!r}; there are {', '.join(m.name for m in self.measures)}."
        )

    def to_json(self) -> dict[str, Any]:
        """The report as one JSON value; `measures` maps names to values, `results` has the whole of each."""
        whole = {
            "form": FORM,
            "command": self.command,
            "title": self.title,
            "measures": {found.name: found.value for found in self.measures},
            "results": [_measurement_json(found) for found in self.measures],
            "run": dict(self.run),
            "rows": [dict(row) for row in self.rows],
            "tables": [
                {"name": t.name, "columns": list(t.columns), "rows": [list(row) for row in t.rows], "note": t.note}
                for t in self.tables
            ],
            "plots": [_plot_json(plot) for plot in self.plots],
            "notes": list(self.notes),
            "failures": list(self.failures),
        }
        return whole | dict(self.extra)


def measured(
    definition: Callable[..., Any] | str,
    name: str,
    value: float,
    *,
    n: int,
    unit: Unit = "share",
    better: Better = "higher",
    interval: Interval | None = None,
    parts: tuple[tuple[float, float], ...] = (),
) -> Measurement:
    """A measurement whose definition is the docstring of the function that computed it (or a text)."""
    text = definition if isinstance(definition, str) else inspect.getdoc(definition) or ""
    return Measurement(
        name=name,
        value=value,
        n=n,
        definition=" ".join(text.split()),
        unit=unit,
        better=better,
        interval=interval,
        parts=parts,
    )


def listed(texts: Iterable[str]) -> str:
    """Several texts as one line; a sentence among them loses its stop to the semicolon."""
    return "; ".join(text.rstrip(".") for text in texts)


def show_number(value: float, unit: Unit) -> str:
    """A number with its unit: a share as a percentage, times and sizes with one decimal where that is worth it."""
    if unit == "share":
        return f"{100 * value:.1f}%"
    if unit == "points":
        return f"{value:.3f}"
    if unit == "count":
        return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"
    return f"{value:,.1f} {'MB' if unit == 'megabytes' else unit}"


def write_report(report: Report, folder: Path) -> tuple[Path, ...]:
    """Write the three forms into `folder` (made if absent) and give their paths: JSON, Markdown, HTML."""
    from eval.page import html_page, markdown_page  # drawing needs Altair, which a terminal call need not wait for

    folder.mkdir(parents=True, exist_ok=True)
    forms = {
        "report.json": json.dumps(report.to_json(), ensure_ascii=False, indent=1, allow_nan=False) + "\n",
        "report.md": markdown_page(report),
        "report.html": html_page(report),
    }
    for name, text in forms.items():
        (folder / name).write_text(text, encoding="utf-8")
    return tuple(folder / name for name in forms)


def read_report(path: Path) -> Report:
    """The report in `path`, a report.json or a folder that holds one; DatasetError says what it is not."""
    file = path / "report.json" if path.is_dir() else path
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DatasetError(f"{file}: there is no report. Write one with --report DIR.") from None
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise DatasetError(f"{file}: not a report ({error}). Give the report.json that --report wrote.") from None
    return from_json(value, str(file))


def from_json(value: Any, file: str = "report") -> Report:
    """The report that `to_json` made into this value; DatasetError names `file` and what it is not."""
    if not isinstance(value, dict) or not isinstance(value.get("results"), list) or "command" not in value:
        raise DatasetError(f"{file}: not a report. Give the report.json that `chordae eval … --report DIR` wrote.")
    if value.get("form") != FORM:
        raise DatasetError(f"{file}: written in form {value.get('form')!r}, this version reads {FORM}. Run it again.")
    try:
        return _read(value)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DatasetError(f"{file}: a damaged report ({error!r}). Run the evaluation again.") from None


def _measurement_json(found: Measurement) -> dict[str, Any]:
    return {
        "name": found.name,
        "value": found.value,
        "low": found.interval.low if found.interval else None,
        "high": found.interval.high if found.interval else None,
        "n": found.n,
        "unit": found.unit,
        "better": found.better,
        "definition": found.definition,
        "parts": [list(part) for part in found.parts],
    }


def _plot_json(plot: Plot) -> dict[str, Any]:
    return {name: getattr(plot, name) for name in Plot.__slots__ if name != "rows"} | {
        "rows": [dict(row) for row in plot.rows]
    }


_GENERAL = frozenset(
    {"form", "command", "title", "measures", "results", "run", "rows", "tables", "plots", "notes", "failures"}
)


def _read(value: dict[str, Any]) -> Report:
    measures = tuple(
        Measurement(
            name=found["name"],
            value=float(found["value"]),
            n=int(found["n"]),
            definition=found["definition"],
            unit=found["unit"],
            better=found["better"],
            interval=None if found["low"] is None else Interval(low=found["low"], high=found["high"]),
            parts=tuple((float(top), float(bottom)) for top, bottom in found.get("parts", ())),
        )
        for found in value["results"]
    )
    flat = {found.name: found.value for found in measures}
    extra = {name: part for name, part in value.items() if name not in _GENERAL}
    if value["measures"] != flat:
        extra["measures"] = value["measures"]
    return Report(
        command=value["command"],
        title=value["title"],
        measures=measures,
        run=value["run"],
        rows=tuple(value["rows"]),
        tables=tuple(_table(table) for table in value["tables"]),
        plots=tuple(Plot(**{**plot, "rows": tuple(plot["rows"])}) for plot in value["plots"]),
        notes=tuple(value["notes"]),
        extra=extra,
        failures=tuple(value["failures"]),
    )


def _table(value: dict[str, Any]) -> Table:
    rows = cast(Sequence[Sequence[Any]], value["rows"])
    return Table(
        name=value["name"],
        columns=tuple(value["columns"]),
        rows=tuple(tuple(row) for row in rows),
        note=value["note"],
    )
