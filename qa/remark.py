"""A remark: a notice before its citations have numbers."""

from __future__ import annotations

from dataclasses import dataclass

from domain.claim import Citation
from domain.document import Document
from domain.notice import NoticeKind
from domain.passage import Passage

Span = tuple[Document, Passage, int, int]
"""A quote to be cited: its document, its passage and its half-open span in the document's text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What is to be said, and the spans that show it (at least one)."""

    kind: NoticeKind
    text: str
    spans: tuple[Span, ...]

    @staticmethod
    def span(citation: Citation) -> Span:
        """The span of a citation that the answer has already."""
        return (citation.document, citation.passage, citation.start, citation.end)

    @classmethod
    def on(cls, citation: Citation, *, kind: NoticeKind, text: str) -> Remark:
        """A remark on one citation of the answer."""
        return cls(kind=kind, text=text, spans=(cls.span(citation),))
