"""The catalogue: what the base holds, in one SQLite file. It is the truth; every index is derived from it.

A document, its passages, their vectors and its evidence record enter in one transaction and leave in one: nobody sees
a part. `generation` goes up with every change of what can be found, so that readers know when to look again.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Column, Connection, create_engine, delete, event, func, insert, select, text, update
from sqlalchemy.exc import DatabaseError, OperationalError

from domain.document import Document
from domain.errors import BaseBusy, BaseDamaged
from domain.evidence import EvidenceRecord
from domain.passage import UNSEARCHED, Passage
from kb.codec import decode, encode
from kb.schema import documents, meta, metadata, passages, paths, pending, records, saved, saved_documents

FILE = "catalogue.db"
BUSY_SECONDS = 30
MAX_VARIABLES = 500
"""Values in one IN list; SQLite takes 32,766, other databases fewer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A document ready to be written: what was read, its passages' vectors, shape (n, dimension), and its place.

    `title_vector` has shape (dimension,), all zero where there is no title.
    `original` is the file's name in the folder of originals, None where no bytes came with it.
    """

    document: Document
    passages: tuple[Passage, ...]
    vectors: NDArray[np.float32]
    title_vector: NDArray[np.float32]
    path: str
    record: EvidenceRecord | None
    warnings: tuple[str, ...]
    original: str | None
    source_sha256: str | None


class Facts(NamedTuple):
    """What a filter asks of a document, and whether it has a title."""

    doc_id: str
    kind: str
    year: int | None
    topics: tuple[str, ...]
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One generation as the searches need it.

    `passage_ids`, `doc_ids`, `data` (for `read_passage`) and the rows of `matrix` stand side by side.

    The rows of `titles` are the documents' title vectors.
    """

    meta: dict[str, str]
    documents: tuple[Facts, ...]
    passage_ids: tuple[str, ...]
    doc_ids: tuple[str, ...]
    titles: NDArray[np.float32]
    matrix: NDArray[np.float32] | None
    data: tuple[str, ...]


class Catalogue:
    """One catalogue file; every method is one transaction. Raises BaseDamaged when the file is no catalogue."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._engine = create_engine(f"sqlite:///{file}", connect_args={"timeout": BUSY_SECONDS})
        event.listen(self._engine, "connect", _prepare)
        event.listen(self._engine, "begin", _begin)
        self._writer = self._engine.execution_options(writes=True)

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    @contextmanager
    def _connect(self, *, write: bool = False) -> Iterator[Connection]:
        try:
            with (self._writer if write else self._engine).begin() as connection:
                yield connection
        except DatabaseError as problem:
            if isinstance(problem, OperationalError) and "locked" in str(problem.orig):
                raise BaseBusy(
                    f"{self.file}: another process holds it. Wait until it is done, then try again."
                ) from problem
            raise BaseDamaged(
                f"{self.file}: the catalogue cannot be read or written ({problem.orig}). "
                "Run `chordae kb verify` on a copy of the folder, or ingest the sources into a new base."
            ) from problem

    # -- the base itself -------------------------------------------------------------------------------------------

    def create(self, values: dict[str, str]) -> None:
        """Make the tables and the first entries of `meta`, in one transaction."""
        with self._connect(write=True) as connection:
            metadata.create_all(connection)
            connection.execute(insert(meta), [{"key": key, "value": value} for key, value in values.items()])

    def meta(self) -> dict[str, str]:
        """Everything the base remembers about itself; empty when it was never finished being made."""
        with self._connect() as connection:
            if not connection.dialect.has_table(connection, "meta"):
                return {}
            return {row.key: row.value for row in connection.execute(select(meta))}

    def set_meta(self, **values: str) -> None:
        """Set entries and count the generation up."""
        with self._connect(write=True) as connection:
            _set_meta(connection, values)
            _bump(connection)

    def generation(self) -> int:
        """The number of changes so far."""
        try:  # asked some twenty times a question: by the driver alone, ten times as fast
            with closing(self._engine.raw_connection()) as driver, closing(driver.cursor()) as cursor:
                return int(cursor.execute("SELECT value FROM meta WHERE key = 'generation'").fetchone()[0])
        except (sqlite3.Error, DatabaseError, TypeError):  # said in our words below
            with self._connect() as connection:
                return int(connection.execute(select(meta.c.value).where(meta.c.key == "generation")).scalar_one())

    # -- documents -------------------------------------------------------------------------------------------------

    def write(self, entries: Sequence[Entry]) -> list[str]:
        """Add the entries and take away what they replace, all visible at once; returns the paths that replaced.

        What stood at an entry's path and stands nowhere else goes; so does an earlier document of the same record.
        """
        gone: list[str] = []
        replacing: list[str] = []
        with self._connect(write=True) as connection:
            for entry in entries:
                before = connection.execute(select(paths.c.doc_id).where(paths.c.path == entry.path)).scalar()
                same = _same_record(connection, entry.document)
                _insert(connection, entry)
                gone += [*same, *_point(connection, entry.path, before, entry.document.doc_id)]
                if before is not None or same:
                    replacing.append(entry.path)
            connection.execute(delete(pending).where(pending.c.doc_id.in_([e.document.doc_id for e in entries])))
            _mark(connection, gone)
            _bump(connection)
        return replacing

    def repoint(self, path: str, doc_id: str) -> bool:
        """Say that `path` now holds the known document `doc_id`; whether it held another before."""
        with self._connect(write=True) as connection:
            before = connection.execute(select(paths.c.doc_id).where(paths.c.path == path)).scalar()
            if before == doc_id:
                return False
            gone = _point(connection, path, before, doc_id)
            _mark(connection, gone)
            if gone:
                _bump(connection)
        return before is not None

    def below(self, folder: str) -> list[tuple[str, str]]:
        """Path and doc_id of all that is known in or below an absolute folder, sorted by path."""
        inside = folder.rstrip("/\\")
        with self._connect() as connection:
            rows = connection.execute(select(paths.c.path, paths.c.doc_id).order_by(paths.c.path)).all()
        return [(row.path, row.doc_id) for row in rows if row.path.startswith((f"{inside}/", f"{inside}\\"))]

    def forget_path(self, path: str) -> None:
        """Say that a document no longer stands at `path`; for one of several paths, since each document has one."""
        with self._connect(write=True) as connection:
            connection.execute(delete(paths).where(paths.c.path == path))

    def passage_count(self, doc_id: str) -> int:
        """How many passages a document has."""
        with self._connect() as connection:
            statement = select(func.count()).select_from(passages).where(passages.c.doc_id == doc_id)
            return int(connection.execute(statement).scalar_one())

    def restate(self, document: Document) -> None:
        """Keep the retraction that `document` states in place of the one that was known; its text stays."""
        with self._connect(write=True) as connection:
            row = connection.execute(select(documents.c.data).where(documents.c.doc_id == document.doc_id)).scalar_one()
            data = json.dumps({**json.loads(row), "retraction": document.retraction}, ensure_ascii=False)
            connection.execute(update(documents).where(documents.c.doc_id == document.doc_id).values(data=data))
            _bump(connection)

    def remove(self, doc_id: str, *, purge: bool) -> None:
        """Take a document away; with `purge`, also every saved value that rests on it, and note that more is to go."""
        with self._connect(write=True) as connection:
            if purge:
                resting = select(saved_documents.c.number).where(saved_documents.c.doc_id == doc_id)
                connection.execute(delete(saved).where(saved.c.number.in_(resting)))
                _set_meta(connection, {"purge": "1"})
            connection.execute(delete(documents).where(documents.c.doc_id == doc_id))
            _mark(connection, [doc_id])
            _bump(connection)

    def expect(self, doc_ids: Sequence[str]) -> None:
        """Note that the indexes are about to hold these documents, before the catalogue does."""
        with self._connect(write=True) as connection:
            _mark(connection, doc_ids)

    def stale(self) -> list[str]:
        """Ids whose rows the indexes may hold although the catalogue does not have them."""
        with self._connect() as connection:
            known = select(documents.c.doc_id)
            return list(
                connection.execute(
                    select(pending.c.doc_id).where(pending.c.doc_id.not_in(known)).order_by(pending.c.doc_id)
                ).scalars()
            )

    def settled(self, **values: str) -> None:
        """The indexes hold what the catalogue holds: forget what was pending, and let readers know."""
        with self._connect(write=True) as connection:
            connection.execute(delete(pending))
            _set_meta(connection, values)
            _bump(connection)

    def resolve(self, which: str, path: str) -> str | None:
        """The doc_id of a doc_id, a record's id or an absolute `path`; None when there is none."""
        with self._connect() as connection:
            for statement in (
                select(documents.c.doc_id).where(documents.c.doc_id == which),
                select(documents.c.doc_id).where(documents.c.record == which).order_by(documents.c.number),
                select(paths.c.doc_id).where(paths.c.path == path),
            ):
                found = connection.execute(statement).scalars().first()
                if found is not None:
                    return str(found)
        return None

    def holds(self, doc_id: str) -> bool:
        """Whether this document is here."""
        with self._connect() as connection:
            return (
                connection.execute(select(documents.c.number).where(documents.c.doc_id == doc_id)).first() is not None
            )

    def doc_ids(self) -> list[str]:
        """The ids of all documents, in the order they came."""
        with self._connect() as connection:
            return list(connection.execute(select(documents.c.doc_id).order_by(documents.c.number)).scalars())

    def passage_ids(self, *, searched: bool = False) -> dict[str, list[str]]:
        """The ids of all passages by document, in the order they came; a document without passages has none.

        With `searched`, those that a search may find.
        """
        found: dict[str, list[str]] = {doc_id: [] for doc_id in self.doc_ids()}
        statement = select(passages.c.doc_id, passages.c.passage_id).order_by(passages.c.row)
        if searched:
            role = func.coalesce(func.json_extract(passages.c.data, "$.role"), "")
            statement = statement.where(role.not_in(UNSEARCHED))
        with self._connect() as connection:
            for row in connection.execute(statement):
                found.setdefault(row.doc_id, []).append(row.passage_id)
        return found

    def originals(self) -> set[str]:
        """The names of the stored originals."""
        with self._connect() as connection:
            statement = select(documents.c.original).where(documents.c.original.is_not(None))
            return {str(name) for name in connection.execute(statement).scalars()}

    def documents(self, doc_ids: Iterable[str] | None = None) -> dict[str, Document]:
        """Documents by id, in the order they came; all of them, or those of `doc_ids` that are there."""
        statement = select(documents.c.data, documents.c.text).order_by(documents.c.number)
        with self._connect() as connection:
            if doc_ids is None:
                rows = connection.execute(statement).all()
            else:
                rows = [
                    row
                    for part in _parts(sorted(set(doc_ids)))
                    for row in connection.execute(statement.where(documents.c.doc_id.in_(part)))
                ]
        found = (decode(Document, {**json.loads(row.data), "text": row.text}) for row in rows)
        return {document.doc_id: document for document in found}

    def about(self, doc_id: str) -> Any:
        """The row of one document with `warnings`, `original` and `source_sha256`; None when there is none."""
        columns = (documents.c.warnings, documents.c.original, documents.c.source_sha256)
        with self._connect() as connection:
            return connection.execute(select(*columns).where(documents.c.doc_id == doc_id)).first()

    def paths_of(self, doc_id: str) -> list[str]:
        """The absolute paths at which this document stands, sorted."""
        with self._connect() as connection:
            statement = select(paths.c.path).where(paths.c.doc_id == doc_id).order_by(paths.c.path)
            return list(connection.execute(statement).scalars())

    def passages_of(self, document: Document) -> tuple[Passage, ...]:
        """The document's passages in reading order."""
        statement = select(passages.c.data).where(passages.c.doc_id == document.doc_id).order_by(passages.c.row)
        with self._connect() as connection:
            return tuple(read_passage(data, document) for data in connection.execute(statement).scalars())

    def records(self, record_id: str | None = None) -> list[EvidenceRecord]:
        """The evidence records by id, all or the one; a record that is not there gives an empty list."""
        statement = select(records.c.data).order_by(records.c.record_id)
        if record_id is not None:
            statement = statement.where(records.c.record_id == record_id)
        with self._connect() as connection:
            return [decode(EvidenceRecord, json.loads(data)) for data in connection.execute(statement).scalars()]

    # -- what searching needs --------------------------------------------------------------------------------------

    def look(self, with_vectors_up_to: int) -> Look:
        """One consistent look at everything that searching needs; no matrix when there are more passages than that."""
        with self._connect() as connection:
            columns: list[Column[Any]] = [documents.c.doc_id, documents.c.kind, documents.c.year, documents.c.topics]
            columns += [documents.c.title, documents.c.title_vector]
            facts = connection.execute(select(*columns).order_by(documents.c.number)).all()
            held = {row.key: row.value for row in connection.execute(select(meta))}
            count = connection.execute(select(func.count()).select_from(passages)).scalar_one()
            columns = [passages.c.passage_id, passages.c.doc_id, passages.c.data]
            if count <= with_vectors_up_to:
                columns.append(passages.c.vector)
            statement = select(*columns).order_by(passages.c.row)
            rows = connection.execute(statement).all()
        shape = (-1, int(held["dimension"]))
        matrix = None
        if count <= with_vectors_up_to:
            matrix = np.frombuffer(b"".join(row.vector for row in rows), "<f4").reshape(shape)
        return Look(
            meta=held,
            documents=tuple(
                Facts(row.doc_id, row.kind, row.year, tuple(json.loads(row.topics)), row.title) for row in facts
            ),
            titles=np.frombuffer(b"".join(row.title_vector for row in facts), "<f4").reshape(shape),
            passage_ids=tuple(row.passage_id for row in rows),
            doc_ids=tuple(row.doc_id for row in rows),
            matrix=matrix,
            data=tuple(row.data for row in rows),
        )

    def vectors(self, passage_ids: Sequence[str]) -> NDArray[np.float32]:
        """The vectors of these passages, shape (n, dimension), in the order of the ids; KeyError when one is absent."""
        found: dict[str, bytes] = {}
        with self._connect() as connection:
            for part in _parts(passage_ids):
                statement = select(passages.c.passage_id, passages.c.vector).where(passages.c.passage_id.in_(part))
                rows = connection.execute(statement)
                found.update((row.passage_id, row.vector) for row in rows)
        return np.array([np.frombuffer(found[passage_id], "<f4") for passage_id in passage_ids], np.float32)

    def replace_vectors(
        self, doc_id: str, passage_ids: Sequence[str], matrix: NDArray[np.float32], title: NDArray[np.float32]
    ) -> None:
        """Set the vectors of a document's passages and of its title."""
        with self._connect(write=True) as connection:
            document = update(documents).where(documents.c.doc_id == doc_id)
            connection.execute(document.values(title_vector=_bytes(title)))
            for passage_id, vector in zip(passage_ids, matrix, strict=True):
                statement = update(passages).where(passages.c.passage_id == passage_id)
                connection.execute(statement.values(vector=_bytes(vector)))

    # -- shelves ---------------------------------------------------------------------------------------------------

    def save(self, shelf: str, name: str, value: Any, doc_ids: Iterable[str]) -> None:
        """Put a JSON value on a shelf under a name, in place of an earlier one."""
        with self._connect(write=True) as connection:
            connection.execute(delete(saved).where(saved.c.shelf == shelf, saved.c.name == name))
            row = {"shelf": shelf, "name": name, "value": json.dumps(value, ensure_ascii=False)}
            key = connection.execute(insert(saved).values(**row)).inserted_primary_key
            assert key is not None
            resting = [{"number": key[0], "doc_id": doc_id} for doc_id in sorted(set(doc_ids))]
            if resting:
                connection.execute(insert(saved_documents), resting)

    def load(self, shelf: str, name: str) -> Any:
        """The value on a shelf; None when there is none of that name."""
        with self._connect() as connection:
            found = connection.execute(select(saved.c.value).where(saved.c.shelf == shelf, saved.c.name == name))
            value = found.scalar()
        return None if value is None else json.loads(value)

    def saved(self, shelf: str) -> list[str]:
        """The names on a shelf, the earliest saved first."""
        with self._connect() as connection:
            statement = select(saved.c.name).where(saved.c.shelf == shelf).order_by(saved.c.number)
            return list(connection.execute(statement).scalars())

    def saved_rests_on(self, shelf: str, name: str) -> tuple[str, ...]:
        """The ids of the documents that a saved value rests on, sorted, whether they are still here or not."""
        statement = (
            select(saved_documents.c.doc_id)
            .join(saved, saved.c.number == saved_documents.c.number)
            .where(saved.c.shelf == shelf, saved.c.name == name)
            .order_by(saved_documents.c.doc_id)
        )
        with self._connect() as connection:
            return tuple(connection.execute(statement).scalars())

    def forget(self, shelf: str, name: str) -> None:
        """Take a saved value off its shelf; nothing happens when there is none."""
        with self._connect(write=True) as connection:
            connection.execute(delete(saved).where(saved.c.shelf == shelf, saved.c.name == name))

    # -- care ------------------------------------------------------------------------------------------------------

    def check(self) -> list[str]:
        """What SQLite itself finds wrong with the file, as sentences."""
        with self._connect() as connection:
            found = [str(row[0]) for row in connection.execute(text("PRAGMA integrity_check"))]
            orphans = len(connection.execute(text("PRAGMA foreign_key_check")).all())
        problems = [f"{FILE}: {line}." for line in found if line != "ok"]
        problems += [f"{FILE}: {orphans} rows belong to no document."] if orphans else []
        return problems

    def compact(self, *, anew: bool) -> bool:
        """Empty the log, with `anew` after leaving out what was deleted; False while a reader holds the log."""
        with self._engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert driver is not None
            if anew:
                driver.execute("VACUUM")
            busy, _, _ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy


def read_passage(data: str, document: Document) -> Passage:
    """A passage from its stored form; its text is sliced from the document, where it stands."""
    values = json.loads(data)
    return decode(Passage, {**values, "text": document.text[values["start"] : values["end"]]})


def _prepare(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # transactions begin where we say so, not where the driver guesses
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "secure_delete=ON", "synchronous=NORMAL"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")


def _set_meta(connection: Connection, values: dict[str, str]) -> None:
    for key, value in values.items():
        connection.execute(update(meta).where(meta.c.key == key).values(value=value))


def _bump(connection: Connection) -> None:
    number = int(connection.execute(select(meta.c.value).where(meta.c.key == "generation")).scalar_one())
    _set_meta(connection, {"generation": str(number + 1)})


def _mark(connection: Connection, doc_ids: Iterable[str]) -> None:
    for doc_id in doc_ids:
        connection.execute(delete(pending).where(pending.c.doc_id == doc_id))
        connection.execute(insert(pending).values(doc_id=doc_id))


def _point(connection: Connection, path: str, before: str | None, doc_id: str) -> list[str]:
    connection.execute(delete(paths).where(paths.c.path == path))
    connection.execute(insert(paths).values(path=path, doc_id=doc_id))
    if before is None or before == doc_id:
        return []
    if connection.execute(select(paths.c.path).where(paths.c.doc_id == before)).first() is not None:
        return []
    connection.execute(delete(documents).where(documents.c.doc_id == before))
    return [before]


def _same_record(connection: Connection, document: Document) -> list[str]:
    if document.record is None:
        return []
    earlier = select(documents.c.doc_id).where(documents.c.record == document.record)
    gone = list(connection.execute(earlier).scalars())
    connection.execute(delete(documents).where(documents.c.doc_id.in_(gone)))
    return gone


def _insert(connection: Connection, entry: Entry) -> None:
    document = entry.document
    data = encode(document)
    del data["text"]
    connection.execute(
        insert(documents).values(
            doc_id=document.doc_id,
            record=document.record,
            kind=document.kind,
            year=document.year,
            title=document.title,
            topics=json.dumps(list(document.topics), ensure_ascii=False),
            data=json.dumps(data, ensure_ascii=False),
            text=document.text,
            title_vector=_bytes(entry.title_vector),
            warnings=json.dumps(list(entry.warnings), ensure_ascii=False),
            original=entry.original,
            source_sha256=entry.source_sha256,
        )
    )
    rows = []
    for passage, vector in zip(entry.passages, entry.vectors, strict=True):
        stored = encode(passage)
        del stored["text"]
        row = {"passage_id": passage.passage_id, "doc_id": document.doc_id, "data": json.dumps(stored)}
        rows.append({**row, "vector": _bytes(vector)})
    if rows:
        connection.execute(insert(passages), rows)
    if entry.record is not None:
        row = {"doc_id": document.doc_id, "data": json.dumps(encode(entry.record), ensure_ascii=False)}
        connection.execute(delete(records).where(records.c.record_id == entry.record.record_id))
        connection.execute(insert(records).values(record_id=entry.record.record_id, **row))


def _bytes(vector: NDArray[np.float32]) -> bytes:
    return vector.astype("<f4").tobytes()


def _parts(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for at in range(0, len(values), MAX_VARIABLES):
        yield values[at : at + MAX_VARIABLES]
