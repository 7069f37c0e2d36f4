"""Bases that the answerer is asked from: the invented report and trial, and the starter library."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.settings import Settings
from ingest import read
from kb import Base, open_base
from kb.library import record_paths

DATA = Path(__file__).resolve().parent.parent / "data"


def _filled(folder: Path, sources: list[Path]) -> Base:
    base = open_base(folder, Settings(), create=True)
    base.add(read(sources, base.embedder.count_tokens, max_tokens=base.embedder.max_tokens))
    return base


@pytest.fixture(scope="session")
def invented(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Base]:
    """The invented case report and trial."""
    base = _filled(tmp_path_factory.mktemp("invented"), [DATA / "invented-report.txt", DATA / "invented-trial.txt"])
    yield base
    base.close()


@pytest.fixture(scope="session")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Base]:
    """The whole starter library."""
    base = _filled(tmp_path_factory.mktemp("starter"), record_paths())
    yield base
    base.close()
