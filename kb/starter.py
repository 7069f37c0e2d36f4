"""Stocking a base with the starter library: once, and again when a later Chordae brings a later edition."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from domain.reading import AddReport, ReadResult
from kb.library import record_paths

SHELF = "starter"
NAME = "edition"


class Stockable(Protocol):
    """What stocking needs of a base."""

    def add(
        self, results: Iterable[ReadResult], progress: Callable[[AddReport], None] | None = None
    ) -> list[AddReport]:
        """Add what was read."""

    def save(self, shelf: str, name: str, value: object, *, doc_ids: Sequence[str]) -> None:
        """Keep a value in the base."""

    def load(self, shelf: str, name: str) -> object:
        """A kept value; None when there is none."""


def edition() -> str:
    """A hash over the library's files: another edition, another hash."""
    digest = hashlib.sha256()
    for path in record_paths():
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def is_stocked(base: Stockable) -> bool:
    """Whether this edition of the library was added before; what a user removed since stays removed."""
    return base.load(SHELF, NAME) == edition()


def stock(
    base: Stockable,
    read: Callable[[Sequence[Path]], Iterator[ReadResult]],
    progress: Callable[[AddReport], None] | None = None,
) -> list[AddReport]:
    """Add every record of the library, read by `read`, and remember the edition when all of them are in."""
    reports = base.add(read(record_paths()), progress)
    if not any(report.status == "failed" for report in reports):
        base.save(SHELF, NAME, edition(), doc_ids=())
    return reports
