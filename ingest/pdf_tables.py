"""Tables of a page: found by their captions, taken out of the columns, kept as rows of cells."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.headings import known_heading
from ingest.lines import CAPTION
from ingest.pdf_lines import PdfLine, Segment, rows_of

_PROSE_SHARE = 0.62
"""Share of the table's width from which a line of one piece in the text's size is prose again."""
_FURTHEST = 4.5
"""Ems between two rows beyond which the table has ended."""
_FILLS = 0.85
"""Share of a column's width that a line of its prose fills."""
_ROWS_TO_JUDGE = 6


def take_tables(
    segments: list[Segment], page: int, body: float, gutter: tuple[float, float] | None
) -> tuple[list[Segment], list[tuple[list[PdfLine], list[PdfLine]]]]:
    """`segments` without the tables, and each table as its caption's lines and its rows."""
    tables: list[tuple[list[PdfLine], list[PdfLine]]] = []
    starts = sorted((s for s in segments if _opens_table(s)), key=lambda s: (-s.y, s.x0))
    for start in starts:
        if not any(segment is start for segment in segments):
            continue
        found = _region(start, segments, page, body, gutter)
        if found is None:
            continue
        captions, rows, used = found
        segments = [segment for segment in segments if id(segment) not in used]
        tables.append((captions, rows))
    return segments, tables


def _text(segment: Segment) -> str:
    words = ""
    end = segment.x0
    for part in segment.parts:
        words += " " * (part.x0 - end > 0.1 * part.size) + part.text
        end = part.x1
    return " ".join(words.split())


def _opens_table(segment: Segment) -> bool:
    words = _text(segment)
    found = CAPTION.match(words)
    return (
        found is not None
        and found["label"].lower().startswith(("table", "supplementary table"))
        and (
            bool(found["stop"].strip())
            or found.end() >= len(words)
            or segment.parts[0].bold
            or words[found.end() :][:1].isupper()
        )
    )


def _region(
    start: Segment, segments: Sequence[Segment], page: int, body: float, gutter: tuple[float, float] | None
) -> tuple[list[PdfLine], list[PdfLine], set[int]] | None:
    left, right = min(s.x0 for s in segments), max(s.x1 for s in segments)
    if gutter is not None and not _is_wide(start, segments, body, gutter):
        middle = (gutter[0] + gutter[1]) / 2
        left, right = (left, middle) if start.x0 < middle else (middle, right)
    inside = [s for s in segments if s.x0 >= left - 2 and s.x1 <= right + 3 and s.y <= start.y + 1]
    lines = rows_of(inside, page)
    if not lines or abs(lines[0].y - start.y) > 2:
        return None
    width = max(line.x1 for line in lines) - min(line.x0 for line in lines)
    small = start.size < body - 0.4
    kept: list[PdfLine] = []
    for index, line in enumerate(lines):
        if index:
            gap = kept[-1].y - line.y
            if (
                gap > _FURTHEST * max(line.size, 8)
                or CAPTION.match(line.text)
                or (known_heading(line.text) and line.bold)
            ):
                break
            prose_size = abs(line.size - body) < 0.4
            if prose_size and gutter is not None and _two_columns(line, gutter, left, right):
                break
            single = len(line.cells) == 1 and line.x1 - line.x0 > _PROSE_SHARE * width
            follows = lines[index + 1] if index + 1 < len(lines) else None
            pair = follows is None or (len(follows.cells) == 1 and abs(follows.size - body) < 0.4)
            if prose_size and single and pair and (small or _has_cells(kept[1:])):
                break
            if prose_size and small and line.bold and len(line.cells) == 1 and gap > 1.6 * line.size:
                break
        kept.append(line)
    captions = [kept[0]]
    for line in kept[1:]:
        same = abs(line.size - captions[0].size) < 0.3 and captions[-1].y - line.y < 1.5 * line.size
        if (
            not same
            or len(line.cells) > 1
            or len(captions) > 5
            or (line.bold != captions[-1].bold and not captions[0].bold)
        ):
            break
        captions.append(line)
    rows = kept[len(captions) :]
    if not rows or not _has_cells(rows):
        return None
    bottom = kept[-1].y
    used = {id(s) for s in inside if s.y >= bottom - 0.45 * s.size}
    return captions, rows, used


def _two_columns(line: PdfLine, gutter: tuple[float, float], left: float, right: float) -> bool:
    """Whether a line is two columns seen side by side: nothing crosses the gutter, and prose fills one of them."""
    middle = (gutter[0] + gutter[1]) / 2
    if len(line.cells) > 2 or any(x0 < middle - 1 and x1 > middle + 1 for x0, x1, _ in line.cells):
        return False
    widths = {False: gutter[0] - left, True: right - gutter[1]}
    return any(x1 - x0 > _FILLS * widths[x0 > middle] for x0, x1, _ in line.cells)


def _has_cells(lines: Sequence[PdfLine]) -> bool:
    return sum(len(line.cells) > 1 for line in lines) >= 2


def _is_wide(start: Segment, segments: Sequence[Segment], body: float, gutter: tuple[float, float]) -> bool:
    """Whether the table under a caption crosses the gutter: a piece of it does, or both sides share its lines."""
    middle = (gutter[0] + gutter[1]) / 2
    if start.x0 < middle - 4 and start.x1 > gutter[1] + 4:
        return True
    under = sorted((s for s in segments if s.y < start.y - 1), key=lambda s: -s.y)
    here = [s for s in under if (s.x0 < middle) == (start.x0 < middle)][:_ROWS_TO_JUDGE]
    if not here:
        return False
    floor = here[-1].y - 2
    if any(s.x0 < middle - 4 and s.x1 > middle + 4 for s in here):
        return True
    across = [s for s in under if s.y >= floor and (s.x0 < middle) != (start.x0 < middle)]
    level = [s for s in across if any(abs(s.y - other.y) < 1.2 for other in here)]
    prose = [
        s for s in across if abs(s.size - body) < 0.4 and s.x1 - s.x0 > 0.6 * (gutter[0] - min(x.x0 for x in segments))
    ]
    return len(level) >= max(2, len(across) // 2) and not prose
