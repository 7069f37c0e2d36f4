"""The tables of the catalogue, in portable SQLAlchemy Core.

`pending` names the documents whose rows an index may hold although the catalogue does not, or no longer, have them.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, MetaData, String, Table, Text

SCHEMA = 2
"""Version of these tables; a base of another version is refused."""

metadata = MetaData()
meta = Table("meta", metadata, Column("key", String, primary_key=True), Column("value", String, nullable=False))
documents = Table(
    "documents",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("doc_id", String, unique=True, nullable=False),
    Column("record", String, index=True),
    Column("title", Text, nullable=False),
    Column("kind", String, nullable=False),
    Column("year", Integer),
    Column("topics", Text, nullable=False),
    Column("data", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("title_vector", LargeBinary, nullable=False),
    Column("warnings", Text, nullable=False),
    Column("original", String),
    Column("source_sha256", String),
    sqlite_autoincrement=True,
)
paths = Table(
    "paths",
    metadata,
    Column("path", String, primary_key=True),
    Column("doc_id", ForeignKey("documents.doc_id", ondelete="CASCADE"), nullable=False, index=True),
)
passages = Table(
    "passages",
    metadata,
    Column("row", Integer, primary_key=True),
    Column("passage_id", String, unique=True, nullable=False),
    Column("doc_id", ForeignKey("documents.doc_id", ondelete="CASCADE"), nullable=False, index=True),
    Column("data", Text, nullable=False),
    Column("vector", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)
records = Table(
    "records",
    metadata,
    Column("record_id", String, primary_key=True),
    Column("doc_id", ForeignKey("documents.doc_id", ondelete="CASCADE"), nullable=False, index=True),
    Column("data", Text, nullable=False),
)
pending = Table("pending", metadata, Column("doc_id", String, primary_key=True))
saved = Table(
    "saved",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("shelf", String, nullable=False),
    Column("name", String, nullable=False),
    Column("value", Text, nullable=False),
    sqlite_autoincrement=True,
)
saved_documents = Table(
    "saved_documents",
    metadata,
    Column("number", ForeignKey("saved.number", ondelete="CASCADE"), primary_key=True),
    Column("doc_id", String, primary_key=True, index=True),
)
