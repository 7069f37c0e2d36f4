"""A draft: what a reader hands over before offsets exist, blocks of text in reading order with what was noticed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from domain.document import BibliographyEntry, Kind

MARK_OPEN, MARK_CLOSE, PAGE_TURN = "\ufdd0", "\ufdd1", "\ufdd2"
"""Unicode noncharacters: inside a draft they fence an in-text reference mark and say where a page turns."""
SENTINELS = {ord(MARK_OPEN): None, ord(MARK_CLOSE): None, ord(PAGE_TURN): None}
MARK = re.compile(f"{MARK_OPEN}([^{MARK_CLOSE}]*){MARK_CLOSE}")
SENTINEL = re.compile(f"{MARK.pattern}|{PAGE_TURN}")
_MOST_NUMBERS = 60
"""A mark such as 1-400 is a typing error or a range of something else; no sentence cites more works than this."""

BlockRole = Literal["heading", "prose", "caption", "table", "references", "front", "resume"]


@dataclass(slots=True, kw_only=True)
class Block:
    """One paragraph, list item, table row, caption, entry or heading, as one line of text without outer white space.

    `page` is the 1-based page of its first character, 0 where there are no pages. `level` (1 outermost) matters for
    headings only. `label` names a float ("Figure 2"), so that its section can be found. A "resume" has no text: what
    follows goes on with the section that the last heading interrupted.
    """

    role: BlockRole
    text: str
    page: int = 0
    level: int = 1
    label: str | None = None


@dataclass(slots=True, kw_only=True)
class Draft:
    """A whole source before its text is fixed. `page_labels` has one entry a page, empty where there are no pages."""

    blocks: list[Block] = field(default_factory=list)
    page_labels: list[str | None] = field(default_factory=list)
    title: str | None = None
    first_author: str | None = None
    journal: str | None = None
    year: int | None = None
    doi: str | None = None
    pmid: str | None = None
    licence: str | None = None
    retraction: str | None = None
    kind: Kind | None = None
    bibliography: list[BibliographyEntry] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def numbers_of(mark: str) -> tuple[int, ...]:
    """The reference numbers a mark stands for: "1,3-5" is 1, 3, 4, 5; empty when it is no list of numbers."""
    found: list[int] = []
    for part in re.split(r"[,;\s]+", mark.strip("[]() ")):
        match = re.fullmatch(r"(\d{1,4})(?:[-–—‐‑−](\d{1,4}))?", part)
        if not match:
            if part:
                return ()
            continue
        first, last = int(match[1]), int(match[2] or match[1])
        if not first <= last < first + _MOST_NUMBERS:
            return ()
        found.extend(range(first, last + 1))
    return tuple(found)


def fence(mark: str) -> str:
    """The mark as it travels inside a block's text."""
    return f"{MARK_OPEN}{mark}{MARK_CLOSE}"


def plain(text: str) -> str:
    """The text of a block without its sentinels, as the document will show it."""
    return SENTINEL.sub("", text)
