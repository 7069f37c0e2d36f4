"""When two items ask the same thing."""

from __future__ import annotations

import re
from functools import lru_cache

from domain.quiz import QuizItem

ALIKE = 0.8
"""Share of content words, figures and names that two items have in common before they are the same question."""
_TOKEN = re.compile(r"[\w%²³+]+(?:[.,/-][\w%]+)*")
_EMPTY = frozenset(
    "a an the of in on at to and or for with which what was is were are by from this that these it how as patients not"
    " their they its".split()
)


def same_question(one: QuizItem, other: QuizItem) -> str | None:
    """Why `other` asks what `one` asks, in a sentence; None when they differ."""
    if " ".join(one.stem.casefold().split()) == " ".join(other.stem.casefold().split()):
        return "the stem is the same"
    if one.facts and other.facts and one.facts[0] == other.facts[0] and one.template == other.template:
        return "the same template asks for the same fact"
    if likeness(one, other) >= ALIKE and _key(one) == _key(other):
        return "stem and key have nearly all their words in common"
    return None


def likeness(one: QuizItem, other: QuizItem) -> float:
    """The Jaccard index, 0-1, of the content words of two stems with their keys."""
    a, b = _words(one), _words(other)
    return len(a & b) / len(a | b) if a | b else 0.0


def _key(item: QuizItem) -> str:
    return (item.options[item.answer] if isinstance(item.answer, int) else item.answer).casefold()


def _words(item: QuizItem) -> frozenset[str]:
    return _content(f"{item.stem} {_key(item)}")


@lru_cache(maxsize=1024)
def _content(text: str) -> frozenset[str]:
    return frozenset(_TOKEN.findall(text.casefold())) - _EMPTY
