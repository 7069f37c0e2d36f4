"""A quiz item: a question an educator would dare to hand out."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Literal, get_args

from domain.claim import Citation

ItemKind = Literal["mcq", "tf", "cloze", "short", "vignette"]
ITEM_KINDS: tuple[str, ...] = get_args(ItemKind)


MOST_OPTIONS = 10
"""Of a question: as many letters as the sheets have. Good practice (fewer) is for the item-writing rules to say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizItem:
    """One item: one right option (`answer` is its 0-based index), or, where `options` is empty, the answer's words.

    `distractor_notes` stands parallel to `options` (empty text at the key). Raises ValueError when options repeat, are
    empty or more than ten, the index is outside them, or nothing is cited. `item_id` is a hash of the content and
    follows every edit.

    `proofs` are the statements that the key rests on, each carried by a citation, and `proved_key` is the key they were
    found to prove; `caveat` is what a teacher should
    know before handing the item out (empty: nothing known). `level_rule` says by which rule difficulty and Bloom level
    were given. `facts` are the "record#outcomes.3" or passage ids the item was made from, the first carrying the key.
    """

    kind: ItemKind
    stem: str
    answer: int | str
    rationale: str
    citations: tuple[Citation, ...]
    options: tuple[str, ...] = ()
    distractor_notes: tuple[str, ...] = ()
    difficulty: str = "medium"
    bloom: str = "remember"
    topic: str = ""
    template: str = ""
    proofs: tuple[str, ...] = ()
    proved_key: str = ""
    caveat: str = ""
    level_rule: str = ""
    facts: tuple[str, ...] = ()
    item_id: str = field(init=False, default="")

    def __post_init__(self) -> None:
        """One right option, options distinct, at least one citation."""
        if not self.citations:
            raise ValueError(f"a quiz item must cite: {self.stem!r}")
        if len({option.casefold().strip() for option in self.options}) != len(self.options):
            raise ValueError(f"two options of {self.stem!r} are the same")
        if len(self.options) > MOST_OPTIONS or any(not option.strip() for option in self.options):
            raise ValueError(f"the options of {self.stem!r} are more than {MOST_OPTIONS}, or one is empty")
        if self.options and not (isinstance(self.answer, int) and 0 <= self.answer < len(self.options)):
            raise ValueError(f"the answer {self.answer!r} of {self.stem!r} is not the index of an option")
        if not self.options and not (isinstance(self.answer, str) and self.answer):
            raise ValueError(f"an item without options needs its answer in words: {self.stem!r}")
        content = json.dumps([self.kind, self.stem, list(self.options), self.answer], ensure_ascii=False)
        object.__setattr__(self, "item_id", hashlib.sha256(content.encode()).hexdigest()[:16])


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedDraft:
    """A draft that broke a rule: the rule's name and why, in a sentence."""

    stem: str
    rule: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """An item-writing rule that an item breaks: the rule's name, who published it, and why it is broken here."""

    rule: str
    source: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizSet:
    """The items made for a topic, in the order they are to be asked, and the drafts that were turned down.

    Raises ValueError when two items are the same.
    """

    topic: str
    items: tuple[QuizItem, ...]
    rejected: tuple[RejectedDraft, ...] = ()

    def __post_init__(self) -> None:
        """No item twice."""
        if len({item.item_id for item in self.items}) != len(self.items):
            raise ValueError(f"the quiz on {self.topic!r} holds an item twice")


@dataclass(frozen=True, slots=True, kw_only=True)
class StaleItem:
    """An item whose source changed since it was made; `changes` are sentences that say what changed."""

    item_id: str
    stem: str
    changes: tuple[str, ...]
