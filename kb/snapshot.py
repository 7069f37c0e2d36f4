"""A snapshot: what a reader holds in memory of one generation of a base. It never changes; another replaces it."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from domain.passage import UNSEARCHED
from kb.catalogue import Catalogue
from kb.filters import Filter
from kb.lexical import Lexical
from kb.vectors import Vectors

TITLE_WEIGHT = 0.2
"""Weight of the title's cosine beside the passage's, in a base where every passage has a title of its own."""
EXACT_LIMIT = 50_000
"""Passages up to which the dense leg is an exact product over all vectors (77 MB at 384 dimensions, some
milliseconds); above it, Chroma's HNSW is asked."""


class Snapshot:
    """One generation, ready to be searched.

    `generation` is the catalogue's, `fingerprint` a hash of the model and the documents held, `passage_ids` all of
    them in the order they came, `questions` those of the records' clinical questions, which are no passages to find.
    """

    def __init__(self, folder: Path, catalogue: Catalogue, *, exact_limit: int = EXACT_LIMIT) -> None:
        look = catalogue.look(exact_limit)
        self.generation = int(look.meta["generation"])
        self.passage_ids = look.passage_ids
        self._facts = look.documents
        self._data = look.data
        digest = hashlib.sha256(look.meta["weights"].encode())
        for doc_id in sorted(facts.doc_id for facts in look.documents):
            digest.update(doc_id.encode() + b"\0")
        self.fingerprint = digest.hexdigest()[:16]
        numbers = {facts.doc_id: number for number, facts in enumerate(look.documents)}
        self._document_of = np.array([numbers[doc_id] for doc_id in look.doc_ids], np.int64)
        self._numbers = numbers
        self._row = {passage_id: row for row, passage_id in enumerate(look.passage_ids)}
        self._matrix = look.matrix
        roles = [_unsearched(data) for data in look.data]
        self.questions = [one for one, role in zip(look.passage_ids, roles, strict=True) if role == "question"]
        self._searched = np.array([not role for role in roles], bool)
        self._asks = np.array([role == "question" for role in roles], bool)
        numbers_of = self._document_of[self._searched]
        titled = [look.documents[number].title for number in numbers_of if look.documents[number].title.strip()]
        self._passages_per_title = len(titled) / len(set(titled)) if titled else 1.0
        self._weighed_titles = look.titles * np.float32(TITLE_WEIGHT / math.sqrt(self._passages_per_title))
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

    def data_of(self, passage_id: str) -> str:
        """The stored form of the passage, for `read_passage`."""
        return self._data[self._row[passage_id]]

    def count(self, doc_ids: Sequence[str] | None = None) -> int:
        """How many passages there are to be found, in these documents or in all."""
        rows = self._rows(doc_ids)
        return len(self.passage_ids) if rows is None else len(rows)

    def lexical_leg(
        self, query: str, limit: int, doc_ids: Sequence[str] | None = None, *, plain: bool = True
    ) -> list[tuple[str, float]]:
        """Passage ids with BM25 scores, best first; what the catalogue does not hold is left out.

        Unless `plain`, pairs of words and titles count, too.
        """
        shared = None if plain else self._passages_per_title
        return self._known(lambda asked: self._lexical.search(query, asked, doc_ids, passages_per_title=shared), limit)

    def dense_leg(
        self, vector: NDArray[np.float32], limit: int, doc_ids: Sequence[str] | None = None, *, plain: bool = True
    ) -> list[tuple[str, float]]:
        """Passage ids with cosines, best first: exact, or the nearest by Chroma in a large base.

        Unless `plain`, the cosine of the title is added with its weight.
        """
        if self._matrix is None:
            store = self._vectors
            assert store is not None
            found = self._known(lambda asked: store.search(vector, asked, doc_ids), limit)
            ids = [passage_id for passage_id, _ in found]
            pairs = found if plain else list(self.cosines(vector, ids, plain=False).items())
        else:
            rows = self._rows(doc_ids)
            scores = np.vecdot(self._matrix if plain else self._titled, vector)  # one thread: BLAS wakes all for 8 ms
            if rows is not None:
                scores = scores[rows]
            best = np.argpartition(-scores, limit - 1)[:limit] if len(scores) > limit else np.arange(len(scores))
            at = best if rows is None else rows[best]
            pairs = [(self.passage_ids[row], float(scores[one])) for row, one in zip(at, best, strict=True)]
        return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))

    def cosines(
        self, vector: NDArray[np.float32], passage_ids: Sequence[str], *, plain: bool = True
    ) -> dict[str, float]:
        """The exact cosines of these passages; unless `plain`, with the title's part."""
        if not passage_ids:
            return {}
        rows = [self._row[passage_id] for passage_id in passage_ids]
        if self._matrix is None:
            matrix = self._catalogue.vectors(passage_ids)
            matrix = matrix if plain else matrix + self._title_part(self._document_of[rows])
        else:
            matrix = (self._matrix if plain else self._titled)[rows]
        return dict(zip(passage_ids, np.vecdot(matrix, vector).tolist(), strict=True))

    def nearness(self, vectors: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
        """The greatest cosine of each clinical question to one of the vectors."""
        if not self.questions or not vectors:
            return np.zeros(len(self.questions), np.float32)
        nearest: NDArray[np.float32] = np.max([np.vecdot(self._asked, vector) for vector in vectors], axis=0)
        return nearest

    @cached_property
    def _asked(self) -> NDArray[np.float32]:
        """The vectors of the clinical questions, in their order."""
        return self._catalogue.vectors(self.questions) if self._matrix is None else self._matrix[self._asks]

    @cached_property
    def _titled(self) -> NDArray[np.float32]:
        """All vectors with their title's part added, so that one product gives both cosines, weighed."""
        assert self._matrix is not None
        return self._matrix + self._title_part(self._document_of)

    def _title_part(self, documents: NDArray[np.int64]) -> NDArray[np.float32]:
        part: NDArray[np.float32] = self._weighed_titles[documents]
        return part

    def _known(self, ask: Callable[[int], list[tuple[str, float]]], limit: int) -> list[tuple[str, float]]:
        asked = limit
        while True:
            found = ask(asked)
            kept = [pair for pair in found if pair[0] in self._row and self._searched[self._row[pair[0]]]]
            if len(kept) >= limit or len(found) < asked:
                return kept[:limit]
            asked *= 2

    def _rows(self, doc_ids: Iterable[str] | None) -> NDArray[np.int64] | None:
        """Where what may be found stands, in these documents or in all; None for every row."""
        if doc_ids is None:
            return None if self._searched.all() else np.flatnonzero(self._searched)
        numbers = [self._numbers[doc_id] for doc_id in doc_ids if doc_id in self._numbers]
        return np.flatnonzero(np.isin(self._document_of, numbers) & self._searched)


def _unsearched(data: str) -> str:
    """The role of a stored passage that no search finds; empty for any other."""
    if not any(f'"{role}"' in data for role in UNSEARCHED):
        return ""
    role = str(json.loads(data).get("role"))
    return role if role in UNSEARCHED else ""
