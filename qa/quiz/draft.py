"""A draft: an item before it is proved, with everything that has to be proved about it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from domain.quiz import ItemKind
from qa.quiz.figures import figure, same
from qa.quiz.shelf import Ground, Shelf
from qa.quiz.wording import pick

Order = Literal["size", "given", "drawn"]

REF = re.compile(r"⟦([^⟧]+)⟧")
"""How a text of a draft points at a passage, by its fact id."""
OPTIONS = 4
"""Options of a multiple-choice item: three distractors that work are worth more than four that do not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """A distractor: its text, why it is wrong (cards are pointed at by their `ref`), and the claim it would make.

    `claim` is the statement that would be true if this option were right; it is searched for in the base. None where
    the option cannot be right by its form (another direction, another range).
    """

    text: str
    note: str
    claim: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An item before it is proved.

    `proofs` are the statements that the key rests on, each with the passage that must carry it; the first carries the
    key. `cards` are all that may be cited. `order` says how options stand: by size, as given (the key at
    `key_at`), or drawn. `rationale` and notes point at cards by their `ref`. `sources` is how many facts one must hold
    together to answer.
    """

    template: str
    kind: ItemKind
    stem: str
    key: str
    proofs: tuple[tuple[str, Ground], ...]
    cards: tuple[Ground, ...]
    rationale: str
    bloom: str
    wrongs: tuple[Wrong, ...] = ()
    order: Order = "drawn"
    key_at: int = 0
    caveat: str = ""
    sources: int = 1
    topic: str = ""

    @property
    def ground(self) -> Ground:
        """The passage that carries the key."""
        return self.proofs[0][1]


Make = Callable[[Shelf], Iterator[Draft]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A kind of question: its name, what it is called for an educator, its Bloom level, and how drafts are made."""

    name: str
    about: str
    bloom: str
    make: Make


def choose(key: str, wrongs: Sequence[Wrong], *, seed: str, count: int = OPTIONS - 1) -> tuple[Wrong, ...]:
    """The distractors to try, best first, so that a numeric key does not always stand in the same place.

    `wrongs` come best first. Those that read the same as the key or as an earlier one are left out.
    """
    kept = _distinct(key, wrongs)
    own = figure(key)
    if own is None or len(kept) <= count:
        return tuple(kept)
    smaller = [one for one in kept if (held := figure(one.text)) and held.value < own.value]
    larger = [one for one in kept if one not in smaller]
    want = pick(range(count + 1), seed)
    low = min(want, len(smaller))
    high = min(count - low, len(larger))
    low = min(count - high, len(smaller))
    chosen = [*smaller[:low], *larger[:high]]
    return (*chosen, *(one for one in kept if one not in chosen))


def _distinct(key: str, wrongs: Sequence[Wrong]) -> list[Wrong]:
    kept: list[Wrong] = []
    taken = [key]
    for wrong in wrongs:
        one = figure(wrong.text)
        if any(_reads_as(wrong.text, other) or (one and (two := figure(other)) and same(one, two)) for other in taken):
            continue
        kept.append(wrong)
        taken.append(wrong.text)
    return kept


def _reads_as(one: str, other: str) -> bool:
    return " ".join(one.casefold().split()) == " ".join(other.casefold().split())
