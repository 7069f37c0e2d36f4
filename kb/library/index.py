"""The whole library on one page, for a person to read: every study, guideline, measure and disagreement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from domain.document import KINDS
from domain.evidence import EvidenceRecord
from kb.library import conflicts, measures
from kb.library.held_back import WHY, held_back_summary

_HEADINGS = {
    "guideline": "Guidelines",
    "consensus": "Consensus documents",
    "meta-analysis": "Meta-analyses",
    "rct": "Randomised trials",
    "registry": "Registries",
    "cohort": "Cohorts and single-arm studies",
    "case-series": "Case series",
    "case-report": "Case reports",
    "review": "Reviews and overviews",
    "other": "Policy and economics",
}
_SCHEMA = """\
## What a record holds

One YAML file per study or guideline, named after its `id`, in `kb/library/records/`. The reader refuses a file that
breaks this schema and names the field and the cure.

| field | what it says |
|---|---|
| `id`, `title`, `kind`, `topics` | lower-case id; kind: guideline, consensus, meta-analysis, rct, registry, cohort, case-series, case-report, review, other |
| `short`, `design`, `arm_words` | how a sentence names the study, its design and the arms of a comparison ("with GDMT alone") |
| `citation` | first_author, journal, year, volume, pages, one bare `doi`, one `pmid`; null where not confirmed |
| `population` | `n`, `arms` with their sizes, entry `criteria`, `baseline` |
| `intervention`, `comparator`, `follow_up` | in words |
| `outcomes` | `measure` (of the list below), `value`, `comparison` (the order of "a vs b"), `effect`, `ci_95`, `p`, `population`, `timepoint`, `note`, `src`, `confidence`; `wording` where the usual sentence would read badly |
| a recommendation | an outcome with `measure: recommendation`, `class_cor`, `level_loe`, `society`, `guideline_year`, `recommendation_id`, and `superseded_by` where a later document replaced it |
| `key_points`, `caveats` | `fact`, `src`, `confidence` |
| `sources` | `ref`, `what` was read, its `level`, a public `url` |
| `held_back` | what is known to be unconfirmed; never shown as fact |

Confidence says what stands behind a fact: *primary*, a full text, guideline text or abstract; *society*, at best a society
summary or trial registration; *secondary*, only news, digests, sponsor pages or a figure quoted second-hand (shown with
that label); *unverified*, no source seen (never shown). A figure is written as it is printed, and every sentence that
Chordae says from a record is checked against the record's figures.
"""  # noqa: E501


def library_index(records: Iterable[EvidenceRecord]) -> str:
    """The library as one Markdown page, the same for the same records."""
    shelf = sorted(records, key=lambda record: record.record_id)
    parts = [_opening(shelf), _SCHEMA, *_studies(shelf), _disagreements(), _measures(), _withheld(shelf)]
    return "\n".join(parts).rstrip() + "\n"


def _opening(shelf: Sequence[EvidenceRecord]) -> str:
    facts = [fact for record in shelf for fact in record.facts]
    confidence = Counter(fact.confidence for fact in facts)
    recommendations = sum(outcome.is_recommendation for record in shelf for outcome in record.outcomes)
    counted = ", ".join(f"{name} {confidence[name]}" for name in ("primary", "society", "secondary", "unverified"))
    return (
        "# The starter library\n\n"
        "<!-- Written by `python -m eval.library_index`; do not edit. -->\n\n"
        f"{len(shelf)} evidence records on functional (secondary) mitral regurgitation with {len(facts)} facts"
        f" ({counted}), {recommendations} of them recommendations; {len(measures())} outcome measures;"
        f" {len(conflicts())} points on which sources disagree. The records hold facts in our own words, each with its"
        " source; the texts belong to their publishers and are not here.\n"
    )


def _studies(shelf: Sequence[EvidenceRecord]) -> Iterable[str]:
    for kind in KINDS:
        held = sorted((r for r in shelf if r.kind == kind), key=lambda r: (-(r.year or 0), r.record_id))
        if held:
            yield f"## {_HEADINGS[kind]}\n\n" + "".join(map(_entry, held))


def _entry(record: EvidenceRecord) -> str:
    facts = record.facts
    confidence = Counter(fact.confidence for fact in facts)
    cited = ", ".join(str(part) for part in (record.first_author, record.journal, record.year) if part)
    if record.doi:
        cited += f", [{record.doi}](https://doi.org/{record.doi})"
    parts = [cited or "citation not confirmed"]
    if record.n is not None:
        parts.append(f"n = {record.n:,}")
    parts.append(f"topics: {', '.join(record.topics)}")
    counted = ", ".join(
        f"{confidence[name]} {name}" for name in ("primary", "society", "secondary") if confidence[name]
    )
    held = confidence["unverified"] + len(record.held_back)
    parts.append(f"facts: {counted or 'none shown'}" + (f"; {held} held back" if held else ""))
    link = f"[{record.record_id}](../kb/library/records/{record.record_id}.yaml)"
    return f"- **{record.title}** ({link})  \n  {'. '.join(parts)}.\n"


def _disagreements() -> str:
    lines = ["## Where sources disagree\n"]
    for conflict in conflicts():
        lines.append(f"- **{conflict.topic}**" + ("" if conflict.shown else " (never shown)"))
        lines += [f"  - {position.claim}" for position in conflict.positions]
    return "\n".join(lines) + "\n"


def _measures() -> str:
    lines = ["## Outcome measures\n", "| measure | unit | better | also called |", "|---|---|---|---|"]
    better = {"lower": "lower", "higher": "higher", "none": "–"}
    for measure in measures():
        cells = (measure.name, measure.unit, better[measure.direction], ", ".join(measure.synonyms))
        lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    return "\n".join(lines) + "\n"


def _withheld(shelf: Sequence[EvidenceRecord]) -> str:
    held = held_back_summary(shelf)
    lines = ["## What is held back, and why\n", f"{held.text} {WHY}\n"]
    lines += [f"- {record_id}: {'; '.join(noted)}" for record_id, noted in held.entries]
    return "\n".join(lines) + "\n"
