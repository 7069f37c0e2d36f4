"""What came of reading one file, and what came of adding it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from domain.document import Document
from domain.errors import ReadError
from domain.evidence import EvidenceRecord
from domain.passage import Passage


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadResult:
    """One file: its document and passages, or its error (exactly one of `document` and `error` is set).

    `path` is absolute. `data` are the original bytes, kept beside the base. `warnings` are sentences for the reader:
    pages without text, tables set aside, characters lost. `record` is set when the file is an evidence record.
    """

    path: str
    document: Document | None = None
    passages: tuple[Passage, ...] = ()
    record: EvidenceRecord | None = None
    data: bytes = b""
    warnings: tuple[str, ...] = ()
    error: ReadError | None = None

    def __post_init__(self) -> None:
        """A result is one thing or the other (ValueError)."""
        if (self.document is None) == (self.error is None):
            raise ValueError(f"{self.path}: a read result is a document or an error")


AddStatus = Literal["added", "unchanged", "replaced", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AddReport:
    """What the base did with one read result; `error` is the message of a failed one, None otherwise."""

    path: str
    status: AddStatus
    doc_id: str | None = None
    title: str | None = None
    kind: str | None = None
    origin: str | None = None
    passages: int = 0
    pages: int = 0
    warnings: tuple[str, ...] = ()
    error: str | None = None
