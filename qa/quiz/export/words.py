"""What every form says beside an item: its answer in words, its sources, its notes."""

from __future__ import annotations

import re

from domain.claim import Citation
from domain.quiz import QuizItem
from domain.reference import CONFIDENCE_WORDS, KIND_WORDS, byline, link

LETTERS = "ABCDEFGHIJ"
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def clean(text: str) -> str:
    """`text` without the characters that XML 1.0 forbids."""
    return _FORBIDDEN.sub("", text)


def answer_words(item: QuizItem) -> str:
    """The right answer as it reads."""
    return item.options[item.answer] if isinstance(item.answer, int) else item.answer


def source_line(citation: Citation) -> str:
    """One citation in a line: number, who and where, page, what stands behind it, and the passage.

    A passage of a document is quoted; the wording of an evidence record is given as Chordae's, without quotation marks.
    """
    document, passage = citation.document, citation.passage
    page = "" if citation.page is None else f", page {citation.page.label or citation.page.number}"
    named = byline(document)
    where = f"{document.title}{f' ({named})' if named else ''}, {KIND_WORDS[document.kind]}{page}"
    quote = " ".join(citation.quote.split())
    said = f"Chordae's wording: {quote}" if document.origin == "record" else f"“{quote}”"
    if passage.confidence is not None:
        said += f" [{CONFIDENCE_WORDS[passage.confidence]}]"
    address = link(document)
    return f"[{citation.n}] {where}. {said}" + (f" {address}" if address else "")


def feedback(item: QuizItem) -> list[str]:
    """What a student reads after answering: the rationale, the caveat, the sources; a paragraph each."""
    parts = [item.rationale]
    if item.caveat:
        parts.append(f"For the teacher: {item.caveat}")
    return [*parts, *(source_line(citation) for citation in item.citations)]


def option_note(item: QuizItem, at: int) -> str:
    """Why the option at the 0-based index `at` is wrong; empty at the key and where nothing is known."""
    return item.distractor_notes[at] if at < len(item.distractor_notes) else ""


def level(item: QuizItem) -> str:
    """Difficulty and Bloom level with the rule that gave them, in a line."""
    return f"{item.difficulty}, {item.bloom}" + (f" ({item.level_rule})" if item.level_rule else "")
