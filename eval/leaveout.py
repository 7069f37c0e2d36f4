"""Questions made from the base itself, each with the document that holds the answer, and the base without it.

With its document a question can be answered; without it, it cannot, unless the fact still stands elsewhere: such
questions are left out. No question was written by hand, so no threshold can have been tuned to it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from domain.document import Document
from domain.errors import UnknownDocument
from domain.evidence import EvidenceRecord
from domain.hit import Hit
from domain.passage import Passage
from domain.sentences import sentence_spans
from eval.figures import figures, strange_figures
from kb import Base
from qa.entities import entities
from qa.verify import verify

MOST = 200
"""Questions asked at most (each twice); chosen by hash of the question, so that the choice never moves."""
OF_ONE_DOCUMENT = 5
ELSEWHERE = 5
"""Passages of other documents in which the fact is looked for."""

_NAMED = re.compile(r"^(?:The )?(?P<name>.{2,80}?) is (?:an?|the) ")
_SUBJECT = re.compile(
    r"^(?:In [^,]{3,80}, )?[Tt]he ((?:[\w/-]+ ){0,4}(?:mean|median|mortality|rate|volume|area|diameter|fraction|"
    r"incidence|prevalence|distance|score|duration|pressure|number|proportion|percentage|size|age)(?: (?:of|in|for|at) "
    r"(?:[\w/-]+ ?){1,5})?) (was|were|is|are) "
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A question, the passage that answers it, and the id of its document."""

    id: str
    question: str
    passage: Passage
    doc_id: str


class BaseWithout:
    """A base as if one document had never been added; every other question to it goes to the real one."""

    def __init__(self, base: Base, doc_id: str) -> None:
        self._base = base
        self._gone = doc_id

    def __getattr__(self, name: str) -> Any:
        return getattr(self._base, name)

    def search(self, query: str, *, k: int = 10, **more: Any) -> list[Hit]:
        """The best `k` passages of the other documents, ranked anew."""
        there = len(self._base.passages(self._gone))
        hits = [hit for hit in self._base.search(query, k=k + there, **more) if hit.document.doc_id != self._gone][:k]
        return [replace(hit, rank=rank) for rank, hit in enumerate(hits, start=1)]

    def document(self, which: str) -> Document:
        """The document of a doc_id, a record's id or a path; UnknownDocument when there is none, or it is left out."""
        document = self._base.document(which)
        if document.doc_id == self._gone:
            raise UnknownDocument(f"{which}: this document is left out.")
        return document

    def passages(self, doc_id: str) -> tuple[Passage, ...]:
        """The passages of another document; UnknownDocument when there is none, or it is left out."""
        return self._base.passages(self.document(doc_id).doc_id)

    def documents(self) -> list[Document]:
        """The other documents."""
        return [document for document in self._base.documents() if document.doc_id != self._gone]

    def questions(
        self, vectors: Sequence[NDArray[np.float32]]
    ) -> tuple[list[tuple[Passage, Document]], NDArray[np.float32]]:
        """The clinical questions of the other records, with their cosines."""
        questions, cosines = self._base.questions(vectors)
        kept = [at for at, (_, document) in enumerate(questions) if document.doc_id != self._gone]
        return [questions[at] for at in kept], cosines[kept]

    def records(self) -> list[EvidenceRecord]:
        """The records of the other documents."""
        mine = self._base.document(self._gone).record
        return [record for record in self._base.records() if record.record_id != mine]

    def record(self, record_id: str) -> EvidenceRecord | None:
        """The record, unless it is the one left out."""
        return None if record_id == self._base.document(self._gone).record else self._base.record(record_id)


def questions_from(base: Base, most: int = MOST) -> tuple[list[LeftOut], int]:
    """The questions, in order of id, and how many were left out because their fact stands elsewhere too."""
    made: list[LeftOut] = []
    elsewhere = 0
    drafts = sorted((draft for document in base.documents() for draft in _drafts(base, document)), key=lambda d: d.id)
    for draft in drafts:
        if len(made) == most:
            break
        if _stands_elsewhere(base, draft):
            elsewhere += 1
        else:
            made.append(draft)
    return made, elsewhere


def _drafts(base: Base, document: Document) -> Iterator[LeftOut]:
    passages = base.passages(document.doc_id)
    record = base.record(document.record) if document.record else None
    asked = _of_record(record, passages) if record else _of_document(document, passages)
    seen: set[str] = set()
    drafts = []
    for question, passage in asked:
        if question not in seen:
            seen.add(question)
            name = hashlib.sha256(question.encode()).hexdigest()[:12]
            drafts.append(LeftOut(id=name, question=question, passage=passage, doc_id=document.doc_id))
    yield from sorted(drafts, key=lambda draft: draft.id)[:OF_ONE_DOCUMENT]


def _of_record(record: EvidenceRecord, passages: Sequence[Passage]) -> Iterator[tuple[str, Passage]]:
    """What was each outcome in that study, at its time; a measure asked twice of one study is ambiguous and is not."""
    named = next((match for p in passages if p.fact == "population" and (match := _NAMED.match(p.text))), None)
    if named is None:
        return
    name = f"the {named['name']}" if named[0].startswith("The ") else named["name"]
    told = {p.fact: p for p in passages}
    keys = [(outcome.measure, outcome.timepoint) for outcome in record.outcomes]
    for at, outcome in enumerate(record.outcomes):
        passage = told.get(f"outcomes.{at}")
        if passage is None or not figures(passage.text) or keys.count((outcome.measure, outcome.timepoint)) > 1:
            continue
        if outcome.measure == "recommendation":
            continue
        when = f" at {outcome.timepoint}" if outcome.timepoint else ""
        yield f"What was the {_running(outcome.measure.replace('_', ' '))}{when} in {name}?", passage


def _of_document(document: Document, passages: Sequence[Passage]) -> Iterator[tuple[str, Passage]]:
    """What was the subject of each sentence that gives it a figure, with the name that tells the document apart."""
    title = next(
        (found.text for found in entities(document.title) if found.kind in {"trial", "centre", "device"}), None
    )
    author = f"{document.first_author} {document.year}" if document.first_author and document.year else None
    place = f"in {title}" if title else f"in the report of {author}" if author else None
    if place is None:
        return
    for passage in passages:
        for start, end in sentence_spans(passage.text):
            sentence = passage.text[start:end]
            subject = _SUBJECT.match(sentence)
            if subject and figures(sentence[subject.end() :]) and not figures(subject[1]):
                yield f"What {subject[2]} the {subject[1]} {place}?", passage


def _running(measure: str) -> str:
    """A measure as it stands within a sentence: "all-cause death", but "LVESVi"."""
    return measure[:1].lower() + measure[1:] if measure[1:2].islower() else measure


def _stands_elsewhere(base: Base, draft: LeftOut) -> bool:
    """Another document carries the fact: all its figures stand in one passage, or verification says it is supported."""
    query = f"{draft.question} {draft.passage.text}"
    for hit in BaseWithout(base, draft.doc_id).search(query, k=ELSEWHERE):
        if not strange_figures(draft.passage.text, [hit.passage.text]):
            return True
        if verify(draft.passage.text, [hit.passage.text], base.embedder).support == "supported":
            return True
    return False
