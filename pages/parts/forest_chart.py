"""A forest plot: one row a result, its ratio and 95% interval on a logarithmic axis, nothing pooled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import altair as alt

from domain.reference import KIND_WORDS
from qa.forest import ForestPoint

ROW_HEIGHT = 30
LABEL_WIDTH = 330
EXPORT_WIDTH = 520
PNG_SCALE = 2.0
TICKS = (0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 10)
INK = "#2f8593"
"""A teal that holds contrast on both grounds."""


def chart(points: Sequence[ForestPoint], ratio: str, *, width: int | str = "container") -> alt.LayerChart:
    """The plot of one kind of ratio; below 1 there are fewer events in the first-named arm of the comparison."""
    labels = _labels(points)
    values = [
        {
            "row": label,
            "estimate": point.estimate,
            "low": point.low,
            "high": point.high,
            "figure": f"{point.estimate:g} ({point.low:g}–{point.high:g})",
            "study": point.study,
            "design": KIND_WORDS[point.kind],
            "outcome": point.measure,
            "comparison": point.comparison or "",
            "population": point.population or "",
            "time": point.timepoint or "",
        }
        for label, point in zip(labels, points, strict=True)
    ]
    bounds = [bound for point in points for bound in (point.low, point.high)] + [1.0]
    ticks = [tick for tick in TICKS if min(bounds) <= tick <= max(bounds)]
    x = alt.X("estimate:Q", title=f"{ratio}, logarithmic; below 1: fewer events in the first-named arm")
    x = x.scale(type="log", domain=[min(bounds) / 1.08, max(bounds) * 1.08], nice=False).axis(values=ticks, format="~g")
    y = alt.Y("row:N", sort=labels, title=None)
    y = y.axis(labelLimit=LABEL_WIDTH, labelFontSize=12, ticks=False, domain=False)
    fields = ("study", "design", "outcome", "comparison", "population", "time", "figure")
    tips = [alt.Tooltip(field, type="nominal", title=field.capitalize()) for field in fields]
    base = alt.Chart(alt.InlineData(values=values)).encode(y=y, tooltip=tips)
    line = (
        alt.Chart(alt.InlineData(values=[{"one": 1}])).mark_rule(strokeDash=[4, 4], color="#8a8f94").encode(x="one:Q")
    )
    interval = base.mark_rule(color=INK, strokeWidth=2).encode(x=x, x2="high:Q")
    interval = interval.encode(x=alt.X("low:Q").scale(type="log"))
    point = base.mark_point(filled=True, color=INK, size=90, shape="square", opacity=1).encode(x=x)
    plot = alt.LayerChart(layer=[line, interval, point])
    return plot.properties(width=width, height=ROW_HEIGHT * len(points) + 10)


def svg(points: Sequence[ForestPoint], ratio: str) -> str:
    """The plot as SVG, on its own."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(_exported(points, ratio)))


def png(points: Sequence[ForestPoint], ratio: str) -> bytes:
    """The plot as PNG, on a white ground, at twice the size of the screen's."""
    import vl_convert

    return bytes(vl_convert.vegalite_to_png(_exported(points, ratio), scale=PNG_SCALE))


def _exported(points: Sequence[ForestPoint], ratio: str) -> str:
    return str(chart(points, ratio, width=EXPORT_WIDTH).configure(background="white").to_json())


def _labels(points: Sequence[ForestPoint]) -> list[str]:
    """A label for each row, no two the same: study and time point, with the population where they are not enough."""
    labels = [", ".join(part for part in (point.study, point.timepoint) if part) for point in points]
    twice = Counter(labels)
    labels = [point.label if twice[label] > 1 else label for label, point in zip(labels, points, strict=True)]
    seen: Counter[str] = Counter()
    unique = []
    for label in labels:
        seen[label] += 1
        unique.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return unique
