"""Plain text, as a person or an extraction tool saved it; a form feed turns the page."""

from __future__ import annotations

from ingest.bibliography import entries_of_lines
from ingest.characters import drop_unreadable, tidy
from ingest.draft import Draft
from ingest.encodings import decode
from ingest.headings import known_heading
from ingest.hyphens import Words
from ingest.lines import CAPTION, Line, blocks_of
from ingest.metadata import identify

_LONGEST_TITLE = 40
"""Words."""
_OPENING = 40
"""Lines in which a document says who and what it is."""


def read_plain_text(path: str, data: bytes) -> Draft:
    """The draft of a text file. Raises EmptyFile and UnknownEncoding."""
    text, encoding = decode(data, path)
    draft = draft_of_text(tidy(text))
    if encoding not in {"utf-8", "utf-8-sig", "ascii"}:
        draft.warnings.append(f"Read as {encoding}, a guess from its bytes.")
    return draft


def draft_of_text(text: str) -> Draft:
    """The draft of tidy text; its pages are numbered where it has form feeds."""
    text, lost = drop_unreadable(text)
    sheets = text.rstrip("\f \n").split("\f")
    paged = len(sheets) > 1
    lines: list[Line] = []
    gap = True
    for number, sheet in enumerate(sheets, start=1):
        for raw in sheet.split("\n"):
            if raw.strip():
                lines.append(Line(text=raw.strip(), page=number * paged, gap=gap, inset=raw[0] == " "))
            gap = not raw.strip()
    words = Words(line.text for line in lines)
    body, references = entries_of_lines(lines, words)
    draft = Draft(blocks=blocks_of(body, words) + references, page_labels=[None] * len(sheets) if paged else [])
    for block in draft.blocks:
        if block.role != "heading":
            block.text = " ".join(word for word in block.text.split(" ") if word)
    draft.title = _title(lines)
    identify(draft, [line.text for line in lines[:_OPENING]])
    if lost:
        draft.warnings.append(f"{lost} unreadable character(s) were left out.")
    return draft


def _title(lines: list[Line]) -> str | None:
    """The opening lines up to the first blank one, where they stand like a title: short, and no sentence."""
    opening = [lines[0].text] if lines else []
    for line in lines[1:4]:
        if line.gap:
            break
        opening.append(line.text)
    else:
        return None
    title = " ".join(opening)
    fits = 3 <= len(title.split()) <= _LONGEST_TITLE and title[0].isalnum() and title[-1] not in ".,;:-"
    return title if fits and known_heading(title) is None and CAPTION.match(title) is None else None
