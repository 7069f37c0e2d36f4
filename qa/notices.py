"""Notices: what a reader must know next to an answer, each with the passages that show it."""

from __future__ import annotations

from collections.abc import Sequence

from domain.claim import Citation, Claim
from kb import Base
from qa.question import Question
from qa.remark import Remark

MAX_NOTICES = 6


def remarks(base: Base, question: Question, claims: Sequence[Claim], citations: Sequence[Citation]) -> list[Remark]:
    """The remarks on an answer, most serious first: retraction, conflicts, oddities, what the answer rests on."""
    found = [*_retracted(citations), *_secondary(citations), *_single_report(citations)]
    return found[:MAX_NOTICES]


def _retracted(citations: Sequence[Citation]) -> list[Remark]:
    seen: dict[str, Remark] = {}
    for citation in citations:
        document = citation.document
        if document.retraction:
            text = f"“{document.title}”: {document.retraction}"
            seen.setdefault(document.doc_id, Remark.on(citation, kind="retracted", text=text))
    return list(seen.values())


def _secondary(citations: Sequence[Citation]) -> list[Remark]:
    cited = [c for c in citations if c.passage.confidence == "secondary"]
    if not cited:
        return []
    numbers = ", ".join(f"[{c.n}]" for c in cited)
    text = f"{numbers} was read in a secondary source (news, a digest, or quoted second-hand), not in the paper itself."
    return [Remark(kind="secondary-source", text=text, spans=tuple(Remark.span(c) for c in cited))]


def _single_report(citations: Sequence[Citation]) -> list[Remark]:
    documents = {c.document.doc_id: c.document for c in citations}
    if len(documents) != 1 or citations[0].document.kind != "case-report":
        return []
    text = "This answer rests on one case report: a single patient, without a control."
    return [Remark.on(citations[0], kind="single-report", text=text)]
