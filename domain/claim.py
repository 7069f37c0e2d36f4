"""A claim: one sentence of an answer, with the citations that carry it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from domain.document import Document, Page
from domain.errors import UnlocatedQuote
from domain.passage import Passage

Support = Literal["supported", "partial", "unsupported", "contradicted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A quote and where it stands. It cannot be made from anything but a slice of a passage of its document.

    `n` is the 1-based number shown in the answer; `start` and `end` are a half-open span of the document's text.
    Raises UnlocatedQuote when the span is empty, leaves the passage, or the passage is not of the document.
    """

    n: int
    document: Document
    passage: Passage
    start: int
    end: int

    def __post_init__(self) -> None:
        """Prove the way home before the citation exists."""
        inside = self.passage.start <= self.start < self.end <= self.passage.end
        same = self.document.text[self.passage.start : self.passage.end] == self.passage.text
        if not inside or not same or self.passage.doc_id != self.document.doc_id:
            raise UnlocatedQuote(
                f"span {self.start}:{self.end} is not in passage {self.passage.passage_id} of {self.document.doc_id}"
            )

    @property
    def quote(self) -> str:
        """The cited words, verbatim from the document."""
        return self.document.text[self.start : self.end]

    @property
    def page(self) -> Page | None:
        """The page of the quote's first character; None where the format has no pages."""
        return self.document.page_at(self.start)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """`citations` are the numbers of the answer's citations; `score` is 0-1, the probability that they support it.

    `reasons` are sentences a person can act on; empty when nothing speaks against the claim. A supported claim cites
    at least once (ValueError otherwise).
    """

    text: str
    citations: tuple[int, ...]
    support: Support
    score: float
    reasons: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Nothing is said without its passage."""
        if self.support == "supported" and not self.citations:
            raise ValueError(f"a supported claim must cite: {self.text!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What verification says of one claim against its evidence: support, score 0-1, reasons."""

    support: Support
    score: float
    reasons: tuple[str, ...] = ()
