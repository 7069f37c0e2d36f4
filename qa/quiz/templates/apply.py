"""Questions that use published figures: number needed to treat, absolute difference, entry criteria, thresholds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from qa.quiz.draft import Draft, Template, Wrong
from qa.quiz.shelf import Card, Shelf
from qa.quiz.templates.said import said
from qa.quiz.wording import (
    arm,
    bare_arm,
    event,
    family,
    full_label,
    pick,
    pretty,
    sentence,
    setting,
    study,
    subject,
    when,
    without_remarks,
    without_repeats,
)

_BAD = re.compile(
    r"death|hospitalisation|mortality|adverse|bleeding|fibrillation|Reintervention|MR >=|recurrence|failure", re.I
)
_GOOD = re.compile(r"Freedom|Survival|MR <=|responder|improvement|NYHA I-II|success", re.I)
_MATTERS = re.compile(r"death|mortality|hospitalisation", re.I)
"""What a patient wants prevented: an NNT for a surrogate would tell of no benefit."""
_DRIVEN = re.compile(r"\bdriven\b|transfusion", re.I)
CLEAR_OF_BOUNDS = 2
"""An invented LVEF stays this many percentage points away from every limit, so that "<" or "≤" does not decide."""


def _two_rates(shelf: Shelf) -> Iterator[tuple[Card, float, float]]:
    for card in shelf.results():
        result, outcome = card.result, card.outcome
        if not result or not outcome or not result.values or not result.arms or result.values[0].unit != "%":
            continue
        if card.record.kind != "rct" or not (_BAD.search(outcome.measure) or _GOOD.search(outcome.measure)):
            continue
        first, second = (value.number for value in result.values)
        if outcome.measure == "Composite endpoint" or abs(first - second) < 1 or not result.months:
            continue
        if not result.significant:
            continue  # a difference that may be chance is not to be reckoned with
        yield card, first, second


def _rates(card: Card) -> str:
    """The setting and the two rates, as a stem gives them."""
    assert card.outcome and card.result and card.result.arms and card.result.values
    (first, second), (a, b) = card.result.values, (arm(card.record, name) for name in card.result.arms)
    told = setting(card.record)
    what = without_repeats(subject(card.outcome), told)
    return f"{told} {sentence(when(card.outcome.timepoint))}, {what} was {first.text} {a} and {second.text} {b}."


def number_needed(shelf: Shelf) -> Iterator[Draft]:
    """The number needed to treat from two published rates."""
    for card, first, second in _two_rates(shelf):
        assert card.outcome and card.result
        outcome, result = card.outcome, card.result
        if not result.arms or not result.values:
            continue
        better = second - first
        if (
            better < 2
            or not _MATTERS.search(outcome.measure)
            or outcome.population
            or _DRIVEN.search(outcome.note or "")
        ):
            continue
        key = round(100 / better)
        relative = better / max(first, second) * 100
        slips = (
            (100 / second, f"100 / {second:g} divides by the rate in the second group alone"),
            (100 / first, f"100 / {first:g} divides by the rate in the first group alone"),
            (100 / relative, "divides by the relative difference, not by the absolute one"),
            (200 / better, "counts twice as many as the absolute difference gives"),
            (300 / better, "counts three times as many as the absolute difference gives"),
        )
        stem = (
            f"{_rates(card)} About how many patients have to receive {bare_arm(card.record, result.arms[0])} to prevent"
            f" one {event(outcome)} over this period?"
        )
        yield Draft(
            template="number-needed-to-treat",
            kind="mcq",
            stem=stem,
            key=f"{key} patients",
            proofs=((said(card), card),),
            cards=(card, *shelf.of(card.record.record_id, "population")[:1]),
            rationale=f"The absolute difference is {better:.1f} percentage points, so 100 / {better:.1f} ≈ {key}"
            f" {card.ref}.",
            bloom="apply",
            wrongs=tuple(
                Wrong(text=f"{round(slip)} patients", note=f"{round(slip)}: {why} {card.ref}.")
                for slip, why in slips
                if round(slip) > 1
            ),
            order="size",
            caveat="The number comes from crude proportions at one time point; a trial's own figure may come from"
            " time-to-event estimates and differ a little.",
            sources=1,
        )


def absolute_difference(shelf: Shelf) -> Iterator[Draft]:
    """The absolute difference between two published rates, kept apart from the relative one."""
    for card, first, second in _two_rates(shelf):
        gap = abs(first - second)
        if any(abs(gap - rate) < 0.2 for rate in (first, second)):
            continue
        larger, smaller = max(first, second), min(first, second)
        stem = f"{_rates(card)} How large is the absolute difference between the groups, in percentage points?"
        yield Draft(
            template="absolute-difference",
            kind="mcq",
            stem=stem,
            key=f"{gap:.1f}",
            proofs=((said(card), card),),
            cards=(card, *shelf.of(card.record.record_id, "population")[:1]),
            rationale=f"{larger:g} − {smaller:g} = {gap:.1f} percentage points {card.ref}.",
            bloom="apply",
            wrongs=tuple(
                Wrong(text=f"{slip:.1f}", note=f"{slip:.1f} {why} {card.ref}.")
                for slip, why in difference_slips(first, second)
            ),
            order="size",
        )


def difference_slips(first: float, second: float) -> list[tuple[float, str]]:
    """What a student may take for the absolute difference of two rates, with why it is not; none above either rate."""
    larger, smaller = max(first, second), min(first, second)
    gap = larger - smaller
    slips = (
        (gap / larger * 100, "is the relative difference in per cent of the larger rate"),
        (gap / smaller * 100 if smaller else gap * 3, "relates the difference to the smaller rate"),
        ((first + second) / 2, "is the mean of the two rates"),
        (gap / 2, "is half the difference"),
        (gap * 2, "is twice the difference"),
        (larger, "is the larger of the two rates"),
        (smaller, "is the smaller of the two rates"),
    )
    return [(slip, why) for slip, why in slips if slip <= larger]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Range:
    """Which LVEF a study admitted, in per cent, and the card that says so."""

    card: Card
    low: float
    high: float

    def admits(self, value: float) -> bool | None:
        """None when the value is too near a limit to be clear."""
        if any(abs(value - bound) < CLEAR_OF_BOUNDS for bound in (self.low, self.high)):
            return None
        return self.low < value < self.high


_LVEF = re.compile(r"LVEF (?:(?P<low>\d+)%?(?:-| to <)(?P<high>\d+)%|(?P<sign><=?|>=?)(?P<bound>\d+)%)")
_NOT_ENTRY = re.compile(r"ineligible|\bonly with\b|\bmean LVEF\b|^[^:(]{0,30}\b(19|20)\d\d[^:(]{0,30}:|excluded", re.I)


def _ranges(shelf: Shelf) -> list[_Range]:
    found: dict[str, _Range] = {}
    for record in shelf.records(everywhere=True):
        if not without_remarks(record.intervention) or not (record.kind == "rct" or shelf.is_one_study(record)):
            continue
        for criterion in record.criteria:
            match = _LVEF.search(criterion)
            if match is None or _NOT_ENTRY.search(criterion):
                continue
            if match["low"]:
                low, high = float(match["low"]), float(match["high"])
            elif match["sign"].startswith("<"):
                low, high = 0.0, float(match["bound"])
            else:
                low, high = float(match["bound"]), 100.0
            card = next(
                (c for c in shelf.of(record.record_id, "population.criteria") if criterion in c.passage.text), None
            )
            if card is not None:
                found.setdefault(family(record), _Range(card=card, low=low, high=high))
            break
    return list(found.values())


def eligibility(shelf: Shelf) -> Iterator[Draft]:
    """Which of four studies would have admitted a patient with a given LVEF."""
    ranges = _ranges(shelf)
    for key in ranges:
        if key.card.record.record_id not in shelf.on_topic or key.low == 0:
            continue  # that no lower limit was told does not say that there was none
        for value in _values(key):
            others = [one for one in ranges if one is not key and one.admits(value) is False]
            if key.admits(value) and len(others) >= 3:
                seed = f"{key.card.fact_id} {value}"
                others.sort(key=lambda one: (not _near(one, key), pick(range(997), seed, one.card.fact_id)))
                yield _eligibility(key, others[:3], value)
                break


def _values(key: _Range) -> list[float]:
    middle = [value for value in range(12, 70) if key.admits(value)]
    return [float(value) for value in sorted(middle, key=lambda value: pick(range(997), key.card.fact_id, value))]


def _near(one: _Range, key: _Range) -> bool:
    return bool(set(one.card.record.topics) & set(key.card.record.topics))


def _says(one: _Range) -> str:
    if one.low == 0:
        return f"LVEF below or up to {one.high:g}%"
    if one.high == 100:
        return f"LVEF from {one.low:g}%"
    return f"LVEF {one.low:g}-{one.high:g}%"


def _eligibility(key: _Range, others: list[_Range], value: float) -> Draft:
    stem = (
        f"A patient with symptomatic heart failure and functional MR has an LVEF of {value:g}%. Judged by LVEF alone,"
        " which of these studies would have admitted the patient?"
    )
    return Draft(
        template="eligibility",
        kind="mcq",
        stem=stem,
        key=full_label(key.card.record),
        proofs=tuple((one.card.passage.text, one.card) for one in (key, *others)),
        cards=tuple(one.card for one in (key, *others)),
        rationale=f"{sentence(study(key.card.record))} asked for {_says(key)} {key.card.ref}; {value:g}% lies within.",
        bloom="apply",
        wrongs=tuple(
            Wrong(
                text=full_label(one.card.record),
                note=f"{sentence(study(one.card.record))} asked for {_says(one)} {one.card.ref};"
                f" {value:g}% lies outside.",
            )
            for one in others
        ),
        sources=4,
    )


_EROA = re.compile(r"(?:^|[ ,;])EROA (?:>=?|≥)?\s?(?P<number>\d+(?:\.\d+)?) (?P<unit>cm2|mm2)(?P<rest> \([^)]*\))?")


def severity(shelf: Shelf) -> Iterator[Draft]:
    """By which of four definitions a given orifice area is severe."""
    held: dict[str, tuple[Card, float]] = {}
    for card in shelf.figures():
        outcome = card.outcome
        if not outcome or outcome.measure != "Severity threshold" or not outcome.population:
            continue
        match = _EROA.search(outcome.value or "")
        name = pretty(re.split(r"[,(]", outcome.population)[0].strip())
        if match and not match["rest"]:
            number = float(match["number"]) * (100 if match["unit"] == "cm2" else 1)
            held.setdefault(name, (card, number))
    limits = sorted({number for _, number in held.values()})
    for low, high in pairwise(limits):
        value = (low + high) / 2
        severe = [(name, one) for name, one in held.items() if one[1] <= low]
        milder = [(name, one) for name, one in held.items() if one[1] >= high]
        for name, (card, number) in severe[:1]:
            if card.record.record_id not in shelf.on_topic or len(milder) < 3:
                continue
            chosen = milder[:3]
            yield Draft(
                template="severity",
                kind="mcq",
                stem=f"In a patient with secondary MR, echocardiography shows an EROA of {value / 100:.2f} cm². Judged"
                " by EROA alone, which of these definitions calls the MR severe?",
                key=name,
                proofs=tuple((c.passage.text, c) for c in (card, *(one[0] for _, one in chosen))),
                cards=(card, *(one[0] for _, one in chosen)),
                rationale=f"{name}: {pretty(card.outcome.value or '') if card.outcome else ''} {card.ref};"
                f" {value / 100:.2f} cm² is {value:g} mm², above {number:g} mm².",
                bloom="apply",
                wrongs=tuple(
                    Wrong(
                        text=other,
                        note=f"{other} asks for {limit:g} mm² {one.ref}; {value:g} mm² falls short.",
                    )
                    for other, (one, limit) in chosen
                ),
                sources=4,
                caveat="MR is graded by integration of several parameters on optimised therapy; one parameter alone"
                " decides nothing in practice.",
            )


TEMPLATES = (
    Template(name="number-needed-to-treat", about="From two rates to an NNT", bloom="apply", make=number_needed),
    Template(
        name="absolute-difference", about="Absolute, not relative, difference", bloom="apply", make=absolute_difference
    ),
    Template(name="eligibility", about="Which study would have admitted this patient", bloom="apply", make=eligibility),
    Template(name="severity", about="By which definition is this severe", bloom="apply", make=severity),
)
