"""What is printed on every page and belongs to none: running heads, page numbers, footers, download notes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from ingest.draft import plain
from ingest.pdf_layout import PdfPage
from ingest.pdf_lines import PdfLine

_ZONE = 0.115
"""Share of the page's height, at its top and at its foot, where such lines stand."""
_EDGE = 0.07
_SAME_HEIGHT = 6.0
_SAME_ROW = 2.0
"""Points."""
_PAGE_NUMBER = re.compile(
    r"(?:page\s*)?[-–—(\[]?\s*(\d{1,5}|[ivxlc]{1,6})\s*[-–—)\]]?(?:\s*(?:of|/)\s*\d{1,5})?", re.IGNORECASE
)
_NUMBER_IN_LINE = re.compile(
    r"(?:page|p\.)\s*(\d{1,5})\b|(?:^|\s)(\d{1,5})$|^(\d{1,5})(?=\s)|\b(\d{1,4})/\d{1,4}$", re.IGNORECASE
)
_NOTICE = re.compile(
    r"https?://|www\.|\bdoi\b|©|\bcopyright\b|all rights reserved|downloaded from|creative commons|open access"
    r"|\bet al\b|\bvol(?:ume)?\b|\bJ(?:ournal)?\b.*\d{4}|page number not for citation|for personal use",
    re.IGNORECASE,
)


def drop_furniture(pages: Sequence[PdfPage]) -> list[str | None]:
    """Take the furniture out of `pages`, in place, and return the page numbers it printed, one a page or None."""
    seen: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for page in pages:
        for line in _margin(page, _ZONE):
            for key in _keys(line, page):
                seen[key].append((page.number, line.y))
    printed: list[list[int]] = [[] for _ in pages]
    for index, page in enumerate(pages):
        drop: set[int] = set()
        for line in _margin(page, _ZONE):
            others = {
                number
                for key in _keys(line, page)
                for number, y in seen[key]
                if number != page.number and abs(y - line.y) < _SAME_HEIGHT
            }
            words = plain(line.text).strip()
            number = _PAGE_NUMBER.fullmatch(words)
            edge = line.y > (1 - _EDGE) * page.height or line.y < _EDGE * page.height
            if others or (number and edge) or (edge and page.number > 1 and _NOTICE.search(words) and len(words) < 160):
                drop.add(id(line))
                found = number or _NUMBER_IN_LINE.search(words)
                printed[index] += [
                    int(group) for group in (found.groups() if found else ()) if group and group.isdigit()
                ]
        page.lines = [line for line in page.lines if id(line) not in drop]
    return _labels(printed)


def _margin(page: PdfPage, share: float) -> list[PdfLine]:
    return [line for line in page.lines if line.y > (1 - share) * page.height or line.y < share * page.height]


def _keys(line: PdfLine, page: PdfPage) -> tuple[str, str]:
    """What the line says and what all that stands at its height says, numbers and blanks apart."""
    row = sorted((other.x0, plain(other.text)) for other in page.lines if abs(other.y - line.y) < _SAME_ROW)
    return _folded(plain(line.text)), "row " + _folded("".join(text for _, text in row))


def _folded(text: str) -> str:
    return re.sub(r"\d+", "#", re.sub(r"\s+", "", text.casefold()))


def _labels(printed: list[list[int]]) -> list[str | None]:
    """The printed numbers as labels where they run on by one from page to page; None where they do not."""
    offsets: dict[int, int] = defaultdict(int)
    for index, numbers in enumerate(printed):
        for number in set(numbers):
            offsets[number - index] += 1
    if not offsets:
        return [None] * len(printed)
    best = min(offsets, key=lambda offset: (-offsets[offset], offset))
    if offsets[best] < max(2, len(printed) // 2):
        return [None] * len(printed)
    return [str(index + best) if index + best > 0 else None for index in range(len(printed))]
