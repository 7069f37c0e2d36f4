"""What a PDF page shows and where: its text in fragments with their place, size and weight.

pypdf parses the file, the content streams and the fonts; the text operators of ISO 32000-1, 9.4, are followed here,
because plain extraction gives no position for each piece. `Font` stands in a module that pypdf calls private: the
range of versions in pyproject.toml is held to the one this was written for.
"""

from __future__ import annotations

import math
import re
import time
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from pypdf import PageObject, PdfReader
from pypdf.generic import ContentStream, DictionaryObject, IndirectObject, StreamObject
from pypdf.generic._font import Font

from ingest.characters import tidy
from ingest.pdf_symbols import symbols_of

Matrix = tuple[float, float, float, float, float, float]
_IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_GAP_OF_SPACE = 0.48
"""Share of a space's width from which a gap inside a shown string parts two words."""
_FALLBACK_SPACE = 0.25
"""Width of a space in ems where the font does not tell: that of Times and Helvetica (0.25, 0.278)."""
_CELL_GAP = 1.6
"""Ems from which a gap inside one shown string is a jump to another cell or column."""
_SLANT = 0.12
"""Quarter turns from the nearest right angle beyond which text is a stamp; a page scanned askew stays below."""
_DEEPEST_FORM = 8
_CHECK_CLOCK_EVERY = 2000
_BOLD = re.compile(r"bold|black|heavy|demi|[-.,]B(?:I|d|$)|CMBX|AdvTT\w*\.B", re.IGNORECASE)
_ITALIC = re.compile(r"ital|obliq|[-.,]I$|CMTI|\.I(?:\+|$)", re.IGNORECASE)


class PageTooSlow(Exception):
    """A page took longer than it may; the reader skips and names it."""


@dataclass(slots=True)
class Fragment:
    """One shown string. `x0`, `x1`, `y` (baseline) are points from the lower left corner of the page as it is seen.

    `size` is the height of the font in points.
    """

    text: str
    x0: float
    x1: float
    y: float
    size: float
    bold: bool
    italic: bool
    turn: int
    space: float
    """The width of a space here, in points."""


@dataclass(slots=True)
class _Face:
    """A font as the interpreter needs it: what a code shows and how wide it is, in thousandths of an em."""

    two_bytes: str | None
    glyphs: dict[Any, tuple[str, float]]
    default: float
    space: float
    bold: bool
    italic: bool
    vertical_scale: float
    font: Font | None
    signs: dict[str, str] = field(default_factory=dict)


class Fonts:
    """The fonts of one file, each read once."""

    def __init__(self) -> None:
        self._faces: dict[Any, _Face] = {}

    def of(self, resource: Any) -> _Face:
        """The face of a font resource, an indirect reference or a dictionary."""
        key = (resource.idnum, resource.generation) if isinstance(resource, IndirectObject) else id(resource)
        if key not in self._faces:
            self._faces[key] = _face(resource)
        return self._faces[key]


def _face(resource: Any) -> _Face:
    try:
        dictionary = resource.get_object()
        font = Font.from_font_resource(dictionary)
    except (MemoryError, RecursionError):
        raise
    except Exception:  # a font that pypdf cannot read leaves its text unknown, not the whole page
        return _Face(None, {}, 500.0, 250.0, False, False, 1.0, None)
    name = str(font.name)
    scale = 1.0
    if font.sub_type == "Type3" or dictionary.get("/Subtype") == "/Type3":
        matrix = dictionary.get("/FontMatrix")
        scale = abs(float(matrix[0])) * 1000 if matrix else 1.0
    widths = font.character_widths
    default = float(widths.get("default", 500)) * scale
    face = _Face(
        two_bytes=font.encoding if isinstance(font.encoding, str) else None,
        glyphs={},
        default=default,
        space=float(font.space_width or 0) * scale,
        bold=bool(_BOLD.search(name)) or str(font.font_descriptor.weight) in {"600", "700", "800", "900"},
        italic=bool(_ITALIC.search(name)) or bool(font.font_descriptor.italic_angle),
        vertical_scale=scale,
        font=font,
        signs=symbols_of(dictionary),
    )
    if not 100 <= face.space <= 700:
        face.space = _FALLBACK_SPACE * 1000
    return face


def _glyph(face: _Face, code: Any) -> tuple[str, float]:
    """What a code shows and its width; remembered in the face."""
    font = face.font
    if font is None:
        shown, width = "\ufffd", face.default
    elif face.two_bytes is None:
        raw = chr(code)
        name = font.encoding.get(code, raw) if isinstance(font.encoding, dict) else raw
        shown = font.character_map.get(name, name)
        width = float(font.character_widths.get(raw, face.default / face.vertical_scale)) * face.vertical_scale
    else:
        shown = font.character_map.get(code, code)
        width = float(font.character_widths.get(code, face.default))
    shown = face.signs.get(shown, shown)
    shown = tidy(shown) if isinstance(shown, str) else "\ufffd"
    if len(shown) == 1 and (shown < " " or "\x7f" <= shown < "\xa0"):
        shown = ""
    face.glyphs[code] = (shown, width)
    return shown, width


@dataclass(slots=True)
class _State:
    """The graphics state that text needs (ISO 32000-1, table 104)."""

    ctm: Matrix = _IDENTITY
    face: _Face | None = None
    size: float = 1.0
    char_space: float = 0.0
    word_space: float = 0.0
    stretch: float = 1.0
    leading: float = 0.0
    rise: float = 0.0

    def copy(self) -> _State:
        return _State(
            self.ctm, self.face, self.size, self.char_space, self.word_space, self.stretch, self.leading, self.rise
        )


def _times(m: Matrix, n: Matrix) -> Matrix:
    return (
        m[0] * n[0] + m[1] * n[2],
        m[0] * n[1] + m[1] * n[3],
        m[2] * n[0] + m[3] * n[2],
        m[2] * n[1] + m[3] * n[3],
        m[4] * n[0] + m[5] * n[2] + n[4],
        m[4] * n[1] + m[5] * n[3] + n[5],
    )


def page_fragments(page: PageObject, reader: PdfReader, fonts: Fonts, deadline: float) -> list[Fragment]:
    """The fragments of a page in the order of its content stream, in the coordinates of the page as it is seen.

    `turn` is the direction of writing in quarter turns (0 upright). Raises PageTooSlow past `deadline`, a
    `time.monotonic()` value.
    """
    contents = page.get("/Contents")
    if contents is None:
        return []
    stream = ContentStream(contents.get_object(), reader, "bytes")
    walker = _Walker(reader, fonts, deadline, _view(page))
    walker.run(stream, page.get("/Resources"), _State(), 0)
    return walker.found


def _view(page: PageObject) -> Matrix:
    """The matrix that puts the page's visible box upright with its lower left corner at the origin."""
    box = page.cropbox
    left, bottom, right, top = (float(value) for value in (box.left, box.bottom, box.right, box.top))
    turn = (int(page.get("/Rotate", 0) or 0) // 90) % 4
    if turn == 1:
        return (0.0, -1.0, 1.0, 0.0, -bottom, right)
    if turn == 2:
        return (-1.0, 0.0, 0.0, -1.0, right, top)
    if turn == 3:
        return (0.0, 1.0, -1.0, 0.0, top, -left)
    return (1.0, 0.0, 0.0, 1.0, -left, -bottom)


def page_size(page: PageObject) -> tuple[float, float]:
    """Width and height in points of the page as it is seen."""
    width, height = float(page.cropbox.width), float(page.cropbox.height)
    return (height, width) if (int(page.get("/Rotate", 0) or 0) // 90) % 2 else (width, height)


class _Walker:
    def __init__(self, reader: PdfReader, fonts: Fonts, deadline: float, view: Matrix) -> None:
        self.reader = reader
        self.fonts = fonts
        self.deadline = deadline
        self.view = view
        self.found: list[Fragment] = []
        self.steps = 0
        self.artifacts = 0
        self.open_marks: list[bool] = []

    def run(self, stream: ContentStream, resources: Any, state: _State, depth: int) -> None:
        resources = resources.get_object() if resources is not None else DictionaryObject()
        if not isinstance(resources, DictionaryObject):
            resources = DictionaryObject()
        font_table = resources.get("/Font")
        font_table = font_table.get_object() if font_table is not None else None
        if not isinstance(font_table, DictionaryObject):
            font_table = DictionaryObject()
        stack: list[_State] = []
        tm = line = _IDENTITY
        for operands, operator in stream.operations:
            self.steps += 1
            if self.steps % _CHECK_CLOCK_EVERY == 0 and time.monotonic() > self.deadline:
                raise PageTooSlow
            try:
                if operator == b"TJ":
                    tm = self._show(state, tm, operands[0])
                elif operator == b"Tj":
                    tm = self._show(state, tm, operands)
                elif operator == b"Td":
                    line = tm = _moved(line, float(operands[0]), float(operands[1]))
                elif operator == b"TD":
                    state.leading = -float(operands[1])
                    line = tm = _moved(line, float(operands[0]), float(operands[1]))
                elif operator == b"Tm":
                    a, b, c, d, e, f = (float(value) for value in operands[:6])
                    line = tm = (a, b, c, d, e, f)
                elif operator == b"T*":
                    line = tm = _moved(line, 0.0, -state.leading)
                elif operator == b"Tf":
                    known = operands[0] in font_table
                    state.face = self.fonts.of(font_table.raw_get(operands[0])) if known else None
                    state.size = float(operands[1])
                elif operator == b"Tc":
                    state.char_space = float(operands[0])
                elif operator == b"Tw":
                    state.word_space = float(operands[0])
                elif operator == b"q":
                    stack.append(state.copy())
                elif operator == b"Q":
                    if stack:
                        state = stack.pop()
                elif operator == b"cm":
                    a, b, c, d, e, f = (float(value) for value in operands[:6])
                    state.ctm = _times((a, b, c, d, e, f), state.ctm)
                elif operator == b"BT":
                    line = tm = _IDENTITY
                elif operator == b"Ts":
                    state.rise = float(operands[0])
                elif operator == b"TL":
                    state.leading = float(operands[0])
                elif operator == b"Tz":
                    state.stretch = float(operands[0]) / 100
                elif operator == b"'":
                    line = _moved(line, 0.0, -state.leading)
                    tm = self._show(state, line, operands)
                elif operator == b'"':
                    state.word_space, state.char_space = float(operands[0]), float(operands[1])
                    line = _moved(line, 0.0, -state.leading)
                    tm = self._show(state, line, operands[2:])
                elif operator == b"Do":
                    self._form(resources, operands[0], state, depth)
                elif operator in {b"BDC", b"BMC"}:
                    furniture = _is_furniture(operands)
                    self.open_marks.append(furniture)
                    self.artifacts += furniture
                elif operator == b"EMC" and self.open_marks:
                    self.artifacts -= self.open_marks.pop()
            except (IndexError, TypeError, ValueError, AttributeError, KeyError):
                continue  # a malformed operator shows nothing; the next one may

    def _form(self, resources: DictionaryObject, name: Any, state: _State, depth: int) -> None:
        if depth >= _DEEPEST_FORM:
            return
        form = resources["/XObject"].get_object()[name].get_object()  # type: ignore[index]
        if not isinstance(form, StreamObject) or form.get("/Subtype") != "/Form":
            return
        inner = state.copy()
        if (matrix := form.get("/Matrix")) is not None:
            a, b, c, d, e, f = (float(value) for value in matrix)
            inner.ctm = _times((a, b, c, d, e, f), state.ctm)
        stream = ContentStream(form, self.reader, "bytes")
        self.run(stream, form.get("/Resources") or resources, inner, depth + 1)

    def _show(self, state: _State, tm: Matrix, operands: Any) -> Matrix:
        face, size = state.face, state.size
        if face is None or self.artifacts:
            return tm
        gap = face.space * _GAP_OF_SPACE
        if size and state.char_space * 1000 / abs(size) > gap / 2:
            return self._show_tracked(state, tm, operands, gap)
        at = 0.0
        start = 0.0
        pieces: list[str] = []
        glyphs = face.glyphs
        thin = size / 1000 * state.stretch
        for operand in operands:
            if isinstance(operand, bytes):
                codes: Any = operand
                if face.two_bytes is not None:
                    codes = operand.decode(face.two_bytes, "replace")
                for code in codes:
                    known = glyphs.get(code)
                    shown, width = known if known is not None else _glyph(face, code)
                    pieces.append(shown)
                    at += width * thin + state.char_space * state.stretch
                    if code == 32:
                        at += state.word_space * state.stretch
            elif isinstance(operand, (int, float)):
                jump = -float(operand)
                if jump > _CELL_GAP * 1000:
                    self._emit(state, tm, start, at, pieces)
                    pieces = []
                    start = at + jump * thin
                elif jump > gap and pieces and not pieces[-1].endswith(" "):
                    pieces.append(" ")
                at += jump * thin
        self._emit(state, tm, start, at, pieces)
        return (tm[0], tm[1], tm[2], tm[3], tm[4] + at * tm[0], tm[5] + at * tm[1])

    def _show_tracked(self, state: _State, tm: Matrix, operands: Any, gap: float) -> Matrix:
        """Show a string whose character spacing is as wide as a space: a gap above the usual one parts words."""
        face, size = state.face, state.size
        assert face is not None
        thin = size / 1000 * state.stretch
        tracking = state.char_space * 1000 / size
        shown: list[str] = []
        gaps: list[float] = []
        at = 0.0
        for operand in operands:
            if isinstance(operand, bytes):
                codes: Any = operand.decode(face.two_bytes, "replace") if face.two_bytes is not None else operand
                for code in codes:
                    known = face.glyphs.get(code)
                    glyph, width = known if known is not None else _glyph(face, code)
                    shown.append(glyph)
                    gaps.append(tracking)
                    at += width * thin + state.char_space * state.stretch
                    if code == 32:
                        at += state.word_space * state.stretch
            elif isinstance(operand, (int, float)):
                if gaps:
                    gaps[-1] -= float(operand)
                at -= float(operand) * thin
        usual = max(0.0, median(gaps)) if gaps else 0.0
        pieces = [glyph + " " * (wide - usual > gap) for glyph, wide in zip(shown, gaps, strict=True)]
        self._emit(state, tm, 0.0, at, ["".join(pieces).rstrip()] if pieces else [])
        return (tm[0], tm[1], tm[2], tm[3], tm[4] + at * tm[0], tm[5] + at * tm[1])

    def _emit(self, state: _State, tm: Matrix, start: float, end: float, pieces: list[str]) -> None:
        text = "".join(pieces)
        if not text or (text.isspace() and end - start <= 0):
            return
        m = _times(_times(tm, state.ctm), self.view)
        width = math.hypot(m[0], m[1])
        height = math.hypot(m[2], m[3])
        quarters = math.atan2(m[1], m[0]) / (math.pi / 2)
        if abs(quarters - round(quarters)) > _SLANT:
            return  # a stamp across the page, such as "draft"
        turn = round(quarters) % 4
        x = m[4] + start * m[0] + state.rise * m[2]
        y = m[5] + start * m[1] + state.rise * m[3]
        length = (end - start) * width
        face = state.face
        assert face is not None
        size = abs(state.size) * height * (face.vertical_scale if face.vertical_scale != 1.0 else 1.0)
        space = face.space / 1000 * abs(state.size) * width * state.stretch
        if state.size < 0:
            x, length = x - abs(length), abs(length)
        if turn == 1:
            x, y = y, -x
        elif turn == 2:
            x, y = -x, -y
        elif turn == 3:
            x, y = -y, x
        self.found.append(Fragment(text, x, x + length, y, size, face.bold, face.italic, turn, space))


def _moved(m: Matrix, x: float, y: float) -> Matrix:
    return (m[0], m[1], m[2], m[3], m[4] + x * m[0] + y * m[2], m[5] + x * m[1] + y * m[3])


def _is_furniture(operands: Any) -> bool:
    """Whether marked content is a running head, a page number or a watermark (ISO 32000-1, 14.8.2.2)."""
    if not operands or operands[0] != "/Artifact" or len(operands) < 2:
        return False
    properties = operands[1]
    return isinstance(properties, DictionaryObject) and properties.get("/Type") == "/Pagination"
