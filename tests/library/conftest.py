"""The starter library as it is read: every record with its document and passages."""

from dataclasses import dataclass

import pytest

from domain.document import Document
from domain.evidence import EvidenceRecord
from domain.passage import Passage
from ingest.record import read_record_file
from kb.library import record_paths


@dataclass(frozen=True)
class Entry:
    path: str
    record: EvidenceRecord
    document: Document
    passages: tuple[Passage, ...]


@pytest.fixture(scope="session")
def library() -> dict[str, Entry]:
    """Record id to entry, in the order of the files."""
    entries = {}
    for path in record_paths():
        record, document, passages = read_record_file(path, path.read_bytes(), path.stem)
        entries[record.record_id] = Entry(path.name, record, document, passages)
    return entries
