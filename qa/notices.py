"""Notices: what a reader must know next to an answer, each with the passages that show it."""

from __future__ import annotations

from collections.abc import Sequence

from domain.claim import Citation, Claim
from kb import Base
from qa.conflicts import conflict_notices
from qa.oddities import oddities_near
from qa.premise import premise_remarks
from qa.question import Question
from qa.remark import Remark

MAX_ODDITIES = 3
MAX_NOTICES = 6
"""More than a handful would not be read; the most serious come first."""


def remarks(base: Base, question: Question, claims: Sequence[Claim], citations: Sequence[Citation]) -> list[Remark]:
    """The remarks on an answer, most serious first: retraction, a false premise, oddities, conflicts."""
    odd = oddities_near(base, citations, question.text)[:MAX_ODDITIES]
    premise = premise_remarks(question.text, claims, citations)
    found = [*_retracted(citations), *premise, *odd, *conflict_notices(base, question.text, citations)]
    return found[:MAX_NOTICES]


def _retracted(citations: Sequence[Citation]) -> list[Remark]:
    seen: dict[str, Remark] = {}
    for citation in citations:
        document = citation.document
        if document.retraction:
            text = f"{document.title}: {document.retraction}"
            seen.setdefault(document.doc_id, Remark.on(citation, kind="retracted", text=text))
    return list(seen.values())
