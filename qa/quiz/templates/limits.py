"""Questions about what limits a finding: the key is a limitation that the source states, the others do not apply."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from domain.evidence import EvidenceRecord
from qa.quiz.draft import Draft, Template, Wrong
from qa.quiz.shelf import Card, Shelf
from qa.quiz.wording import in_sentence, pick, study

FEW, MANY = 150, 300
"""A study of fewer patients than the first is small in this field, one of more than the second is not."""

_OF_A_PART = re.compile(r"landmark|crossover|subset|subgroup|post hoc|analysis set", re.IGNORECASE)
"""Caveats on a part of a study do not limit the whole of it."""
Disproof = Callable[[Shelf, EvidenceRecord], Card | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Limit:
    """A limitation: the option's words, what in a caveat states it, and the card that disproves it for a study."""

    option: str
    stated: re.Pattern[str]
    disproved: Disproof
    because: str


def _population(shelf: Shelf, record: EvidenceRecord) -> Card | None:
    return next(iter(shelf.of(record.record_id, "population")), None)


def _criteria(shelf: Shelf, record: EvidenceRecord, pattern: str) -> Card | None:
    return next((c for c in shelf.of(record.record_id, "population") if re.search(pattern, c.passage.text, re.I)), None)


def _randomised(shelf: Shelf, record: EvidenceRecord) -> Card | None:
    return _population(shelf, record) if record.kind == "rct" else None


def _blinded(shelf: Shelf, record: EvidenceRecord) -> Card | None:
    if record.kind != "rct" or _limits_text(shelf, record, r"open[- ]label|unblinded|open \("):
        return None
    return _criteria(shelf, record, r"double[- ]blind|\bsham\b|\bplacebo\b(?! in)")


def _many_centres(shelf: Shelf, record: EvidenceRecord) -> Card | None:
    return _criteria(
        shelf, record, r"\b\d+ (US |European |high-volume European |North American )?(sites|cent(re|er)s)\b|multicentre"
    )


def _many_patients(shelf: Shelf, record: EvidenceRecord) -> Card | None:
    return _population(shelf, record) if record.n and record.n >= MANY else None


def _medical_arm(shelf: Shelf, record: EvidenceRecord) -> Card | None:
    against = record.comparator or ""
    return _population(shelf, record) if re.search(r"GDMT|medical|placebo", against) and record.kind == "rct" else None


def _long(shelf: Shelf, record: EvidenceRecord) -> Card | None:
    for card in shelf.by_record[record.record_id]:
        if card.result and card.result.months and card.result.months >= 24:
            return card
    return None


def _powered(shelf: Shelf, record: EvidenceRecord) -> Card | None:
    for card in shelf.by_record[record.record_id]:
        if (
            card.outcome
            and card.result
            and card.result.significant
            and re.search(r"death|hospital", card.outcome.measure, re.I)
        ):
            return card
    return None


def _limits_text(shelf: Shelf, record: EvidenceRecord, pattern: str) -> bool:
    return any(re.search(pattern, card.passage.text, re.I) for card in shelf.by_record[record.record_id])


_LIMITS = (
    _Limit(
        option="It had no control group",
        stated=re.compile(r"\bno control\b|single[- ]arm|\buncontrolled|no comparator|no medical control", re.I),
        disproved=_randomised,
        because="patients were allocated to two groups",
    ),
    _Limit(
        option="Treatment was given open label",
        stated=re.compile(r"open[- ]label|no sham procedure|\bunblinded", re.I),
        disproved=_blinded,
        because="treatment was blinded",
    ),
    _Limit(
        option="Treatment was not allocated at random",
        stated=re.compile(r"not random|non-?randomi[sz]ed|surgeon choice|treatment selection", re.I),
        disproved=_randomised,
        because="allocation was at random",
    ),
    _Limit(
        option="It was run at a single centre",
        stated=re.compile(r"single[- ]cent(re|er)", re.I),
        disproved=_many_centres,
        because="several centres took part",
    ),
    _Limit(
        option="Its data were collected in retrospect",
        stated=re.compile(r"\bretrospective\b", re.I),
        disproved=_randomised,
        because="patients were randomised, then followed",
    ),
    _Limit(
        option=f"It enrolled fewer than {FEW} patients",
        stated=re.compile(r"\bsmall\b(?! numbers| effect)", re.I),
        disproved=_many_patients,
        because="it was larger",
    ),
    _Limit(
        option="It was not powered for clinical events",
        stated=re.compile(r"not powered|underpowered", re.I),
        disproved=_powered,
        because="it found a significant difference in clinical events",
    ),
    _Limit(
        option="It had no arm on medical therapy alone",
        stated=re.compile(r"no medical-therapy (arm|comparator)", re.I),
        disproved=_medical_arm,
        because="its control group was treated medically",
    ),
    _Limit(
        option="Its follow-up ended within a year",
        stated=re.compile(r"only one year|three months|one-year follow", re.I),
        disproved=_long,
        because="it reports results at two years or later",
    ),
    _Limit(
        option="It mixed primary with functional MR",
        stated=re.compile(r"mixed (MR )?aetiology|mixed aetiology|had primary valve disease", re.I),
        disproved=lambda shelf, record: (
            None
            if _limits_text(
                shelf, record, r"mixed|degenerative|organic|primary (valve|MR|leaflet|or functional)|or secondary MR"
            )
            else _criteria(
                shelf, record, r"\b(severe|moderate|3\+|4\+|grade)[^.;]{0,40}\b(SMR|FMR|secondary MR|functional MR)\b"
            )
        ),
        because="it enrolled secondary MR",
    ),
)


def limitations(shelf: Shelf) -> Iterator[Draft]:
    """Which limitation the source itself states for a study."""
    for record in shelf.records():
        if not shelf.is_one_study(record):
            continue
        caveats = shelf.of(record.record_id, "caveats")
        stated = [
            (one, card)
            for one in _LIMITS
            for card in caveats
            if one.stated.search(card.passage.text)
            and not _OF_A_PART.search(card.passage.text)
            and one.disproved(shelf, record) is None
        ]
        if record.n is not None and record.n >= FEW:
            stated = [(one, card) for one, card in stated if "fewer than" not in one.option]
        disproved = [
            (one, card)
            for one in _LIMITS
            if not _limits_text(shelf, record, one.stated.pattern)
            and (card := one.disproved(shelf, record)) is not None
        ]
        for key, card in stated:
            others = sorted(disproved, key=lambda one: pick(range(997), card.fact_id, one[0].option))[:4]
            if len(others) >= 3 and (draft := _draft(record, key, card, others)):
                yield draft


def _draft(record: EvidenceRecord, key: _Limit, card: Card, others: list[tuple[_Limit, Card]]) -> Draft | None:
    given = in_sentence(record.intervention)
    if not given:
        return None
    stem = pick(
        (
            f"A colleague bases the care of patients with MR on {study(record)}, which studied {given}. Which"
            " limitation of that study should temper the conclusion?",
            f"At a journal club on patients with MR, {study(record)} ({given}) is discussed. Which of these limits what"
            " its findings can show?",
        ),
        card.fact_id,
    )
    return Draft(
        template="limitation",
        kind="mcq",
        stem=stem,
        key=key.option,
        proofs=((card.passage.text, card),),
        cards=(card, *(one for _, one in others)),
        rationale=f"Stated as a limit of {study(record)}: {_fact(card)} {card.ref}.",
        bloom="analyse",
        wrongs=tuple(
            Wrong(text=limit.option, note=f"It does not apply to {study(record)}: {limit.because} {one.ref}.")
            for limit, one in others
        ),
        sources=2,
    )


def _fact(card: Card) -> str:
    return card.fact.fact.rstrip(".") if card.fact else card.passage.text


TEMPLATES = (Template(name="limitation", about="What limits a finding", bloom="analyse", make=limitations),)
