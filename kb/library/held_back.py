"""What the records know and do not show: facts without a source, and points noted as unconfirmed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from domain.evidence import EvidenceRecord

WHY = (
    "An unverified fact is one for which no source was seen: a figure that is recalled or in circulation. A point held"
    " back is known to be unconfirmed, or stands in a source that was not read itself. Both are kept in the record so"
    " that such a figure is recognised and not repeated; they never reach an answer, a quiz item or a plot. Whoever can"
    " read the source mends it by editing the record's one file in kb/library/records."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBack:
    """`unverified` facts and `noted` points, in how many `records`; `shown` facts are the rest, `secondary` of them."""

    shown: int
    secondary: int
    unverified: int
    noted: int
    records: int
    entries: tuple[tuple[str, tuple[str, ...]], ...]
    """By record id: what is noted as held back, in the record's words."""

    @property
    def text(self) -> str:
        """The counts as a sentence for the reader."""
        return (
            f"{self.shown} facts are shown, {self.secondary} of them with the label that only secondary sources were"
            f" read. {self.unverified} facts are held back as unverified, and {self.noted} further points in"
            f" {self.records} records are noted as unconfirmed."
        )


def held_back_summary(records: Iterable[EvidenceRecord]) -> HeldBack:
    """How much of these records is held back; why stands in WHY."""
    shown = secondary = unverified = 0
    entries: list[tuple[str, tuple[str, ...]]] = []
    for record in sorted(records, key=lambda entry: entry.record_id):
        for fact in record.facts:
            unverified += fact.confidence == "unverified"
            shown += fact.confidence != "unverified"
            secondary += fact.confidence == "secondary"
        if record.held_back:
            entries.append((record.record_id, record.held_back))
    return HeldBack(
        shown=shown,
        secondary=secondary,
        unverified=unverified,
        noted=sum(len(noted) for _, noted in entries),
        records=len(entries),
        entries=tuple(entries),
    )
