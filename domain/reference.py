"""How a source is named to a reader, and what was read to write it."""

from __future__ import annotations

from domain.document import Document
from domain.evidence import EvidenceRecord, Source
from domain.passage import Passage

KIND_WORDS = {
    "guideline": "guideline",
    "consensus": "consensus",
    "meta-analysis": "meta-analysis",
    "rct": "randomised trial",
    "registry": "registry",
    "cohort": "cohort",
    "case-series": "case series",
    "case-report": "case report",
    "review": "review",
    "other": "other",
}
"""The kinds of source as a reader says them."""

CONFIDENCE_WORDS = {
    "primary": "the article, guideline or abstract itself",
    "society": "a society's summary or a trial registration",
    "secondary": "a secondary source: news, a digest, or quoted second-hand",
}
"""What a fact stands on, by its confidence: "stands on …"."""


def byline(document: Document) -> str:
    """What is known of author, journal and year, "Stone GW, N Engl J Med, 2018"; empty when nothing is."""
    parts = (document.first_author, document.journal, None if document.year is None else str(document.year))
    return ", ".join(part for part in parts if part)


def link(document: Document) -> str | None:
    """The address of the work by its DOI, else by its PubMed id; None when neither is known."""
    if document.doi:
        return f"https://doi.org/{document.doi}"
    return f"https://pubmed.ncbi.nlm.nih.gov/{document.pmid}/" if document.pmid else None


def sources_of(record: EvidenceRecord, passage: Passage) -> tuple[Source, ...]:
    """What was read for the fact that `passage` words; all of the record's sources where the fact names none."""
    return record.sources_of(passage.fact or "") or record.sources
