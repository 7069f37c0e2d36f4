"""What a quiz can be made from: the facts of the base's records, each with the passage that words it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from domain.document import Document
from domain.evidence import EvidenceRecord, Fact, Outcome
from domain.hit import Hit
from domain.passage import Passage
from kb import Base
from qa.quiz.results import Result, read_result
from qa.quiz.wording import family, study_name

WORD_BEGINNING = 6
"""Letters by which a topic's word is known again in another form ("annular", "annulus" are two)."""
_EVERYTHING = frozenset(
    "functional secondary mitral regurgitation fmr smr mr management treatment therapy evidence all any everything"
    " heart failure trial trials study studies data results outcomes the of in and for about what is known quiz".split()
)
"""Words that every record of this field is about; a topic of nothing else takes the whole base."""
NO_RATE = re.compile(r"\b(reduction|difference)\b")
"""A figure of this population is a difference, whatever its measure is called."""
DOUBTFUL = re.compile(r"not stated|not seen|uncertain|incomplete|evidently|although|cannot be right|\bprints\b", re.I)
"""Notes that say a figure is in doubt: it may be quoted, it is no matter for an examination."""
_COMPOSITE = frozenset({"review", "consensus", "guideline", "other", "case-report"})
"""Kinds of record that bring several studies, or one patient, together."""
_DESIGNS = frozenset({"rct", "registry", "meta-analysis", "guideline"})
NO_FIGURE = frozenset(
    {
        "Anatomy",
        "Coverage criteria",
        "LV volumes and LVEF",
        "LV volumes and mass",
        "Mechanism",
        "NNT",
        "Pathway",
        "Patient profile",
        "Severity threshold",
        "Trial endpoint",
    }
)
"""Measures whose values are no figures of a group of patients."""
_NEEDS_POPULATION = frozenset(
    {"Aetiology", "Composite endpoint", "Prevalence", "Prognostic association", "Transplantation"}
)
"""Measures whose name alone does not say what was counted, or in whom."""
TOPIC_HITS = 60
"""How many passages a search for a topic looks at; their documents are the topic's."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ground:
    """A passage that a question can rest on; `fact_id` is "record#outcomes.3", or the passage's id in a document."""

    fact_id: str
    document: Document
    passage: Passage
    span: tuple[int, int] | None = None
    """The cited slice of the document's text, half-open; None: the whole passage."""

    @property
    def start(self) -> int:
        """Where the cited slice begins in the document's text."""
        return self.span[0] if self.span else self.passage.start

    @property
    def end(self) -> int:
        """Where the cited slice ends."""
        return self.span[1] if self.span else self.passage.end

    @property
    def text(self) -> str:
        """The cited slice."""
        return self.document.text[self.start : self.end]

    @property
    def ref(self) -> str:
        """How a draft points at this passage; its number takes the place when the item is finished."""
        return f"⟦{self.fact_id}⟧"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Card(Ground):
    """A fact of a record.

    `outcome` is set for results and recommendations, `result` for results, `fact` for key points and caveats; all three
    are None for the population.
    """

    record: EvidenceRecord
    outcome: Outcome | None = None
    result: Result | None = None
    fact: Fact | None = None

    @property
    def askable(self) -> bool:
        """Whether the result is one of the study as a whole, so that naming the study says in whom it was found."""
        record, outcome = self.record, self.outcome
        if outcome is None or outcome.measure in NO_FIGURE or record.kind in _COMPOSITE:
            return False
        if record.n is None or record.n == 1 or study_name(record).casefold() not in self.passage.text.casefold():
            return False
        if NO_RATE.search(outcome.population or "") or DOUBTFUL.search(outcome.note or ""):
            return False
        part = re.search(r"\bn\s*=\s*(\d+)", outcome.population or "")
        vague = outcome.measure in _NEEDS_POPULATION and not outcome.population
        if outcome.measure == "Prognostic association" and " and " not in (outcome.population or ""):
            return False
        return not vague and (part is None or int(part[1]) == record.n)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """The facts of a base, in the order of its records, and the records that the topic is about."""

    base: Base
    cards: dict[str, Card]
    on_topic: frozenset[str]
    topic: str = ""
    by_record: dict[str, list[Card]] = field(default_factory=dict)

    def results(self, *, everywhere: bool = False) -> Iterator[Card]:
        """The results a question can rest on, those of the topic unless `everywhere`."""
        for card in self.figures():
            if card.askable and (
                card.record.record_id in self.on_topic or (everywhere and not is_contrast(card.record))
            ):
                yield card

    def figures(self) -> Iterator[Card]:
        """Every result of the base, those of composite records and single cases too."""
        return (card for card in self.cards.values() if card.result is not None)

    def recommendations(self, *, everywhere: bool = False) -> Iterator[Card]:
        """The recommendations, those of the topic unless `everywhere`."""
        for card in self.cards.values():
            outcome = card.outcome
            if outcome and outcome.is_recommendation and (everywhere or card.record.record_id in self.on_topic):
                yield card

    def records(self, *, everywhere: bool = False) -> list[EvidenceRecord]:
        """The records that have a fact to show, those of the topic unless `everywhere`."""
        found = {card.record.record_id: card.record for card in self.cards.values()}
        return [one for key, one in found.items() if everywhere or key in self.on_topic]

    def of(self, record_id: str, start: str) -> list[Card]:
        """The cards of a record whose place begins so ("caveats", "population")."""
        return [card for card in self.by_record.get(record_id, []) if card.fact_id.partition("#")[2].startswith(start)]

    def is_one_study(self, record: EvidenceRecord) -> bool:
        """Whether the record tells of one study: most of its results are said of the study by its name."""
        cards = [card for card in self.by_record[record.record_id] if card.result is not None]
        named = sum(study_name(record).casefold() in card.passage.text.casefold() for card in cards)
        return record.kind not in _COMPOSITE and record.n is not None and record.n > 1 and named * 2 >= len(cards)

    def family(self, record: EvidenceRecord) -> list[EvidenceRecord]:
        """The records that report the same trial, this one among them."""
        name = family(record)
        return [one for one in self.records(everywhere=True) if family(one) == name]


def open_shelf(base: Base, topic: str) -> Shelf:
    """The facts of `base` that may be shown, and the records that `topic` is about (all, where it is the field)."""
    documents = {one.record: one for one in base.documents() if one.origin == "record" and one.record}
    cards: dict[str, Card] = {}
    by_record: dict[str, list[Card]] = {}
    for record in sorted(base.records(), key=lambda one: one.record_id):
        document = documents.get(record.record_id)
        if document is None:
            continue
        for passage in base.passages(document.doc_id):
            if passage.fact is None:
                continue
            card = _card(record, document, passage)
            cards[card.fact_id] = card
            by_record.setdefault(record.record_id, []).append(card)
    records = [one for one in base.records() if one.record_id in by_record]
    found = frozenset(_on_topic(base, topic, records))
    return Shelf(base=base, cards=cards, on_topic=found, topic=topic, by_record=by_record)


def _card(record: EvidenceRecord, document: Document, passage: Passage) -> Card:
    fact = record.fact(passage.fact or "")
    outcome = fact if isinstance(fact, Outcome) else None
    return Card(
        fact_id=f"{record.record_id}#{passage.fact}",
        record=record,
        document=document,
        passage=passage,
        outcome=outcome,
        result=read_result(outcome) if outcome is not None and not outcome.is_recommendation else None,
        fact=fact if isinstance(fact, Fact) else None,
    )


def topic_words(topic: str) -> tuple[str, ...]:
    """The words of a topic that tell one part of the field from another; empty: the topic is the whole field."""
    words = re.findall(r"[\w-]+", topic.casefold())
    return tuple(word for word in words if word not in _EVERYTHING)


def _on_topic(base: Base, topic: str, records: Iterable[EvidenceRecord]) -> list[str]:
    words = topic_words(topic)
    records = [one for one in records if not is_contrast(one) or any(word in _told(one) for word in words)]
    if not words:
        return [one.record_id for one in records]
    label = "-".join(words)
    tagged = [one.record_id for one in records if label in one.topics or all(w in one.topics for w in words)]
    spoken = [one.record_id for one in records if all(re.search(rf"\b{re.escape(w)}", _told(one)) for w in words)]
    if tagged or spoken:
        return [*tagged, *spoken]
    return [hit.document.record for hit in topic_hits(base, topic) if hit.document.record]


def topic_hits(base: Base, topic: str) -> list[Hit]:
    """The passages found for a topic that speak of it in its own words; none where the base does not."""
    beginnings = [word.removesuffix("s")[:WORD_BEGINNING] for word in topic_words(topic)]
    return [
        hit
        for hit in base.search(topic, k=TOPIC_HITS)
        if any(one in f"{hit.document.title} {hit.passage.text}".casefold() for one in beginnings)
    ]


def share_topic(one: EvidenceRecord, other: EvidenceRecord) -> bool:
    """Whether two records are about the same part of the field; labels of the design do not count."""
    return bool((set(one.topics) & set(other.topics)) - _DESIGNS)


def is_contrast(record: EvidenceRecord) -> bool:
    """Whether the record stands in the base only for comparison with another disease."""
    return any("contrast" in topic for topic in record.topics)


def _told(record: EvidenceRecord) -> str:
    parts = (record.title, record.short or "", record.intervention or "", record.comparator or "", *record.topics)
    return " ".join(parts).casefold()
