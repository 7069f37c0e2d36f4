"""The nouns as the JSON that other people's scripts read: the one place that knows the names of the fields."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from domain.answer import Abstention, Answer, RunInfo
from domain.claim import Citation, Claim, Verdict
from domain.document import Document
from domain.evidence import EvidenceRecord
from domain.hit import Hit
from domain.notice import Notice
from domain.passage import Passage
from domain.quiz import QuizItem, RejectedDraft
from domain.reading import AddReport
from domain.reference import sources_of

JSON = dict[str, Any]
RecordOf = Callable[[str], EvidenceRecord | None]
BoxesOf = Callable[[Citation], list[JSON]]

STAGES = ("embed", "search", "compose", "verify", "total")
"""The stages that an answer's `timings_ms` always names; a stage that did not run took 0 ms."""

SCORE_DIGITS = 6
TIME_DIGITS = 3


def answer(
    result: Answer | Abstention,
    *,
    question_id: Any = None,
    record: RecordOf | None = None,
    boxes: BoxesOf | None = None,
) -> JSON:
    """An answer object.

    `record` looks up evidence records, so that a citation can say what was read for it; `boxes` finds a quote on the
    pages of its PDF: {"page", "x0", "y0", "x1", "y1"} a line, in points from the page's lower left corner.
    """
    common = {
        "id": question_id,
        "question": result.question,
        "engine": result.run.engine,
        "run": run(result.run),
        "timings_ms": {stage: round(result.run.timings_ms.get(stage, 0.0), TIME_DIGITS) for stage in STAGES},
    }
    if isinstance(result, Abstention):
        return common | {
            "status": "abstained",
            "answer": "",
            "reason": result.reason,
            "missing": result.missing,
            "slot": result.slot,
            "claims": [],
            "citations": [],
            "notices": [],
            "rests_on": "",
            "removed": [],
            "nearest": [hit(near) for near in result.nearest],
        }
    return common | {
        "status": "answered",
        "answer": result.text,
        "reason": None,
        "missing": None,
        "slot": None,
        "claims": [_claim(claim) for claim in result.claims],
        "citations": [citation(cited, record=record, boxes=boxes) for cited in result.citations],
        "notices": [notice(said) for said in result.notices],
        "rests_on": result.rests_on,
        "removed": [_claim(claim) for claim in result.removed],
        "nearest": [],
    }


def citation(cited: Citation, *, record: RecordOf | None = None, boxes: BoxesOf | None = None) -> JSON:
    """A citation; `read` lists what was read for the wording of a record, empty where the quote is the source's own."""
    document, passage = cited.document, cited.passage
    found = record(document.record) if record and document.record else None
    sources = sources_of(found, passage) if found else ()
    return {
        "n": cited.n,
        "doc_id": document.doc_id,
        "passage_id": passage.passage_id,
        "origin": document.origin,
        "record": document.record,
        "confidence": passage.confidence,
        "title": document.title,
        "kind": document.kind,
        "first_author": document.first_author,
        "journal": document.journal,
        "year": document.year,
        "doi": document.doi,
        "pmid": document.pmid,
        "retraction": document.retraction,
        "section": passage.heading,
        "page": None if cited.page is None else cited.page.number,
        "page_label": None if cited.page is None else cited.page.label,
        "quote": cited.quote,
        "start": cited.start,
        "end": cited.end,
        "boxes": [] if boxes is None else boxes(cited),
        "read": [{"what": s.what, "level": s.level, "url": s.url} for s in sources],
    }


def hit(found: Hit) -> JSON:
    """One result of a search; `page` is the first page that the passage touches, None where there are none."""
    document, passage = found.document, found.passage
    return {
        "rank": found.rank,
        "score": round(found.score, SCORE_DIGITS),
        "passage_id": passage.passage_id,
        "doc_id": document.doc_id,
        "origin": document.origin,
        "record": document.record,
        "title": document.title,
        "kind": document.kind,
        "year": document.year,
        "section": passage.heading,
        "page": passage.pages[0] if passage.pages else None,
        "text": passage.text,
        "legs": list(found.legs),
        "confidence": passage.confidence,
    }


def notice(said: Notice) -> JSON:
    """A notice with the numbers of the citations it rests on."""
    return {"kind": said.kind, "text": said.text, "citations": list(said.citations)}


def run(info: RunInfo) -> JSON:
    """What is needed to repeat the run."""
    return {
        "engine": info.engine,
        "model": info.model,
        "prompt": info.prompt,
        "base": info.base_fingerprint,
        "settings": info.settings_fingerprint,
        "version": info.version,
    }


def verdict(given: Verdict, *, claim_id: Any = None) -> JSON:
    """What verification says of a claim; `score` is the probability, 0-1, that the evidence supports it."""
    return {
        "id": claim_id,
        "verdict": given.support,
        "score": round(given.score, SCORE_DIGITS),
        "reasons": list(given.reasons),
    }


def added(report: AddReport) -> JSON:
    """What became of one file of an ingest."""
    return {
        "path": report.path,
        "doc_id": report.doc_id,
        "title": report.title,
        "kind": report.kind,
        "origin": report.origin,
        "status": report.status,
        "passages": report.passages,
        "pages": report.pages,
        "warnings": list(report.warnings),
        "error": report.error,
        "moved_from": report.moved_from,
    }


def summary(document: Document) -> JSON:
    """A document without its text: one line of a list."""
    return {
        "doc_id": document.doc_id,
        "title": document.title,
        "kind": document.kind,
        "origin": document.origin,
        "record": document.record,
        "first_author": document.first_author,
        "journal": document.journal,
        "year": document.year,
        "doi": document.doi,
        "pmid": document.pmid,
        "topics": list(document.topics),
        "licence": document.licence,
        "retraction": document.retraction,
    }


def document(shown: Document, passages: Sequence[Passage], *, path: str = "", warnings: Sequence[str] = ()) -> JSON:
    """A document whole: metadata, text, and every span that points into it (half-open, Unicode code points)."""
    return summary(shown) | {
        "path": path,
        "warnings": list(warnings),
        "text": shown.text,
        "sections": [
            {"heading": section.heading, "start": section.start, "end": section.end, "role": section.role}
            for section in shown.sections
        ],
        "pages": [
            {"number": page.number, "label": page.label, "start": page.start, "end": page.end} for page in shown.pages
        ],
        "passages": [{"passage_id": p.passage_id, "start": p.start, "end": p.end} for p in passages],
        "references": [{"at": mark.at, "numbers": list(mark.numbers)} for mark in shown.references],
        "bibliography": [{"number": entry.number, "text": entry.text} for entry in shown.bibliography],
        "abbreviations": [{"short": a.short, "long": a.long, "start": a.start} for a in shown.abbreviations],
    }


def quiz_item(item: QuizItem, *, record: RecordOf | None = None) -> JSON:
    """A quiz item; `answer` is the index of the right option, or its words where there are no options."""
    return {
        "item_id": item.item_id,
        "kind": item.kind,
        "stem": item.stem,
        "options": list(item.options),
        "answer": item.answer,
        "rationale": item.rationale,
        "distractor_notes": list(item.distractor_notes),
        "difficulty": item.difficulty,
        "bloom": item.bloom,
        "topic": item.topic,
        "template": item.template,
        "citations": [citation(c, record=record) for c in item.citations],
    }


def rejected_draft(draft: RejectedDraft) -> JSON:
    """A draft that broke a rule."""
    return {"stem": draft.stem, "rule": draft.rule, "why": draft.why}


def _claim(claim: Claim) -> JSON:
    return {
        "text": claim.text,
        "citations": list(claim.citations),
        "support": claim.support,
        "score": round(claim.score, SCORE_DIGITS),
        "reasons": list(claim.reasons),
    }
