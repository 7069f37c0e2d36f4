"""Filters: which documents a search may look into. They fail closed: when nothing matches, nothing is found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from domain.document import KINDS
from domain.errors import CallError


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A document passes when its kind is one of `kinds`, its year `since` or later, and a topic is one of `topics`.

    An empty tuple, or None, asks for nothing. A document without a year never passes `since`. CallError names a kind
    that is none. Topics are compared without regard to case.
    """

    kinds: tuple[str, ...] = ()
    since: int | None = None
    topics: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a kind that does not exist."""
        for kind in self.kinds:
            if kind not in KINDS:
                raise CallError(f"--kind {kind!r}: no such kind of source. Give one of: {', '.join(KINDS)}.")

    def __bool__(self) -> bool:
        """Whether it asks for anything."""
        return bool(self.kinds or self.topics or self.since is not None)

    def passes(self, kind: str, year: int | None, topics: Sequence[str]) -> bool:
        """Whether a document of this kind, year and topics may be found."""
        wanted = {topic.casefold() for topic in self.topics}
        return (
            (not self.kinds or kind in self.kinds)
            and (self.since is None or (year is not None and year >= self.since))
            and (not wanted or any(topic.casefold() in wanted for topic in topics))
        )
