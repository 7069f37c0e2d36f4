"""What a reader must know next to an answer from evidence records: known disagreements, and what a claim rests on.

The notices come as drafts: kind, words, and the passages that carry the words, all of them in the base.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, product
from typing import Protocol

from domain.claim import Citation
from domain.conflict import Conflict, Position
from domain.document import Document
from domain.errors import UnknownDocument
from domain.evidence import EvidenceRecord, Outcome
from domain.notice import NoticeKind
from domain.passage import Passage
from kb.library import conflicts
from qa.evidence import study_name

MAX_CONFLICTS = 2
"""More than two disagreements beside one short answer would not be read."""
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*|\bII[ab]\b")
"""Figures and classes of recommendation: what a side may only say when a cited passage carries it."""
_TRIED = 4
"""How many words of a group are tried; more than the two or three groups of a conflict always suffice."""
_SHORT = 3
"""A word of an `about` group up to this length must match whole; a longer one is the beginning of a word."""


class Keeper(Protocol):
    """What the notices need of a base."""

    def documents(self) -> list[Document]:
        """Every document."""

    def document(self, which: str) -> Document:
        """The document of a doc_id or record id; UnknownDocument when there is none."""

    def passages(self, doc_id: str) -> tuple[Passage, ...]:
        """Its passages."""

    def record(self, record_id: str) -> EvidenceRecord | None:
        """The record of that id; None when the base has it not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeDraft:
    """A notice before its passages are numbered: `cited` are at least one, each once, with their documents."""

    kind: NoticeKind
    text: str
    cited: tuple[tuple[Document, Passage], ...]

    def __post_init__(self) -> None:
        """A notice always cites (ValueError)."""
        if not self.cited:
            raise ValueError(f"a notice must cite: {self.text!r}")


def conflict_notices(
    base: Keeper, question: str, claims: Iterable[str], citations: Sequence[Citation]
) -> list[NoticeDraft]:
    """Every notice that records raise for this answer: disagreements first, then what it rests on.

    At most two disagreements, the most apt first; then superseded recommendations, a single report, secondary sources.
    """
    drafts = [
        *disagreements(base, question, claims, citations),
        *superseded(base, citations),
        *single_report(citations),
        *secondary_sources(base, citations),
    ]
    return drafts


def disagreements(
    base: Keeper, question: str, claims: Iterable[str], citations: Sequence[Citation]
) -> list[NoticeDraft]:
    """The known conflicts that the answer touches, both sides with their passages; at most two.

    Touched is a conflict when the answer cites one of its facts and question and claims speak of its topic, or cites
    one of its records (also as an article with the same doi) and the question itself speaks of it. A side whose
    passages are not in the base is left out; a dispute with one side left is not shown.
    """
    asked, said = _folded(question), _folded(" ".join([question, *claims]))
    facts = {f"{c.document.record}#{c.passage.fact}": place for place, c in reversed(list(enumerate(citations)))}
    records = _records_of(base, citations)
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
        sides, asked_for = sum(map(bool, hits)), _speaks_of(conflict, asked)
        if (sides and _speaks_of(conflict, said)) or (asked_for and records & set(conflict.records)):
            first = min((place for places in hits for place in places), default=len(citations))
            ranked.append(((0 if asked_for else 1, -sides, first, order), conflict, None))
    shelf = _Shelf(base)
    drafts = (
        _dispute(shelf, conflict, facts) if position is None else _discrepancy(shelf, position)
        for _, conflict, position in sorted(ranked, key=lambda entry: entry[0])
    )
    return list(islice((draft for draft in drafts if draft is not None), MAX_CONFLICTS))


def superseded(base: Keeper, citations: Sequence[Citation]) -> Iterator[NoticeDraft]:
    """A cited recommendation that a later one of the same society replaced, unless the answer cites that one too."""
    cited = {(c.document.record, c.passage.fact) for c in citations}
    done: set[tuple[str | None, str | None]] = set()
    for citation in citations:
        outcome, key = _outcome(base, citation), (citation.document.record, citation.passage.fact)
        if outcome is None or outcome.superseded_by is None or key in done:
            continue
        done.add(key)
        later, place = _successor(base, outcome)
        if later is not None and (later.record_id, place) in cited:
            continue
        text = f"The {_strength(outcome)} has been superseded"
        found = _Shelf(base).passage(f"{later.record_id}#{place}") if later is not None else None
        if later is not None and found is not None:
            successor = later.fact(place)
            assert isinstance(successor, Outcome)
            yield NoticeDraft(
                kind="superseded",
                text=f"{text}: the {_strength(successor)} stands in its place.",
                cited=((citation.document, citation.passage), found),
            )
        else:
            year = f" in {outcome.superseded_by.year}" if outcome.superseded_by.year else ""
            yield NoticeDraft(
                kind="superseded",
                text=f"{text}{year}; what replaced it is not in this base.",
                cited=((citation.document, citation.passage),),
            )


def single_report(citations: Sequence[Citation]) -> Iterator[NoticeDraft]:
    """One notice when everything the answer cites is one case report."""
    if citations and {c.document.doc_id for c in citations} == {citations[0].document.doc_id}:
        first = citations[0]
        if first.document.kind == "case-report":
            yield NoticeDraft(
                kind="single-report",
                text="This rests on one case report: a single patient shows that something can happen, not how often.",
                cited=((first.document, first.passage),),
            )


def secondary_sources(base: Keeper, citations: Sequence[Citation]) -> Iterator[NoticeDraft]:
    """One notice that names the cited studies of which only news, digests or second-hand figures were read."""
    told: dict[str, str] = {}
    cited: dict[str, tuple[Document, Passage]] = {}
    for citation in citations:
        record = base.record(citation.document.record) if citation.document.record else None
        if citation.passage.confidence != "secondary" or record is None:
            continue
        cited.setdefault(citation.passage.passage_id, (citation.document, citation.passage))
        if citation.document.doc_id not in told and citation.passage.fact:
            what = dict.fromkeys(source.what for source in record.sources_of(citation.passage.fact))
            told[citation.document.doc_id] = f"{study_name(record)} ({'; '.join(what)})"
    if cited:
        yield NoticeDraft(
            kind="secondary-source",
            text=f"Read only in secondary sources, not in the publication itself: {', '.join(told.values())}.",
            cited=tuple(cited.values()),
        )


def conflicts_about(facts: Iterable[str], text: str) -> list[Conflict]:
    """The disputes that facts ("coapt-2yr#outcomes.0") and words touch together, in the order of the list."""
    places, said = set(facts), _folded(text)
    return [
        conflict
        for conflict in conflicts()
        if conflict.shown
        and any(places & set(position.facts) for position in conflict.positions)
        and _speaks_of(conflict, said)
    ]


class _Shelf:
    """The records' passages by place ("coapt-2yr#outcomes.0"), each document read once."""

    def __init__(self, base: Keeper) -> None:
        self._base = base
        self._read: dict[str, tuple[Document, dict[str | None, Passage]] | None] = {}

    def passage(self, place: str) -> tuple[Document, Passage] | None:
        """The document and passage there; None when the base has them not."""
        record_id, _, fact = place.partition("#")
        if record_id not in self._read:
            self._read[record_id] = self._open(record_id)
        found = self._read[record_id]
        return (found[0], found[1][fact]) if found and fact in found[1] else None

    def _open(self, record_id: str) -> tuple[Document, dict[str | None, Passage]] | None:
        try:
            document = self._base.document(record_id)
        except UnknownDocument:
            return None
        return document, {passage.fact: passage for passage in self._base.passages(document.doc_id)}


def _dispute(shelf: _Shelf, conflict: Conflict, facts: dict[str, int]) -> NoticeDraft | None:
    sides: list[str] = []
    cited: dict[str, tuple[Document, Passage]] = {}
    for position in conflict.positions:
        carried = _carriers(shelf, position, facts)
        if carried:
            sides.append(position.claim)
            cited |= {passage.passage_id: (document, passage) for document, passage in carried}
    if len(sides) < 2:
        return None
    topic = conflict.topic if conflict.topic.endswith("?") else f"{conflict.topic}:"
    text = f"Sources disagree. {topic} {' '.join(f'({n}) {side}.' for n, side in enumerate(sides, 1))}"
    return NoticeDraft(kind="conflict", text=text, cited=tuple(cited.values()))


def _discrepancy(shelf: _Shelf, position: Position) -> NoticeDraft | None:
    carried = _carriers(shelf, position, {})
    if not carried:
        return None
    return NoticeDraft(kind=position.notice, text=f"{position.claim}.", cited=tuple(carried))


def _carriers(shelf: _Shelf, position: Position, facts: dict[str, int]) -> list[tuple[Document, Passage]]:
    """The fewest passages, in order, that carry every figure of the side; none when one of them is not in the base."""
    wanted = set(_FIGURE.findall(position.claim))
    chosen: list[tuple[Document, Passage]] = []
    for fact in sorted(position.facts, key=lambda place: place not in facts):
        found = shelf.passage(fact)
        if found is None:
            continue
        carried = set(_FIGURE.findall(found[1].text))
        if not chosen or wanted & carried:
            chosen.append(found)
            wanted -= carried
    return [] if wanted else chosen


def _records_of(base: Keeper, citations: Sequence[Citation]) -> set[str]:
    """The ids of the records cited, as records or as articles of the same doi."""
    cited = {c.document.record for c in citations if c.document.record}
    dois = {c.document.doi.casefold() for c in citations if c.document.doi and not c.document.record}
    if dois:
        cited |= {d.record for d in base.documents() if d.record and d.doi and d.doi.casefold() in dois}
    return cited


def _outcome(base: Keeper, citation: Citation) -> Outcome | None:
    record = base.record(citation.document.record) if citation.document.record else None
    fact = record.fact(citation.passage.fact or "") if record else None
    return fact if isinstance(fact, Outcome) else None


def _successor(base: Keeper, outcome: Outcome) -> tuple[EvidenceRecord | None, str]:
    """The record that holds the later recommendation, and its place there."""
    later = base.record(outcome.superseded_by.record) if outcome.superseded_by else None
    for place, candidate in enumerate(later.outcomes if later else ()):
        if outcome.superseded_by and candidate.recommendation_id == outcome.superseded_by.recommendation_id:
            return later, f"outcomes.{place}"
    return None, ""


def _strength(outcome: Outcome) -> str:
    level = f", level {outcome.level_loe}" if outcome.level_loe else ""
    return f"{outcome.guideline_year} {outcome.society} recommendation (class {outcome.class_cor}{level})"


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
