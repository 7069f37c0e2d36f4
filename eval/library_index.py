"""Writes docs/library.md, the index of the starter library: `python -m eval.library_index`."""

from __future__ import annotations

from pathlib import Path

from ingest.record import read_record
from kb.library import index, record_paths

PAGE = Path(__file__).resolve().parent.parent / "docs" / "library.md"


def library_index() -> str:
    """The index of the library as it stands in the checkout."""
    return index.library_index(read_record(path, path.read_bytes()) for path in record_paths())


def write() -> Path:
    """Write the index to its place and say where that is."""
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(library_index(), encoding="utf-8")
    return PAGE


if __name__ == "__main__":
    write()
