"""The records' passages by the place of their fact, each document read once."""

from __future__ import annotations

from typing import Protocol

from domain.document import Document
from domain.errors import UnknownDocument
from domain.evidence import EvidenceRecord
from domain.passage import Passage
from qa.remark import Span


class Keeper(Protocol):
    """What the notices need of a base."""

    def documents(self) -> list[Document]:
        """Every document."""

    def document(self, which: str) -> Document:
        """The document of a doc_id or record id; UnknownDocument when there is none."""

    def passages(self, doc_id: str) -> tuple[Passage, ...]:
        """Its passages."""

    def record(self, record_id: str) -> EvidenceRecord | None:
        """The record of that id; None when the base has it not."""


class Shelf:
    """The records' passages by place ("coapt-2yr#outcomes.0"), each document read once."""

    def __init__(self, base: Keeper) -> None:
        self._base = base
        self._read: dict[str, tuple[Document, dict[str | None, Passage]] | None] = {}

    def span(self, place: str) -> Span | None:
        """The whole passage there, as a quote; None when the base has it not."""
        record_id, _, fact = place.partition("#")
        if record_id not in self._read:
            self._read[record_id] = self._open(record_id)
        found = self._read[record_id]
        if found is None or fact not in found[1]:
            return None
        document, passage = found[0], found[1][fact]
        return document, passage, passage.start, passage.end

    def _open(self, record_id: str) -> tuple[Document, dict[str | None, Passage]] | None:
        try:
            document = self._base.document(record_id)
        except UnknownDocument:
            return None
        return document, {passage.fact: passage for passage in self._base.passages(document.doc_id)}
