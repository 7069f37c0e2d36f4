"""A point on which sources disagree, and how to show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from domain.notice import NoticeKind

ConflictKind = Literal[
    "trial-vs-trial",
    "trial-vs-meta-analysis",
    "trial-vs-observational",
    "observational-vs-observational",
    "registry-vs-trial",
    "guideline-vs-guideline",
    "guideline-vs-evidence",
    "surrogate-vs-outcome",
    "data-discrepancy",
    "interpretation",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """One side: what it says, with its figures, in one line, and the ids of the records that say it.

    `facts` are the places in those records that carry the side and its figures, strongest first:
    "coapt-2yr#outcomes.0". `notice` is the kind of notice that a separate discrepancy raises.
    """

    claim: str
    records: tuple[str, ...]
    facts: tuple[str, ...] = ()
    notice: NoticeKind = "conflict"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """`topic` is the disputed point; `handling` tells whoever writes about it how to be fair to both sides.

    `about` are groups of word beginnings: an answer touches the conflict when question and quotes have a word of every
    group. `separate` says that every position is a discrepancy of its own, not a side of one dispute. `shown` is False
    for a point that must never be presented as evidence (figures in circulation without a source).
    """

    conflict_id: str
    topic: str
    kind: ConflictKind
    positions: tuple[Position, ...]
    handling: str
    about: tuple[tuple[str, ...], ...] = ()
    separate: bool = False
    shown: bool = True

    @property
    def records(self) -> tuple[str, ...]:
        """The ids of all records on any side, each once, in the order of the sides."""
        return tuple(dict.fromkeys(record for position in self.positions for record in position.records))
