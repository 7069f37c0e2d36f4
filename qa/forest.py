"""A forest plot's data: ratios with their intervals as numbers, each kind of ratio apart, nothing pooled."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from domain.document import Kind
from domain.passage import Confidence
from qa.evidence import EvidenceRow

RATIOS = {"HR": "Hazard ratio", "OR": "Odds ratio", "RR": "Risk ratio", "rate ratio": "Rate ratio"}
"""How a record begins the effect, and what the axis says."""
WHY_NOT_POOLED = (
    "No pooled estimate is drawn: the studies differ in design, population, comparison, endpoint definition and time"
    " point, hazard, odds, risk and rate ratios are not the same quantity, and a record holds published summaries, not"
    " patients. Where a meta-analysis was published, it stands here as a study of its own."
)
_EFFECT = re.compile(rf"({'|'.join(RATIOS)}) (\d+(?:\.\d+)?)")
_INTERVAL = re.compile(r"(\d+(?:\.\d+)?)(?:-| to )(\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True, kw_only=True)
class ForestPoint:
    """One study's ratio: `estimate` within `low`..`high` (95% interval), all above 0; 1 is no difference.

    `ratio` is "Hazard ratio" and its like; it compares the first arm of `comparison` with the second. `printed` is the
    figure as the source prints it, decimals and all: "1.02 (0.70–1.50)".
    """

    record: str
    study: str
    ratio: str
    estimate: float
    low: float
    high: float
    printed: str
    measure: str
    comparison: str | None
    timepoint: str | None
    population: str | None
    n: int | None
    kind: Kind
    year: int | None
    confidence: Confidence
    fact: str

    @property
    def label(self) -> str:
        """What stands at the row: study, time point, subgroup."""
        parts = [self.study, self.timepoint, self.population]
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forest:
    """The points in the order of the rows, and the rows that no point can be drawn for."""

    points: tuple[ForestPoint, ...]
    left_out: tuple[EvidenceRow, ...]

    @property
    def by_ratio(self) -> dict[str, tuple[ForestPoint, ...]]:
        """The points by kind of ratio: each has an axis of its own."""
        kinds = [ratio for ratio in RATIOS.values() if any(point.ratio == ratio for point in self.points)]
        return {ratio: tuple(point for point in self.points if point.ratio == ratio) for ratio in kinds}


def forest(rows: Iterable[EvidenceRow]) -> Forest:
    """The ratios of the rows that print both an effect and its interval; the rest is named as left out."""
    points: list[ForestPoint] = []
    left_out: list[EvidenceRow] = []
    for row in rows:
        point = _point(row)
        if point is None:
            left_out.append(row)
        else:
            points.append(point)
    return Forest(points=tuple(points), left_out=tuple(left_out))


def _point(row: EvidenceRow) -> ForestPoint | None:
    effect = _EFFECT.fullmatch(row.effect or "")
    interval = _INTERVAL.fullmatch((row.ci_95 or "").replace("–", "-"))
    if effect is None or interval is None:
        return None
    estimate, low, high = float(effect.group(2)), float(interval.group(1)), float(interval.group(2))
    if not 0 < low <= estimate <= high:
        return None
    return ForestPoint(
        record=row.record,
        study=row.study,
        ratio=RATIOS[effect.group(1)],
        estimate=estimate,
        low=low,
        high=high,
        printed=f"{effect.group(2)} ({interval.group(1)}–{interval.group(2)})",
        measure=row.measure,
        comparison=row.contrast,
        timepoint=row.timepoint,
        population=row.population,
        n=row.n,
        kind=row.kind,
        year=row.year,
        confidence=row.confidence,
        fact=row.fact,
    )
