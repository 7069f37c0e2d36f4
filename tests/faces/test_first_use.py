"""The base that needs no naming fills itself with the starter library, once for each edition."""

import pytest

from kb import default_folder, open_base
from kb.library import record_paths
from kb.starter import NAME, SHELF, edition, is_stocked


@pytest.fixture
def listed(chordae):
    def count() -> int:
        return len(chordae("kb", "list", "--json").json["documents"])

    return count


def test_first_use(chordae, listed):
    first = chordae("kb", "list", "--json")
    assert first.code == 0 and len(first.json["documents"]) == len(record_paths())
    assert "Adding the starter library" in first.err

    again = chordae("kb", "list", "--json")
    assert again.err == "" and again.json == first.json

    assert chordae("kb", "remove", "coapt-2yr").code == 0
    assert listed() == len(record_paths()) - 1, "what a user removed stays removed"

    from domain.settings import Settings

    base = open_base(default_folder(), Settings())
    assert is_stocked(base) and base.load(SHELF, NAME) == edition()
    base.save(SHELF, NAME, "an earlier edition", doc_ids=())
    base.close()
    later = chordae("kb", "list")
    assert "Adding the starter library" in later.err, "a later edition comes in by itself"
    assert listed() == len(record_paths())

    asked = chordae("ingest", "--starter", "--kb", default_folder(), "--json")
    assert {document["status"] for document in asked.json["documents"]} == {"unchanged"}
    assert {document["origin"] for document in asked.json["documents"]} == {"record"}
