"""The vector store: a Chroma collection of the passages' vectors, derived from the catalogue.

Chroma is given vectors and ids, never text and never an embedding function. It is imported late: a base small enough
for an exact search answers without it.
"""

from __future__ import annotations

import ctypes
import platform
import warnings
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from domain.errors import BaseDamaged

COLLECTION = "passages"
HNSW: dict[str, Any] = {"space": "cosine", "ef_construction": 200, "max_neighbors": 32, "ef_search": 200}
"""Fixed at creation and asserted on opening: Chroma's own defaults (squared distance, 100/16/100) found 39 of 100 true
neighbours among 50,000 hard vectors."""
BATCH = 1000
"""Rows in one call; Chroma takes 5,461."""
M_PERTURB = -6
"""The name of the option in glibc's malloc.h."""


class Vectors:
    """One Chroma folder. Raises BaseDamaged when it was not made by us, or cannot be read."""

    def __init__(self, folder: Path) -> None:
        import chromadb
        from chromadb.config import Settings

        _overwrite_memory()
        folder.mkdir(parents=True, exist_ok=True)
        self._client: Any = chromadb.PersistentClient(path=str(folder), settings=Settings(anonymized_telemetry=False))
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)  # Chroma calls one without embedding legacy
                self._collection = self._open()
                found: dict[str, Any] = dict(self._collection.configuration["hnsw"] or {})
        except Exception as problem:  # Chroma raises whatever its Rust side raises
            self.close()
            raise BaseDamaged(f"{folder}: Chroma cannot open it ({problem}). Run `chordae kb rebuild`.") from problem
        wrong = {name: found.get(name) for name, value in HNSW.items() if found.get(name) != value}
        if wrong:
            self.close()
            raise BaseDamaged(f"{folder}: the collection was made with {wrong}. Run `chordae kb rebuild`.")

    def _open(self) -> Any:
        if COLLECTION in [collection.name for collection in self._client.list_collections()]:
            return self._client.get_collection(COLLECTION, embedding_function=None)
        return self._client.create_collection(COLLECTION, configuration={"hnsw": HNSW}, embedding_function=None)

    def close(self) -> None:
        """Let go of the folder; Chroma caches one client per folder otherwise, with what it saw first."""
        self._client.close()

    def append(self, passage_ids: Sequence[str], doc_ids: Sequence[str], matrix: NDArray[np.float32]) -> None:
        """Add vectors of length one, shape (n, dimension), in the order of the ids."""
        for at in range(0, len(passage_ids), BATCH):
            part = slice(at, at + BATCH)
            self._collection.upsert(
                ids=list(passage_ids[part]),
                embeddings=matrix[part],
                metadatas=[{"doc_id": doc_id} for doc_id in doc_ids[part]],
            )

    def delete(self, doc_ids: Sequence[str]) -> None:
        """Take away the vectors of these documents; ids that are not there do not matter."""
        for doc_id in doc_ids:
            self._collection.delete(where={"doc_id": doc_id})

    def ids(self) -> list[str]:
        """Every passage id in the store, sorted."""
        return sorted(self._collection.get(include=[])["ids"])

    def matrix(self, passage_ids: Sequence[str]) -> NDArray[np.float32]:
        """The stored vectors of these passages, shape (n, dimension), in the order of the ids; KeyError when absent."""
        found: dict[str, Any] = {}
        for at in range(0, len(passage_ids), BATCH):
            got = self._collection.get(ids=list(passage_ids[at : at + BATCH]), include=["embeddings"])
            found.update(zip(got["ids"], got["embeddings"], strict=True))
        return np.array([found[passage_id] for passage_id in passage_ids], np.float32)

    def search(
        self, vector: NDArray[np.float32], limit: int, doc_ids: Sequence[str] | None = None
    ) -> list[tuple[str, float]]:
        """Passage ids with their cosines, best first, at most `limit`: nearly always the true nearest.

        `doc_ids` narrows to those documents; none of them, no hit.
        """
        count = self._collection.count()
        if not count or limit < 1 or (doc_ids is not None and not doc_ids):
            return []
        where = None if doc_ids is None else {"doc_id": {"$in": list(doc_ids)}}
        got = self._collection.query(
            query_embeddings=[vector], n_results=min(limit, count), where=where, include=["distances"]
        )
        pairs = [(one, 1.0 - float(far)) for one, far in zip(got["ids"][0], got["distances"][0], strict=True)]
        return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))


@cache
def _overwrite_memory() -> None:
    """From now on memory is overwritten when it is given and when it is let go (glibc's M_PERTURB).

    Chroma writes its index with what stood in that memory before, also when it merely opens a small one: text that this
    process had read would be in `data_level0.bin` again after a purge (seen). Where there is no glibc nothing happens.
    """
    if platform.libc_ver()[0] == "glibc":
        ctypes.CDLL(None).mallopt(M_PERTURB, 0xA5)
