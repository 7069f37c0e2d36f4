"""The educator's desk: the items of the set being worked on, in order, with what was decided on each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from domain.quiz import Flaw, QuizItem, QuizSet, RejectedDraft, StaleItem

Decision = Literal["open", "accepted", "rejected"]


@dataclass(slots=True)
class Desk:
    """One set in the making; changes keep the order and carry a decision over to the edited item.

    `flaws` are what speaks against an edited item, by item id; `stale` what changed in a source since it was made.
    """

    topic: str = ""
    items: list[QuizItem] = field(default_factory=list)
    rejected_drafts: tuple[RejectedDraft, ...] = ()
    decisions: dict[str, Decision] = field(default_factory=dict)
    flaws: dict[str, tuple[Flaw, ...]] = field(default_factory=dict)
    stale: dict[str, StaleItem] = field(default_factory=dict)
    lost: tuple[StaleItem, ...] = ()

    def lay(self, quiz: QuizSet, *, decision: Decision = "open") -> None:
        """Put a new set on the desk in place of the earlier one."""
        self.topic, self.items, self.rejected_drafts = quiz.topic, list(quiz.items), quiz.rejected
        self.decisions = {item.item_id: decision for item in quiz.items}
        self.flaws, self.stale, self.lost = {}, {}, ()

    def mark(self, stale: Sequence[StaleItem]) -> None:
        """Note the items whose sources have changed."""
        self.stale = {item.item_id: item for item in stale}

    def decision(self, item: QuizItem) -> Decision:
        """What was decided on an item."""
        return self.decisions.get(item.item_id, "open")

    def decide(self, item: QuizItem, decision: Decision) -> None:
        """Accept or reject an item, or open it again."""
        self.decisions[item.item_id] = decision

    def move(self, place: int, by: int) -> None:
        """Move the item at `place` (0-based) by so many places, as far as the set goes."""
        target = min(max(place + by, 0), len(self.items) - 1)
        self.items.insert(target, self.items.pop(place))

    def put(self, place: int, item: QuizItem, flaws: tuple[Flaw, ...]) -> None:
        """Put an edited item in the place of the earlier one; ValueError when the set holds it already."""
        earlier = self.items[place]
        if any(other.item_id == item.item_id for at, other in enumerate(self.items) if at != place):
            raise ValueError("This set already holds that item.")
        self.items[place] = item
        self.decisions[item.item_id] = self.decisions.pop(earlier.item_id, "open")
        self.flaws.pop(earlier.item_id, None)
        self.stale.pop(earlier.item_id, None)
        self.flaws[item.item_id] = flaws

    @property
    def accepted(self) -> QuizSet:
        """The set of the accepted items, in their order."""
        chosen = tuple(item for item in self.items if self.decision(item) == "accepted")
        return QuizSet(topic=self.topic, items=chosen, rejected=self.rejected_drafts)
