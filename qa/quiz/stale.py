"""Items whose source has changed since they were made."""

from __future__ import annotations

from domain.claim import Citation
from domain.document import Document
from domain.evidence import EvidenceRecord, Outcome
from domain.quiz import QuizItem, QuizSet, StaleItem
from kb import Base

HISTORICAL = frozenset({"class-change", "which-document"})
"""Templates that ask about replaced recommendations as such; replacement does not make them stale."""


def stale(quiz: QuizSet, base: Base) -> tuple[StaleItem, ...]:
    """The items whose sources were replaced, removed, retracted or superseded, with what changed."""
    documents = {document.doc_id: document for document in base.documents()}
    records = {record.record_id: record for record in base.records()}
    by_record = {one.record: one for one in documents.values() if one.record is not None}
    found = []
    for item in quiz.items:
        changes = [said for one in item.citations if (said := _moved(one, documents, by_record)) is not None]
        changes += _superseded(item, records)
        if changes:
            unique = tuple(dict.fromkeys(changes))
            found.append(StaleItem(item_id=item.item_id, stem=item.stem, changes=unique))
    return tuple(found)


def _moved(cited: Citation, documents: dict[str, Document], by_record: dict[str, Document]) -> str | None:
    was = cited.document
    now = documents.get(was.doc_id)
    if now is not None:
        retracted = now.retraction is not None and was.retraction is None
        return f"“{was.title}” was retracted or corrected: {now.retraction}" if retracted else None
    later = by_record.get(was.record) if was.record else None
    if later is None:
        return f"“{was.title}” was removed from the base or replaced by another file."
    if cited.quote in later.text:
        return f"The record “{was.title}” was replaced; the quoted sentence still stands in it."
    return f"The record “{was.title}” was replaced and no longer says: {cited.quote}"


def _superseded(item: QuizItem, records: dict[str, EvidenceRecord]) -> list[str]:
    """Recommendations that the key rests on and that a later document has replaced."""
    said = []
    for fact_id in item.facts if item.template not in HISTORICAL else ():
        name, _, place = fact_id.partition("#")
        record = records.get(name)
        fact = record.fact(place) if record is not None else None
        if isinstance(fact, Outcome) and fact.superseded_by is not None:
            later = records.get(fact.superseded_by.record)
            by = later.title if later is not None else fact.superseded_by.record
            said.append(f"The recommendation “{fact.value}” was replaced by: {by}.")
    return said
