"""What stands beneath an evidence table: the disputes its results belong to, and what guidelines say on the topic."""

from __future__ import annotations

import re
from collections.abc import Iterable

from domain.conflict import Conflict
from domain.evidence import RECOMMENDATION, EvidenceRecord
from kb.library import conflicts
from qa.evidence import EvidenceRow, RecordKeeper, evidence_rows

_TOPIC_WORDS = {
    "advanced-hf": r"LVAD|transplant|advanced",
    "annuloplasty": r"annuloplasty",
    "atrial-fmr": r"atrial (S|F)?MR|atrial SMR",
    "crt": r"\bCRT\b",
    "medical": r"\bGDMT\b|medical therapy|Multidisciplinary",
    "surgery": r"surgery|surgical|CABG",
    "teer": r"\bTEER\b|[Ee]dge-to-edge",
}
"""How a recommendation speaks of a topic; for other topics the guideline's own topics decide."""


def conflicts_of(rows: Iterable[EvidenceRow]) -> list[Conflict]:
    """The known disputes that have a fact among the rows and a second side's study too; most facts first.

    A discrepancy inside one report counts when one of its results is among the rows.
    """
    shown = list(rows)
    places = {f"{row.record}#{row.fact}" for row in shown}
    records = {row.record for row in shown}
    found: list[tuple[int, int, Conflict]] = []
    for order, conflict in enumerate(conflicts()):
        facts = sum(len(places & set(position.facts)) for position in conflict.positions)
        sides = sum(bool(records & set(position.records)) for position in conflict.positions)
        if conflict.shown and facts and (conflict.separate or sides > 1):
            found.append((-facts, order, conflict))
    return [conflict for _, _, conflict in sorted(found, key=lambda entry: entry[:2])]


def recommendations_on(source: RecordKeeper | Iterable[EvidenceRecord], topic: str | None = None) -> list[EvidenceRow]:
    """The recommendations on a topic (all without one): those in force first, newest first, in guideline order."""
    rows = evidence_rows(source, RECOMMENDATION)
    words = _TOPIC_WORDS.get(topic or "")
    if topic and words:
        rows = [row for row in rows if re.search(words, f"{row.value} {row.population}")]
    elif topic:
        held = {row.record for row in evidence_rows(source, topic=topic)}
        rows = [row for row in rows if row.record in held]
    return sorted(rows, key=lambda row: (row.superseded_by is not None, -(row.guideline_year or 0)))
