"""From a draft to a document: the text is fixed here, once, and every span is counted from it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from domain.document import BibliographyEntry, Document, Page, ReferenceMark, Section
from domain.errors import EmptyFile
from ingest.abbreviations import abbreviations
from ingest.draft import PAGE_TURN, SENTINEL, Block, Draft, numbers_of, plain
from ingest.headings import part_of
from ingest.kinds import guess_kind
from ingest.marks import mark_references

SectionRole = Literal["prose", "caption", "table", "references", "front"]
_BODY_PARTS = frozenset({"methods", "results", "case", "discussion", "conclusion"})


def doc_id_of(data: bytes) -> str:
    """The document id of a source: 16 hexadecimal digits of the sha256 of its bytes."""
    return hashlib.sha256(data).hexdigest()[:16]


def assemble(draft: Draft, path: str, data: bytes) -> Document:
    """The document of a draft. Raises EmptyFile when no block holds a letter or a digit."""
    blocks = [block for block in draft.blocks if block.role == "resume" or block.label or plain(block.text).strip()]
    if not any(char.isalnum() for block in blocks for char in block.text):
        raise EmptyFile(path, "it holds no text", "Check that the file was saved completely.")
    paged = bool(draft.page_labels)
    blocks = _name_introduction(_hoist_abstract(blocks))
    if not paged:
        blocks = _floats_last(blocks)
    highest = max((entry.number for entry in draft.bibliography), default=0)
    mark_references(blocks, highest)
    fixed = _Fixed()
    for block in blocks:
        fixed.add(block)
    text = "".join(fixed.pieces)
    bibliography = tuple(draft.bibliography) or _bibliography(blocks)
    return Document(
        doc_id=doc_id_of(data),
        origin="document",
        title=draft.title or Path(path).stem.replace("_", " ").strip() or Path(path).name,
        kind=draft.kind or guess_kind(draft.title or "", blocks),
        text=text,
        first_author=draft.first_author,
        journal=draft.journal,
        year=draft.year,
        doi=draft.doi,
        pmid=draft.pmid,
        licence=draft.licence,
        retraction=draft.retraction,
        pages=fixed.pages(draft.page_labels, len(text)) if paged else (),
        sections=tuple(fixed.sections),
        references=tuple(fixed.marks),
        bibliography=bibliography,
        abbreviations=abbreviations(text),
    )


@dataclass(slots=True)
class _Fixed:
    """The text as it grows, with the spans counted so far."""

    pieces: list[str] = field(default_factory=list)
    length: int = 0
    marks: list[ReferenceMark] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    starts: list[tuple[int, int]] = field(default_factory=list)
    page: int = 0
    stack: list[tuple[int, str]] = field(default_factory=list)
    interrupted: list[tuple[int, str]] = field(default_factory=list)

    def add(self, block: Block) -> None:
        """Append one block and what it says about sections and pages."""
        if block.role == "resume":
            self.stack = list(self.interrupted)
            return
        if block.text:
            self._put("\n\n" if self.length else "")
        if block.page > self.page:
            self._turn(block.page)
        start = self.length
        at = 0
        page = block.page
        for found in SENTINEL.finditer(block.text):
            self._put(block.text[at : found.start()])
            at = found.end()
            if found[0] == PAGE_TURN:
                page += 1
                if page > self.page:
                    self._turn(page)
            elif numbers := numbers_of(found[1]):
                self.marks.append(ReferenceMark(at=self.length, numbers=numbers))
        self._put(block.text[at:])
        if block.role == "heading":
            self.interrupted = list(self.stack)
            self.stack = [entry for entry in self.stack if entry[0] < block.level]
            self.stack.append((block.level, block.label or plain(block.text)))
        else:
            self._extend_section(block, start)

    def _put(self, piece: str) -> None:
        self.pieces.append(piece)
        self.length += len(piece)

    def _turn(self, page: int) -> None:
        self.page = page
        self.starts.append((page, self.length))

    def _extend_section(self, block: Block, start: int) -> None:
        role: SectionRole = block.role  # type: ignore[assignment]
        path = tuple(name for _, name in self.stack)
        if role in {"caption", "table"}:
            path = (block.label,) if block.label else path
        elif role == "front":
            path = ()
        last = self.sections[-1] if self.sections else None
        if last and last.path == path and last.role == role and self._only_blanks_since(last.end, start):
            self.sections[-1] = replace(last, end=self.length)
        elif self.length > start:
            self.sections.append(Section(path=path, start=start, end=self.length, role=role))

    def _only_blanks_since(self, end: int, start: int) -> bool:
        return start - end <= len("\n\n")

    def pages(self, labels: list[str | None], length: int) -> tuple[Page, ...]:
        """The pages, tiling the text: a page without text is an empty span where it would stand."""
        begins: dict[int, int] = {}
        for page, at in self.starts:
            begins.setdefault(page, at)
        pages: list[Page] = []
        end = length
        for number in range(len(labels), 0, -1):
            start = 0 if number == 1 else begins.get(number, end)
            pages.append(Page(number=number, label=labels[number - 1], start=start, end=end))
            end = start
        return tuple(reversed(pages))


def _hoist_abstract(blocks: list[Block]) -> list[Block]:
    """An abstract that stands in the middle of another section goes before it, unless that would cross a page."""
    resumes = next((index for index, block in enumerate(blocks) if block.role == "resume"), None)
    if resumes is None:
        return blocks
    opened = max((index for index in range(resumes) if blocks[index].role == "heading"), default=None)
    if opened is None:
        return blocks
    before = [index for index in range(opened) if blocks[index].role == "heading"]
    home = before[-1] if before else 0
    prose = any(block.role == "prose" for block in blocks[home:opened])
    if not prose or blocks[home].page != blocks[resumes - 1].page:
        return blocks
    back = [] if before else [blocks[resumes]]
    return blocks[:home] + blocks[opened:resumes] + back + blocks[home:opened] + blocks[resumes + 1 :]


def _name_introduction(blocks: list[Block]) -> list[Block]:
    """Prose before the first headed part of an article is its introduction, where it has no other."""
    parts = {part_of(block.text) for block in blocks if block.role == "heading"}
    if "introduction" in parts or not parts & _BODY_PARTS:
        return blocks
    headed = False
    for index, block in enumerate(blocks):
        if block.role == "heading" and part_of(block.text) != "abstract":
            break
        headed = (headed or block.role == "heading") and block.role != "resume"
        if block.role == "prose" and not headed:
            opening = Block(role="heading", text="", label="Introduction", page=block.page)
            return [*blocks[:index], opening, *blocks[index:]]
    return blocks


def _floats_last(blocks: list[Block]) -> list[Block]:
    """Where there are no pages to keep to, captions and tables follow the prose of their section."""
    ordered: list[Block] = []
    floats: list[Block] = []
    for block in blocks:
        if block.role in {"heading", "resume"}:
            ordered += floats
            floats = []
        (floats if block.role in {"caption", "table"} else ordered).append(block)
    return ordered + floats


def _bibliography(blocks: list[Block]) -> tuple[BibliographyEntry, ...]:
    from ingest.bibliography import parse_entries

    return parse_entries([plain(block.text) for block in blocks if block.role == "references"])
