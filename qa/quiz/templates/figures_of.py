"""Where distractors for a figure come from: the other arm, the other trials, the bounds of the interval."""

from __future__ import annotations

from collections.abc import Iterator

from qa.quiz.draft import Wrong
from qa.quiz.figures import Figure, figure, same
from qa.quiz.results import Value
from qa.quiz.shelf import Card, Shelf
from qa.quiz.wording import arm, event, family, pretty, study, subject, when

NEAREST, FARTHEST = 0.3, 3.4
"""A distractor lies between these multiples of the key: of the same magnitude, and not to be ruled out at a glance."""
UNHEARD = "No study in the base gives"
"""How the note on a figure begins that stands nowhere."""
SPREAD = (0.8, 1.3, 0.6, 1.6, 0.45, 2.0)
"""Multiples of the key for figures that no study gives, used only where the base has too few of its own."""
NARROW = (0.85, 1.15, 0.72, 1.3, 0.62, 1.45)
"""The same for what is measured: twice a walk distance or a ventricle is no patient's."""


RATIO_NAMES = {"HR": "hazard ratio", "OR": "odds ratio", "RR": "relative risk", "rate ratio": "rate ratio"}
"""The kinds of ratio in words."""
OF_RATIO = {"HR": "hazard", "OR": "odds", "RR": "risk", "rate ratio": "rate"}
"""What each kind of ratio is a ratio of."""


def effect_name(card: Card) -> str:
    """The effect and what it is an effect on: "hazard ratio for all-cause death", "mean difference in LVEDV"."""
    assert card.outcome is not None and card.result is not None and card.result.effect_kind is not None
    kind = card.result.effect_kind
    if kind in RATIO_NAMES:
        return f"{RATIO_NAMES[kind]} for {event(card.outcome)}"
    return f"{kind} in {event(card.outcome).removeprefix('change in ')}"


def figure_of(card: Card, value: Value) -> str:
    """What `value` is a figure of: "the hazard ratio for all-cause death", "the rate of device success (n=30)"."""
    assert card.outcome is not None and card.result is not None
    by_name = value is card.result.effect and card.outcome.measure != "Prognostic association"
    return f"the {effect_name(card)}" if by_name and card.result.effect_kind else subject(card.outcome)


def rivals(shelf: Shelf, card: Card, key: Value, claim: str) -> Iterator[Wrong]:
    """The figures of other studies for the same measure in the same unit, those at the same time point first."""
    assert card.outcome is not None and card.result is not None
    own = family(card.record)
    found: list[tuple[float, str, Wrong]] = []
    for other in shelf.figures():
        if other.outcome is None or other.result is None or other.outcome.measure != card.outcome.measure:
            continue
        if family(other.record) == own or is_freedom(other) != is_freedom(card):
            continue
        for value, whose in _figures(other):
            if value.unit != key.unit or not _comparable(value, key):
                continue
            note = f"{pretty(value.text)} is from {study(other.record)}: {subject(other.outcome)}{whose}"
            note += f" {when(other.outcome.timepoint)}".rstrip() + f" {other.ref}."
            distance = abs((other.result.months or 999) - (card.result.months or 999))
            found.append(
                (distance, other.fact_id, Wrong(text=pretty(value.text), note=note, claim=claim.format(value.text)))
            )
    found.sort(key=lambda one: (one[0], one[1], one[2].text))
    yield from (wrong for _, _, wrong in found)


def is_freedom(card: Card) -> bool:
    """Whether the figure counts those without an event."""
    assert card.outcome is not None
    return "freedom" in f"{card.outcome.measure} {card.outcome.population or ''}".casefold()


def _figures(card: Card) -> Iterator[tuple[Value, str]]:
    result = card.result
    if result is None:
        return
    if result.values and result.arms:
        for value, name in zip(result.values, result.arms, strict=True):
            yield value, f" {arm(card.record, name)}"
    if result.single:
        yield result.single, ""
    if result.change:
        yield result.change[1], ""


def _comparable(value: Value, key: Value) -> bool:
    if key.number == 0 or value.number == 0:
        return abs(value.number - key.number) < 30
    ratio = value.number / key.number
    return NEAREST <= ratio <= FARTHEST or (ratio < 0 and NEAREST <= -ratio <= FARTHEST)


def effect_rivals(shelf: Shelf, card: Card, claim: str) -> Iterator[Wrong]:
    """The effects of other studies of the same kind on the same measure."""
    assert card.outcome is not None and card.result is not None and card.result.effect is not None
    own, mine = family(card.record), card.result.effect.number
    near: list[tuple[bool, float, str, Wrong]] = []
    for other in shelf.figures():
        result = other.result
        if other.outcome is None or result is None or result.effect is None or family(other.record) == own:
            continue
        if other.outcome.measure != card.outcome.measure or result.effect_kind != card.result.effect_kind:
            continue
        if result.effect.unit != card.result.effect.unit:
            continue
        theirs = result.effect.number
        if card.result.is_ratio and not card.result.arms and (theirs < 1) != (mine < 1):
            continue  # a marker of risk: a reader knows on which side of 1 it lies
        if not _comparable(result.effect, card.result.effect):
            continue
        text = pretty(result.effect.text)
        time = f" {when(other.outcome.timepoint)}".rstrip()
        wrong = Wrong(
            text=text,
            note=f"{text} is the estimate of {study(other.record)}{time} {other.ref}.",
            claim=claim.format(result.effect.text),
        )
        near.append(((theirs < 1) != (mine < 1), abs(theirs - mine), other.fact_id, wrong))
    yield from (wrong for _, _, _, wrong in sorted(near, key=lambda one: one[:3]))


def unheard(shelf: Shelf, card: Card, key: Value, claim: str) -> Iterator[Wrong]:
    """Figures that no study of the base gives for this measure, for where the base has too few."""
    assert card.outcome is not None
    decimals = len(key.text.split()[0].rstrip("%").partition(".")[2]) if key.text[0] in "+-0123456789" else 0
    what = figure_of(card, key)
    known = [value for other in shelf.figures() for value in _of_measure(other, card.outcome.measure)]
    measured = key.unit and not key.unit.startswith("%") and "patient" not in key.unit
    for times in NARROW if measured else SPREAD:
        number = round(key.number * times, decimals)
        if key.unit.startswith("%") and number >= 100:
            continue
        shown = f"{number:+.{decimals}f}" if key.text.startswith("+") else f"{number:.{decimals}f}"
        text = pretty(key.text.replace(_digits(key.text), shown, 1))
        made = figure(text)
        if made is None or any(same(made, one) for one in known):
            continue
        yield Wrong(
            text=text,
            note=f"{UNHEARD} {text} as {what.split(' (')[0]}.",
            claim=claim.format(text),
        )


def attainable(text: str, n: int) -> bool:
    """Whether a percentage, as printed, can be a count of `n` patients; True for what is no percentage."""
    made = figure(text)
    if made is None or not made.unit.startswith("%"):
        return True
    return any(round(100 * count / n, made.decimals) == made.value for count in range(n + 1))


def neighbours(shelf: Shelf, card: Card, key: Value, claim: str) -> Iterator[Wrong]:
    """The percentages that a few more, or a few less, of the patients would make, for a small study."""
    n = card.record.n or 0
    decimals = len(key.text.rstrip("%").partition(".")[2])
    count = round(key.number * n / 100)
    what = figure_of(card, key)
    for step in (2, -1, 4, -2, 1, 3, -3):
        if 0 < count + step < n:
            text = f"{100 * (count + step) / n:.{decimals}f}%"
            yield Wrong(text=text, note=f"{UNHEARD} {text} as {what.split(' (')[0]}.", claim=claim.format(text))


def _of_measure(card: Card, measure: str) -> Iterator[Figure]:
    if card.outcome is None or card.outcome.measure != measure:
        return
    for value, _ in _figures(card):
        if (one := figure(value.text)) is not None:
            yield one


def _digits(text: str) -> str:
    return next((word.rstrip("%") for word in text.split() if word[:1] in "+-0123456789"), text)
