"""The starter library as it is read: every record with its document and passages."""

from dataclasses import dataclass

import pytest

from domain.claim import Citation
from domain.document import Document
from domain.errors import UnknownDocument
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


class Shelf:
    """A base in memory that holds the given records: what the notices ask of a base."""

    def __init__(self, entries: list[Entry]) -> None:
        self._entries = entries

    def records(self) -> list[EvidenceRecord]:
        return [entry.record for entry in self._entries]

    def documents(self) -> list[Document]:
        return [entry.document for entry in self._entries]

    def document(self, which: str) -> Document:
        for document in self.documents():
            if which in {document.doc_id, document.record}:
                return document
        raise UnknownDocument(f"{which} is not in this base.")

    def passages(self, doc_id: str) -> tuple[Passage, ...]:
        return next(entry.passages for entry in self._entries if entry.document.doc_id == doc_id)

    def record(self, record_id: str) -> EvidenceRecord | None:
        return next((record for record in self.records() if record.record_id == record_id), None)

    def cite(self, *places: str) -> list[Citation]:
        """Citations of whole passages, by place: "coapt-2yr#outcomes.0"."""
        cited = []
        for n, place in enumerate(places, start=1):
            record_id, _, fact = place.partition("#")
            document = self.document(record_id)
            (passage,) = [p for p in self.passages(document.doc_id) if p.fact == fact]
            cited.append(Citation(n=n, document=document, passage=passage, start=passage.start, end=passage.end))
        return cited


@pytest.fixture(scope="session")
def shelf(library) -> Shelf:
    """The whole library as a base."""
    return Shelf(list(library.values()))


@pytest.fixture(scope="session")
def shelf_of(library):
    """A base of some records only, by id."""
    return lambda *ids: Shelf([library[record_id] for record_id in ids])
