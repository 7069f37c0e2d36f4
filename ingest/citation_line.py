"""How a document says that it is to be cited: "To cite: Name AB, …. Journal 2016;6:e12"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.metadata import doi_in

_CUE = re.compile(
    r"(?:(?:please|how to|to)\s+cite\b(?:\s+this)?|cite\s+this\b|^\s*citation\s*:)"
    r"(?:\s+(?:article|paper|work|version))?(?:\s+(?:as|in)\b)?(?:\s+follows)?\s*:?",
    re.IGNORECASE,
)
_LINES = 14
"""Lines after the cue that a citation takes at most, in the narrow column beside a title page."""
_WORD = r"(?:[A-ZÀ-Þ][\w’'-]*|of|and|the|in|for|de|&)"
_JOURNAL = rf"(?:{_WORD}(?: {_WORD}){{0,8}}?|[A-ZÀ-Þ]\w{{0,7}}\.(?: ?[A-ZÀ-Þ&]\w*\.?){{0,7}}?)"
"""Whole words, or words of which the first is cut short by a point."""
_WHERE = re.compile(
    rf"(?:^|(?<=[.?!\],] )|(?<=\())({_JOURNAL})[.,]?\s+"
    r"(?:\(?((?:19|20)\d\d)\)?\s?[A-Z]?[a-z]{0,8}\s?\d{0,2}[;:,]?\s*)?"
    r"\d{1,4}\s*(?:\(\w+(?:[-–]\w+)?\)\s*[:,]|:|,(?=\s*\d+\b(?!\s*[A-Za-z])))\s*[a-z]{0,2}\d"
)
_LEAD = re.compile(
    r"^\W*([A-ZÀ-Þ][^\W\d_]+(?:[-’' ][A-ZÀ-Þ]?[^\W\d_]+){0,2})[, ]\s*((?:[A-Z][.]?[- ]?){1,4})(?=[,.;:(]|\s|$)"
)
_ONLY_SURNAME = re.compile(r"^\W*([A-ZÀ-Þ][^\W\d_]+(?:[-’'][^\W\d_]+)*)\s+(?:et al|and\s+[A-ZÀ-Þ])")
_YEAR = re.compile(r"\b((?:19|20)\d\d)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class CitationLine:
    """What such a line states; None where it does not. `initials` are without points, "HE"."""

    surname: str | None = None
    initials: str | None = None
    journal: str | None = None
    year: int | None = None
    doi: str | None = None


def citation_line(lines: Sequence[str]) -> CitationLine | None:
    """The citation that stands after its cue in `lines`, a page's text; None without one."""
    for at, line in enumerate(lines):
        cue = _CUE.search(line)
        if cue is None:
            continue
        block = [line[cue.end() :].strip(), *(more.strip() for more in lines[at + 1 : at + _LINES])]
        found = _parse([words for words in block if words], lines[at - 1] if at else "")
        if found is not None:
            return found
    return None


def _parse(block: Sequence[str], before: str) -> CitationLine | None:
    text = " ".join(block)
    where = _WHERE.search(text)
    if where is None:
        for index in range(len(block)):
            where = _WHERE.match(" ".join(block[index : index + 2]))
            if where is not None:
                text = " ".join(block[: index + 2])
                break
    if where is None:
        return None
    head = text[: where.start() + 60]
    lead, only = _LEAD.match(text), _ONLY_SURNAME.match(text)
    point = "." if "." in where[1] and text[where.end(1)] == "." else ""
    year = where[2] or next(iter(_YEAR.findall(head)), None)
    doi = doi_in("\n".join(block)) or doi_in(before)
    return CitationLine(
        surname=lead[1] if lead else only[1] if only else None,
        initials=re.sub(r"[^A-Z]", "", lead[2]) if lead else None,
        journal=" ".join(where[1].split()) + point,
        year=int(year) if year else None,
        doi=doi,
    )
