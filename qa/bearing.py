"""Which records bear on a question, and which of their facts: by the clinical questions that the records list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from domain.passage import Passage
from kb import Base

LATER = 0.95
"""What each place further down among a clinical question's facts leaves of its likeness."""

Bearing = Mapping[str, Mapping[str, float]]
"""By doc_id: how like the question is to the record's most like clinical question (key ""), and by the place of a fact
to the most like one that the fact answers. A cosine, -1 to 1; a record without questions is absent."""


def bearing(base: Base, vectors: Sequence[NDArray[np.float32]]) -> Bearing:
    """How the records bear on a question that was embedded in one or more wordings: the most like wording counts."""
    found: dict[str, dict[str, float]] = {}
    for vector in vectors:
        for doc_id, facts, cosine in base.questions(vector):
            mine = found.setdefault(doc_id, {})
            for number, fact in enumerate(("", *facts)):
                mine[fact] = max(mine.get(fact, -1.0), cosine * LATER ** max(0, number - 1))
    return found


def bears(known: Bearing, passage: Passage) -> float:
    """The likeness for one passage: its fact's, or the best of the facts that a digest tells; 0 when it has none."""
    likeness = known.get(passage.doc_id, {})
    criteria = (passage.fact or "").startswith("population.criteria")
    places = passage.facts or ((passage.fact or "", "population.criteria") if criteria else (passage.fact or "",))
    return max((likeness.get(place, 0.0) for place in places if place), default=0.0)
