"""Pictures of a report: a Plot drawn by Altair, as a chart for a page or as SVG for a file. No host is called."""

from __future__ import annotations

from typing import Any, Literal

import altair as alt
import vl_convert

from eval.report import Plot

WIDTH = 560
HEIGHT = 320
BAR = 26
"""Height in pixels of one horizontal bar."""
Theme = Literal["light", "dark"]
COLOURS = {
    "light": ("#1f5f8b", "#c8553d", "#3a7d44", "#8a6bbe", "#b8860b", "#5b7083"),
    "dark": ("#6fb1df", "#f0907a", "#84c78e", "#bda6ea", "#e0b84c", "#a5b6c4"),
}
"""One calm colour per series, told apart by people with red-green blindness too (checked by their lightness)."""
INKS = {"light": "#33424f", "dark": "#f1eee7"}
INK = INKS["light"]
FAINT = 0.6
"""Opacity of a bar, so that the line of its interval stands out."""
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
"""Faces of one width: the drawing is laid out before the reader's own font is known."""


def chart(plot: Plot, theme: Theme = "light") -> alt.LayerChart | alt.FacetChart:
    """The plot as an Altair chart, for a page of that theme to show."""
    data = alt.InlineData(values=[dict(row) for row in plot.rows])
    return _bars(plot, data, theme) if plot.kind == "bars" else _curve(plot, data, theme)


def svg(plot: Plot) -> str:
    """The plot as one self-contained SVG element; the same plot gives the same text."""
    spec = chart(plot).configure(**_theme()).to_dict()
    drawn = vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])
    return str(drawn)


def _bars(plot: Plot, data: alt.InlineData, theme: Theme) -> alt.LayerChart | alt.FacetChart:
    y = alt.Y(
        f"{plot.x}:N", sort=_names(plot), title=plot.x_title or None, axis=alt.Axis(labelLimit=260, labelOverlap=False)
    )
    colour: Any = alt.value(COLOURS[theme][0])
    offset: Any = alt.Undefined
    if plot.colour:
        series = list(dict.fromkeys(str(row[plot.colour]) for row in plot.rows))
        colour = _series_colour(plot.colour, series, theme)
        offset = alt.YOffset(f"{plot.colour}:N", sort=series)
    base = alt.Chart(data).encode(y=y, yOffset=offset)
    bars = base.mark_bar(height={"band": 0.75}, opacity=FAINT).encode(
        x=alt.X(f"{plot.y}:Q", title=plot.y_title), color=colour
    )
    layers = [bars]
    if plot.low and plot.high:
        layers.append(
            base.mark_bar(
                height=1.5, color=INKS[theme]
            ).encode(  # not a rule, which would not stand in the middle of its bar
                x=alt.X(f"{plot.low}:Q", title=plot.y_title), x2=f"{plot.high}:Q"
            )
        )
    return alt.layer(*layers).properties(width=WIDTH, height=max(2, len(plot.rows)) * BAR)


def _curve(plot: Plot, data: alt.InlineData, theme: Theme) -> alt.LayerChart | alt.FacetChart:
    colour: Any = alt.value(COLOURS[theme][0])
    if plot.colour:
        colour = _series_colour(plot.colour, list(dict.fromkeys(str(row[plot.colour]) for row in plot.rows)), theme)
    numbers = all(isinstance(row[plot.x], int | float) for row in plot.rows)
    x = (
        alt.X(f"{plot.x}:Q", title=plot.x_title, scale=alt.Scale(zero=False))
        if numbers
        else alt.X(f"{plot.x}:N", title=plot.x_title, sort=_names(plot), axis=alt.Axis(labelAngle=-30, labelLimit=260))
    )
    base = alt.Chart(data).encode(x=x, y=alt.Y(f"{plot.y}:Q", title=plot.y_title, scale=alt.Scale(zero=False)))
    layers: list[alt.Chart] = []
    if plot.low and plot.high:
        layers.append(base.mark_area(opacity=0.15).encode(y=f"{plot.low}:Q", y2=f"{plot.high}:Q", color=colour))
    if plot.diagonal:
        ends = alt.InlineData(values=[{plot.x: 0, plot.y: 0}, {plot.x: 1, plot.y: 1}])
        layers.append(
            alt.Chart(ends)
            .mark_line(color="#9aa7b1", strokeDash=[4, 4], strokeWidth=1)
            .encode(x=f"{plot.x}:Q", y=f"{plot.y}:Q")
        )
    if plot.kind == "points":
        layers.append(base.mark_point(filled=True, size=46).encode(color=colour))
    else:
        interpolate: Literal["step-after", "linear"] = "step-after" if plot.kind == "steps" else "linear"
        layers.append(
            base.mark_line(interpolate=interpolate, strokeWidth=2, point=len(plot.rows) < 25).encode(color=colour)
        )
    return alt.layer(*layers).properties(width=WIDTH, height=HEIGHT)


def _names(plot: Plot) -> list[str]:
    return list(dict.fromkeys(str(row[plot.x]) for row in plot.rows))


def _series_colour(name: str, series: list[str], theme: Theme) -> alt.Color:
    return alt.Color(
        f"{name}:N",
        sort=series,
        scale=alt.Scale(domain=series, range=list(COLOURS[theme])),
        title=None,
        legend=alt.Legend(orient="top", labelLimit=300),
    )


def _theme() -> dict[str, Any]:
    axis = {
        "labelColor": INK,
        "titleColor": INK,
        "gridColor": "#e4e9ed",
        "domainColor": "#9aa7b1",
        "titleFontWeight": "normal",
    }
    return {
        "background": "transparent",
        "font": FONT,
        "padding": {"left": 16, "right": 16, "top": 5, "bottom": 5},
        "view": {"stroke": None},
        "axis": axis,
        "legend": {"labelColor": INK, "orient": "top"},
    }
