"""The base: one folder that holds documents, finds passages in them, and forgets when told.

`catalogue.db` is the truth; `lexical/` and `chroma/` are derived from it, each in a numbered folder that the catalogue
names; `files/` holds the originals. What an index holds beyond the catalogue is dropped from results, so a document is
found when its last row is committed and never after its first is gone.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from domain.document import Document
from domain.errors import BaseDamaged, BaseMissing, ModelMismatch, UnknownDocument
from domain.evidence import EvidenceRecord
from domain.hit import Hit
from domain.passage import Passage
from domain.reading import AddReport, AddStatus, ReadResult
from domain.settings import Settings
from kb.catalogue import FILE, Catalogue, read_passage
from kb.embed import Embedder, load_embedder, model_name
from kb.filters import Filter
from kb.lexical import Lexical
from kb.lock import writing
from kb.rerank import DEPTH, rerank
from kb.schema import SCHEMA
from kb.search import search
from kb.snapshot import Snapshot
from kb.sync import gone_from, is_gone, recognise
from kb.writer import FILES, Writer, embed

FLUSH = 100_000
"""Characters of passages that are embedded and written together, at least: some seconds of work, lost when interrupted.
Of short passages it takes more, for each writing costs a tenth of a second."""
READ_KEPT = 256
"""Documents whose passages stay in memory once they were read."""
LOOK_AGAIN = 5
"""How often a reader starts anew when a writer exchanges the indexes under its hands."""


class Base:
    """An open base; safe to share between threads. Made by `open_base`.

    `path` is the folder, `generation` counts the changes, `fingerprint` is a hash of the model and the documents held.
    """

    def __init__(self, path: Path, catalogue: Catalogue, model: str, reranker: str | None = None) -> None:
        self.path = path
        self._catalogue = catalogue
        self._model = model
        self._reranker = reranker
        self._guard = threading.RLock()
        self._current: Snapshot | None = None
        self._documents: dict[str, Document] = {}
        self._passages: dict[str, tuple[Passage, ...]] = {}
        self._questions: list[tuple[Passage, Document]] | None = None
        self._records: dict[str, EvidenceRecord | None] = {}
        self._of_record: dict[str, str] = {}

    # -- finding ---------------------------------------------------------------------------------------------------

    def search(
        self,
        query: str,
        *,
        k: int = 10,
        mode: str = "hybrid",
        kinds: Sequence[str] = (),
        since: int | None = None,
        topics: Sequence[str] = (),
        vector: NDArray[np.float32] | None = None,
    ) -> list[Hit]:
        """The `k` best passages for a question, best first, ranks 1..n.

        `vector` is the question's embedding where the caller has one; else it is made here.

        Where the user has chosen a reranker, it orders what "hybrid" finds. `mode` is "hybrid", "rrf", "lexical" or
        "dense". `kinds`, `since` (a year) and `topics` narrow the search to documents that match; when none does, there
        is no hit. The clinical questions of records are not among the hits. CallError names a mode or kind that does
        not exist.
        """
        chosen = Filter(kinds=tuple(kinds), since=since, topics=tuple(topics))
        snapshot = self._snapshot()
        allowed = snapshot.matching(chosen) if chosen else None
        reranker = self._reranker if mode == "hybrid" else None
        depth = max(k, DEPTH) if reranker else k
        embed = self.embedder.query if vector is None else lambda _: vector
        found = search(snapshot, query, embed, k=depth, mode=mode, doc_ids=allowed)
        documents = self._known({snapshot.document_of(one.passage_id) for one in found})
        hits: list[Hit] = []
        for one in found:
            document = documents.get(snapshot.document_of(one.passage_id))
            if document is None:  # removed since the snapshot was taken
                continue
            hits.append(
                Hit(
                    passage=read_passage(snapshot.data_of(one.passage_id), document),
                    document=document,
                    score=one.score,
                    rank=len(hits) + 1,
                    legs=one.legs,
                    lexical=one.lexical,
                    dense=one.dense,
                )
            )
        return rerank(query, hits, reranker)[:k] if reranker else hits

    def questions(
        self, vectors: Sequence[NDArray[np.float32]]
    ) -> tuple[list[tuple[Passage, Document]], NDArray[np.float32]]:
        """Every clinical question of the base's records with its record, and its greatest cosine to the vectors."""
        with self._guard:
            snapshot = self._snapshot()
            if self._questions is None:
                documents = self._known({snapshot.document_of(one) for one in snapshot.questions})
                of = [(one, documents.get(snapshot.document_of(one))) for one in snapshot.questions]
                if any(document is None for _, document in of):  # removed since the snapshot was taken
                    return [], np.zeros(0, np.float32)
                self._questions = [(read_passage(snapshot.data_of(one), d), d) for one, d in of if d is not None]
            return self._questions, snapshot.nearness(vectors)

    def vectors(self, passage_ids: Sequence[str]) -> NDArray[np.float32]:
        """The vectors of these passages, in their order: shape (n, d), unit length."""
        return self._catalogue.vectors(passage_ids)

    @property
    def snapshot(self) -> Snapshot:
        """What is held in memory for searching, of the newest generation."""
        return self._snapshot()

    @cached_property
    def embedder(self) -> Embedder:
        """The embedding model; ModelMismatch when its weights are not those that the base was built with."""
        embedder = load_embedder(self._model)
        held = self._catalogue.meta()
        if held["weights"] != embedder.fingerprint:
            raise ModelMismatch(
                f"{self.path}: built with other weights of {held['model']} ({held['weights'][:12]}…, "
                f"now {embedder.fingerprint[:12]}…). Run `chordae kb rebuild` to embed it anew."
            )
        return embedder

    # -- looking ---------------------------------------------------------------------------------------------------

    @property
    def generation(self) -> int:
        """How many changes the catalogue has seen; moves when another process writes, too."""
        return self._catalogue.generation()

    @property
    def fingerprint(self) -> str:
        """A hash of the model and of what is held: the same for the same content, however it came in."""
        return self._snapshot().fingerprint

    def documents(self) -> list[Document]:
        """Every document, in the order they came."""
        return list(self._catalogue.documents().values())

    def document(self, which: str) -> Document:
        """The document of a doc_id, a record's id or a path; UnknownDocument when there is none."""
        with self._guard:
            self._snapshot()
            known = self._of_record.get(which, which)
            if known in self._documents:
                return self._documents[known]
        doc_id = self._catalogue.resolve(which, os.path.abspath(which))
        document = None if doc_id is None else self._known({doc_id}).get(doc_id)
        if document is None:
            raise UnknownDocument(f"{which}: no such document in {self.path}. `chordae kb list` shows what there is.")
        if which == document.record:
            with self._guard:
                self._of_record[which] = document.doc_id
        return document

    def passages(self, doc_id: str) -> tuple[Passage, ...]:
        """The passages of a document in reading order; UnknownDocument when there is none."""
        document = self.document(doc_id)
        with self._guard:
            if document.doc_id not in self._passages:
                while len(self._passages) >= READ_KEPT:
                    self._passages.pop(next(iter(self._passages)))
                self._passages[document.doc_id] = self._catalogue.passages_of(document)
            return self._passages[document.doc_id]

    def record(self, record_id: str) -> EvidenceRecord | None:
        """The evidence record of that id; None when the base does not hold it."""
        with self._guard:
            self._snapshot()
            if record_id not in self._records:
                self._records[record_id] = next(iter(self._catalogue.records(record_id)), None)
            return self._records[record_id]

    def records(self) -> list[EvidenceRecord]:
        """Every evidence record, by id."""
        return self._catalogue.records()

    def path_of(self, doc_id: str) -> str:
        """The absolute path that a document was read from (the first by name, where it stands at several)."""
        return self._catalogue.paths_of(self.document(doc_id).doc_id)[0]

    def original(self, doc_id: str) -> Path | None:
        """The stored original of a document; None when no bytes came with it."""
        about = self._catalogue.about(self.document(doc_id).doc_id)
        return None if about is None or about.original is None else self.path / FILES / about.original

    def warnings_of(self, doc_id: str) -> tuple[str, ...]:
        """What the reader of the document warned about."""
        about = self._catalogue.about(self.document(doc_id).doc_id)
        return () if about is None else tuple(json.loads(about.warnings))

    # -- changing --------------------------------------------------------------------------------------------------

    def add(
        self, results: Iterable[ReadResult], progress: Callable[[AddReport], None] | None = None
    ) -> list[AddReport]:
        """Add what was read, in its order; reports come in that order, and to `progress` as soon as they are true.

        The bytes of a document that is here are "unchanged", wherever they stand, "moved" when the place they were
        known by is empty, "updated" when they are now said to be retracted or corrected; another content at a known
        path, or of a known evidence record, is "replaced". A result that is an error is "failed". Raises BaseBusy when
        another process is writing. When interrupted, what was reported stays.
        """
        reports: list[AddReport] = []

        def report(given: AddReport) -> None:
            reports.append(given)
            if progress is not None:
                progress(given)

        with self._writer() as writer:
            waiting: list[tuple[ReadResult, AddReport]] = []

            def flush() -> None:
                new = [result for result, given in waiting if given.status == "added"]
                replacing = writer.write(new, self.embedder) if new else set()
                for result, given in waiting:
                    report(replace(given, status="replaced") if result.path in replacing else given)
                waiting.clear()

            for result in results:
                document = result.document
                if document is None:
                    waiting.append((result, _report(result, "failed")))
                    continue
                if any(
                    result.path == other.path
                    or (other.document is not None and other.document.doc_id == document.doc_id)
                    for other, _ in waiting
                ):
                    flush()
                if self._catalogue.holds(document.doc_id):
                    status, moved_from = recognise(self._catalogue, result)
                    self._documents.pop(document.doc_id, None)
                    waiting.append((result, replace(self._known_report(result, status), moved_from=moved_from)))
                else:
                    waiting.append((result, _report(result, "failed" if result.held else "added")))
                new = [result for result, given in waiting if given.status == "added"]
                if sum(len(passage.text) for result in new for passage in result.passages) >= FLUSH:
                    flush()
            flush()
            writer.settle()
        return reports

    def gone(self, folders: Iterable[Path], *, remove: bool = False) -> list[AddReport]:
        """What was read in or below these folders and is no longer there, sorted by path, a report each.

        A document stays and is "gone", since the folder may only be out of reach; with `remove`, one that stands
        nowhere else is taken out, "removed". Raises BaseBusy when another process is writing.
        """
        missing = gone_from(self._catalogue, [folder.expanduser().absolute() for folder in folders])
        reports: list[AddReport] = []
        if not missing:
            return reports
        with self._writer() as writer:
            for path, doc_id in missing:
                document = self._catalogue.documents([doc_id]).get(doc_id)
                if document is None:  # taken out a moment ago, with another of its paths
                    continue
                held = self._known_report(ReadResult(path=path, document=document, held=True), "gone")
                elsewhere = [other for other in self._catalogue.paths_of(doc_id) if not is_gone(other)]
                if elsewhere:
                    self._catalogue.forget_path(path)
                    said = f"No file is there any more; the same document stands at {elsewhere[0]}."
                elif remove:
                    self._catalogue.remove(doc_id, purge=False)
                    self._documents.pop(doc_id, None)
                    held, said = replace(held, status="removed"), "No file is there any more; it is out of the base."
                else:
                    said = (
                        "No file is there any more; the document stays in the base and is cited as before. "
                        f"`chordae kb remove {doc_id}` takes it out, `chordae ingest --prune` all that are gone."
                    )
                reports.append(replace(held, warnings=(said,)))
            writer.settle()
        return reports

    def held(self, doc_id: str) -> Document | None:
        """The document of this id; None when the base does not hold it. For readers, who skip what is held."""
        return self._catalogue.documents([doc_id]).get(doc_id)

    def remove(self, which: str, *, purge: bool = False) -> Document:
        """Take a document out, by doc_id, record id or path; returns it. UnknownDocument when there is none.

        With `purge`, no byte of its text is left in the folder: saved values that rest on it go too.
        """
        with self._writer() as writer:
            document = self.document(which)
            self._catalogue.remove(document.doc_id, purge=purge)
            self._documents.pop(document.doc_id, None)
            writer.settle()
        return document

    def rebuild(self) -> None:
        """Build both indexes anew from the catalogue, without embedding again unless the model is another."""
        with self._writer() as writer:
            embedder = load_embedder(self._model)
            if self._catalogue.meta()["weights"] != embedder.fingerprint:
                self._embed_again(embedder)
            writer.settle(anew=True)
        self.__dict__.pop("embedder", None)

    def verify(self, *, repair: bool = False) -> list[str]:
        """What is not as it should be, as sentences; empty when the base is consistent.

        What a killed process left half done is finished first. With `repair`, vectors that are absent are made and
        indexes built anew, and what then remains is returned.
        """
        from kb.checkup import check_catalogue, check_indexes, check_vectors

        with self._writer() as writer:
            writer.settle()
            if repair:
                if check_vectors(self._catalogue):
                    self._embed_again(self.embedder)
                if check_indexes(self.path, self._catalogue):
                    writer.settle(anew=True)
                writer.sweep()
            return [
                *check_catalogue(self.path, self._catalogue),
                *check_vectors(self._catalogue),
                *check_indexes(self.path, self._catalogue),
            ]

    # -- shelves ---------------------------------------------------------------------------------------------------

    def save(self, shelf: str, name: str, value: Any, *, doc_ids: Sequence[str] = ()) -> None:
        """Keep a JSON value (an answer, a quiz set) under a name; `doc_ids` are the documents whose words it holds."""
        self._catalogue.save(shelf, name, value, doc_ids)

    def load(self, shelf: str, name: str) -> Any:
        """A kept value; None when there is none."""
        return self._catalogue.load(shelf, name)

    def saved(self, shelf: str) -> list[str]:
        """The names on a shelf, the earliest first."""
        return self._catalogue.saved(shelf)

    def rests_on(self, shelf: str, name: str) -> tuple[str, ...]:
        """The ids of the documents that a kept value rests on, whether they are still here or not."""
        return self._catalogue.saved_rests_on(shelf, name)

    def forget(self, shelf: str, name: str) -> None:
        """Drop a kept value; nothing happens when there is none."""
        self._catalogue.forget(shelf, name)

    def close(self) -> None:
        """Let go of the files; the base opens them again when it is used."""
        with self._guard:
            if self._current is not None:
                self._current.close()
            self._current = None
            self._catalogue.close()

    # --------------------------------------------------------------------------------------------------------------

    def _snapshot(self) -> Snapshot:
        with self._guard:
            if self._current is not None and self._current.generation == self._catalogue.generation():
                return self._current
            if self._current is not None:
                self._current.close()
                self._current = None
            self._documents.clear()
            self._passages.clear()
            self._questions = None
            self._records.clear()
            self._of_record.clear()
            for _ in range(LOOK_AGAIN):
                before = self._catalogue.meta()
                try:
                    self._current = Snapshot(self.path, self._catalogue)
                    return self._current
                except (BaseDamaged, ValueError, OSError) as problem:
                    failure = problem
                if self._catalogue.meta() == before:
                    break
            raise BaseDamaged(f"{self.path}: {failure} Run `chordae kb verify --repair`.") from failure

    def _known(self, doc_ids: set[str]) -> dict[str, Document]:
        with self._guard:
            lacking = [doc_id for doc_id in doc_ids if doc_id not in self._documents]
            if lacking:
                self._documents.update(self._catalogue.documents(lacking))
            return {doc_id: self._documents[doc_id] for doc_id in doc_ids if doc_id in self._documents}

    def _known_report(self, result: ReadResult, status: AddStatus) -> AddReport:
        """The report of a document that is here; what was not read again is said as it was said then."""
        report = _report(result, status)
        if not result.held or report.doc_id is None:
            return report
        about = self._catalogue.about(report.doc_id)
        warnings = () if about is None else tuple(json.loads(about.warnings))
        return replace(report, passages=self._catalogue.passage_count(report.doc_id), warnings=warnings)

    def _embed_again(self, embedder: Embedder) -> None:
        for document in self._catalogue.documents().values():
            passages = self._catalogue.passages_of(document)
            for matrix, title in embed([(document, passages)], embedder):
                passage_ids = [passage.passage_id for passage in passages]
                self._catalogue.replace_vectors(document.doc_id, passage_ids, matrix, title)
        self._catalogue.set_meta(model=embedder.model_id, **_weights(embedder))

    @contextmanager
    def _writer(self) -> Iterator[Writer]:
        with writing(self.path):
            writer = Writer(self.path, self._catalogue)
            try:
                writer.settle()
                yield writer
            finally:
                writer.close()


def default_folder() -> Path:
    """The folder of the base that needs no naming: in the user's data folder."""
    from platformdirs import user_data_path

    return user_data_path("chordae") / "base"


def open_base(path: Path | None, settings: Settings, *, create: bool = False, any_model: bool = False) -> Base:
    """Open the base in `path` (None: the default folder), making it first when `create` and there is none.

    Raises BaseMissing when there is none, BaseDamaged when the folder holds something else, and ModelMismatch when the
    base was built with another embedding model than `settings` asks for, unless `any_model` (which is for rebuilding
    it with that one).
    """
    folder = (path or default_folder()).expanduser().absolute()
    model = model_name(settings.embedding_model)
    if not (folder / FILE).is_file() and not create:
        raise BaseMissing(f"{folder}: there is no knowledge base here. `chordae ingest PATH --kb {folder}` makes one.")
    catalogue = Catalogue(folder / FILE)
    if create:
        _create(folder, catalogue, model)
    held = catalogue.meta()
    if not held:
        raise BaseMissing(f"{folder}: there is no knowledge base here. `chordae ingest PATH --kb {folder}` makes one.")
    if held["schema"] != str(SCHEMA):
        raise BaseDamaged(
            f"{folder}: the base has form {held['schema']}, this Chordae reads form {SCHEMA}. "
            "Ingest its sources into a new base."
        )
    if held["model"] != model and not any_model:
        raise ModelMismatch(
            f"{folder}: built with the embedding model {held['model']}, but {model} is asked for. "
            f"Set CHORDAE_MODEL={held['model']}, or run `chordae kb rebuild` with CHORDAE_MODEL={model}."
        )
    return Base(folder, catalogue, model, settings.reranker)


def _create(folder: Path, catalogue: Catalogue, model: str) -> None:
    if (folder / FILE).is_file() and catalogue.meta():
        return
    folder.mkdir(parents=True, exist_ok=True)
    with writing(folder):
        if (folder / FILE).is_file() and catalogue.meta():
            return
        embedder = load_embedder(model)
        Lexical(folder / "lexical" / "1", create=True)
        catalogue.create(
            {
                "schema": str(SCHEMA),
                "generation": "0",
                "model": model,
                **_weights(embedder),
                "lexical": "lexical/1",
                "chroma": "chroma/1",
                "purge": "0",
            }
        )


def _weights(embedder: Embedder) -> dict[str, str]:
    return {"weights": embedder.fingerprint, "graph": embedder.graph, "dimension": str(embedder.dimension)}


def _report(result: ReadResult, status: AddStatus) -> AddReport:
    document = result.document
    error = None if result.error is None else str(result.error)
    if document is not None and status == "failed":
        error = f"{result.path}: its document was removed while it was being read. Ingest it again."
    return AddReport(
        path=result.path,
        status=status,
        doc_id=None if document is None else document.doc_id,
        title=None if document is None else document.title,
        kind=None if document is None else document.kind,
        origin=None if document is None else document.origin,
        passages=len(result.passages),
        pages=0 if document is None else len(document.pages),
        warnings=result.warnings,
        error=error,
    )
