"""Which records bear on a question, and which of their facts: by the clinical questions that the records list."""

from __future__ import annotations

import math
import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from domain.document import Document
from domain.passage import Passage
from kb import Base
from kb.words import STOPWORDS, rarity, stem
from qa.calibration import linear
from qa.concepts import folded
from qa.question import Question, coverage, read_question, same_time

NEAR = 200
"""Clinical questions that are looked at closely: those most like the one asked by vector and words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A clinical question of a record, `text`, held against the question asked.

    `facts` are the places of the facts that answer it, the most direct first; `cosine` is how near it is (-1 to 1),
    `score` how like by all that speaks for it (log-odds of the fit), `share` how likely it is the one among all that
    asks the same (0-1, in all 1).
    """

    doc_id: str
    text: str
    facts: tuple[str, ...]
    cosine: float
    score: float
    share: float


Bearing = Mapping[str, Sequence[Known]]
"""The clinical questions near the one asked, by doc_id; a record without one is absent."""


def bearing(
    base: Base, question: Question, vectors: Sequence[NDArray[np.float32]], weights: Mapping[str, float]
) -> Bearing:
    """How the records bear on a question that was embedded in one or more wordings: the nearer wording counts."""
    near = nearest(base, question, vectors)
    if not near:
        return {}
    scores = [linear(weights, likeness(question, *one)) for one in near]
    highest = max(scores)
    odds = [math.exp(score - highest) for score in scores]
    total = sum(odds)
    found: dict[str, list[Known]] = {}
    for (passage, _, cosine), score, part in zip(near, scores, odds, strict=True):
        known = Known(
            doc_id=passage.doc_id,
            text=passage.text,
            facts=passage.facts,
            cosine=cosine,
            score=score,
            share=part / total,
        )
        found.setdefault(passage.doc_id, []).append(known)
    return found


def nearest(
    base: Base, question: Question, vectors: Sequence[NDArray[np.float32]]
) -> list[tuple[Passage, Document, float]]:
    """The `NEAR` clinical questions most like the one asked at first sight, with their records and cosines."""
    questions, cosines = base.questions(vectors)
    mine = _words(question.text)
    rough = cosines + [_share(mine, _held(one.text, record.title)) for one, record in questions]
    first = sorted(range(len(questions)), key=lambda at: -rough[at])[:NEAR]
    return [(*questions[at], float(cosines[at])) for at in first]


USUAL_FACTS = 4
"""Few clinical questions have more facts that answer them: a scale, no bound."""


def likeness(question: Question, known: Passage, record: Document, cosine: float) -> dict[str, float]:
    """What speaks for a record's clinical question asking what is asked, by name, each about 0 to 1."""
    text, title = known.text, record.title
    other = read_question(text)
    mine, its = _words(question.text), _words(text)
    meets = any(same_time(a, b) for a in question.times for b in other.times)
    told, asked = coverage(question, text, title), coverage(other, question.text)
    return {
        "cosine": cosine,
        "needs": told,
        "its needs": asked,
        "needs of both": told * asked,
        "facts": len(known.facts) / USUAL_FACTS,
        "words": _share(mine, _held(text, title)),
        "its words": _share(its, mine),
        "wants": float(question.wants == other.wants),
        "times": float(meets) - 0.5 * float(bool(question.times) != bool(other.times)),
    }


@lru_cache(maxsize=8192)
def _words(text: str) -> dict[str, float]:
    """The stems of a text's words with how rare the word is; stopwords left out."""
    found: dict[str, float] = {}
    for word in re.findall(r"[^\W_]+", text):
        for one in folded(word):
            if one not in _STOPPED:
                found[one] = max(found.get(one, 0.0), rarity(word.lower()))
    return found


_STOPPED = frozenset(stem(word) for word in STOPWORDS)


@lru_cache(maxsize=8192)
def _held(text: str, title: str) -> frozenset[str]:
    return frozenset((*_words(text), *_words(title)))


def _share(words: Mapping[str, float], among: Container[str]) -> float:
    """The share of the words, by weight, that stand among others."""
    return sum([weight for word, weight in words.items() if word in among]) / (sum(words.values()) or 1)


def nearness(known: Bearing, doc_id: str) -> float:
    """How near the record's nearest clinical question is to the question; 0 when none is near."""
    return max((one.cosine for one in known.get(doc_id, ())), default=0.0)


def share(known: Bearing, doc_id: str) -> float:
    """How likely one of the record's clinical questions asks what is asked, 0-1."""
    return sum(one.share for one in known.get(doc_id, ()))


def likest(known: Bearing) -> float:
    """The score of the clinical question most like the one asked; 0 when the base has none."""
    return max((one.score for mine in known.values() for one in mine), default=0.0)


def bears(known: Bearing, passage: Passage) -> tuple[float, float, float]:
    """How far a passage tells what answers the question, by the record's clinical questions, each 0-1.

    How likely the first of the answering facts is told; how much of the answering facts is; and that with what else
    is told counted against it (the expected F1 of told and answering facts).
    """
    has = told(passage)
    first = part = apt = 0.0
    for one in known.get(passage.doc_id, ()):
        common = len(has & set(one.facts))
        if common:
            first += one.share * (one.facts[0] in has)
            part += one.share * common / len(one.facts)
            apt += one.share * 2 * common / (len(has) + len(one.facts))
    return first, part, apt


def told(passage: Passage) -> frozenset[str]:
    """The places of the facts that the passage tells: a digest's several, else its own."""
    if passage.facts:
        return frozenset(passage.facts)
    fact = passage.fact or ""
    return frozenset({"population.criteria" if fact.startswith("population.criteria") else fact})
