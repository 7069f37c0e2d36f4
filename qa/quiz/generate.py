"""The quiz street: facts, drafts, proof and rules, items and what was turned down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from domain.errors import CallError
from domain.quiz import ITEM_KINDS, QuizItem, QuizSet, RejectedDraft
from kb import Base
from qa.quiz.draft import OPTIONS, Draft, Template
from qa.quiz.duplicates import same_question
from qa.quiz.finish import finish
from qa.quiz.levels import HIGHER
from qa.quiz.proof import Prover, safe_distractors, unproved
from qa.quiz.rules import flaws
from qa.quiz.shelf import WORD_BEGINNING, Shelf, open_shelf, topic_words
from qa.quiz.templates import TEMPLATES

SHARE_OF_A_TEMPLATE = 10
"""No template makes more than one item in so many."""
SHARE_OF_RECALL = 0.6
"""At most this part of a set asks for recall alone, where the asked-for kinds can ask for more."""
TIRED = 3
"""A study may carry so many more keys than the least used one before others go first."""

Progress = Callable[[int, int], None]


def generate(
    base: Base,
    topic: str,
    *,
    n: int = 5,
    kinds: Sequence[str] = ("mcq",),
    progress: Progress | None = None,
) -> QuizSet:
    """At most `n` items on `topic` of the given kinds, fewer where the base does not carry more; the same each time.

    A topic of the whole field ("FMR", "secondary mitral regurgitation", empty) takes every record of the base.
    `progress` is called with the items made and wanted. Raises CallError for n below 1 and unknown kinds.
    """
    if n < 1:
        raise CallError(f"-n {n}: ask for at least one item.")
    for kind in kinds:
        if kind not in ITEM_KINDS:
            raise CallError(f"--types {kind}: there is no such kind of item; choose from {', '.join(ITEM_KINDS)}.")
    shelf = open_shelf(base, topic)
    beginnings = tuple(word.removesuffix("s")[:WORD_BEGINNING] for word in topic_words(topic)) or ("",)
    prover = Prover(base, base.embedder)
    making = _Making(shelf=shelf, prover=prover, wanted=n, progress=progress, beginnings=beginnings)
    making.run(_decks(shelf, tuple(dict.fromkeys(kinds))))
    return QuizSet(topic=topic, items=tuple(making.items), rejected=tuple(making.rejected))


def _decks(shelf: Shelf, kinds: tuple[str, ...]) -> list[tuple[Template, list[Draft]]]:
    """The drafts of each template that are of an asked-for kind; for each kind one template goes first."""
    decks = []
    for template in TEMPLATES:
        drafts = [draft for draft in template.make(shelf) if draft.kind in kinds]
        if drafts:
            decks.append((template, drafts))
    first = [next((deck for deck in decks if any(one.kind == kind for one in deck[1])), None) for kind in kinds]
    return sorted(decks, key=lambda deck: not any(deck is one for one in first))


@dataclass(slots=True)
class _Making:
    """A set in the making: what was taken, what was turned down, what has been asked for already."""

    shelf: Shelf
    prover: Prover
    wanted: int
    progress: Progress | None
    items: list[QuizItem] = field(default_factory=list)
    rejected: list[RejectedDraft] = field(default_factory=list)
    used: Counter[str] = field(default_factory=Counter)
    made: Counter[str] = field(default_factory=Counter)
    recall_share: float = SHARE_OF_RECALL
    beginnings: tuple[str, ...] = ("",)

    def run(self, decks: list[tuple[Template, list[Draft]]]) -> None:
        """Take from each template in turn: first by its share, then, where the base has no more, without it."""
        if not any(template.bloom in HIGHER for template, _ in decks):
            self.recall_share = 1.0
        for share in (max(1, self.wanted // SHARE_OF_A_TEMPLATE), self.wanted):
            open_decks = [one for one in decks if one[1]]
            while open_decks and len(self.items) < self.wanted:
                open_decks = [one for one in open_decks if self._turn(*one, share)]

    def _turn(self, template: Template, drafts: list[Draft], share: int) -> bool:
        """One item from this template; False when it has no more to give under its share."""
        if self.made[template.name] >= share or not self._may_recall(template):
            return False
        while drafts and len(self.items) < self.wanted:
            draft = min(drafts, key=self._freshness)
            drafts.remove(draft)
            item = self._item(draft)
            if item is not None:
                self._take(item, template, draft)
                return bool(drafts)
        return False

    def _may_recall(self, template: Template) -> bool:
        if template.bloom in HIGHER:
            return True
        recalled = sum(item.bloom not in HIGHER for item in self.items)
        return recalled + 1 <= max(1.0, self.recall_share * self.wanted)

    def _freshness(self, draft: Draft) -> tuple[int, bool, int, int, int]:
        """What goes first: studies not yet asked about much, what speaks of the topic, new facts, primary sources."""
        ground = draft.ground
        record = ground.fact_id.partition("#")[0]
        secondary = sum(one.passage.confidence == "secondary" for _, one in draft.proofs)
        beside = not any(one in draft.stem.casefold() for one in self.beginnings)
        return self.used[record] // TIRED, beside, self.used[ground.fact_id], min(secondary, 1), self.used[record]

    def _item(self, draft: Draft) -> QuizItem | None:
        """The proved item, or None with the reason kept."""
        if (why := unproved(draft, self.prover)) is not None:
            self.rejected.append(why)
            return None
        wrongs, turned_down = safe_distractors(draft, self.shelf, self.prover)
        self.rejected.extend(turned_down)
        needed = {"mcq": OPTIONS - 1, "vignette": OPTIONS - 1, "tf": 1}.get(draft.kind, 0)
        if draft.template in FEWER_OPTIONS:
            needed -= 1
        if len(wrongs) < needed:
            why_few = f"{len(wrongs)} distractors are proved wrong, {needed} are needed"
            self.rejected.append(RejectedDraft(stem=draft.stem, rule="too-few-distractors", why=why_few))
            return None
        try:
            item = finish(draft, wrongs, self.shelf)
        except ValueError as error:
            self.rejected.append(RejectedDraft(stem=draft.stem, rule="not-an-item", why=str(error)))
            return None
        found = flaws(item)
        self.rejected.extend(RejectedDraft(stem=item.stem, rule=flaw.rule, why=flaw.why) for flaw in found)
        twin = next((said for one in self.items if (said := same_question(one, item))), None)
        if twin is not None:
            self.rejected.append(RejectedDraft(stem=item.stem, rule="duplicate", why=twin))
        return None if found or twin else item

    def _take(self, item: QuizItem, template: Template, draft: Draft) -> None:
        self.items.append(item)
        self.made[template.name] += 1
        for fact in item.facts:
            self.used[fact] += 1
            self.used[fact.partition("#")[0]] += 1
        if self.progress is not None:
            self.progress(len(self.items), self.wanted)


FEWER_OPTIONS = frozenset({"strongest-association"})
"""Templates that may do with three options, where a study has no more than three factors."""
