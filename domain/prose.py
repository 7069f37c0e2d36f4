"""The nouns as text for a person: what the terminal prints and what the page lets one keep."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

from domain.answer import Abstention, Answer, Reason
from domain.claim import Citation, Claim
from domain.document import Document
from domain.evidence import EvidenceRecord
from domain.hit import Hit
from domain.passage import Passage
from domain.reference import CONFIDENCE_WORDS, KIND_WORDS, byline, link, sources_of

RecordOf = Callable[[str], EvidenceRecord | None]

WIDTH = 96
"""Characters to a line."""

NOT_ADVICE = "For learning and research; not medical advice."

REASON_WORDS: dict[Reason, str] = {
    "empty-base": "The base holds nothing yet.",
    "off-topic": "This lies outside what the base is about.",
    "not-covered": "The base does not cover this.",
    "figure-not-found": "The base speaks of this, but the figure asked for is not in it.",
    "filtered-out": "Nothing in the base matches the chosen filters.",
}
"""Each reason to abstain as a sentence."""


def answer(result: Answer | Abstention, record: RecordOf) -> str:
    """The whole answer with its references, or the abstention with the nearest passages; ends with a line break."""
    blocks = [
        _wrapped(result.question, "# "),
        *(_said(result, record) if isinstance(result, Answer) else _unsaid(result)),
    ]
    return "\n\n".join([*blocks, NOT_ADVICE]) + "\n"


def reference(document: Document) -> str:
    """One line that names a source: title, author, journal, year, kind."""
    parts = [document.title.rstrip("."), byline(document), KIND_WORDS[document.kind].capitalize()]
    return ". ".join(part for part in parts if part) + "."


def place(document: Document, passage: Passage, start: int) -> str:
    """Where a quote stands: its section, and the page of its first character, as printed where that is known."""
    page = document.page_at(start)
    label = "" if page is None else f"page {page.number}"
    if page is not None and page.label and page.label != str(page.number):
        label += f" (printed {page.label})"
    return ", ".join(part for part in (passage.heading, label) if part)


def is_quotation(claim: Claim, citations: tuple[Citation, ...]) -> bool:
    """Whether a claim is a sentence of a document in its own words, and not Chordae's or a model's wording."""
    cited = [citations[n - 1] for n in claim.citations]
    return any(claim.text == citation.quote and citation.document.origin == "document" for citation in cited)


def hit(found: Hit) -> str:
    """A found passage: rank, source, place, text."""
    where = place(found.document, found.passage, found.passage.start)
    lines = [_wrapped(reference(found.document), f"{found.rank:>3}. ", "     ")]
    return "\n".join([*lines, *([_wrapped(where, "     ")] if where else []), _wrapped(found.passage.text, "     | ")])


def _said(result: Answer, record: RecordOf) -> list[str]:
    blocks = [_wrapped(_claimed(claim, result.citations)) for claim in result.claims]
    if result.rests_on:
        blocks.append(_wrapped(f"Rests on: {result.rests_on}"))
    for notice in result.notices:
        marks = "".join(f" [{n}]" for n in notice.citations)
        blocks.append(_wrapped(f"Note ({notice.kind}): {notice.text}{marks}", "! ", "  "))
    return [*blocks, "## Sources", *(_cited(citation, record) for citation in result.citations)]


def _claimed(claim: Claim, citations: tuple[Citation, ...]) -> str:
    marks = "".join(f" [{n}]" for n in claim.citations)
    words = f"“{claim.text}”" if is_quotation(claim, citations) else claim.text
    doubt = "" if claim.support == "supported" else f" ({claim.support}: {' '.join(claim.reasons)})"
    return f"{words}{marks}{doubt}"


def _cited(citation: Citation, record: RecordOf) -> str:
    document, passage = citation.document, citation.passage
    lines = [_wrapped(reference(document), f"[{citation.n}] ", "    ")]
    where = place(document, passage, citation.start)
    if where:
        lines.append(_wrapped(where, "    "))
    if document.retraction:
        lines.append(_wrapped(f"Retracted or corrected: {document.retraction}", "    "))
    if document.origin == "document":
        lines.append(_wrapped(f"“{citation.quote}”", "    "))
    else:
        lines.append(_wrapped(f"Chordae's wording: {citation.quote}", "    "))
        if passage.confidence:
            lines.append(_wrapped(f"Stands on: {CONFIDENCE_WORDS[passage.confidence]}.", "    "))
        known = record(document.record) if document.record else None
        for source in sources_of(known, passage) if known else ():
            lines.append(_wrapped(f"Read: {source.what} {source.url or ''}".rstrip(), "    ", "      "))
    address = link(document)
    return "\n".join([*lines, *([f"    {address}"] if address else [])])


def _unsaid(result: Abstention) -> list[str]:
    missing = f" Missing: {result.missing}." if result.missing else ""
    blocks = [_wrapped(f"No answer ({result.reason}). {REASON_WORDS[result.reason]}{missing}")]
    return [*blocks, *(["## Nearest passages", *map(hit, result.nearest)] if result.nearest else [])]


def _wrapped(text: str, first: str = "", rest: str | None = None) -> str:
    indent = first if rest is None else rest
    if first == "# ":
        indent = "  "
    folded = " ".join(text.split())
    return textwrap.fill(
        folded, WIDTH, initial_indent=first, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
