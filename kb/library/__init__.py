"""The starter library: what is known about functional mitral regurgitation, as evidence records.

One YAML file per study or guideline under `records/` (read by `ingest`), the controlled list of outcome measures in
`measures.toml`, and the points on which sources disagree in `conflicts.toml`.
"""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

from domain.conflict import Conflict, Position
from domain.measure import Measure, Plausible

FOLDER = Path(__file__).resolve().parent


def record_paths() -> list[Path]:
    """The record files, sorted by name; the name of a file is the id of its record."""
    return sorted((FOLDER / "records").glob("*.yaml"))


@lru_cache(maxsize=1)
def measures() -> tuple[Measure, ...]:
    """The controlled list of outcome measures, in the order of the file."""
    return tuple(_measure(entry) for entry in _load("measures.toml")["measure"])


@lru_cache(maxsize=1)
def conflicts() -> tuple[Conflict, ...]:
    """The known disagreements, in the order of the file."""
    return tuple(_conflict(entry) for entry in _load("conflicts.toml")["conflict"])


def _load(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))


def _measure(entry: dict[str, Any]) -> Measure:
    spread = entry.get("plausible")
    return Measure(
        name=entry["name"],
        unit=entry["unit"],
        direction=entry["direction"],
        synonyms=tuple(entry.get("synonyms", ())),
        limits=entry.get("limits"),
        plausible=Plausible(**spread) if spread else None,
    )


def _conflict(entry: dict[str, Any]) -> Conflict:
    return Conflict(
        conflict_id=entry["id"],
        topic=entry["topic"],
        kind=entry["kind"],
        handling=entry["handling"],
        positions=tuple(
            Position(
                claim=side["claim"],
                records=tuple(side["records"]),
                facts=tuple(side.get("facts", ())),
                notice=side.get("notice", "conflict"),
            )
            for side in entry["position"]
        ),
        about=tuple(tuple(group) for group in entry.get("about", ())),
        separate=entry.get("separate", False),
        shown=entry.get("shown", True),
    )
