"""The writer: everything that changes a base. Its methods expect the lock to be held.

The order is what keeps a base whole when the process dies anywhere: note what is about to come (`pending`), fill the
indexes, commit the catalogue; or commit the catalogue first and take leave of the indexes after. So the indexes always
hold at least what the catalogue holds, and `settle` brings them down to it.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from domain.document import Document
from domain.errors import BaseBusy
from domain.passage import Passage
from domain.reading import ReadResult
from kb.catalogue import Catalogue, Entry
from kb.clean_build import fill, fill_apart
from kb.embed import Embedder
from kb.lexical import Lexical, in_context
from kb.vectors import Vectors

if TYPE_CHECKING:
    from numpy.typing import NDArray

FILES = "files"
READ_AT_ONCE = 50
"""Documents held in memory while an index is built."""
COMPACT_SECONDS = 20.0
"""How long a purge waits for readers to let go of the catalogue's log."""


class Writer:
    """One session of writing to the base in `folder`."""

    def __init__(self, folder: Path, catalogue: Catalogue) -> None:
        self._folder = folder
        self._catalogue = catalogue
        self._lexical: Lexical | None = None
        self._vectors: Vectors | None = None

    def close(self) -> None:
        """Let go of the indexes."""
        if self._vectors is not None:
            self._vectors.close()
        self._vectors = self._lexical = None

    def write(self, results: Sequence[ReadResult], embedder: Embedder) -> set[str]:
        """Add documents that are not in the base; returns the paths whose documents they replaced."""
        given = [(result, result.document) for result in results if result.document is not None]
        entries = [
            self._entry(result, document, matrix, title)
            for (result, document), (matrix, title) in zip(
                given, embed([(document, result.passages) for result, document in given], embedder), strict=True
            )
        ]
        self._catalogue.expect([entry.document.doc_id for entry in entries])
        self.lexical.append([(entry.document, entry.passages) for entry in entries])
        passages = [passage for entry in entries for passage in entry.passages]
        found = [row for row, passage in enumerate(passages) if passage.is_searched]
        self.vectors.append(
            [passages[row].passage_id for row in found],
            [passages[row].doc_id for row in found],
            np.concatenate([entry.vectors for entry in entries])[found],
        )
        return set(self._catalogue.write(entries))

    def settle(self, *, anew: bool = False) -> None:
        """Bring the indexes down to what the catalogue holds; `anew` builds both from it in new folders.

        Finishes what an earlier process left when it died, a purge included.
        """
        held = self._catalogue.meta()
        purge = held["purge"] == "1"
        stale = self._catalogue.stale()
        if not stale and not purge and not anew:
            return
        changed = {"lexical": self._build_lexical(_next(held["lexical"]))}
        if purge or anew:
            changed["chroma"] = self._build_vectors(_next(held["chroma"]), apart=purge)
        else:
            self.vectors.delete(stale)
        self._catalogue.settled(**changed)
        self.close()
        self.sweep()
        if stale or purge:
            self._compact(must=purge)
        if purge:
            self._catalogue.set_meta(purge="0")

    def sweep(self) -> None:
        """Delete folders and originals that the catalogue does not name."""
        held = self._catalogue.meta()
        for index in ("lexical", "chroma"):
            for child in sorted((self._folder / index).glob("*")):
                if child != self._folder / held[index]:
                    shutil.rmtree(child, ignore_errors=True)
        originals = self._catalogue.originals()
        for child in sorted((self._folder / FILES).glob("*")):
            if child.name not in originals:
                child.unlink() if child.is_file() else shutil.rmtree(child)

    @property
    def lexical(self) -> Lexical:
        """The lexical index that the catalogue names."""
        if self._lexical is None:
            self._lexical = Lexical(self._folder / self._catalogue.meta()["lexical"])
        return self._lexical

    @property
    def vectors(self) -> Vectors:
        """The vector store that the catalogue names."""
        if self._vectors is None:
            self._vectors = Vectors(self._folder / self._catalogue.meta()["chroma"])
        return self._vectors

    def _build_lexical(self, name: str) -> str:
        index = Lexical(_fresh(self._folder / name), create=True)
        doc_ids = self._catalogue.doc_ids()
        if not doc_ids:
            index.append([])
        for at in range(0, len(doc_ids), READ_AT_ONCE):
            documents = self._catalogue.documents(doc_ids[at : at + READ_AT_ONCE]).values()
            index.append([(document, self._catalogue.passages_of(document)) for document in documents])
        return name

    def _build_vectors(self, name: str, *, apart: bool) -> str:
        if self._vectors is not None:
            self._vectors.close()
            self._vectors = None
        folder = _fresh(self._folder / name)
        if apart:
            fill_apart(self._folder, name)
        else:
            fill(self._catalogue, folder)
        return name

    def _entry(
        self, result: ReadResult, document: Document, matrix: NDArray[np.float32], title: NDArray[np.float32]
    ) -> Entry:
        original = digest = None
        if result.data:
            original = f"{re.sub(r'[^A-Za-z0-9_-]', '_', document.doc_id)}{Path(result.path).suffix.lower()}"
            digest = hashlib.sha256(result.data).hexdigest()
            target = self._folder / FILES / original
            target.parent.mkdir(exist_ok=True)
            part = target.with_name(f"{target.name}.part")
            part.write_bytes(result.data)
            os.replace(part, target)
        return Entry(
            document=document,
            passages=result.passages,
            vectors=matrix,
            title_vector=title,
            path=result.path,
            record=result.record,
            warnings=result.warnings,
            original=original,
            source_sha256=digest,
        )

    def _compact(self, *, must: bool) -> None:
        deadline = time.monotonic() + (COMPACT_SECONDS if must else 0.0)
        while not self._catalogue.compact(anew=must):
            if time.monotonic() >= deadline:
                if must:
                    raise BaseBusy(
                        f"{self._folder}: the document is removed, but a reader holds the catalogue's log, so "
                        "its text may still be on the disk. Close the others, then run `chordae kb verify`."
                    )
                return
            time.sleep(0.1)


def embed(
    documents: Sequence[tuple[Document, Sequence[Passage]]], embedder: Embedder
) -> Iterator[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """For each document the vectors of its passages, shape (n, dimension), and of its title, zero where it has none.

    A passage that tells again what others tell alone has the direction of their sum; the model does not read it.
    """
    parts = {passage.passage_id: _parts(passage, passages) for _, passages in documents for passage in passages}
    texts = {
        passage.passage_id: in_context(passage, document, alone=len(passages) == 1)
        for document, passages in documents
        for passage in passages
        if not parts[passage.passage_id]
    }
    titles = [document.title for document, _ in documents if document.title.strip()]
    distinct = list(dict.fromkeys([*titles, *texts.values()]))
    vectors = dict(zip(distinct, embedder.passages(distinct), strict=True))
    none = np.zeros(embedder.dimension, np.float32)
    for document, passages in documents:
        rows = {one.passage_id: vectors[texts[one.passage_id]] for one in passages if one.passage_id in texts}
        for passage in passages:
            if parts[passage.passage_id]:
                whole = np.sum([rows[part] for part in parts[passage.passage_id]], axis=0)
                rows[passage.passage_id] = whole / np.linalg.norm(whole)
        found = [rows[passage.passage_id] for passage in passages]
        yield np.array(found, np.float32).reshape(-1, embedder.dimension), vectors.get(document.title, none)


def _parts(passage: Passage, passages: Sequence[Passage]) -> list[str]:
    """The passages of the document that tell alone what this one tells together, by id; none for any other passage."""
    if passage.role == "question" or not passage.facts:
        return []
    return [one.passage_id for one in passages if not one.facts and one.fact in passage.facts]


def _next(name: str) -> str:
    index, number = name.split("/")
    return f"{index}/{int(number) + 1}"


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    return folder
