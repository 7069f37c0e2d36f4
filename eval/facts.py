"""Whether an answer shows an expected fact: one alternative, as whole tokens, in a claim that cites a right source."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from eval.datasets import Question

_TYPOGRAPHY = str.maketrans(
    {"−": "-", "–": "-", "—": "-", "‐": "-", "‑": "-", "≥": ">=", "≤": "<=", "·": ".", "’": "'", "\u00ad": None}
)


def stands(alternative: str, text: str) -> bool:
    """True when `alternative` stands in `text` as whole tokens: "0.53" is in "HR 0.53", not in "10.53" or "0.531".

    White space and typographic variants (minus and dashes, ≥, raised decimal points) are folded. An alternative all
    in lower case matches any case; one with a capital ("IIb") matches as written.
    """
    folded = _fold(text)
    if alternative == alternative.casefold():
        folded = folded.casefold()
    return bool(_pattern(_fold(alternative)).search(folded))


def shown_facts(answer: Mapping[str, Any], question: Question) -> tuple[bool, ...]:
    """For each expected fact, whether the answer (in JSON form) shows it.

    A fact counts when one of its alternatives stands, as whole tokens, in the text of a claim that cites one of the
    question's records. A record may be given by record id, document id, DOI or PubMed id; a question without records
    admits any citation.
    """
    texts = [claim["text"] for claim in answer["claims"] if cites(claim, answer, question.records)]
    return tuple(any(stands(alt, text) for alt in fact for text in texts) for fact in question.expected)


def cites(claim: Mapping[str, Any], answer: Mapping[str, Any], records: Sequence[str]) -> bool:
    """The claim cites one of `records`; any citation will do when none is named."""
    by_number = {cited["n"]: cited for cited in answer["citations"]}
    cited = [by_number[n] for n in claim["citations"] if n in by_number]
    if not records:
        return bool(cited)
    return any(source.get(name) in records for source in cited for name in ("record", "doc_id", "doi", "pmid"))


def carries(claim: Mapping[str, Any], answer: Mapping[str, Any], question: Question) -> bool:
    """The claim carries one of the expected facts, and cites a right source for it."""
    right = cites(claim, answer, question.records)
    return right and any(stands(alt, claim["text"]) for fact in question.expected for alt in fact)


def _fold(text: str) -> str:
    return " ".join(text.translate(_TYPOGRAPHY).split())


@lru_cache(maxsize=4096)
def _pattern(alternative: str) -> re.Pattern[str]:
    opens = r"(?<![^\W_])(?<!\d[.,/])" if alternative[:1].isalnum() else ""
    if alternative[:1] in "+-":
        opens = r"(?<![^\W_])"
    closes = r"(?![^\W_])(?![.,/]\d)" if alternative[-1:].isalnum() else ""
    return re.compile(opens + re.escape(alternative) + closes)
