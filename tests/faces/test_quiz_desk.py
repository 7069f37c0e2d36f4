"""The desk keeps order, decisions and edits straight."""

from dataclasses import replace

import pytest

from domain.claim import Citation
from domain.document import Document
from domain.passage import slice_passage
from domain.quiz import Flaw, QuizItem, QuizSet, StaleItem
from pages.parts.quiz_desk import Desk

TEXT = "Death occurred in 29.1%."
DOCUMENT = Document(doc_id="d", origin="document", title="t", kind="rct", text=TEXT)
CITED = Citation(n=1, document=DOCUMENT, passage=slice_passage(DOCUMENT, 0, len(TEXT)), start=0, end=len(TEXT))


def item(stem: str) -> QuizItem:
    return QuizItem(kind="mcq", stem=stem, options=("a", "b"), answer=0, rationale="r", citations=(CITED,))


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.lay(QuizSet(topic="TEER", items=(item("one?"), item("two?"), item("three?"))))
    return desk


def test_only_accepted_items_leave(desk):
    assert desk.accepted.items == ()
    desk.decide(desk.items[2], "accepted")
    desk.decide(desk.items[0], "accepted")
    desk.decide(desk.items[1], "rejected")
    assert [one.stem for one in desk.accepted.items] == ["one?", "three?"]


def test_moving_keeps_the_ends(desk):
    desk.move(0, -1)
    assert [one.stem for one in desk.items] == ["one?", "two?", "three?"]
    desk.move(2, -1)
    assert [one.stem for one in desk.items] == ["one?", "three?", "two?"]
    desk.move(0, 9)
    assert [one.stem for one in desk.items] == ["three?", "two?", "one?"]


def test_an_edited_item_keeps_its_place_and_decision(desk):
    desk.decide(desk.items[1], "accepted")
    desk.mark([StaleItem(item_id=desk.items[1].item_id, stem="two?", changes=("gone",))])
    flaw = Flaw(rule="x", source="y", why="z")
    changed = replace(desk.items[1], stem="two, better?")
    desk.put(1, changed, (flaw,))
    assert [one.stem for one in desk.accepted.items] == ["two, better?"]
    assert desk.flaws == {changed.item_id: (flaw,)} and desk.stale == {}


def test_no_item_twice(desk):
    with pytest.raises(ValueError, match="already"):
        desk.put(1, replace(desk.items[1], stem="one?"), ())


def test_a_new_set_clears_the_desk(desk):
    desk.decide(desk.items[0], "accepted")
    desk.lay(QuizSet(topic="CRT", items=(item("four?"),)), decision="accepted")
    assert desk.topic == "CRT" and [one.stem for one in desk.accepted.items] == ["four?"]
