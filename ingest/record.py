"""An evidence record as a document: sections of sentences, one passage for each fact that may be shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from domain.document import BibliographyEntry, Document, Section
from domain.errors import InvalidRecord
from domain.evidence import EvidenceRecord
from domain.passage import Confidence, Passage, slice_passage
from ingest.record_digest import ANSWERS, digests
from ingest.record_schema import read_record
from ingest.record_words import (
    baseline_sentence,
    criteria_sentences,
    design_sentence,
    fact_sentence,
    outcome_sentence,
    recommendation_sentence,
)

__all__ = ["read_record", "read_record_file", "render"]

_LEVELS: dict[str, Confidence] = {
    "full-text": "primary",
    "guideline-text": "primary",
    "abstract": "primary",
    "society-summary": "society",
    "registry-entry": "society",
}
"""What stands behind a fact, by what was read; anything else is secondary."""
QUESTIONS = "questions"
_LADDER: tuple[Confidence, ...] = ("primary", "society", "secondary")


def read_record_file(path: Path, data: bytes, doc_id: str) -> tuple[EvidenceRecord, Document, tuple[Passage, ...]]:
    """The record in `data`, its document and passages; raises the errors of `read_record` and of `render`."""
    record = read_record(path, data)
    document, passages = render(record, doc_id, path)
    return record, document, passages


def render(record: EvidenceRecord, doc_id: str, path: str | Path = "") -> tuple[Document, tuple[Passage, ...]]:
    """A document of Chordae's wording and its passages, one a fact, in the order of the record.

    The first passages ("digest", "digest.answer.0", …) tell several facts together. What is unverified or held back
    is not in it.
    `Passage.fact` is the fact's place in the record. The last passages are its clinical questions, role "question",
    never quoted; the digests that answer them have the role "answer". Raises InvalidRecord when nothing is left to
    show; `path` only names the file there.
    """
    text, sections, spans = "", list[Section](), list[tuple[_Said, int, tuple[str, ...]]]()
    for heading, sayings in _sections(record):
        text += f"{heading}\n\n"
        start = len(text)
        for said in sayings:
            spans.append((said, len(text), (heading,)))
            text += f"{said.text}\n\n"
        sections.append(Section(path=(heading,), start=start, end=len(text)))
    if not spans:
        raise InvalidRecord(path or record.record_id, "every fact is unverified", "Add a fact that has a source.")
    document = Document(
        doc_id=doc_id,
        origin="record",
        record=record.record_id,
        title=record.title,
        kind=record.kind,
        text=text,
        first_author=record.first_author,
        journal=record.journal,
        year=record.year,
        doi=record.doi,
        pmid=record.pmid,
        topics=record.topics,
        sections=tuple(sections),
        bibliography=tuple(
            BibliographyEntry(number=number, text=_joined(source.what, source.level, source.url))
            for number, source in enumerate(record.sources, start=1)
        ),
    )
    return document, tuple(
        replace(
            slice_passage(document, start, start + len(said.text), section=section),
            confidence=said.confidence,
            fact=said.fact,
            facts=said.facts,
            role=_role(said.fact),
        )
        for said, start, section in spans
    )


def _role(place: str) -> str:
    return "question" if place.startswith(QUESTIONS) else "answer" if place.startswith(ANSWERS) else "prose"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """One sentence, the place of its fact, and what stands behind it."""

    text: str
    fact: str
    confidence: Confidence
    facts: tuple[str, ...] = ()


def _sections(record: EvidenceRecord) -> Iterator[tuple[str, list[_Said]]]:
    parts = (
        ("In brief", _brief(record)),
        ("Who was studied", _studied(record)),
        ("Results", _outcomes(record, recommendations=False)),
        ("Recommendations", _outcomes(record, recommendations=True)),
        ("Key points", _facts(record, "key_points")),
        ("Limits", _facts(record, "caveats")),
        ("Questions it bears on", _questions(record)),
    )
    for heading, sayings in parts:
        listed = list(sayings)
        if listed:
            yield heading, listed


def _brief(record: EvidenceRecord) -> Iterator[_Said]:
    for digest in digests(record):
        yield _Said(text=digest.text, fact=digest.place, confidence=digest.confidence, facts=digest.facts)


def _studied(record: EvidenceRecord) -> Iterator[_Said]:
    """Nothing, when not one fact of the record may be shown."""
    if all(fact.confidence == "unverified" for fact in record.facts):
        return
    best = min((_LEVELS.get(source.level, "secondary") for source in record.sources), key=_LADDER.index)
    yield _Said(text=design_sentence(record), fact="population", confidence=best)
    for place, sentence in criteria_sentences(record):
        yield _Said(text=sentence, fact=f"population.criteria.{place}", confidence=best)
    if baseline := baseline_sentence(record):
        yield _Said(text=baseline, fact="population.baseline", confidence=best)


def _outcomes(record: EvidenceRecord, *, recommendations: bool) -> Iterator[_Said]:
    for place, outcome in enumerate(record.outcomes):
        if outcome.confidence == "unverified" or outcome.is_recommendation is not recommendations:
            continue
        sentence = recommendation_sentence if recommendations else outcome_sentence
        yield _Said(text=sentence(record, outcome), fact=f"outcomes.{place}", confidence=outcome.confidence)


def _facts(record: EvidenceRecord, field: str) -> Iterator[_Said]:
    for place, fact in enumerate(record.key_points if field == "key_points" else record.caveats):
        if fact.confidence != "unverified":
            yield _Said(text=fact_sentence(record, fact), fact=f"{field}.{place}", confidence=fact.confidence)


def _questions(record: EvidenceRecord) -> Iterator[_Said]:
    for place, question in enumerate(record.questions):
        yield _Said(text=question.ask, fact=f"{QUESTIONS}.{place}", confidence="primary", facts=question.facts)


def _joined(*parts: str | None) -> str:
    return ", ".join(part for part in parts if part)
