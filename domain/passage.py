"""A passage: what is retrieved, a verbatim slice of its document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from domain.document import SECTION_SEPARATOR, Document

UNSEARCHED = frozenset({"question", "answer"})
"""The roles of passages that stand for others: clinical questions, and digests that answer one."""
Confidence = Literal["primary", "society", "secondary"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """`document.text[start:end] == text`; offsets are 0-based, half-open, in Unicode code points.

    `pages` are the 1-based numbers it touches (empty: the format has none), `section` the heading path. `role` is the
    role of its section. For a passage of an evidence record, `confidence` says what stands behind the fact, `fact`
    is its place in the record ("outcomes.3", "key_points.0", "population"); both are None in documents. `facts`
    are the places of those that a digest tells, or that answer a clinical question; the role "question" is that of
    such a question, which is never quoted, and "answer" that of a digest that answers one.
    """

    passage_id: str
    doc_id: str
    start: int
    end: int
    text: str
    pages: tuple[int, ...] = ()
    section: tuple[str, ...] = ()
    role: str = "prose"
    confidence: Confidence | None = None
    fact: str | None = None
    facts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse an empty passage and one whose text is not as long as its span (ValueError)."""
        if not self.text or len(self.text) != self.end - self.start:
            raise ValueError(f"passage {self.passage_id}: span {self.start}:{self.end} is not its text")

    @property
    def is_searched(self) -> bool:
        """Whether a search may find it; the others are reached through their document alone."""
        return self.role not in UNSEARCHED

    @property
    def heading(self) -> str:
        """The section path as one line; empty before the first heading."""
        return SECTION_SEPARATOR.join(self.section)


def slice_passage(
    document: Document,
    start: int,
    end: int,
    *,
    section: tuple[str, ...] = (),
    role: str = "prose",
    confidence: Confidence | None = None,
    fact: str | None = None,
    facts: tuple[str, ...] = (),
) -> Passage:
    """The passage at `start:end` of `document`; its id is the document's id and the span, so it never repeats."""
    return Passage(
        passage_id=f"{document.doc_id}:{start}-{end}",
        doc_id=document.doc_id,
        start=start,
        end=end,
        text=document.text[start:end],
        pages=tuple(page.number for page in document.pages_of(start, end)),
        section=section,
        role=role,
        confidence=confidence,
        fact=fact,
        facts=facts,
    )
