"""Known disagreements, told next to an answer that touches them: every side with passages that carry its figures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import islice, product

from domain.claim import Citation
from domain.conflict import Conflict, Position
from kb.library import conflicts
from qa.remark import Remark, Span
from qa.shelf import Keeper, Shelf
from qa.standing import secondary_sources, single_report, superseded

MAX_CONFLICTS = 2
"""More than two disagreements beside one short answer would not be read."""
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*|\bII[ab]\b")
"""Figures and classes of recommendation: what a side may only say when a cited passage carries it."""
_TRIED = 4
"""How many words of a group are tried; more than the two or three groups of a conflict always suffice."""
_SHORT = 3
"""A word of an `about` group up to this length must match whole; a longer one is the beginning of a word."""


def conflict_notices(base: Keeper, question: str, citations: Sequence[Citation]) -> list[Remark]:
    """Every notice that records raise for this answer: disagreements first, then what it rests on.

    At most two disagreements, the most apt first; then superseded recommendations, a single report, secondary sources.
    """
    return [
        *disagreements(base, question, citations),
        *superseded(base, citations),
        *single_report(citations),
        *secondary_sources(base, citations),
    ]


def disagreements(base: Keeper, question: str, citations: Sequence[Citation]) -> list[Remark]:
    """The known conflicts that the answer touches, both sides with their passages; at most two.

    Touched is a conflict when the answer cites one of its facts, and question and quote together speak of its topic,
    the question of part of it at least; or when it cites one of its records (also as an article with the same doi) and
    the question itself speaks of the topic. A side whose passages are not in the base is left out; a dispute with one
    side left is not shown.
    """
    asked = _folded(question)
    facts, records = _facts_of(citations), _records_of(base, citations)
    ranked: list[tuple[tuple[int, int, int, int], Conflict, Position | None]] = []
    for order, conflict in enumerate(conflicts()):
        if not conflict.shown:
            continue
        hits = [[facts[fact] for fact in position.facts if fact in facts] for position in conflict.positions]
        if conflict.separate:
            for position, places in zip(conflict.positions, hits, strict=True):
                if places:
                    ranked.append(((2, 0, min(places), order), conflict, position))
            continue
        cited = sorted({place for places in hits for place in places})
        said = _folded(" ".join([question, *(citations[place].quote for place in cited)]))
        asked_for, in_part = _speaks_of(conflict, asked), any(_pattern(group).search(asked) for group in conflict.about)
        if (cited and in_part and _speaks_of(conflict, said)) or (asked_for and records & set(conflict.records)):
            rank = (0 if asked_for else 1, -sum(map(bool, hits)), min(cited, default=len(citations)), order)
            ranked.append((rank, conflict, None))
    shelf = Shelf(base)
    drafts = (
        _dispute(shelf, conflict, facts) if position is None else _discrepancy(shelf, position)
        for _, conflict, position in sorted(ranked, key=lambda entry: entry[0])
    )
    return list(islice((draft for draft in drafts if draft is not None), MAX_CONFLICTS))


def _dispute(shelf: Shelf, conflict: Conflict, facts: dict[str, int]) -> Remark | None:
    sides: list[str] = []
    cited: dict[str, Span] = {}
    for position in conflict.positions:
        carried = _carriers(shelf, position, facts)
        if carried:
            sides.append(position.claim)
            cited |= {span[1].passage_id: span for span in carried}
    if len(sides) < 2:
        return None
    topic = conflict.topic if conflict.topic.endswith("?") else f"{conflict.topic}:"
    text = f"Sources disagree. {topic} {' '.join(f'({n}) {side}.' for n, side in enumerate(sides, 1))}"
    return Remark(kind="conflict", text=text, spans=tuple(cited.values()))


def _discrepancy(shelf: Shelf, position: Position) -> Remark | None:
    carried = _carriers(shelf, position, {})
    if not carried:
        return None
    return Remark(kind=position.notice, text=f"{position.claim}.", spans=tuple(carried))


def _carriers(shelf: Shelf, position: Position, facts: dict[str, int]) -> list[Span]:
    """The fewest passages, in order, that carry every figure of the side; none when one of them is not in the base."""
    wanted = set(_FIGURE.findall(position.claim))
    chosen: list[Span] = []
    for fact in sorted(position.facts, key=lambda place: place not in facts):
        found = shelf.span(fact)
        if found is None:
            continue
        carried = set(_FIGURE.findall(found[1].text))
        if not chosen or wanted & carried:
            chosen.append(found)
            wanted -= carried
    return [] if wanted else chosen


def _facts_of(citations: Sequence[Citation]) -> dict[str, int]:
    """The places of the cited facts, each with the 0-based place of its first citation; a digest cites all it tells."""
    facts: dict[str, int] = {}
    for at, citation in enumerate(citations):
        record_id, passage = citation.document.record, citation.passage
        for place in passage.facts or ((passage.fact,) if passage.fact else ()):
            if record_id is not None:
                facts.setdefault(f"{record_id}#{place}", at)
    return facts


def _records_of(base: Keeper, citations: Sequence[Citation]) -> set[str]:
    """The ids of the records cited, as records or as articles of the same doi."""
    cited = {c.document.record for c in citations if c.document.record}
    dois = {c.document.doi.casefold() for c in citations if c.document.doi and not c.document.record}
    if dois:
        cited |= {d.record for d in base.documents() if d.record and d.doi and d.doi.casefold() in dois}
    return cited


def _speaks_of(conflict: Conflict, folded: str) -> bool:
    """Whether every group has a word of its own in the text: one word does not stand for two groups."""
    found = [frozenset(match.start() for match in _pattern(group).finditer(folded)) for group in conflict.about]
    return any(len(set(choice)) == len(choice) for choice in product(*(sorted(places)[:_TRIED] for places in found)))


@lru_cache(maxsize=256)
def _pattern(group: tuple[str, ...]) -> re.Pattern[str]:
    words = (re.escape(word) + (r"s?(?!\w)" if len(word) <= _SHORT else "") for word in group)
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)})")


def _folded(text: str) -> str:
    folded = text.casefold().replace("–", "-").replace("ischemi", "ischaemi")
    return re.sub(r"iz(?=ation|ed|ing|e\b)", "is", folded)
