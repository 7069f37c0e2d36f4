"""Which records bear on a question, and which of their facts: by the clinical questions that the records list."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from domain.evidence import EvidenceRecord, Fact, Outcome
from domain.passage import Passage
from kb import Base

LATER = 0.95
"""What each place further down among a clinical question's facts leaves of its likeness."""
_FIGURE = re.compile(r"\d+(?:\.\d+)?")

Bearing = Mapping[str, Mapping[str, float]]
"""By doc_id: how like the question is to the record's most like clinical question (key ""), and by the id of a fact
to the most like one that the fact answers. A cosine, -1 to 1; a record without questions is absent."""


def bearing(base: Base, vectors: Sequence[NDArray[np.float32]]) -> Bearing:
    """How the records bear on a question that was embedded in one or more wordings: the most like wording counts."""
    likeness: dict[tuple[str, str], float] = {}
    for vector in vectors:
        for doc_id, place, cosine in base.questions(vector):
            likeness[doc_id, place] = max(cosine, likeness.get((doc_id, place), -1.0))
    found: dict[str, dict[str, float]] = {}
    for (doc_id, place), cosine in likeness.items():
        record = base.record(base.document(doc_id).record or "")
        if record is None:
            continue
        mine = found.setdefault(doc_id, {"": -1.0})
        mine[""] = max(mine[""], cosine)
        for number, fact in enumerate(record.questions[int(place.partition(".")[2])].facts):
            mine[fact] = max(mine.get(fact, -1.0), cosine * LATER**number)
    return found


def bears(known: Bearing, passage: Passage, record: EvidenceRecord | None) -> float:
    """The likeness for one passage: its fact's, or the best of the facts that a digest tells; 0 when it has none."""
    facts, place = known.get(passage.doc_id), passage.fact or ""
    if facts is None or record is None:
        return 0.0
    if not place.startswith("digest"):
        wider = "population.criteria" if place.startswith("population.criteria") else place
        return max(facts.get(place, 0.0), facts.get(wider, 0.0))
    told = _told(passage.text, tuple((one, _said(record.fact(one))) for one in facts if one))
    return max((facts[one] for one in told), default=0.0)


def _said(fact: Outcome | Fact | None) -> str:
    if isinstance(fact, Outcome):
        return f"{fact.value or ''} {fact.effect or ''}"
    return fact.fact.rstrip(".") if fact is not None else ""


@lru_cache(maxsize=4096)
def _told(digest: str, facts: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """The facts that a digest tells: results by their figures, key points and limits word for word."""
    figures = set(_FIGURE.findall(digest))
    return tuple(
        place
        for place, said in facts
        if said and (said in digest if not place.startswith("outcomes") else _printed(said, figures))
    )


def _printed(said: str, figures: set[str]) -> bool:
    own = set(_FIGURE.findall(said))
    return bool(own) and own <= figures
