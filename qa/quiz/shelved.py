"""Quiz sets on the base's shelf: written as JSON, read back against the documents as they are now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from domain.claim import Citation
from domain.document import Document
from domain.errors import CallError, UnlocatedQuote
from domain.quiz import QuizItem, QuizSet, RejectedDraft, StaleItem
from kb import Base

SHELF = "quiz"
"""The base's shelf for quiz sets; what lies on it is deleted with the documents it quotes."""

JSON = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A saved set as it can be shown today: its items, and those that can no longer be, with what changed."""

    quiz: QuizSet
    lost: tuple[StaleItem, ...] = ()


def save(base: Base, name: str, quiz: QuizSet) -> None:
    """Put the set on the shelf under `name`; an earlier one of that name is replaced."""
    doc_ids = tuple(dict.fromkeys(one.document.doc_id for item in quiz.items for one in item.citations))
    base.save(SHELF, name, to_json(quiz), doc_ids=doc_ids)


def load(base: Base, name: str) -> Loaded:
    """The set of that name; CallError when there is none. An item whose quote is no longer there is `lost`."""
    value = base.load(SHELF, name)
    if value is None:
        kept = ", ".join(f"“{one}”" for one in names(base)) or "none yet"
        raise CallError(f"There is no saved quiz named “{name}”; saved are: {kept}.")
    return from_json(value, base)


def names(base: Base) -> list[str]:
    """The names of the saved sets."""
    return base.saved(SHELF)


def forget(base: Base, name: str) -> None:
    """Take a set off the shelf."""
    base.forget(SHELF, name)


def to_json(quiz: QuizSet) -> JSON:
    """Everything of a set but the documents it cites, which are in the base."""
    return {
        "topic": quiz.topic,
        "items": [_item(item) for item in quiz.items],
        "rejected": [[draft.stem, draft.rule, draft.why] for draft in quiz.rejected],
    }


def from_json(value: JSON, base: Base) -> Loaded:
    """The set, its citations located again in the documents of the base."""
    documents = {document.doc_id: document for document in base.documents()}
    items, lost = [], []
    for one in value["items"]:
        changes = _changes(one, documents)
        if not changes:
            try:
                items.append(_read(one, documents, base))
                continue
            except UnlocatedQuote as error:
                changes = [str(error)]
        lost.append(StaleItem(item_id=one["item_id"], stem=one["stem"], changes=tuple(changes)))
    rejected = tuple(RejectedDraft(stem=stem, rule=rule, why=why) for stem, rule, why in value["rejected"])
    return Loaded(quiz=QuizSet(topic=value["topic"], items=tuple(items), rejected=rejected), lost=tuple(lost))


def _item(item: QuizItem) -> JSON:
    return {
        "item_id": item.item_id,
        "kind": item.kind,
        "stem": item.stem,
        "answer": item.answer,
        "options": list(item.options),
        "rationale": item.rationale,
        "distractor_notes": list(item.distractor_notes),
        "difficulty": item.difficulty,
        "bloom": item.bloom,
        "topic": item.topic,
        "template": item.template,
        "proofs": list(item.proofs),
        "proved_key": item.proved_key,
        "caveat": item.caveat,
        "level_rule": item.level_rule,
        "facts": list(item.facts),
        "citations": [
            {
                "n": one.n,
                "doc_id": one.document.doc_id,
                "record": one.document.record,
                "title": one.document.title,
                "passage_id": one.passage.passage_id,
                "start": one.start,
                "end": one.end,
                "quote": one.quote,
            }
            for one in item.citations
        ],
    }


def _changes(one: JSON, documents: dict[str, Document]) -> list[str]:
    """What happened to the documents that an item cites, in sentences; empty when all are as they were."""
    said = []
    by_record = {document.record: document for document in documents.values() if document.record}
    for cited in one["citations"]:
        document = documents.get(cited["doc_id"])
        if document is None:
            later = by_record.get(cited["record"]) if cited["record"] else None
            if later is None:
                said.append(f"“{cited['title']}” was removed from the base or replaced by another file.")
            elif cited["quote"] in later.text:
                said.append(f"The record “{cited['title']}” was replaced; the quoted sentence still stands in it.")
            else:
                said.append(f"The record “{cited['title']}” was replaced and no longer says: {cited['quote']}")
        elif document.text[cited["start"] : cited["end"]] != cited["quote"]:
            said.append(f"“{cited['title']}” no longer has the quoted words at their place.")
    return list(dict.fromkeys(said))


def _read(one: JSON, documents: dict[str, Document], base: Base) -> QuizItem:
    citations = tuple(_citation(cited, documents[cited["doc_id"]], base) for cited in one["citations"])
    answer = one["answer"]
    return QuizItem(
        kind=one["kind"],
        stem=one["stem"],
        answer=answer,
        options=tuple(one["options"]),
        rationale=one["rationale"],
        distractor_notes=tuple(one["distractor_notes"]),
        citations=citations,
        difficulty=one["difficulty"],
        bloom=one["bloom"],
        topic=one["topic"],
        template=one["template"],
        proofs=tuple(one["proofs"]),
        proved_key=one["proved_key"],
        caveat=one["caveat"],
        level_rule=one["level_rule"],
        facts=tuple(one["facts"]),
    )


def _citation(cited: JSON, document: Document, base: Base) -> Citation:
    for passage in base.passages(document.doc_id):
        if passage.start <= cited["start"] and cited["end"] <= passage.end:
            return Citation(n=cited["n"], document=document, passage=passage, start=cited["start"], end=cited["end"])
    raise UnlocatedQuote(f"“{document.title}” has no passage that holds the quote any more: {cited['quote']}")
