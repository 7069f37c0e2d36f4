"""The index in docs/ is the library's, and says what is held back."""

from eval.library_index import PAGE, library_index
from kb.library.held_back import held_back_summary
from kb.library.index import library_index as index_of


def test_the_committed_index_is_the_generated_one():
    assert PAGE.read_text(encoding="utf-8") == library_index(), "run: python -m eval.library_index"


def test_every_record_and_conflict_stands_in_it_once(shelf):
    page = library_index()
    for record in shelf.records():
        assert page.count(f"]({f'../kb/library/records/{record.record_id}.yaml'})") == 1
    assert (PAGE.parent / "../kb/library/records/coapt-2yr.yaml").resolve().is_file()
    assert len(page.splitlines()) < 600


def test_it_shows_no_unverified_figure(shelf):
    page = library_index().partition("## What is held back")[0]
    assert "55,600" not in page and "871-2360" not in page


def test_held_back_is_counted(shelf, shelf_of):
    held = held_back_summary(shelf.records())
    assert (held.shown, held.secondary, held.unverified) == (757, 93, 13)
    assert held.noted == sum(len(record.held_back) for record in shelf.records()) > 50
    assert held.records == sum(bool(record.held_back) for record in shelf.records())
    assert "13 facts are held back as unverified" in held.text
    one = held_back_summary(shelf_of("goliasch-2018").records())
    assert (one.unverified, one.noted, one.records) == (2, 2, 1)


def test_the_index_follows_its_records(shelf_of):
    page = index_of(shelf_of("coapt-2yr", "bishay-2000").records())
    assert "2 evidence records" in page and "mitra-fr-1yr.yaml" not in page
