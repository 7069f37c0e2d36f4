"""The gate: the small set is run, and every measure held against its threshold in eval/gate.toml."""

from __future__ import annotations

import tempfile
import time
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from domain.errors import DatasetError
from domain.settings import Settings
from eval.door import JUDGES, Call, Progress, judge
from eval.report import Measurement, Report, Table
from eval.runinfo import run_info
from ingest import read
from kb import Base, open_base
from kb.starter import stock
from qa.quiz.export import export
from qa.quiz.generate import generate

FILE = Path(__file__).with_name("gate.toml")
KEYS = frozenset({"paths", "topic", "items", "at_least", "at_most"})
"""What a section may have. `topic` and `items` have a quiz set made anew and judged, in place of a path."""


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
        reports, seconds = judged(plan, base, settings, folder=file.parent, progress=progress)
        run = run_info(base=base, settings=settings, files=(file,), seconds=seconds)
        base.close()
    return held_against(plan, reports, run)


def judged(
    plan: Mapping[str, Any], base: Base, settings: Settings, *, folder: Path, progress: Progress | None = None
) -> tuple[dict[str, Report], dict[str, float]]:
    """The report of each judge of the plan on this base, and the seconds it took; paths are below `folder`."""
    reports: dict[str, Report] = {}
    seconds: dict[str, float] = {}
    for name, part in plan.items():
        began = time.perf_counter()
        with tempfile.TemporaryDirectory(prefix="chordae-gate-") as place:
            paths = [folder / path for path in part.get("paths", ())]
            if "topic" in part:
                paths.append(_made(part, base, Path(place) / "set.json"))
            call = Call(settings=settings, paths=tuple(paths), open_base=lambda: base, progress=progress)
            reports[name] = judge(name, call)
        seconds[name] = round(time.perf_counter() - began, 1)
    return reports, seconds


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
            measures.append(replace(found, name=str(rows[-1]["id"])))
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
        if name not in JUDGES or name == "gate":
            raise DatasetError(f"{file}, [{name}]: there is no such judge. There are {', '.join(JUDGES)}.")
        if not isinstance(part, dict) or set(part) - KEYS:
            raise DatasetError(f"{file}, [{name}]: may have {', '.join(sorted(KEYS))}, nothing else.")
        if not isinstance(part.get("paths", []), list):
            raise DatasetError(f"{file}, [{name}]: paths is a list of paths.")
        for side in ("at_least", "at_most"):
            if not isinstance(part.get(side, {}), dict):
                raise DatasetError(f"{file}, [{name}]: {side} is a table of measures and numbers.")
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
    stock(base, lambda paths: read(paths, base.embedder.count_tokens, max_tokens=base.embedder.max_tokens))
    return base


def _made(part: Mapping[str, Any], base: Base, file: Path) -> Path:
    """The quiz set of the section's topic, made from this base and written where the judge reads it."""
    made = generate(base, str(part["topic"]), n=int(part.get("items", 20)))
    file.write_bytes(export(made, "json"))
    return file
