"""A folder read again: what is moved, gone, or said to be retracted since."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import ingest
from domain.reading import AddReport
from kb import Base

RING = "The Tessera ring lowered the regurgitant orifice from 0.60 to 0.30 cm2 in twelve invented patients."
CLIP = "The invented clip was tried in forty patients, and three of them withdrew before the second visit."
ARTICLE = (
    "<article><front><article-meta><title-group><article-title>Rings</article-title></title-group></article-meta>"
    f"</front><body><p>{RING}</p></body></article>"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "papers"
    (made / "old").mkdir(parents=True)
    (made / "ring.txt").write_text(RING)
    (made / "old" / "clip.txt").write_text(CLIP)
    return made


@pytest.fixture
def sync(base: Base, folder: Path) -> Callable[..., dict[str, AddReport]]:
    """Read the folder as the terminal does; the reports by the file's path below the folder."""

    def run(*, remove: bool = False) -> dict[str, AddReport]:
        reports = base.add(
            ingest.read([folder], base.embedder.count_tokens, max_tokens=base.embedder.max_tokens, held=base.held)
        )
        reports += base.gone([folder], remove=remove)
        return {str(Path(report.path).relative_to(folder)): report for report in reports}

    return run


Sync = Callable[..., dict[str, AddReport]]


def _statuses(reports: dict[str, AddReport]) -> dict[str, str]:
    return {path: report.status for path, report in reports.items()}


def test_what_is_held_is_not_read_again(base: Base, folder: Path, sync: Sync, monkeypatch: pytest.MonkeyPatch) -> None:
    first = sync()
    monkeypatch.setattr(sys.modules["ingest.read"], "_understand", lambda *_: pytest.fail("read again"))
    again = sync()
    assert set(_statuses(again).values()) == {"unchanged"}
    assert [r.passages for r in again.values()] == [r.passages for r in first.values()] != [0, 0]


def test_a_moved_file_keeps_its_document_and_its_vectors(
    base: Base, folder: Path, sync: Sync, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = sync()["ring.txt"]
    base.embedder  # noqa: B018  (loaded before it is watched)
    monkeypatch.setattr("kb.base.embed", lambda *_: pytest.fail("embedded again"))
    monkeypatch.setattr("kb.writer.embed", lambda *_: pytest.fail("embedded again"))
    (folder / "ring.txt").rename(folder / "old" / "annulus.txt")
    reports = sync()
    assert _statuses(reports) == {"old/annulus.txt": "moved", "old/clip.txt": "unchanged"}
    assert reports["old/annulus.txt"].moved_from == str(folder / "ring.txt")
    assert base.path_of(first.doc_id or "") == str(folder / "old" / "annulus.txt")
    assert set(_statuses(sync()).values()) == {"unchanged"}


def test_a_file_renamed_and_replaced_at_once(base: Base, folder: Path, sync: Sync) -> None:
    ring = sync()["ring.txt"].doc_id
    (folder / "ring.txt").rename(folder / "sling.txt")
    (folder / "ring.txt").write_text("Another invented report of a coil that nobody has ever seen in a patient.")
    assert _statuses(sync()) == {"old/clip.txt": "unchanged", "ring.txt": "replaced", "sling.txt": "unchanged"}
    assert base.path_of(ring or "") == str(folder / "sling.txt") and len(base.documents()) == 3


def test_what_is_gone_is_named_and_stays(base: Base, folder: Path, sync: Sync) -> None:
    clip = sync()["old/clip.txt"].doc_id
    (folder / "old" / "clip.txt").unlink()
    for _ in range(2):
        reports = sync()
        assert _statuses(reports) == {"ring.txt": "unchanged", "old/clip.txt": "gone"}
        assert f"kb remove {clip}" in reports["old/clip.txt"].warnings[0]
    assert base.search("clip in forty patients", k=1)[0].document.doc_id == clip


def test_what_is_gone_is_taken_out_where_that_is_asked(base: Base, folder: Path, sync: Sync) -> None:
    clip = sync()["old/clip.txt"].doc_id
    (folder / "old" / "clip.txt").unlink()
    (folder / "old").rmdir()
    assert _statuses(sync(remove=True))["old/clip.txt"] == "removed"
    assert clip not in {hit.document.doc_id for hit in base.search("clip in forty patients")}
    assert _statuses(sync()) == {"ring.txt": "unchanged"} and base.verify() == []


def test_one_copy_of_two_is_gone(base: Base, folder: Path, sync: Sync, tmp_path: Path) -> None:
    sync()
    copy = tmp_path / "desk" / "clip.txt"
    copy.parent.mkdir()
    copy.write_text(CLIP)
    base.add(ingest.read([copy], base.embedder.count_tokens, max_tokens=base.embedder.max_tokens))
    (folder / "old" / "clip.txt").unlink()
    reports = sync(remove=True)
    assert reports["old/clip.txt"].status == "gone" and str(copy) in reports["old/clip.txt"].warnings[0]
    assert len(base.documents()) == 2 and "old/clip.txt" not in sync()


def test_nothing_beside_the_folder_is_gone(base: Base, folder: Path, sync: Sync, tmp_path: Path) -> None:
    beside = tmp_path / "papers-of-others" / "coil.txt"
    beside.parent.mkdir()
    beside.write_text("A coil was put into an invented heart, and nothing whatever came of it in the end.")
    base.add(ingest.read([beside], base.embedder.count_tokens, max_tokens=base.embedder.max_tokens))
    beside.unlink()
    assert set(_statuses(sync(remove=True)).values()) == {"added"} and len(base.documents()) == 3


def test_a_retraction_alone_updates_the_document(base: Base, folder: Path, sync: Sync) -> None:
    (folder / "PMC1.xml").write_text(ARTICLE)
    card = folder / "PMC1.json"
    card.write_text(json.dumps({"pmcid": "PMC1", "status": None}))
    doc_id = sync()["PMC1.xml"].doc_id or ""
    before = base.generation
    card.write_text(json.dumps({"pmcid": "PMC1", "status": "retracted"}))
    assert sync()["PMC1.xml"].status == "updated" and base.generation > before
    assert base.document(doc_id).retraction == "retracted"
    hits = base.search(RING, k=5)
    assert {hit.document.retraction for hit in hits if hit.document.doc_id == doc_id} == {"retracted"}
    card.unlink()
    base.add(ingest.read([folder], base.embedder.count_tokens, max_tokens=base.embedder.max_tokens))
    assert sync()["PMC1.xml"].status == "unchanged" and base.document(doc_id).retraction == "retracted"
