"""A snapshot: what a reader holds in memory of one generation of a base. It never changes; another replaces it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb.catalogue import Catalogue
from kb.filters import Filter
from kb.lexical import Lexical
from kb.vectors import Vectors

EXACT_LIMIT = 50_000
"""Passages up to which the dense leg is an exact product over all vectors (77 MB at 384 dimensions, some
milliseconds); above it, Chroma's HNSW is asked."""


class Snapshot:
    """One generation, ready to be searched.

    `generation` is the catalogue's, `fingerprint` a hash of the model and the documents held, `passage_ids` all of
    them in the order they came.
    """

    def __init__(self, folder: Path, catalogue: Catalogue, *, exact_limit: int = EXACT_LIMIT) -> None:
        look = catalogue.look(exact_limit)
        self.generation = int(look.meta["generation"])
        self.passage_ids = look.passage_ids
        self._facts = look.documents
        digest = hashlib.sha256(look.meta["weights"].encode())
        for doc_id in sorted(facts.doc_id for facts in look.documents):
            digest.update(doc_id.encode() + b"\0")
        self.fingerprint = digest.hexdigest()[:16]
        numbers = {facts.doc_id: number for number, facts in enumerate(look.documents)}
        self._document_of = np.array([numbers[doc_id] for doc_id in look.doc_ids], np.int64)
        self._numbers = numbers
        self._row = {passage_id: row for row, passage_id in enumerate(look.passage_ids)}
        self._matrix = look.matrix
        self._lexical = Lexical(folder / look.meta["lexical"])
        self._vectors = Vectors(folder / look.meta["chroma"]) if look.matrix is None else None
        self._catalogue = catalogue

    def close(self) -> None:
        """Let go of what is open."""
        if self._vectors is not None:
            self._vectors.close()

    def matching(self, chosen: Filter) -> list[str]:
        """The ids of the documents that pass the filter, sorted."""
        return sorted(facts.doc_id for facts in self._facts if chosen.passes(facts.kind, facts.year, facts.topics))

    def document_of(self, passage_id: str) -> str:
        """The id of the document that holds the passage."""
        number = int(self._document_of[self._row[passage_id]])
        return self._facts[number].doc_id

    def lexical_leg(self, query: str, limit: int, doc_ids: Sequence[str] | None = None) -> list[tuple[str, float]]:
        """Passage ids with BM25 scores, best first; what the catalogue does not hold is left out."""
        asked = limit
        while True:
            found = self._lexical.search(query, asked, doc_ids)
            kept = [pair for pair in found if pair[0] in self._row]
            if len(kept) >= limit or len(found) < asked:
                return kept[:limit]
            asked *= 2

    def dense_leg(
        self, vector: NDArray[np.float32], limit: int, doc_ids: Sequence[str] | None = None
    ) -> list[tuple[str, float]]:
        """Passage ids with cosines, best first: exact, or by Chroma in a large base."""
        if self._matrix is not None:
            scores = self._matrix @ vector
            rows = self._rows(doc_ids)
            if rows is not None:
                scores = scores[rows]
            best = np.argpartition(-scores, limit - 1)[:limit] if len(scores) > limit else np.arange(len(scores))
            at = best if rows is None else rows[best]
            pairs = [(self.passage_ids[row], float(scores[one])) for row, one in zip(at, best, strict=True)]
            return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))
        assert self._vectors is not None
        asked = limit
        while True:
            found = self._vectors.search(vector, asked, doc_ids)
            kept = [pair for pair in found if pair[0] in self._row]
            if len(kept) >= limit or len(found) < asked:
                return kept[:limit]
            asked *= 2

    def cosines(self, vector: NDArray[np.float32], passage_ids: Sequence[str]) -> dict[str, float]:
        """The exact cosines of these passages."""
        if self._matrix is None:
            matrix = self._catalogue.vectors(passage_ids)
        else:
            matrix = self._matrix[[self._row[passage_id] for passage_id in passage_ids]]
        return dict(zip(passage_ids, (matrix @ vector).tolist(), strict=True))

    def _rows(self, doc_ids: Iterable[str] | None) -> NDArray[np.int64] | None:
        if doc_ids is None:
            return None
        numbers = [self._numbers[doc_id] for doc_id in doc_ids if doc_id in self._numbers]
        return np.flatnonzero(np.isin(self._document_of, numbers))
