"""Reranking: the best hits of a search, put in the order that a cross-encoder of the user's gives them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from domain.errors import WeightsError
from domain.hit import Hit
from kb.pairs import pair_scores

DEPTH = 50
"""How many of the best hits the cross-encoder reads; the price of a question grows with it."""


def rerank(query: str, hits: Sequence[Hit], model: str) -> list[Hit]:
    """The same hits, the first DEPTH of them in the order of the cross-encoder, ties by earlier rank; ranks 1..n.

    A cross-encoder's scores are of any sign and scale, and not comparable with a search's: the scores that the hits
    came with stay, dealt out anew in the new order. Raises WeightsError, naming the setting, when the model is not on
    this machine or gives more than one score for a pair.
    """
    first, rest = hits[:DEPTH], hits[DEPTH:]
    try:
        scores = pair_scores(model, [(query, read(hit)) for hit in first])
    except WeightsError as error:
        raise WeightsError(f"CHORDAE_RERANKER={error}") from error
    if scores.ndim != 1:
        raise WeightsError(
            f"CHORDAE_RERANKER={model}: it gives {scores.shape[1]} scores for a pair, and a reranker gives one. "
            "Give a cross-encoder that was trained to rank, or unset CHORDAE_RERANKER."
        )
    order = sorted(range(len(first)), key=lambda at: (-scores[at], first[at].rank))
    ordered = [*(first[at] for at in order), *rest]
    return [
        replace(hit, score=held.score, rank=rank)
        for rank, (hit, held) in enumerate(zip(ordered, hits, strict=True), start=1)
    ]


def read(hit: Hit) -> str:
    """What the cross-encoder reads of a hit: its title, where it has one, and its text."""
    return f"{hit.document.title}. {hit.passage.text}" if hit.document.title else hit.passage.text
