"""Fusion: two ranked legs made one ranking. Every function here knows scores and ids, nothing else."""

from __future__ import annotations

from collections.abc import Mapping

RRF_K = 60
"""Cormack, Clarke and Büttcher 2009."""


def rrf(lexical: Mapping[str, float], dense: Mapping[str, float]) -> dict[str, float]:
    """Reciprocal rank fusion: each leg gives 1 / (60 + rank) to what it found; legs are mappings of id to score."""
    fused: dict[str, float] = {}
    for leg in (lexical, dense):
        for rank, key in enumerate(sorted(leg, key=lambda key: (-leg[key], key)), start=1):
            fused[key] = fused.get(key, 0.0) + 1.0 / (RRF_K + rank)
    return fused


def hybrid(lexical: Mapping[str, float], dense: Mapping[str, float]) -> dict[str, float]:
    """Score-aware fusion, 0 to 1."""
    fused: dict[str, float] = {}
    for leg in (lexical, dense):
        if not leg:
            continue
        high, low = max(leg.values()), min(leg.values())
        for key, score in leg.items():
            fused[key] = fused.get(key, 0.0) + 0.5 * ((score - low) / (high - low) if high > low else 1.0)
    return fused
