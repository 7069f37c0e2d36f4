"""What a set covers: topics by difficulty, and what it asks of the mind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from domain.quiz import QuizItem
from qa.quiz.levels import BLOOM, HIGHER

DIFFICULTIES = ("easy", "medium", "hard")
NO_TOPIC = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Blueprint:
    """`cells` are items by topic and difficulty, `blooms` and `templates` items by level and by template.

    `above_recall` is the share, 0-1, of items that ask for more than recall (0 for an empty set), `largest_template`
    the share of the template that made most.
    """

    topics: tuple[str, ...]
    cells: dict[tuple[str, str], int]
    blooms: dict[str, int]
    templates: dict[str, int]
    above_recall: float
    largest_template: float

    def row(self, topic: str) -> tuple[int, ...]:
        """How many items of each difficulty the topic has, easiest first."""
        return tuple(self.cells.get((topic, level), 0) for level in DIFFICULTIES)


def blueprint(items: Sequence[QuizItem]) -> Blueprint:
    """The blueprint of a set; topics are ordered by their number of items, then by name."""
    topics = Counter(item.topic or NO_TOPIC for item in items)
    templates = Counter(item.template for item in items)
    higher = sum(item.bloom in HIGHER for item in items)
    return Blueprint(
        topics=tuple(sorted(topics, key=lambda topic: (-topics[topic], topic))),
        cells=dict(Counter((item.topic or NO_TOPIC, item.difficulty) for item in items)),
        blooms={level: sum(item.bloom == level for item in items) for level in BLOOM},
        templates=dict(sorted(templates.items(), key=lambda one: (-one[1], one[0]))),
        above_recall=higher / len(items) if items else 0.0,
        largest_template=max(templates.values()) / len(items) if items else 0.0,
    )
