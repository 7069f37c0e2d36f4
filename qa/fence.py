"""Passages handed to a language model as data: short ids, a mark that no document can know, nothing invisible."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from domain.hit import Hit

MAX_PASSAGE = 4000
"""Characters of one passage that are shown to the model; passages are some 1,500 at most (256 tokens)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fence:
    """`text` is what the model reads, `mark` the closing mark, `hits` the passages by the id it may cite ("P1")."""

    text: str
    mark: str
    hits: dict[str, Hit]


def fenced(question: str, hits: Sequence[Hit]) -> Fence:
    """Fence the passages in rank order; the same question and passages give the same text.

    The mark is a hash over question and passages together, so a passage that held it would have changed it.
    """
    named = {f"P{at}": hit for at, hit in enumerate(hits, start=1)}
    whole = "\0".join([question, *(hit.passage.passage_id + "\0" + hit.passage.text for hit in hits)])
    mark = hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    blocks = [
        f"--- passage {name} {mark}, from {_source(hit)} ---\n{visible(hit.passage.text)[:MAX_PASSAGE]}\n"
        f"--- end of {name} {mark} ---"
        for name, hit in named.items()
    ]
    return Fence(text="\n\n".join(blocks), mark=mark, hits=named)


def visible(text: str) -> str:
    """`text` without what a reader cannot see: control, format, tag and private characters; line breaks stay."""
    return "".join(ch for ch in text if ch == "\n" or unicodedata.category(ch) not in {"Cc", "Cf", "Co", "Cs", "Cn"})


def _source(hit: Hit) -> str:
    document = hit.document
    named = [document.kind, visible(document.title).replace("\n", " ")[:200], str(document.year or "year unknown")]
    return ", ".join(named)
