"""The reference list: one entry a work, numbered as printed."""

from __future__ import annotations

import re
from collections.abc import Sequence

from domain.document import BibliographyEntry
from ingest.draft import Block
from ingest.headings import known_heading, part_of
from ingest.hyphens import Words
from ingest.lines import CAPTION, Line, finished

_NUMBERED = re.compile(r"^\s*[\[(]?(\d{1,3})[\])]?[.)]?\s+(?=\S)")
_LONGEST_JUMP = 3
"""Entry numbers go up by one; a number misread or an entry lost may leave a small hole."""


def parse_entries(texts: Sequence[str]) -> tuple[BibliographyEntry, ...]:
    """The entries of a reference list, one text each; without printed numbers they are counted from 1."""
    entries: list[BibliographyEntry] = []
    for index, text in enumerate(texts, start=1):
        found = _NUMBERED.match(text)
        number = int(found[1]) if found else index
        entries.append(BibliographyEntry(number=number, text=" ".join(text[found.end() if found else 0 :].split())))
    return tuple(entries)


def entries_of_lines(lines: Sequence[Line], words: Words) -> tuple[list[Line], list[Block]]:
    """`lines` without their reference list, and that list as blocks, its heading first; no list: no blocks."""
    opened = [index for index, line in enumerate(lines) if part_of(known_heading(line.text) or "") == "references"]
    if not opened:
        return list(lines), []
    start = opened[-1]
    stop = next((index for index in range(start + 1, len(lines)) if _ends_list(lines[index])), len(lines))
    blocks = [Block(role="heading", text=known_heading(lines[start].text) or "References", page=lines[start].page)]
    number = 0
    numbered = any(_NUMBERED.match(line.text) for line in lines[start + 1 : start + 3])
    for line in lines[start + 1 : stop]:
        found = _NUMBERED.match(line.text)
        begins = found is not None and number < int(found[1]) <= number + _LONGEST_JUMP
        if numbered and found is not None and begins:
            number = int(found[1])
        elif not numbered:
            begins = line.gap or len(blocks) == 1 or (finished(blocks[-1].text) and _opens_with_name(line.text))
        if begins or len(blocks) == 1:
            blocks.append(Block(role="references", text=line.text, page=line.page))
        else:
            blocks[-1].text = words.join(blocks[-1].text, line.text)
    return [*lines[:start], *lines[stop:]], blocks


def _ends_list(line: Line) -> bool:
    return known_heading(line.text) is not None or (line.gap and CAPTION.match(line.text) is not None)


def _opens_with_name(text: str) -> bool:
    return re.match(r"[^\W\d_][^\W\d_’'-]+,? (?:[A-Z]\.?[ ,-]?){1,4}", text) is not None
