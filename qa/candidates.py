"""Candidates: the sentences an answer may be made of, each with what speaks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from domain.document import Document
from domain.hit import Hit
from domain.passage import Passage
from domain.sentences import sentence_spans
from kb import Base
from kb.embed import Embedder
from kb.filters import Filter
from qa.bearing import Bearing, Known, bearing, likest, nearness, share
from qa.calibration import Calibration
from qa.concepts import canonical
from qa.features import Asked, Candidate, features
from qa.question import Question, coverage, missing, read_question

MIN_WORDS = 4
NAMES_READ, NAMED_HITS = 3, 30
"""Names of a question whose records are read whole, and passages looked at to find a name's records."""
LOOK_BACK = 300
"""Characters before a passage that count as its surroundings: two or three sentences."""
RECORDS_READ = 4
"""Records of which every fact is weighed, beside the passages that the search found."""
RECORDS_NEAR = 5
"""Records that are read whole because a clinical question of theirs is most like the one asked."""
ANSWERS_READ = 12
"""Clinical questions of a record, those most like the one asked, whose answers told together are weighed."""
EMBEDDED_SENTENCES = 8
"""Sentences of documents that get a vector of their own at question time, the likeliest first (each costs 2 ms)."""


def gather(
    base: Base,
    question: Question,
    k: int,
    model: Calibration,
    *,
    kinds: Sequence[str] = (),
    since: int | None = None,
    topics: Sequence[str] = (),
) -> list[Hit]:
    """The `k` best hits of the question as asked and of the question in the field's words, best first.

    Behind them stand the first hit of each further record that the question names, and of each record that lists a
    clinical question much like it.
    """
    vector = asked_vector(base.embedder, question.text)
    hits = base.search(question.text, k=k, kinds=kinds, since=since, topics=topics, vector=vector)
    wider = canonical(question.text)
    if wider != question.text:
        seen = {hit.passage.passage_id for hit in hits}
        vector = asked_vector(base.embedder, wider)
        others = base.search(wider, k=k, kinds=kinds, since=since, topics=topics, vector=vector)
        hits = sorted(
            [*hits, *(hit for hit in others if hit.passage.passage_id not in seen)],
            key=lambda hit: (-hit.score, hit.passage.passage_id),
        )
        hits = [replace(hit, rank=rank) for rank, hit in enumerate(hits, start=1)]
    known = {hit.passage.doc_id for hit in hits}
    for name in question.names[:NAMES_READ]:
        for hit in base.search(name.words, k=NAMED_HITS, mode="lexical", kinds=kinds, since=since, topics=topics):
            if hit.passage.doc_id not in known and _is_named(question, hit.document):
                known.add(hit.passage.doc_id)
                hits.append(replace(hit, score=0.0, rank=len(hits) + 1))
    chosen = Filter(kinds=tuple(kinds), since=since, topics=tuple(topics))
    for doc_id in _nearest(bearing_of(base, question, model)):
        document = base.document(doc_id)
        if doc_id not in known and chosen.passes(document.kind, document.year, document.topics):
            hits.append(Hit(passage=base.passages(doc_id)[0], document=document, score=0.0, rank=len(hits) + 1))
    return hits


def _nearest(known: Bearing) -> list[str]:
    return sorted(known, key=lambda doc_id: (-share(known, doc_id), doc_id))[:RECORDS_NEAR]


def bearing_of(base: Base, question: Question, model: Calibration) -> Bearing:
    """How the records of the base bear on a question, as asked and in the field's words."""
    return _bearing(base, base.fingerprint, question.text, tuple(model.likeness.items()))


@lru_cache(maxsize=64)
def _bearing(base: Base, fingerprint: str, text: str, weights: tuple[tuple[str, float], ...]) -> Bearing:
    vectors = [asked_vector(base.embedder, wording) for wording in dict.fromkeys((text, canonical(text)))]
    return bearing(base, read_question(text), vectors, dict(weights))


@lru_cache(maxsize=64)
def asked_vector(embedder: Embedder, text: str) -> NDArray[np.float32]:
    """The embedding of a question; one question is asked of several searches."""
    return embedder.query(text)


def _is_named(question: Question, document: Document) -> bool:
    lacking = missing(question, document.title)
    return document.origin == "record" and any(name not in lacking for name in question.names)


def candidates(
    question: Question, hits: Sequence[Hit], base: Base, vector: NDArray[np.float32], model: Calibration
) -> list[Candidate]:
    """Every sentence of the hits with its features, in no order of merit; `vector` is the question's embedding."""
    top = max((hit.score for hit in hits), default=0.0) or 1.0
    known = bearing_of(base, question, model)
    likest_of = {doc_id: max(mine, key=lambda one: one.share) for doc_id, mine in known.items()}
    by_document: dict[str, float] = {}
    for hit in hits:
        by_document[hit.passage.doc_id] = by_document.get(hit.passage.doc_id, 0.0) + hit.score / (1 + hit.rank / 10)
    best = max(by_document.values(), default=1.0) or 1.0
    found: list[Candidate] = []
    for hit in [*hits, *_kin(question, hits, by_document, known, base)]:
        if hit.passage.fact == "population" and hit.document.kind == "guideline":
            continue  # that a guideline is one answers nothing
        context = context_of(hit.document, hit.passage.heading)
        if hit.document.origin == "document":
            context = f"{context} . {_surroundings(hit)}"
        for start, end in _spans(hit):
            text = hit.document.text[start:end]
            if len(text.split()) >= MIN_WORDS:
                asks = likest_of.get(hit.passage.doc_id)
                found.append(Candidate(hit=hit, start=start, end=end, text=text, context=context, likest=asks))
    vectors = _vectors(question, found, base)
    asked = Asked(
        question=question,
        vector=vector,
        canonical=asked_vector(base.embedder, canonical(question.text)),
        bearing=known,
        nearest=max((nearness(known, doc_id) for doc_id in known), default=0.0),
        likest=likest(known),
        top=top,
        documents={doc_id: score / best for doc_id, score in by_document.items()},
    )
    told = [features(asked, candidate, own) for candidate, own in zip(found, vectors, strict=True)]
    _beside_their_kin(found, told)
    return [replace(c, vector=own, features=row) for c, own, row in zip(found, vectors, told, strict=True)]


def _beside_their_kin(found: Sequence[Candidate], rows: Sequence[dict[str, float]]) -> None:
    """Add to the features of each candidate how well its whole document fits."""
    best: dict[str, dict[str, float]] = {}
    for candidate, row in zip(found, rows, strict=True):
        mine = best.setdefault(candidate.hit.passage.doc_id, {})
        for name in ("cosine", "canonical", "coverage_in_context"):
            mine[f"document_{name}"] = max(mine.get(f"document_{name}", -1.0), row[name])
    for candidate, row in zip(found, rows, strict=True):
        row.update(best[candidate.hit.passage.doc_id])


def _kin(
    question: Question, hits: Sequence[Hit], by_document: Mapping[str, float], known: Bearing, base: Base
) -> list[Hit]:
    """The other facts of the records that fit best, bear most on the question, or are named: a record is read whole."""
    have = {hit.passage.passage_id for hit in hits}
    documents = {hit.passage.doc_id: hit.document for hit in hits if hit.document.origin == "record"}
    best = sorted(documents, key=lambda doc_id: (-by_document.get(doc_id, 0.0), doc_id))[:RECORDS_READ]
    best += [doc_id for doc_id in documents if doc_id not in best and _is_named(question, documents[doc_id])]
    best += [doc_id for doc_id in _nearest(known) if doc_id in documents and doc_id not in best]
    near = {doc_id: sorted(known.get(doc_id, ()), key=lambda one: -one.share)[:ANSWERS_READ] for doc_id in best}
    return [
        Hit(passage=passage, document=documents[doc_id], score=0.0, rank=len(hits) + 1)
        for doc_id in best
        for passage in base.passages(doc_id)
        if passage.passage_id not in have and (passage.is_searched or _answers(passage, near[doc_id]))
    ]


def _answers(passage: Passage, near: Sequence[Known]) -> bool:
    """Whether a digest answers one of the clinical questions of its record that are most like the one asked."""
    return passage.role == "answer" and any(set(passage.facts) <= set(one.facts) for one in near)


def _spans(hit: Hit) -> list[tuple[int, int]]:
    passage = hit.passage
    if hit.document.origin == "record":
        return [(passage.start, passage.end)]
    return sentence_spans(hit.document.text, passage.start, passage.end)


def _surroundings(hit: Hit) -> str:
    """The passage and what stands just before it in its section: a list of results is dated by its opening line."""
    passage = hit.passage
    text = hit.document.text
    opens = max((section.start for section in hit.document.sections if section.start <= passage.start), default=0)
    at = max(opens, passage.start - LOOK_BACK)
    begins = text.rfind("\n\n", max(opens, at - LOOK_BACK), at)  # a cut paragraph would lose its opening words
    return text[begins if begins >= 0 else at : passage.end]


@lru_cache(maxsize=4096)
def context_of(document: Document, heading: str) -> str:
    """What stands around a sentence of the document: title, section, year and, for a record, who was studied."""
    parts = [document.title, heading, document.first_author or "", document.journal or "", str(document.year or "")]
    if document.origin == "record":
        parts.append(_studied(document))
    return " . ".join(part for part in parts if part)


@lru_cache(maxsize=4096)
def _studied(document: Document) -> str:
    return next((document.text[s.start : s.end] for s in document.sections if "studied" in s.heading.casefold()), "")


def _vectors(question: Question, found: Sequence[Candidate], base: Base) -> list[NDArray[np.float32] | None]:
    """Vectors of the sentences: a record's passage has one in the base, the likeliest others are embedded now."""
    whole = [c for c in found if (c.start, c.end) == (c.hit.passage.start, c.hit.passage.end)]
    stored = base.vectors([c.hit.passage.passage_id for c in whole]) if whole else np.zeros((0, 0), np.float32)
    by_key = {(c.key, c.end): row for c, row in zip(whole, stored, strict=True)}
    rest = [c for c in found if (c.key, c.end) not in by_key]
    rest.sort(key=lambda c: (-coverage(question, c.text), c.hit.rank, c.key))
    chosen = rest[:EMBEDDED_SENTENCES]
    if chosen:
        rows = [_sentence_vector(base.embedder, c.text) for c in chosen]
        by_key.update({(c.key, c.end): row for c, row in zip(chosen, rows, strict=True)})
    return [by_key.get((c.key, c.end)) for c in found]


@lru_cache(maxsize=8192)
def _sentence_vector(embedder: Embedder, text: str) -> NDArray[np.float32]:
    row: NDArray[np.float32] = embedder.passages([text])[0]
    return row
