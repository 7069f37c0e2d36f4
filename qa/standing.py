"""What an answer rests on: recommendations that no longer stand, a single report, sources read at second hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from domain.claim import Citation
from domain.evidence import EvidenceRecord, Outcome
from qa.evidence import study_name
from qa.remark import Remark, Span
from qa.shelf import Keeper, Shelf


def superseded(base: Keeper, citations: Sequence[Citation]) -> Iterator[Remark]:
    """A cited recommendation that a later one of the same society replaced, unless the answer cites that one too."""
    cited = {(c.document.record, c.passage.fact) for c in citations}
    done: set[tuple[str | None, str | None]] = set()
    for citation in citations:
        outcome, key = _outcome(base, citation), (citation.document.record, citation.passage.fact)
        if outcome is None or outcome.superseded_by is None or key in done:
            continue
        done.add(key)
        later, place = _successor(base, outcome)
        if later is not None and (later.record_id, place) in cited:
            continue
        text = f"The {_strength(outcome)} has been superseded"
        found = Shelf(base).span(f"{later.record_id}#{place}") if later is not None else None
        if later is not None and found is not None:
            successor = later.fact(place)
            assert isinstance(successor, Outcome)
            yield Remark(
                kind="superseded",
                text=f"{text}: the {_strength(successor)} stands in its place.",
                spans=(Remark.span(citation), found),
            )
        else:
            year = f" in {outcome.superseded_by.year}" if outcome.superseded_by.year else ""
            text = f"{text}{year}; what replaced it is not in this base."
            yield Remark.on(citation, kind="superseded", text=text)


def single_report(citations: Sequence[Citation]) -> Iterator[Remark]:
    """One notice when everything the answer cites is one case report."""
    if citations and {c.document.doc_id for c in citations} == {citations[0].document.doc_id}:
        if citations[0].document.kind == "case-report":
            text = "This rests on one case report: a single patient shows that something can happen, not how often."
            yield Remark.on(citations[0], kind="single-report", text=text)


def secondary_sources(base: Keeper, citations: Sequence[Citation]) -> Iterator[Remark]:
    """One notice that names the cited studies of which only news, digests or second-hand figures were read."""
    told: dict[str, str] = {}
    spans: dict[str, Span] = {}
    for citation in citations:
        record = base.record(citation.document.record) if citation.document.record else None
        if citation.passage.confidence != "secondary" or record is None:
            continue
        spans.setdefault(citation.passage.passage_id, Remark.span(citation))
        if citation.document.doc_id not in told and citation.passage.fact:
            places = citation.passage.facts or (citation.passage.fact,)
            what = dict.fromkeys(source.what for place in places for source in record.sources_of(place))
            told[citation.document.doc_id] = f"{study_name(record)} ({'; '.join(what)})"
    if spans:
        yield Remark(
            kind="secondary-source",
            text=f"Read only in secondary sources, not in the publication itself: {', '.join(told.values())}.",
            spans=tuple(spans.values()),
        )


def _outcome(base: Keeper, citation: Citation) -> Outcome | None:
    record = base.record(citation.document.record) if citation.document.record else None
    fact = record.fact(citation.passage.fact or "") if record else None
    return fact if isinstance(fact, Outcome) else None


def _successor(base: Keeper, outcome: Outcome) -> tuple[EvidenceRecord | None, str]:
    """The record that holds the later recommendation, and its place there."""
    later = base.record(outcome.superseded_by.record) if outcome.superseded_by else None
    for place, candidate in enumerate(later.outcomes if later else ()):
        if outcome.superseded_by and candidate.recommendation_id == outcome.superseded_by.recommendation_id:
            return later, f"outcomes.{place}"
    return None, ""


def _strength(outcome: Outcome) -> str:
    level = f", level {outcome.level_loe}" if outcome.level_loe else ""
    return f"{outcome.guideline_year} {outcome.society} recommendation (class {outcome.class_cor}{level})"
