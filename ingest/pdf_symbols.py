"""Mathematical signs that a file calls by the names of digits and stops.

Older typesetting put = + − × < > ≥ into "pi" fonts whose glyphs carry the names of the keys that typed them: the file
says "five" and draws two bars. Read by name, "p < 0.05" becomes "p , 0.05" and "n = 30" becomes "n530", a false
figure. The drawing tells: a five has curves, an equals sign has none. The key table is that of Mathematical Pi One.
"""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from typing import Any

from fontTools.cffLib import CFFFontSet
from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.recordingPen import RecordingPen
from pypdf.generic import DictionaryObject

_NAMES = "zero one two three four five six seven eight nine comma period dollar numbersign".split()
_KEYS = {name: pair for name, pair in zip(_NAMES, zip("0123456789,.$#", "″+−×÷=±∓°′<>≥≤", strict=True), strict=True)}
_ROUND_DIGITS = frozenset({"two", "three", "five", "six"})
"""Digits that no text font draws with straight lines alone."""
_MOST_GLYPHS = 16
"""A pi font in an article holds the few signs it uses; a font with more is a text font."""
_ABOVE_BASELINE = 60
"""Thousandths of an em: a comma's drawing reaches below the baseline, a sign's begins above it."""


def symbols_of(font: DictionaryObject) -> dict[str, str]:
    """What the font's characters really show, by the character it claims; empty for every ordinary font."""
    descriptor = font.get("/FontDescriptor")
    encoding = font.get("/Encoding")
    if descriptor is None or not isinstance(encoding := encoding and encoding.get_object(), DictionaryObject):
        return {}
    names = [str(name)[1:] for name in encoding.get("/Differences", []) if isinstance(name, str)]
    program = descriptor.get_object().get("/FontFile3")
    if not names or len(names) > _MOST_GLYPHS or not set(names) & set(_KEYS) or program is None:
        return {}
    if any(len(name) == 1 and name.isalpha() for name in names):
        return {}
    try:
        fonts = CFFFontSet()
        fonts.decompile(BytesIO(program.get_object().get_data()), None)
        return _drawn(fonts[0].CharStrings, names)
    except (MemoryError, RecursionError):
        raise
    except Exception:  # a font program that cannot be drawn is read by its names, as before
        return {}


def _drawn(glyphs: Any, names: Iterable[str]) -> dict[str, str]:
    shapes = {name: _shape(glyphs, name) for name in names if name in _KEYS and name in glyphs}
    straight_digit = any(curves == 0 and name in _ROUND_DIGITS for name, (_, curves, _) in shapes.items())
    floating_comma = "comma" in shapes and shapes["comma"][2] > _ABOVE_BASELINE
    pointed_stop = "period" in shapes and shapes["period"][1] == 0 and shapes["period"][0] >= 6
    if not (straight_digit or floating_comma or pointed_stop):
        return {}
    shown = {_KEYS[name][0]: _KEYS[name][1] for name in shapes}
    if floating_comma and shapes["comma"][1] > 0:
        shown[","] = "∼"
    return shown


def _shape(glyphs: Any, name: str) -> tuple[int, int, float]:
    """Straight strokes, curves and the lowest point of a glyph's drawing."""
    pen = RecordingPen()
    glyphs[name].draw(pen)
    bounds = BoundsPen(None)
    glyphs[name].draw(bounds)
    strokes = [operator for operator, _ in pen.value]
    lowest = bounds.bounds[1] if bounds.bounds else 0.0
    return strokes.count("lineTo"), strokes.count("curveTo"), float(lowest)
