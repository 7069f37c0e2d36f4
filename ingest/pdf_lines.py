"""A page's fragments put into lines, in the order in which a person reads its columns."""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

from ingest.characters import double_quotes
from ingest.draft import MARK_CLOSE, MARK_OPEN, fence
from ingest.pdf_text import Fragment

CELL_GAP = 0.9
"""Ems of blank between two pieces of a line from which they stand in different cells or columns."""
_SAME_BASELINE = 0.45
"""Ems by which a raised or lowered piece may leave its line's baseline."""
_WORD_GAP = 0.33
"""Share of a space from which a gap between two pieces of a line parts words; kerning stays below it."""
_RAISED = 0.12
_SMALLER = 0.87
_LEAST_COLUMN = 0.16
"""Share of the text's width that a column has at least; a narrower strip holds numbers or signs."""
_LEAST_LINES = 4
_FILLED = 0.5
"""Share of a column that its lines fill on average: prose does, the cells of a table do not."""
_WELL_FILLED = 0.85
_WIDEST_BLANK = 2.5
"""Ems between the words of a justified line at most."""
_MOST_FULL = 0.6
"""Share of a justified column's lines that reach across it so."""
_MARK_CHARS = 3
_NOTE_GAP = 1.5
"""Ems of blank between a line and a note in the margin at its height."""
_PROSE_CHARS = 12
"""Characters that a column's pieces have on average; the cells of a table have fewer."""
_GUTTER = 5.0
"""Points of blank between two columns at least."""
_DEEPEST = 4
_BLANK_LINE = 1.35
"""Ems from baseline to baseline from which a page may be cut across; ordinary leading is 1.1 to 1.3."""
_MOST_CUTS = 10
_FEW_CROSS = 0.35
"""Pieces that may cross the document's gutter, as a share of the lines beside it, before it counts as absent."""
_MARK_TEXT = re.compile(r"[\[(]?\d{1,3}(?:\s?[,;–—‐−-]\s?\d{1,3})*[,\])]?")
_UNIT_BEFORE = re.compile(r"(?:^|[\s\d(/×·])(?:[kcmµμnd]?m|s|h|min|10|[a-z]|kg|km|yr|d)$|[\d×−^]$")


Strip = tuple[float, float]
"""Left and right edge of a blank strip, in points."""


@dataclass(slots=True)
class Segment:
    """Fragments that follow each other closely on one baseline."""

    parts: list[Fragment]
    x0: float
    x1: float
    y: float
    size: float

    @property
    def chars(self) -> int:
        """How many characters it holds."""
        return sum(len(part.text) for part in self.parts)


@dataclass(slots=True)
class PdfLine:
    """One printed line of one column. `cells` are its pieces where wide blanks part them (one piece: plain text).

    `wide` says that it crosses the gutter between columns. `left` and `right` bound its column.
    """

    text: str
    x0: float
    x1: float
    y: float
    size: float
    bold: bool
    italic: bool
    page: int
    left: float = 0.0
    right: float = 0.0
    wide: bool = False
    column: int = 0
    cells: list[tuple[float, float, str]] = field(default_factory=list)


def upright(fragments: Sequence[Fragment], width: float, height: float) -> list[Fragment]:
    """The fragments in the page's main direction of writing, inside the page, each printed thing once."""
    if not fragments:
        return []
    turns = Counter[int]()
    for part in fragments:
        turns[part.turn] += len(part.text)
    main = min(turns, key=lambda turn: (-turns[turn], turn))
    kept: list[Fragment] = []
    seen: dict[tuple[str, int, int], bool] = {}
    for part in fragments:
        if part.turn != main or part.size < 1:
            continue
        if main == 0 and not (-9 <= part.y <= height + 9 and part.x1 >= -9 and part.x0 <= width + 9):
            continue
        key = (part.text, round(part.x0 / 2), round(part.y / 2))
        if key in seen and not part.text.isspace():
            continue
        seen[key] = True
        kept.append(part)
    return kept


def segments_of(fragments: Iterable[Fragment]) -> list[Segment]:
    """Fragments that the content stream shows one after the other without a jump, joined."""
    segments: list[Segment] = []
    last: Segment | None = None
    for part in fragments:
        if part.text.isspace():
            if last is not None and abs(part.y - last.y) < 1 and 0 <= part.x0 - last.x1 < part.size:
                last.parts.append(part)
            continue
        if last is not None:
            em = max(part.size, last.size)
            gap = part.x0 - last.x1
            near = abs(part.y - last.y) <= _SAME_BASELINE * em
            if near and -0.6 * em <= gap <= CELL_GAP * em and _similar(part.size, last.size):
                last.parts.append(part)
                last.x1 = max(last.x1, part.x1)
                if part.size > last.size * 1.05:
                    last.y, last.size = part.y, part.size
                continue
        last = Segment([part], part.x0, part.x1, part.y, part.size)
        segments.append(last)
    return segments


def _similar(one: float, other: float) -> bool:
    return max(one, other) < 2.2 * min(one, other)


def lines_in_order(segments: list[Segment], page: int, hint: Strip | None = None) -> list[PdfLine]:
    """The page's lines in reading order: columns one after the other, between the lines that cross them.

    `hint` is the gutter of the document's other pages, tried where this page shows none of its own.
    """
    if not segments:
        return []
    caps, segments = _drop_caps(segments)
    lines: list[PdfLine] = []
    if segments:
        _order(segments, page, lines, 0, hint)
    for cap in caps:
        _set_cap(cap, lines)
    return lines


def _drop_caps(segments: list[Segment]) -> tuple[list[Segment], list[Segment]]:
    """Large initials apart from the rest."""
    usual = _usual_size(segments)
    caps = [
        segment
        for segment in segments
        if segment.size > 1.9 * usual and segment.chars <= 2 and segment.parts[0].text[:1].isupper()
    ]
    return caps, [segment for segment in segments if segment not in caps] if caps else segments


def _usual_size(segments: Sequence[Segment]) -> float:
    sizes = Counter[float]()
    for segment in segments:
        sizes[round(segment.size, 1)] += segment.chars
    return min(sizes, key=lambda size: (-sizes[size], size)) if sizes else 10.0


def _set_cap(cap: Segment, lines: list[PdfLine]) -> None:
    """Put a large initial before the line that stands at its top, just right of it."""
    top = cap.y + 0.7 * cap.size
    near = [line for line in lines if -2 <= line.x0 - cap.x1 < 1.5 * line.size and cap.y - 2 <= line.y <= top]
    if near:
        first = max(near, key=lambda line: line.y)
        first.text = cap.parts[0].text.strip() + first.text
        first.x0 = cap.x0


def _order(segments: list[Segment], page: int, lines: list[PdfLine], depth: int, hint: Strip | None) -> None:
    gutter = find_gutter(segments) if depth < _DEEPEST else None
    if gutter is None and hint is not None and _hint_fits(segments, hint):
        gutter, hint = hint, None
    left = min(segment.x0 for segment in segments)
    right = max(segment.x1 for segment in segments)
    if gutter is None and depth < _DEEPEST and (parts := _columned_run(segments)):
        for part in parts:
            _order(part, page, lines, depth + 1, hint)
        return
    if gutter is None:
        column = len({line.column for line in lines})
        for line in rows_of(segments, page):
            line.left, line.right, line.column = left, right, column
            lines.append(line)
        return
    middle = (gutter[0] + gutter[1]) / 2
    crossing = [segment for segment in segments if segment.x0 < middle - 1 and segment.x1 > middle + 1]
    crossing_ids = {id(segment) for segment in crossing}
    if depth < _DEEPEST and (parts := _inset_parts(segments, crossing, left, right)):
        for part in parts:
            _order(part, page, lines, depth + 1, hint)
        return
    beside = [segment for segment in segments if id(segment) not in crossing_ids]
    beside, crossing = _with_row_mates(beside, crossing)
    bands = rows_of(crossing, page)
    tops = [line.y for line in bands]
    for index in range(len(bands) + 1):
        above = tops[index - 1] if index else float("inf")
        below = tops[index] if index < len(bands) else float("-inf")
        band = [segment for segment in beside if below < segment.y <= above]
        for side in (True, False):
            part = [segment for segment in band if (segment.x1 + segment.x0 < 2 * middle) == side]
            if part:
                _order(part, page, lines, depth + 1, hint)
        if index < len(bands):
            line = bands[index]
            line.left, line.right, line.wide, line.column = left, right, True, -1 - len(lines)
            lines.append(line)


def _hint_fits(segments: list[Segment], hint: Strip) -> bool:
    """Whether the document's gutter parts this page too: few pieces cross it, and both sides have lines."""
    middle = (hint[0] + hint[1]) / 2
    crossing = sum(segment.x0 < middle - 1 and segment.x1 > middle + 1 for segment in segments)
    rows = [len({round(s.y / 4) for s in segments if (s.x0 + s.x1 < 2 * middle) == side}) for side in (True, False)]
    return min(rows) >= _LEAST_LINES and crossing <= _FEW_CROSS * max(rows)


def _columned_run(segments: list[Segment]) -> list[list[Segment]] | None:
    """Segments above, in and below the tallest part of the page that has columns; None where no part has."""
    if len(segments) < 3 * _LEAST_LINES:
        return None
    ordered = sorted(segments, key=lambda segment: -segment.y)
    usual = _usual_size(segments)
    gaps = [
        (above.y - below.y - below.size, index)
        for index, (above, below) in enumerate(itertools.pairwise(ordered), start=1)
        if above.y - below.y > _BLANK_LINE * usual
    ]
    cuts = sorted(index for _, index in sorted(gaps, reverse=True)[:_MOST_CUTS])
    edges = [0, *cuts, len(ordered)]
    for length in range(len(edges) - 2, 0, -1):
        for first in range(len(edges) - length):
            start, end = edges[first], edges[first + length]
            if find_gutter(ordered[start:end]):
                return [part for part in (ordered[:start], ordered[start:end], ordered[end:]) if part]
    return None


def _inset_parts(
    segments: list[Segment], crossing: list[Segment], left: float, right: float
) -> list[list[Segment]] | None:
    """Segments above, in and below a block that crosses the gutter and has a narrow column of its own at its left.

    So stand an abstract and the article's dates beside it, over two columns of text. None where there is no such block.
    """
    inset = [segment for segment in crossing if segment.x0 > left + _LEAST_COLUMN * (right - left)]
    if len(inset) < _LEAST_LINES:
        return None
    top = max(segment.y for segment in inset) + 2 * inset[0].size
    foot = min(segment.y for segment in inset) - 0.5 * inset[0].size
    block = [segment for segment in segments if foot <= segment.y <= top]
    strip = find_gutter(block) if len(block) < len(segments) else None
    if strip is None or strip[1] > min(segment.x0 for segment in inset) + 2:
        return None
    above = [segment for segment in segments if segment.y > top]
    below = [segment for segment in segments if segment.y < foot]
    return [part for part in (above, block, below) if part]


def _with_row_mates(beside: list[Segment], crossing: list[Segment]) -> tuple[list[Segment], list[Segment]]:
    """Pieces that stand close beside a crossing line on its baseline belong to it."""
    if not crossing:
        return beside, crossing
    kept: list[Segment] = []
    joined = list(crossing)
    for segment in beside:
        mate = any(
            abs(segment.y - other.y) < 0.3 * other.size
            and min(abs(segment.x0 - other.x1), abs(other.x0 - segment.x1)) < 2.5 * other.size
            for other in crossing
        )
        (joined if mate else kept).append(segment)
    return kept, joined


def find_gutter(segments: list[Segment], *, inner: bool = False) -> Strip | None:
    """The blank strip between two columns of prose, as (left, right) in points; None where there is one column.

    Either side may hold columns of its own, unless this is an `inner` search, within a side.
    """
    if len(segments) < 2 * _LEAST_LINES:
        return None
    left = min(segment.x0 for segment in segments)
    right = max(segment.x1 for segment in segments)
    width = right - left
    if width < 60:
        return None
    bins = int(width) + 2
    steps = [0] * (bins + 1)
    for segment in segments:
        steps[max(0, int(segment.x0 - left))] += 1
        steps[min(bins, max(0, int(segment.x1 - left - 0.01)) + 1)] -= 1
    covered: list[int] = []
    total = 0
    for step in steps[:bins]:
        total += step
        covered.append(total)
    floor = math.ceil(_LEAST_COLUMN * width)
    best: tuple[float, tuple[float, float]] | None = None
    for most in sorted(set(covered[floor : bins - floor])):
        if best is not None or most > max(covered) // 2:
            break
        for start, end in _valleys(covered, most, floor, bins - floor):
            score = _column_score(segments, (left + start, left + end), left, right, inner)
            if score is not None and (best is None or score > best[0]):
                best = (score, (left + start, left + end))
    return best[1] if best else None


def _valleys(covered: list[int], most: int, first: int, last: int) -> list[tuple[int, int]]:
    """The strips between `first` and `last` that at most `most` pieces cover, wide enough for a gutter."""
    strips: list[tuple[int, int]] = []
    start = first
    for at in range(first, last + 1):
        if at == last or covered[at] > most:
            if at - start >= _GUTTER:
                strips.append((start, at))
            start = at + 1
    return strips


def _column_score(segments: list[Segment], strip: Strip, left: float, right: float, inner: bool) -> float | None:
    middle = (strip[0] + strip[1]) / 2
    sides: tuple[list[Segment], list[Segment]] = ([], [])
    crossing = 0
    for segment in segments:
        if segment.x0 < middle - 1 and segment.x1 > middle + 1:
            crossing += 1
        else:
            sides[segment.x0 > middle].append(segment)
    rows = [len({round(segment.y / 4) for segment in side}) for side in sides]
    if min(rows) < _LEAST_LINES or max(rows) < 0.4 * crossing:
        return None
    for side, edges in zip(sides, ((left, strip[0]), (strip[1], right)), strict=True):
        wide = edges[1] - edges[0]
        text = sum(segment.x1 - segment.x0 for segment in side)
        lines = len({round(s.y / 3) for s in side})
        if wide < _LEAST_COLUMN * (right - left):
            return None
        filled = text > _FILLED * wide * lines
        prose = filled and (median(s.chars for s in side) >= _PROSE_CHARS or _is_spread(side, wide))
        if not prose and (inner or find_gutter(side, inner=True) is None):
            return None
    return min(rows) - crossing + (strip[1] - strip[0]) / 100


def _is_spread(side: Sequence[Segment], width: float) -> bool:
    """Whether pieces of few letters are prose all the same: narrow, justified columns have wide blanks in lines."""
    lines: dict[int, list[Segment]] = {}
    for segment in side:
        lines.setdefault(round(segment.y), []).append(segment)
    full = 0
    for line in lines.values():
        line.sort(key=lambda segment: segment.x0)
        close = all(b.x0 - a.x1 < _WIDEST_BLANK * max(a.size, b.size) for a, b in itertools.pairwise(line))
        full += close and line[-1].x1 - line[0].x0 > _WELL_FILLED * width
    return len(lines) >= 2 * _LEAST_LINES and full > _MOST_FULL * len(lines)


def rows_of(segments: list[Segment], page: int) -> list[PdfLine]:
    """One column's segments as lines from top to bottom."""
    rows: list[list[Segment]] = []
    for segment in sorted(segments, key=lambda item: (-item.size, -item.y, item.x0)):
        home = None
        for row in rows:
            lead = row[0]
            if abs(segment.y - lead.y) <= (0.25 if segment.size > _SMALLER * lead.size else _SAME_BASELINE) * lead.size:
                clash = any(segment.x0 < other.x1 - 1 and segment.x1 > other.x0 + 1 for other in row)
                if not clash and not _another_text(segment, row):
                    home = row
                    break
        if home is None:
            rows.append([segment])
        else:
            home.append(segment)
    rows.sort(key=lambda row: (-row[0].y, row[0].x0))
    return [_line(row, page) for row in rows]


def _another_text(segment: Segment, row: list[Segment]) -> bool:
    """Whether a piece in the row's height is a note in the margin: of another size, and far from all of the row."""
    lead = row[0]
    if segment.size > _SMALLER * lead.size or segment.chars <= _MARK_CHARS:
        return False
    gap = min(max(segment.x0 - other.x1, other.x0 - segment.x1) for other in row)
    return gap > _NOTE_GAP * lead.size and lead.chars > _PROSE_CHARS


def _line(row: list[Segment], page: int) -> PdfLine:
    row.sort(key=lambda segment: segment.x0)
    parts = [part for segment in row for part in segment.parts]
    sizes = Counter[float]()
    bold = italic = total = 0
    for part in parts:
        count = len(part.text.strip())
        sizes[round(part.size, 1)] += count
        total += count
        bold += count * part.bold
        italic += count * part.italic
    size = min(sizes, key=lambda value: (-sizes[value], -value))
    base = Counter[float]()
    for part in parts:
        if abs(part.size - size) < 0.15:
            base[round(part.y, 1)] += len(part.text)
    y = min(base, key=lambda value: (-base[value], value))
    cells: list[tuple[float, float, str]] = []
    text = ""
    start = end = parts[0].x0
    for part in parts:
        gap = part.x0 - end
        if text and gap > CELL_GAP * max(size, part.size):
            cells.append((start, end, " ".join(text.split(" "))))
            text = ""
        if not text:
            start = part.x0
        text = _append(text, part, gap, size, y)
        end = max(end, part.x1) if text else part.x1
    cells.append((start, end, text))
    clean = [(x0, x1, _close_marks(words)) for x0, x1, words in cells if words.strip()]
    whole = " ".join(words for _, _, words in clean)
    return PdfLine(
        text=whole,
        x0=row[0].x0,
        x1=max(segment.x1 for segment in row),
        y=y,
        size=size,
        bold=bold > 0.6 * total,
        italic=italic > 0.6 * total,
        page=page,
        cells=clean,
    )


def _append(text: str, part: Fragment, gap: float, size: float, y: float) -> str:
    shown = part.text
    if part.size < _SMALLER * size and part.y > y + _RAISED * size and _MARK_TEXT.fullmatch(shown.strip()):
        bare = text.rstrip()
        before = bare.rstrip(MARK_CLOSE)
        if bare.endswith(MARK_CLOSE):
            return bare[:-1] + "," + shown.strip(" ,[]()") + MARK_CLOSE
        if before and not _UNIT_BEFORE.search(before):
            return bare + fence(shown.strip(" ,[]()"))
    if bare_mark := text.endswith(MARK_CLOSE) and part.size < _SMALLER * size and part.y > y + _RAISED * size:
        joined = shown.strip()
        if bare_mark and re.fullmatch(r"[,;–—‐−-]+", joined):
            return text[:-1] + joined + MARK_CLOSE
    if text and gap > _WORD_GAP * max(1.0, part.space) and not text.endswith(" ") and not shown.startswith(" "):
        return f"{text} {shown}"
    return text + shown


def _close_marks(text: str) -> str:
    """Fenced marks without stray commas, blanks single."""
    text = re.sub(rf"[,–—‐−-]*{MARK_CLOSE}", MARK_CLOSE, text)
    text = re.sub(rf"{MARK_OPEN}([^{MARK_CLOSE}]*),,+", rf"{MARK_OPEN}\1,", text)
    return double_quotes(" ".join(text.split()))
