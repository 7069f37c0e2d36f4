"""The lexical leg: a tantivy index of the passages, derived from the catalogue.

It knows two operations, to append and to be built anew. Nothing is deleted in place, because deleted passages would
go on counting in the statistics of BM25: what the catalogue no longer has is dropped from results, and the next
writer builds the index anew in a folder of its own.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import tantivy

from domain.document import Document
from domain.passage import Passage
from kb.abbreviations import expansions

PLAIN = {"text": 1.0, "heading": 0.25, "abbreviations": 0.5}
"""Fields of the lexical leg, with their weights."""
PAIR_WEIGHT = 0.2
"""Weight of two words that stand side by side in question and passage, beside 1 for each of them."""
TITLE_WEIGHT = 0.5
"""Weight of the title, in a base where every passage has a title of its own."""
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
        """Add the passages of documents that may be found; on return they are on the disk."""
        writer = self._index.writer(HEAP_BYTES, 1)
        for document, passages in entries:
            for passage in passages:
                if not passage.is_searched:
                    continue
                row = tantivy.Document()
                row.add_text("passage_id", passage.passage_id)
                row.add_text("doc_id", document.doc_id)
                for name, words in fields_of(passage, document, alone=len(passages) == 1).items():
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

    def search(
        self, query: str, limit: int, doc_ids: Sequence[str] | None = None, *, passages_per_title: float | None = None
    ) -> list[tuple[str, float]]:
        """Passage ids with their BM25 scores, best first, at most `limit`; `doc_ids` narrows to those documents.

        With `passages_per_title`, pairs of words and titles count, too: a title tells the less of a passage the more
        passages share it.
        """
        words = _analyser().analyze(query)
        if not words or limit < 1:
            return []
        parts = {name: (weight, words) for name, weight in PLAIN.items()}
        if passages_per_title is not None:
            parts["pairs"] = (PAIR_WEIGHT, _pairs(words))
            parts["title"] = (TITLE_WEIGHT / math.sqrt(passages_per_title), words)
        schema = self._index.schema
        wanted = tantivy.Query.boolean_query(
            [
                (tantivy.Occur.Should, tantivy.Query.boost_query(tantivy.Query.term_query(schema, name, word), weight))
                for name, (weight, of_field) in parts.items()
                for word in dict.fromkeys(of_field)
            ]
        )
        if doc_ids is not None:
            allowed = tantivy.Query.const_score_query(
                tantivy.Query.term_set_query(schema, "doc_id", list(doc_ids)), 0.0
            )
            wanted = tantivy.Query.boolean_query([(tantivy.Occur.Must, wanted), (tantivy.Occur.Must, allowed)])
        hits = self._searcher.search(wanted, limit=limit, count=False).hits
        scored = [(self._searcher.doc(address)["passage_id"][0], float(score)) for score, address in hits]
        return sorted(scored, key=lambda pair: (-pair[1], pair[0]))


def fields_of(passage: Passage, document: Document, *, alone: bool) -> dict[str, str]:
    """The words of a passage by field, an empty field left out; `alone` says that it is its document's only one."""
    text = in_context(passage, document, alone=alone)
    fields = {
        "text": text,
        "heading": " ; ".join(passage.section if alone else (*passage.section, document.title)),
        "abbreviations": " ; ".join(expansions(passage.text, document.abbreviations)),
        "pairs": " ".join(_pairs(_analyser().analyze(text))),
        "title": document.title,
    }
    return {name: words for name, words in fields.items() if words}


def in_context(passage: Passage, document: Document, *, alone: bool) -> str:
    """The words that stand for a passage in both legs: a passage that is the whole document has its title before it.

    Among the passages of a long document the title is what they share, and would make them more alike.
    """
    return f"{document.title} {passage.text}" if alone and document.title else passage.text


def _pairs(words: Sequence[str]) -> list[str]:
    return [f"{one}_{other}" for one, other in pairwise(words)]


def _schema() -> Any:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("passage_id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("doc_id", tokenizer_name="raw", index_option="basic")
    for name in (*PLAIN, "title"):
        builder.add_text_field(name, tokenizer_name=ANALYSER, index_option="freq")
    builder.add_text_field("pairs", tokenizer_name="whitespace", index_option="freq")
    return builder.build()


@lru_cache(maxsize=1)
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
