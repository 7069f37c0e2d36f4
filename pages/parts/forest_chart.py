"""A forest plot: one row a result, its ratio and 95% interval on a logarithmic axis, nothing pooled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import altair as alt

from domain.reference import KIND_WORDS
from qa.forest import ForestPoint

ROW_HEIGHT = 44
"""Pixels: a line of words above the interval they name, so that the plot fits a telephone."""
AXIS_HEIGHT = 62
LABEL_LIFT = 10
EXPORT_WIDTH = 640
PNG_SCALE = 2.0
TICKS = (0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 10)
ACCENT = "#2f8593"
"""A teal that holds contrast on both grounds."""
INKS = {"light": "#22262a", "dark": "#e6e3dc"}


def chart(
    points: Sequence[ForestPoint], ratio: str, *, theme: str = "light", width: int | str = "container"
) -> alt.LayerChart:
    """The plot of one kind of ratio; below 1 there are fewer events in the first-named arm of the comparison."""
    rows = labels(points)
    values = [
        {
            "row": row,
            "estimate": point.estimate,
            "low": point.low,
            "high": point.high,
            "figure": point.printed,
            "study": point.study,
            "design": KIND_WORDS[point.kind],
            "outcome": point.measure,
            "comparison": point.comparison or "",
            "population": point.population or "",
            "time": point.timepoint or "",
        }
        for row, point in zip(rows, points, strict=True)
    ]
    bounds = [bound for point in points for bound in (point.low, point.high)] + [1.0]
    ink = INKS[theme]
    scale = alt.Scale(type="log", domain=[min(bounds) / 1.08, max(bounds) * 1.08], nice=False)
    across = alt.Axis(
        values=[tick for tick in TICKS if min(bounds) <= tick <= max(bounds)],
        format="~g",
        labelColor=ink,
        titleColor=ink,
        title=f"{ratio} (logarithmic axis)",
    )
    fields = ("study", "design", "outcome", "comparison", "population", "time", "figure")
    base = alt.Chart(alt.InlineData(values=values)).encode(
        y=alt.Y("row:N", sort=rows, axis=None),
        tooltip=[alt.Tooltip(field, type="nominal", title=field.capitalize()) for field in fields],
    )
    one = alt.Chart(alt.InlineData(values=[{"one": 1}])).mark_rule(strokeDash=[4, 4], color=ink, opacity=0.5)
    interval = base.mark_rule(color=ACCENT, strokeWidth=2.5, yOffset=7)
    estimate = base.mark_point(filled=True, color=ACCENT, size=90, shape="square", opacity=1, yOffset=7)
    words = base.mark_text(align="left", baseline="middle", dy=-LABEL_LIFT, fontSize=12.5, color=ink, clip=True)
    x = alt.X("low:Q", scale=scale, axis=across)
    plot = alt.LayerChart(
        layer=[
            interval.encode(x=x, x2="high:Q"),
            one.encode(x=alt.X("one:Q", scale=scale, axis=across)),
            estimate.encode(x=alt.X("estimate:Q", scale=scale, axis=across)),
            words.encode(x=alt.value(0), text="row:N"),
        ]
    )
    return plot.properties(width=width, height=ROW_HEIGHT * len(points) + AXIS_HEIGHT)


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


def labels(points: Sequence[ForestPoint]) -> list[str]:
    """What stands above each interval, no two the same: the figure, study, time, comparison, population if needed."""
    names = [" · ".join(part for part in (point.study, point.timepoint, point.comparison) if part) for point in points]
    twice = Counter(names)
    seen: Counter[str] = Counter()
    unique = []
    for name, point in zip(names, points, strict=True):
        more = f" · {point.population}" if twice[name] > 1 and point.population else ""
        label = f"{point.printed} · {name}{more}"
        seen[label] += 1
        unique.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return unique
