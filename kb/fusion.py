"""Fusion: two ranked legs made one ranking. Every function here knows ids and scores, nothing else."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

RRF_K = 60
"""Cormack, Clarke and Büttcher 2009."""
FLAT = 1e-9
"""A spread below this is none: a leg whose scores are all alike says nothing."""


def rrf(lexical: Mapping[str, float], dense: Mapping[str, float]) -> dict[str, float]:
    """Reciprocal rank fusion: each leg gives 1 / (60 + rank) to what it found; legs are mappings of id to score."""
    fused: dict[str, float] = {}
    for leg in (lexical, dense):
        for rank, key in enumerate(sorted(leg, key=lambda key: (-leg[key], key)), start=1):
            fused[key] = fused.get(key, 0.0) + 1.0 / (RRF_K + rank)
    return fused


def standardised_sum(
    lexical: Mapping[str, float], dense: Mapping[str, float], lexical_head: Sequence[float], dense_head: Sequence[float]
) -> dict[str, float]:
    """The sum of both legs' standard scores, shown on a scale from 0 (last in both legs) to 1 (first in both).

    The heads are each leg's best scores (a passage that a leg did not match counts with what the leg gives to such);
    their spread is the leg's unit. A leg that singles a passage out of its head by many deviations speaks louder than
    one whose scores are much alike, so each question weighs the legs by itself. A passage absent from a leg has the
    least score of its head.
    """
    fused = dict.fromkeys([*lexical, *dense], 0.0)
    reach = 0.0
    for leg, head in ((lexical, lexical_head), (dense, dense_head)):
        if not head:
            continue
        mean = math.fsum(head) / len(head)
        spread = math.sqrt(math.fsum((score - mean) ** 2 for score in head) / len(head))
        if spread > FLAT:
            least = min(head)
            reach += (max(head) - least) / spread
            for key in fused:
                fused[key] += max(0.0, leg.get(key, least) - least) / spread
    return {key: score / reach if reach else 1.0 for key, score in fused.items()}
