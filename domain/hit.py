"""A hit: one passage found by a search."""

from __future__ import annotations

from dataclasses import dataclass

from domain.document import Document
from domain.passage import Passage


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A passage with its document, its score (higher is better, comparable within one search) and its rank, 1..n.

    `legs` names which searches found it, "lexical", "dense" or both. `lexical` and `dense` are the leg's own scores
    (BM25; cosine, -1..1), None where that leg did not find it.
    """

    passage: Passage
    document: Document
    score: float
    rank: int
    legs: tuple[str, ...] = ()
    lexical: float | None = None
    dense: float | None = None
