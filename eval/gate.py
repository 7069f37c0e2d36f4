"""The gate: the small set is run, and every measure held against its threshold in eval/gate.toml."""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from domain.errors import DatasetError
from domain.settings import Settings
from eval.door import Call, Progress, judge
from eval.report import Measurement, Report, Table
from eval.runinfo import run_info
from ingest import read
from kb import Base, open_base
from kb.starter import stock

FILE = Path(__file__).with_name("gate.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """One bound on one measure of one judge; `at_least` or else at most."""

    judge: str
    measure: str
    bound: float
    at_least: bool

    def fails(self, value: float | None) -> str | None:
        """What fell short, as a sentence; None when it holds. A value that could not be measured falls short."""
        side = "at least" if self.at_least else "at most"
        if value is None:
            return f"{self.judge}: {self.measure} could not be measured; it must be {side} {self.bound:g}."
        if value >= self.bound if self.at_least else value <= self.bound:
            return None
        return f"{self.judge}: {self.measure} is {value:.4g}, it must be {side} {self.bound:g}."


def gate(settings: Settings, progress: Progress | None = None, *, file: Path = FILE) -> Report:
    """Run every judge that the file names on a fresh base of the starter library; `failures` says what fell short."""
    plan = read_gate(file)
    with tempfile.TemporaryDirectory(prefix="chordae-gate-") as folder:
        base = starter_base(Path(folder) / "base", settings)
        reports = {name: _run(name, part, file.parent, base, settings, progress) for name, part in plan.items()}
        run = run_info(base=base, settings=settings, files=(file,))
        base.close()
    return held_against(plan, reports, run)


def held_against(plan: Mapping[str, Any], reports: Mapping[str, Report], run: Mapping[str, Any]) -> Report:
    """The gate's own report over reports already made."""
    rows: list[dict[str, Any]] = []
    measures: list[Measurement] = []
    for threshold in thresholds(plan):
        found = next((m for m in reports[threshold.judge].measures if m.name == threshold.measure), None)
        why = threshold.fails(found.value if found else None)
        rows.append(
            {
                "id": f"{threshold.judge}: {threshold.measure}",
                "value": found.value if found else None,
                "bound": ("at least " if threshold.at_least else "at most ") + f"{threshold.bound:g}",
                "holds": why is None,
                "why": why,
            }
        )
        if found is not None:
            measures.append(found)
    failures = [str(row["why"]) for row in rows if row["why"]]
    failures += [f"{name}: {line}" for name, report in reports.items() for line in report.failures]
    worst = [
        Table(name=f"{name}: {table.name}", columns=table.columns, rows=table.rows, note=table.note)
        for name, report in reports.items()
        for table in report.tables
        if table.name == "The worst twenty"
    ]
    return Report(
        command="gate",
        title="Gate: " + ("all thresholds hold" if not failures else f"{len(failures)} fell short"),
        measures=tuple(measures),
        run=run,
        rows=tuple(rows),
        tables=tuple(worst),
        plots=tuple(plot for report in reports.values() for plot in report.plots),
        failures=tuple(failures),
    )


def read_gate(file: Path) -> Mapping[str, Any]:
    """The plan: judges with their paths and thresholds; DatasetError names the section or key that is wrong."""
    try:
        plan = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DatasetError(f"{file}: not a gate ({error}).") from None
    for name, part in plan.items():
        if not isinstance(part, dict) or set(part) - {"paths", "at_least", "at_most"}:
            raise DatasetError(f"{file}, [{name}]: may have paths, at_least and at_most, nothing else.")
        for side in ("at_least", "at_most"):
            for measure, bound in part.get(side, {}).items():
                if isinstance(bound, bool) or not isinstance(bound, int | float):
                    raise DatasetError(f"{file}, [{name}.{side}]: {measure!r} is {bound!r}, not a number.")
    if not plan:
        raise DatasetError(f"{file}: names no judge.")
    return plan


def thresholds(plan: Mapping[str, Any]) -> list[Threshold]:
    """Every bound of the plan, in its order."""
    return [
        Threshold(judge=name, measure=measure, bound=float(bound), at_least=side == "at_least")
        for name, part in plan.items()
        for side in ("at_least", "at_most")
        for measure, bound in part.get(side, {}).items()
    ]


def starter_base(folder: Path, settings: Settings) -> Base:
    """A new base of the starter library alone."""
    base = open_base(folder, settings, create=True)
    stock(base, lambda paths: read(paths, base.embedder.count_tokens))
    return base


def _run(
    name: str, part: Mapping[str, Any], folder: Path, base: Base, settings: Settings, progress: Progress | None
) -> Report:
    paths = tuple(folder / path for path in part.get("paths", ()))
    return judge(name, Call(settings=settings, paths=paths, open_base=lambda: base, progress=progress))
