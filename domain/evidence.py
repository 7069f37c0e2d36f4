"""An evidence record: one study or guideline as structured data, every figure with its source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from domain.document import Kind

FactConfidence = Literal["primary", "society", "secondary", "unverified"]
RECOMMENDATION = "recommendation"
SourceLevel = str
"""What was read: "full-text", "guideline-text", "abstract", "society-summary", "registry-entry", "secondary", …"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One thing that was read; `url` is the work's address, None where there is none to give."""

    ref: str
    what: str
    level: SourceLevel
    url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A key point or a caveat; `src` are refs of the record's sources."""

    fact: str
    src: tuple[str, ...]
    confidence: FactConfidence


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicalQuestion:
    """A question that the record bears on, as a clinician would ask it, and the ids of the facts that answer it first.

    An index entry, no fact: it helps to find the record and is never shown as something the source says.
    """

    ask: str
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Superseded:
    """The later recommendation of the same society that replaced this one, and the year of its guideline."""

    record: str
    recommendation_id: str | None
    year: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One result, or one recommendation (`measure == "recommendation"`, then `class_cor` … are set).

    `comparison` is the order of "a vs b" in `value`; `effect` is as printed ("HR 0.53"), `ci_95` "0.40-0.70"
    ("-17 to 6" where a bound is negative), `p` as printed. Absent: None. `wording` says the result as a clause where
    the usual one would read badly, or as a whole sentence when it opens with a capital; {value}, {time}, {stats} and
    {figures} (stats without parentheses) stand for what the record gives.
    """

    measure: str
    value: str | None
    src: tuple[str, ...]
    confidence: FactConfidence
    comparison: str | None = None
    effect: str | None = None
    ci_95: str | None = None
    p: str | None = None
    population: str | None = None
    timepoint: str | None = None
    note: str | None = None
    class_cor: str | None = None
    level_loe: str | None = None
    society: str | None = None
    guideline_year: int | None = None
    recommendation_id: str | None = None
    superseded_by: Superseded | None = None
    wording: str | None = None

    @property
    def is_recommendation(self) -> bool:
        """Whether this is a recommendation and not a result."""
        return self.measure == RECOMMENDATION


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRecord:
    """A study or guideline. Facts marked "unverified" and everything in `held_back` are never shown as facts.

    A fact's id is its place: "outcomes.0", "key_points.3", "caveats.1"; "population", "population.criteria" and
    "population.baseline" are the passages about who was studied. `short` is the study's name as it is said in a
    sentence ("COAPT"), `design` what kind of study it is ("a registry study of 828 patients"); None where kind and `n`
    say enough. `arm_words` say an arm of a comparison with its preposition
    ("with MitraClip + GDMT", "in ineligible patients").
    """

    record_id: str
    title: str
    kind: Kind
    topics: tuple[str, ...]
    outcomes: tuple[Outcome, ...]
    key_points: tuple[Fact, ...]
    caveats: tuple[Fact, ...]
    sources: tuple[Source, ...]
    questions: tuple[ClinicalQuestion, ...] = ()
    held_back: tuple[str, ...] = ()
    first_author: str | None = None
    journal: str | None = None
    year: int | None = None
    volume: str | None = None
    pages: str | None = None
    doi: str | None = None
    pmid: str | None = None
    co_publication: str | None = None
    note: str | None = None
    n: int | None = None
    arms: Mapping[str, int | str] = field(default_factory=dict)
    criteria: tuple[str, ...] = ()
    baseline: Mapping[str, str] = field(default_factory=dict)
    intervention: str | None = None
    comparator: str | None = None
    follow_up: str | None = None
    short: str | None = None
    design: str | None = None
    arm_words: Mapping[str, str] = field(default_factory=dict)

    @property
    def facts(self) -> tuple[Outcome | Fact, ...]:
        """Outcomes, key points and caveats, in this order; unverified ones too."""
        return (*self.outcomes, *self.key_points, *self.caveats)

    def fact(self, fact_id: str) -> Outcome | Fact | None:
        """The outcome, key point or caveat at that place; None for the population and for what is not there."""
        kind, _, place = fact_id.partition(".")
        rows: Mapping[str, Sequence[Outcome | Fact]] = {
            "outcomes": self.outcomes,
            "key_points": self.key_points,
            "caveats": self.caveats,
        }
        if kind not in rows or not place.isdecimal() or int(place) >= len(rows[kind]):
            return None
        return rows[kind][int(place)]

    def sources_of(self, fact_id: str) -> tuple[Source, ...]:
        """What was read for that fact; all of the record's sources for the population."""
        fact = self.fact(fact_id)
        if fact is None:
            return self.sources
        return tuple(source for source in self.sources if source.ref in fact.src)
