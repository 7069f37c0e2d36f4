"""Invented documents, and bases that hold them."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from domain.document import Document
from domain.passage import slice_passage
from domain.reading import ReadResult
from domain.settings import Settings
from kb import Base, open_base

PASSAGE = 160


def invent(path: str, text: str, **facts: Any) -> ReadResult:
    """A read result as a reader would give it: the text in passages of 160 characters."""
    data = f"{text}|{facts.get('year')}".encode()
    values = {"origin": "document", "title": "An invented report", "kind": "other", **facts}
    document = Document(doc_id=hashlib.sha256(data).hexdigest()[:16], text=text, **values)
    spans = [(at, min(len(text), at + PASSAGE)) for at in range(0, len(text), PASSAGE)]
    passages = tuple(slice_passage(document, start, end, section=("Results",)) for start, end in spans)
    return ReadResult(path=path, document=document, passages=passages, data=data, warnings=("Page 2 had no text.",))


@pytest.fixture(scope="session")
def result() -> Callable[..., ReadResult]:
    return invent


@pytest.fixture
def base(tmp_path: Path) -> Iterator[Base]:
    made = open_base(tmp_path / "kb", Settings(), create=True)
    yield made
    made.close()


@pytest.fixture
def reopen(tmp_path: Path) -> Iterator[Callable[[], Base]]:
    """Open the same folder again, as another program would."""
    opened: list[Base] = []

    def again() -> Base:
        opened.append(open_base(tmp_path / "kb", Settings()))
        return opened[-1]

    yield again
    for one in opened:
        one.close()
