"""A document: one source, cleaned once, with the way home from every character."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Literal, get_args

Kind = Literal[
    "guideline",
    "consensus",
    "meta-analysis",
    "rct",
    "registry",
    "cohort",
    "case-series",
    "case-report",
    "review",
    "other",
]
KINDS: tuple[str, ...] = get_args(Kind)
"""The ladder of evidence, strongest first; it orders the sources shown beside an answer."""

Origin = Literal["document", "record"]
SECTION_SEPARATOR = " › "


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page: `number` is 1-based, `label` is what is printed on it (None: nothing known).

    `start` and `end` are a half-open span of the document's text in Unicode code points; pages tile the text.
    """

    number: int
    label: str | None
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A headed part of the text: `path` from the outermost heading inwards, half-open span without the heading line.

    `role` is "prose", "caption", "table", "references" or "front" (title page, authors, licence); only prose, captions
    and tables become passages.
    """

    path: tuple[str, ...]
    start: int
    end: int
    role: Literal["prose", "caption", "table", "references", "front"] = "prose"

    @property
    def heading(self) -> str:
        """The path as one line, "Results › Mortality"; empty for text before the first heading."""
        return SECTION_SEPARATOR.join(self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceMark:
    """An in-text reference mark, taken out of the text: it stood just before character `at`."""

    at: int
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BibliographyEntry:
    """One entry of the document's reference list; `number` is 1-based as printed."""

    number: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Abbreviation:
    """A short form and the long form the document defines for it; `start` is where the definition stands."""

    short: str
    long: str
    start: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One source as it was read.

    `doc_id` comes from the sha256 of the source's bytes: same bytes, same id. `text` is cleaned once, before any
    offset exists, and never edited after. Metadata that the source does not show is None. `origin` is "record" when
    the text is Chordae's wording of an evidence record (then `record` is its id), "document" when it is the source's
    own words. `retraction` is the notice's words where the source was retracted or corrected.
    """

    doc_id: str
    origin: Origin
    title: str
    kind: Kind
    text: str
    first_author: str | None = None
    journal: str | None = None
    year: int | None = None
    doi: str | None = None
    pmid: str | None = None
    record: str | None = None
    topics: tuple[str, ...] = ()
    licence: str | None = None
    retraction: str | None = None
    pages: tuple[Page, ...] = ()
    sections: tuple[Section, ...] = ()
    references: tuple[ReferenceMark, ...] = ()
    bibliography: tuple[BibliographyEntry, ...] = ()
    abbreviations: tuple[Abbreviation, ...] = ()
    _page_starts: tuple[int, ...] = field(init=False, repr=False, compare=False, default=())

    def __post_init__(self) -> None:
        """Check that pages tile the text; ValueError names the page that does not."""
        at = 0
        for page in self.pages:
            if page.start != at or page.end < page.start:
                raise ValueError(f"page {page.number} of {self.doc_id} starts at {page.start}, not at {at}")
            at = page.end
        if self.pages and at != len(self.text):
            raise ValueError(f"the pages of {self.doc_id} end at {at}, its text at {len(self.text)}")
        object.__setattr__(self, "_page_starts", tuple(page.start for page in self.pages))

    def __hash__(self) -> int:
        """Hash by id: same bytes, same document."""
        return hash(self.doc_id)

    def page_at(self, at: int) -> Page | None:
        """The page that holds character `at` (0-based); None where the format has no pages."""
        index = bisect_right(self._page_starts, at) - 1
        return self.pages[index] if index >= 0 else None

    def pages_of(self, start: int, end: int) -> tuple[Page, ...]:
        """The pages that the half-open span touches; empty where the format has none."""
        return tuple(page for page in self.pages if page.start < end and start < page.end)
