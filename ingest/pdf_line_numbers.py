"""Line numbers of manuscripts: a column of rising numbers beside the text of most pages, part of no sentence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import median

from ingest.pdf_lines import Segment

_LEAST = 12
"""Numbers on a page from which they may count lines; a table's or a list's column is shorter or on few pages."""
_ALIGNED = 3.0
"""Points by which the edges of such numbers may differ."""
_RISING = 0.9
"""Share of neighbouring numbers that must rise by the same step."""
_OUTSIDE = 0.9
"""Share of the other pieces that must stand on one side of the numbers."""


def are_numbered(pages: Sequence[Sequence[Segment]]) -> bool:
    """Whether most of these pages that hold a text number its lines."""
    long = [page for page in pages if len(page) > 2 * _LEAST]
    return bool(long) and sum(bool(line_numbers(page)) for page in long) > 0.5 * len(long)


def without_line_numbers(segments: Sequence[Segment]) -> list[Segment]:
    """The pieces of a page without the numbers that count its lines."""
    numbers = {id(segment) for segment in line_numbers(segments)}
    return [segment for segment in segments if id(segment) not in numbers]


def line_numbers(segments: Sequence[Segment]) -> list[Segment]:
    """The pieces that count the lines of a page; empty where nothing does."""
    figures = [(segment, int(text)) for segment in segments if (text := _text(segment)).isdecimal() and len(text) < 5]
    for right in (True, False):
        columns: dict[int, list[tuple[Segment, int]]] = defaultdict(list)
        for segment, number in figures:
            edge = segment.x1 if right else segment.x0
            near = next((known for known in columns if abs(known - edge) <= _ALIGNED), None)
            columns[round(edge) if near is None else near].append((segment, number))
        for column in columns.values():
            if len(column) >= _LEAST and _rises(column) and _beside(column, segments):
                return [segment for segment, _ in column]
    return []


def _rises(column: Iterable[tuple[Segment, int]]) -> bool:
    numbers = [number for _, number in sorted(column, key=lambda pair: -pair[0].y)]
    steps = [below - above for above, below in pairwise(numbers)]
    usual = median(steps)
    return usual >= 1 and sum(step == usual for step in steps) >= _RISING * len(steps)


def _beside(column: Sequence[tuple[Segment, int]], segments: Sequence[Segment]) -> bool:
    inside = {id(segment) for segment, _ in column}
    left, right = min(segment.x0 for segment, _ in column), max(segment.x1 for segment, _ in column)
    others = [segment for segment in segments if id(segment) not in inside]
    before = sum(segment.x1 <= left for segment in others)
    after = sum(segment.x0 >= right for segment in others)
    return max(before, after) >= _OUTSIDE * len(others)


def _text(segment: Segment) -> str:
    return "".join(part.text for part in segment.parts).strip()
