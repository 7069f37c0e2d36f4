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
    With `held` the base has these bytes: they were not read again, `document` is the base's own and comes without
    passages.
    """

    path: str
    document: Document | None = None
    passages: tuple[Passage, ...] = ()
    record: EvidenceRecord | None = None
    data: bytes = b""
    warnings: tuple[str, ...] = ()
    error: ReadError | None = None
    held: bool = False

    def __post_init__(self) -> None:
        """A result is one thing or the other (ValueError)."""
        if (self.document is None) == (self.error is None):
            raise ValueError(f"{self.path}: a read result is a document or an error")


AddStatus = Literal["added", "unchanged", "replaced", "moved", "updated", "gone", "removed", "failed"]
"""What became of a file. "moved": its document is known and the place it was known by is empty; "updated": only what
is said of it changed, its retraction or correction; "gone": no file is there any more, the document stays; "removed":
no file is there any more, and the document was taken out because that was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddReport:
    """What the base did with one file; `error` is the message of a failed one, None otherwise.

    `moved_from` is the path that a "moved" document had, None for every other status.
    """

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
    moved_from: str | None = None
