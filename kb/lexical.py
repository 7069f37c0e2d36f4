"""The lexical leg: a tantivy index of the passages, derived from the catalogue.

It knows two operations, to append and to be built anew. Nothing is deleted in place, because deleted passages would
go on counting in the statistics of BM25: what the catalogue no longer has is dropped from results, and the next
writer builds the index anew in a folder of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import tantivy

from domain.document import Document
from domain.passage import Passage
from kb.abbreviations import expansions

FIELDS = ("text", "title", "section", "abbreviations")
ANALYSER = "stemmed"
HEAP_BYTES = 15_000_000
"""tantivy's least; an index of 100,000 passages is built in it as fast as in more."""
LONGEST_WORD = 60


class Lexical:
    """One index folder, made first with `create`. Raises ValueError when it cannot be read."""

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        if create:
            folder.mkdir(parents=True, exist_ok=True)
            self._index = tantivy.Index(_schema(), path=str(folder))
        else:
            self._index = tantivy.Index.open(str(folder))
        self._index.register_tokenizer(ANALYSER, _analyser())
        self._searcher = self._index.searcher()

    def append(self, entries: Iterable[tuple[Document, Sequence[Passage]]]) -> None:
        """Add the passages of documents; on return they are on the disk."""
        writer = self._index.writer(HEAP_BYTES, 1)
        for document, passages in entries:
            for passage in passages:
                row = tantivy.Document()
                row.add_text("passage_id", passage.passage_id)
                row.add_text("doc_id", document.doc_id)
                for name, words in fields_of(passage, document).items():
                    row.add_text(name, words)
                writer.add_document(row)
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()
        self._searcher = self._index.searcher()

    def ids(self) -> list[str]:
        """Every passage id in the index, sorted, one for each time it is there."""
        found = self._searcher.search(tantivy.Query.all_query(), limit=max(1, self._searcher.num_docs))
        return sorted(self._searcher.doc(address)["passage_id"][0] for _, address in found.hits)

    def search(self, query: str, limit: int, doc_ids: Sequence[str] | None = None) -> list[tuple[str, float]]:
        """Passage ids with their BM25 scores, best first, at most `limit`; `doc_ids` narrows to those documents."""
        words = list(dict.fromkeys(_analyser().analyze(query)))
        if not words or limit < 1:
            return []
        schema = self._index.schema
        should = [
            (tantivy.Occur.Should, tantivy.Query.boost_query(tantivy.Query.term_query(schema, name, word), boost))
            for name, boost in BOOSTS.items()
            for word in words
        ]
        query_ = tantivy.Query.boolean_query(should)
        if doc_ids is not None:
            allowed = tantivy.Query.const_score_query(
                tantivy.Query.term_set_query(schema, "doc_id", list(doc_ids)), 0.0
            )
            query_ = tantivy.Query.boolean_query([(tantivy.Occur.Must, query_), (tantivy.Occur.Must, allowed)])
        hits = self._searcher.search(query_, limit=limit, count=False).hits
        scored = [(self._searcher.doc(address)["passage_id"][0], float(score)) for score, address in hits]
        return sorted(scored, key=lambda pair: (-pair[1], pair[0]))


BOOSTS = {"text": 1.0, "title": 1.0, "section": 0.5, "abbreviations": 0.5}


def fields_of(passage: Passage, document: Document) -> dict[str, str]:
    """The words of a passage by field; an empty field is left out."""
    fields = {
        "text": passage.text,
        "title": document.title,
        "section": " ".join(passage.section),
        "abbreviations": " ; ".join(expansions(passage.text, document.abbreviations)),
    }
    return {name: words for name, words in fields.items() if words}


def _schema() -> Any:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("passage_id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("doc_id", tokenizer_name="raw", index_option="basic")
    for name in FIELDS:
        builder.add_text_field(name, tokenizer_name=ANALYSER, index_option="freq")
    return builder.build()


def _analyser() -> Any:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    for step in (
        tantivy.Filter.remove_long(LONGEST_WORD),
        tantivy.Filter.lowercase(),
        tantivy.Filter.ascii_fold(),
        tantivy.Filter.stemmer("english"),
    ):
        builder = builder.filter(step)
    return builder.build()
