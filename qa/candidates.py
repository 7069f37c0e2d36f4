"""Candidates: the sentences an answer may be made of, each with what speaks for it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from domain.document import KINDS, Document
from domain.hit import Hit
from domain.sentences import sentence_spans
from kb import Base
from kb.embed import Embedder
from qa.question import Question, coverage, missing, same_time, times

MIN_WORDS = 4
FIGURES_HELP = frozenset({"figure", "comparison", "general", "yes-no"})
"""What a question wants when a figure serves it."""
NAMES_READ, NAMED_HITS = 3, 30
"""Names of a question whose records are read whole, and passages looked at to find a name's records."""
LOOK_BACK = 300
"""Characters before a passage that count as its surroundings: two or three sentences."""
RECORDS_READ = 6
"""Records of which every fact is weighed, beside the passages that the search found."""
EMBEDDED_SENTENCES = 8
"""Sentences of documents that get a vector of their own at question time, the likeliest first (each costs 2 ms)."""

_FIGURE = re.compile(r"\d")
_EFFECT = re.compile(r"\b(?:HR|OR|RR|hazard ratio|odds ratio|risk ratio|CI|p\s*[<=])", re.IGNORECASE)
_FACT_KINDS = ("outcomes", "key_points", "caveats", "population", "baseline")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A span of a passage that may become a claim.

    `features` are what the ranker sees, by name; `context` is what the reader is told anyway (title, section, who was
    studied); `vector` is the sentence's embedding (unit length), None before it is needed.
    """

    hit: Hit
    start: int
    end: int
    text: str
    context: str
    features: Mapping[str, float] = field(default_factory=dict)
    vector: NDArray[np.float32] | None = None
    score: float = 0.0

    @property
    def key(self) -> tuple[str, int]:
        """What breaks a tie: the document and where the sentence stands."""
        return (self.hit.passage.doc_id, self.start)


def gather(
    base: Base,
    question: Question,
    k: int,
    *,
    kinds: Sequence[str] = (),
    since: int | None = None,
    topics: Sequence[str] = (),
) -> list[Hit]:
    """The `k` best hits, and behind them the first hit of each further record that the question names."""
    hits = base.search(question.text, k=k, kinds=kinds, since=since, topics=topics)
    known = {hit.passage.doc_id for hit in hits}
    for name in question.names[:NAMES_READ]:
        for hit in base.search(name.words, k=NAMED_HITS, mode="lexical", kinds=kinds, since=since, topics=topics):
            if hit.passage.doc_id not in known and _is_named(question, hit.document):
                known.add(hit.passage.doc_id)
                hits.append(replace(hit, score=0.0, rank=len(hits) + 1))
    return hits


def _is_named(question: Question, document: Document) -> bool:
    lacking = missing(question, document.title)
    return document.origin == "record" and any(name not in lacking for name in question.names)


def candidates(question: Question, hits: Sequence[Hit], base: Base, vector: NDArray[np.float32]) -> list[Candidate]:
    """Every sentence of the hits with its features, in no order of merit; `vector` is the question's embedding."""
    top = max((hit.score for hit in hits), default=0.0) or 1.0
    by_document: dict[str, float] = {}
    for hit in hits:
        by_document[hit.passage.doc_id] = by_document.get(hit.passage.doc_id, 0.0) + hit.score / (1 + hit.rank / 10)
    best = max(by_document.values(), default=1.0) or 1.0
    found: list[Candidate] = []
    for hit in [*hits, *_kin(question, hits, by_document, base)]:
        context = context_of(hit.document, hit.passage.heading)
        if hit.document.origin == "document":
            context = f"{context} . {_surroundings(hit)}"
        for start, end in _spans(hit):
            text = hit.document.text[start:end]
            if len(text.split()) >= MIN_WORDS:
                found.append(Candidate(hit=hit, start=start, end=end, text=text, context=context))
    vectors = _vectors(question, found, base)
    made = [
        _with_features(question, candidate, vectors[index], vector, top, by_document, best)
        for index, candidate in enumerate(found)
    ]
    return _beside_their_kin(made)


def _beside_their_kin(made: Sequence[Candidate]) -> list[Candidate]:
    """The candidates, told how well their whole document fits."""
    best: dict[str, dict[str, float]] = {}
    for candidate in made:
        mine = best.setdefault(candidate.hit.passage.doc_id, {"cosine": -1.0, "coverage_in_context": 0.0})
        for name in mine:
            mine[name] = max(mine[name], candidate.features[name])
    return [
        replace(
            candidate,
            features={
                **candidate.features,
                **{f"document_{name}": value for name, value in best[candidate.hit.passage.doc_id].items()},
            },
        )
        for candidate in made
    ]


def _kin(question: Question, hits: Sequence[Hit], by_document: Mapping[str, float], base: Base) -> list[Hit]:
    """The other facts of the best records and of those the question names: a record is read whole, as a page is."""
    known = {hit.passage.passage_id for hit in hits}
    documents = {hit.passage.doc_id: hit.document for hit in hits if hit.document.origin == "record"}
    best = sorted(documents, key=lambda doc_id: (-by_document.get(doc_id, 0.0), doc_id))[:RECORDS_READ]
    best += [doc_id for doc_id in documents if doc_id not in best and _is_named(question, documents[doc_id])]
    return [
        Hit(passage=passage, document=documents[doc_id], score=0.0, rank=len(hits) + 1)
        for doc_id in best
        for passage in base.passages(doc_id)
        if passage.passage_id not in known
    ]


def _spans(hit: Hit) -> list[tuple[int, int]]:
    passage = hit.passage
    if hit.document.origin == "record":
        return [(passage.start, passage.end)]
    return sentence_spans(hit.document.text, passage.start, passage.end)


def _surroundings(hit: Hit) -> str:
    """The passage and what stands just before it in its section: a list of results is dated by its opening line."""
    passage = hit.passage
    opens = max((section.start for section in hit.document.sections if section.start <= passage.start), default=0)
    return hit.document.text[max(opens, passage.start - LOOK_BACK) : passage.end]


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


LEAD_WORDS = 3
"""A sentence of a record opens with its study's name: a name within so many words is its subject, not a mention."""


def _subject(question: Question, text: str, title: str) -> tuple[float, float]:
    """Whether one of the asked-for names is the subject of sentence or title, and whether none is (0 or 1 each)."""
    if not question.names:
        return 0.0, 0.0
    opening = " ".join(text.split()[:LEAD_WORDS])
    names = len(question.names)
    led = min(sum(need.name for need in missing(question, words)) for words in (opening, " ".join(title.split()[:4])))
    return float(led < names), float(led == names)


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


def _with_features(
    question: Question,
    candidate: Candidate,
    own: NDArray[np.float32] | None,
    asked: NDArray[np.float32],
    top: float,
    by_document: Mapping[str, float],
    best: float,
) -> Candidate:
    hit, text = candidate.hit, candidate.text
    around = f"{text} . {candidate.context}"
    cosine = float(own @ asked) if own is not None else 0.6 * (hit.dense or 0.0)
    fact, _, index = (hit.passage.fact or "").partition(".")
    spoken = times(text)
    timed = bool(question.times) and bool(spoken)
    agrees = timed and any(same_time(a, b) for a in question.times for b in spoken)
    has_figure = bool(_FIGURE.search(text))
    subject, other = _subject(question, text, hit.document.title)
    recommends = "recommend" in hit.passage.heading.casefold()
    names = question.names
    lacking_names = [need for need in missing(question, around) if need.name]
    year = hit.document.year or 0
    features = {
        "cosine": cosine,
        "coverage": coverage(question, text),
        "coverage_in_context": coverage(question, around),
        "names": 1.0 - len(lacking_names) / len(names) if names else 1.0,
        "passage": hit.score / top,
        "document": by_document[hit.passage.doc_id] / best,
        "title": coverage(question, hit.document.title),
        "time_agrees": float(agrees),
        "time_differs": float(timed and not agrees),
        "figure_wanted_and_there": float(question.wants in FIGURES_HELP and has_figure),
        "figure_wanted_and_absent": float(question.wants == "figure" and not has_figure),
        "effect": float(bool(_EFFECT.search(text)) and question.wants in FIGURES_HELP),
        "recommendation_wanted_and_there": float(question.wants == "recommendation" and recommends),
        "recommendation_not_wanted": float(question.wants != "recommendation" and recommends),
        "limit_wanted_and_there": float(question.wants == "limitation" and fact == "caveats"),
        "limit_not_wanted": float(question.wants != "limitation" and fact == "caveats"),
        "definition_wanted_and_studied": float(question.wants == "definition" and fact in {"population", "key_points"}),
        "studied_not_wanted": float(question.wants != "definition" and fact in {"population", "baseline"}),
        "explanation_wanted_and_there": float(question.wants in {"reason", "yes-no"} and fact == "key_points"),
        "in_brief": float(fact == "digest"),
        "in_brief_and_broad": float(fact == "digest" and question.wants in {"general", "comparison", "yes-no"}),
        "subject": subject,
        "other_subject": other,
        "studied": coverage(question, candidate.context),
        "early": 1.0 / (1.0 + int(index)) if index.isdigit() else 0.3,
        "year_agrees": float(any(y == year or str(y) in text for y in question.years)),
        "superseded": float("supersede" in text.casefold()),
        "caption": float(hit.passage.role != "prose"),
        "rung": 1.0 - KINDS.index(hit.document.kind) / (len(KINDS) - 1),
        "long": max(0.0, len(text.split()) - 35) / 35,
    }  # fmt: skip
    return Candidate(
        hit=hit,
        start=candidate.start,
        end=candidate.end,
        text=text,
        context=candidate.context,
        features=features,
        vector=own,
    )
