"""Sets on the shelf, and what becomes of them when their sources change."""

import dataclasses

import pytest

import ingest
from domain.errors import CallError
from kb.library import FOLDER
from qa.quiz import generate, shelved, stale


@pytest.fixture
def quiz(small_base):
    made = generate(small_base, "teer", n=6, kinds=("mcq", "vignette"))
    assert len(made.items) == 6
    return made


def test_a_set_comes_back_as_it_was(small_base, quiz):
    shelved.save(small_base, "ward round", quiz)
    assert shelved.names(small_base) == ["ward round"]
    loaded = shelved.load(small_base, "ward round")
    assert loaded.quiz == quiz and loaded.lost == ()
    shelved.forget(small_base, "ward round")
    assert shelved.names(small_base) == []
    with pytest.raises(CallError, match="ward round"):
        shelved.load(small_base, "ward round")


def test_nothing_is_stale_while_nothing_changed(small_base, quiz):
    assert stale(quiz, small_base) == ()


def test_a_removed_source_marks_its_items_and_only_them(small_base, quiz):
    shelved.save(small_base, "set", quiz)
    gone = quiz.items[0].citations[0].document
    small_base.remove(gone.doc_id)
    marked = {one.item_id: one.changes for one in stale(quiz, small_base)}
    resting = {item.item_id for item in quiz.items if gone.doc_id in {one.document.doc_id for one in item.citations}}
    assert set(marked) == resting and quiz.items[0].item_id in marked
    assert all(any("removed" in change for change in changes) for changes in marked.values())
    loaded = shelved.load(small_base, "set")
    assert {one.item_id for one in loaded.lost} == resting
    assert {one.item_id for one in loaded.quiz.items} == {item.item_id for item in quiz.items} - resting


def test_a_replaced_record_says_what_changed(small_base, quiz, tmp_path):
    item = next(one for one in quiz.items if one.citations[0].document.record)
    record = item.citations[0].document.record
    path = FOLDER / "records" / f"{record}.yaml"
    changed = tmp_path / path.name
    changed.write_text(path.read_text(encoding="utf-8").replace("confidence: primary", "confidence: society"), "utf-8")
    if changed.read_bytes() == path.read_bytes():
        changed.write_bytes(path.read_bytes() + b"\n")
    small_base.remove(item.citations[0].document.doc_id)
    small_base.add(ingest.read([changed], small_base.embedder.count_tokens, max_tokens=small_base.embedder.max_tokens))
    found = next(one for one in stale(quiz, small_base) if one.item_id == item.item_id)
    assert any("was replaced" in change for change in found.changes), found.changes


def test_a_superseded_key_is_marked(small_base, quiz, some_base):
    """An item that asks about a recommendation as the current one, made before a later document replaced it."""
    item = next(one for one in generate(some_base, "guideline", n=8, kinds=("vignette",)).items)
    old = dataclasses.replace(item, facts=("guideline-esc-eacts-2021-vhd#outcomes.3",))
    made = dataclasses.replace(quiz, items=(old,))
    assert any("replaced by" in change for one in stale(made, some_base) for change in one.changes)
    history = dataclasses.replace(quiz, items=(dataclasses.replace(old, template="class-change"),))
    assert stale(history, some_base) == ()


def test_purging_a_document_takes_the_sets_that_quote_it(small_base, quiz):
    shelved.save(small_base, "set", quiz)
    small_base.remove(quiz.items[0].citations[0].document.doc_id, purge=True)
    assert shelved.names(small_base) == []
