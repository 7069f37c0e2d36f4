"""The evidence table: results of many studies side by side, one row a result, nothing pooled."""

from __future__ import annotations

import csv
import difflib
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Protocol

from domain.document import KINDS, Kind
from domain.errors import CallError
from domain.evidence import EvidenceRecord, Outcome
from domain.measure import Measure
from domain.passage import Confidence
from kb.library import measures

NEAR = 5
"""How many near names an error offers."""


class RecordKeeper(Protocol):
    """What the table needs of a base."""

    def records(self) -> Sequence[EvidenceRecord]:
        """The evidence records in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRow:
    """One result or recommendation of one study, as printed; absent: None.

    The first fourteen fields are those of `chordae evidence --json`. `n` is the study's number of patients, `source`
    what was read, with its link. `fact` is the place in the record ("outcomes.3"), `contrast` the comparison in words
    ("MitraClip + GDMT vs GDMT alone"), `arms` the arms with their sizes. `superseded_by` is the record that holds the
    later recommendation.
    """

    record: str
    title: str
    kind: Kind
    year: int | None
    n: int | None
    measure: str
    timepoint: str | None
    comparison: str | None
    value: str | None
    effect: str | None
    ci_95: str | None
    p: str | None
    confidence: Confidence
    source: str
    fact: str
    study: str
    population: str | None
    contrast: str | None
    arms: str
    follow_up: str | None
    note: str | None
    url: str | None
    class_cor: str | None
    level_loe: str | None
    society: str | None
    guideline_year: int | None
    superseded_by: str | None

    def as_json(self) -> dict[str, str | int | None]:
        """The row as the terminal prints it."""
        return asdict(self)


COLUMNS: tuple[str, ...] = tuple(field.name for field in fields(EvidenceRow))


def evidence_rows(
    source: RecordKeeper | Iterable[EvidenceRecord], measure: str | None = None, topic: str | None = None
) -> list[EvidenceRow]:
    """The shown results of the records in a base (or of the records given), those of one measure or topic where named.

    `measure` is a name of the controlled list or a synonym, in any spelling; `topic` one of the records' topics. In the
    order of the controlled list, then stronger designs first, newer first, id, place. Facts that are unverified are
    left out. Raises CallError for an unknown measure or topic, naming near ones.
    """
    records = list(source if isinstance(source, Iterable) else source.records())
    wanted = None if measure is None else measures_named(measure, records)
    if topic is not None and records:
        topic = _topic_named(topic, records)
    rows = [
        _row(record, place, outcome)
        for record in records
        if topic is None or topic in record.topics
        for place, outcome in enumerate(record.outcomes)
        if outcome.confidence != "unverified" and (wanted is None or outcome.measure in wanted)
    ]
    order = {entry.name: place for place, entry in enumerate(measures())}
    return sorted(
        rows,
        key=lambda row: (
            order.get(row.measure, len(order)),
            row.measure,
            KINDS.index(row.kind),
            -(row.year or 0),
            row.record,
            int(row.fact.partition(".")[2]),
        ),
    )


def measures_named(name: str, records: Iterable[EvidenceRecord] = ()) -> frozenset[str]:
    """The measures that go by `name`: listed ones by name or synonym, and those that `records` use besides.

    Raises CallError naming near ones when there is none.
    """
    listed = {entry.name for entry in measures()}
    extra = {outcome.measure for record in records for outcome in record.outcomes} - listed
    known = (*measures(), *(Measure(name=other, unit="", direction="none") for other in sorted(extra)))
    wanted = _folded(name)
    exact = frozenset(entry.name for entry in known if wanted == _folded(entry.name))
    found = exact or frozenset(entry.name for entry in known if wanted in map(_folded, entry.names))
    if not found:
        names = {_folded(other): entry.name for entry in known for other in entry.names}
        near = _near(wanted, names) or [entry.name for entry in known[:NEAR]]
        raise CallError(f"--measure {name!r} is no measure of the list. Near are: {'; '.join(near)}.")
    return found


def topics_of(source: RecordKeeper | Iterable[EvidenceRecord]) -> list[str]:
    """The topics of the records, sorted."""
    records = source if isinstance(source, Iterable) else source.records()
    return sorted({topic for record in records for topic in record.topics})


def measures_of(source: RecordKeeper | Iterable[EvidenceRecord]) -> list[str]:
    """The measures that have a shown result, in the order of the controlled list."""
    return list(dict.fromkeys(row.measure for row in evidence_rows(source)))


def csv_text(rows: Iterable[EvidenceRow]) -> str:
    """The rows as CSV with a header line; absent values are empty."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(row.as_json() for row in rows)
    return out.getvalue()


def _row(record: EvidenceRecord, place: int, outcome: Outcome) -> EvidenceRow:
    if outcome.confidence == "unverified":
        raise ValueError(f"{record.record_id} outcomes.{place} is unverified and is never shown")
    sources = record.sources_of(f"outcomes.{place}")
    urls = [source.url for source in sources if source.url]
    return EvidenceRow(
        record=record.record_id,
        title=record.title,
        kind=record.kind,
        year=record.year,
        n=record.n,
        measure=outcome.measure,
        timepoint=outcome.timepoint,
        comparison=outcome.comparison,
        value=outcome.value,
        effect=outcome.effect,
        ci_95=outcome.ci_95,
        p=outcome.p,
        confidence=outcome.confidence,
        source="; ".join(source.what + (f" ({source.url})" if source.url else "") for source in sources),
        fact=f"outcomes.{place}",
        study=study_name(record),
        population=outcome.population,
        contrast=_contrast(record, outcome.comparison),
        arms=", ".join(f"{name}: {size}" for name, size in record.arms.items()),
        follow_up=record.follow_up,
        note=outcome.note,
        url=urls[0] if urls else None,
        class_cor=outcome.class_cor,
        level_loe=outcome.level_loe,
        society=outcome.society,
        guideline_year=outcome.guideline_year,
        superseded_by=outcome.superseded_by.record if outcome.superseded_by else None,
    )


def _contrast(record: EvidenceRecord, comparison: str | None) -> str | None:
    """The comparison with its arms in words, their prepositions taken off; as printed where the record has no words."""
    if comparison is None:
        return None
    told = (record.arm_words.get(name, name) for name in comparison.split(" vs "))
    return " vs ".join(re.sub(r"^(with|after|in) (an? )?", "", name) for name in told)


def study_name(record: EvidenceRecord) -> str:
    """The study's name with its year, "COAPT (2018)", capital first."""
    name = (record.short or record.title.partition(":")[0]).removeprefix("the ")
    name = name[0].upper() + name[1:]
    return name if record.year is None or re.search(r"\b(19|20)\d\d\b", name) else f"{name} ({record.year})"


def _topic_named(topic: str, records: Iterable[EvidenceRecord]) -> str:
    names = {_folded(known): known for known in topics_of(records)}
    if _folded(topic) not in names:
        near = _near(_folded(topic), names) or sorted(names.values())
        raise CallError(f"--topic {topic!r} is no topic of these records. There are: {'; '.join(near)}.")
    return names[_folded(topic)]


def _near(wanted: str, names: Mapping[str, str]) -> list[str]:
    """The names (by their folded forms) most like `wanted`: sharing a word first, then alike in spelling."""
    words = set(wanted.split())
    sharing = sorted(names, key=lambda folded: (-len(words & set(folded.split())), len(folded), folded))
    shared = [folded for folded in sharing if words & set(folded.split())]
    alike = difflib.get_close_matches(wanted, sorted(names), n=NEAR, cutoff=0.5)
    return list(dict.fromkeys(names[folded] for folded in [*alike, *shared]))[:NEAR]


def _folded(name: str) -> str:
    """Case, hyphens and American spelling put aside: "HF-hospitalization" is "hf hospitalisation"."""
    folded = re.sub(r"[\s_\-–]+", " ", name.casefold()).strip()
    return re.sub(r"iz(?=ation|ed|ing|e\b)", "is", folded).replace("ischemic", "ischaemic")
