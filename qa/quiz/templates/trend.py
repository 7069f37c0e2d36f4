"""Questions on what longer follow-up changed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import combinations

from qa.quiz.draft import Draft, Template, Wrong
from qa.quiz.shelf import Card, Shelf
from qa.quiz.templates.compare import is_part
from qa.quiz.templates.figures_of import RATIO_NAMES
from qa.quiz.templates.said import line, said
from qa.quiz.wording import event, family, sentence, study, versus, when

STEADY, MOVED = 0.02, 0.12
"""Changes of a log ratio below the first are none, above the second are a change; between them no question is asked."""
GAP = 3.0
"""Percentage points: a gap between arms, or its change, below this is not worth a question."""


def trend(shelf: Shelf) -> Iterator[Draft]:
    """How an effect, or the gap between two arms, changed from an earlier report of a trial to a later one."""
    cards = [card for card in shelf.results(everywhere=True) if card.result and card.result.months and card.result.arms]
    for early, late in combinations(cards, 2):
        if not early.outcome or not late.outcome or not early.result or not late.result:
            continue
        if early.outcome.measure != late.outcome.measure or family(early.record) != family(late.record):
            continue
        if early.record.record_id not in shelf.on_topic or early.result.arms != late.result.arms:
            continue
        if early.record.record_id == late.record.record_id and early.outcome.population != late.outcome.population:
            continue
        if early.record.kind != late.record.kind or not early.result.months or not late.result.months:
            continue
        if early.result.months == late.result.months or is_part(early) or is_part(late):
            continue
        if not early.result.significant and not late.result.significant:
            continue  # an effect that was never there does not change
        first, last = (early, late) if early.result.months < late.result.months else (late, early)
        yield from _ratio_trend(first, last)
        yield from _gap_trend(first, last)


def _ratio_trend(early: Card, late: Card) -> Iterator[Draft]:
    assert early.result and late.result and early.outcome and late.outcome
    if not (early.result.is_ratio and early.result.effect_kind == late.result.effect_kind):
        return
    if not early.result.effect or not late.result.effect:
        return
    first, second = math.log(early.result.effect.number), math.log(late.result.effect.number)
    moved = abs(second) - abs(first)
    if first * second < 0 and abs(first - second) > MOVED:
        key = "It crossed 1"
    elif abs(moved) <= STEADY:
        key = "It stayed the same"
    elif abs(moved) < MOVED:
        return
    else:
        key = "It moved closer to 1" if moved < 0 else "It moved further from 1"
    name = RATIO_NAMES[early.result.effect_kind or ""]
    ask = f"How did the {name} for {event(early.outcome)} ({versus(early.record, early.result)}) change"
    yield _trend(
        early, late, ask, key, ("It moved closer to 1", "It moved further from 1", "It stayed the same", "It crossed 1")
    )


def _gap_trend(early: Card, late: Card) -> Iterator[Draft]:
    assert early.result and late.result and early.outcome and late.outcome
    if not early.result.values or not late.result.values or early.result.values[0].unit != "%":
        return
    if late.result.values[0].unit != "%":
        return
    first = early.result.values[0].number - early.result.values[1].number
    second = late.result.values[0].number - late.result.values[1].number
    if max(abs(first), abs(second)) < GAP or abs(second - first) < GAP:
        return
    if first * second < 0:
        key = "It changed sides"
    elif abs(second) > abs(first):
        key = "It widened"
    else:
        key = "It narrowed"
    ask = f"How did the gap between the arms ({versus(early.record, early.result)}) in {event(early.outcome)} change"
    yield _trend(early, late, ask, key, ("It widened", "It narrowed", "It vanished", "It changed sides"))


def _trend(early: Card, late: Card, ask: str, key: str, options: tuple[str, ...]) -> Draft:
    assert early.outcome and late.outcome
    who = f"{early.record.n} patients" if early.record.n else "patients with MR"
    name = study(early.record) if early.record is late.record else f"{study(early.record)} and {study(late.record)}"
    stem = (
        f"The same trial in {who} was reported {when(early.outcome.timepoint)} and {when(late.outcome.timepoint)}"
        f" ({name}). {ask} from the earlier time point to the later one?"
    )
    shown = sentence(f"{_full(early)}; {_full(late)}")
    return Draft(
        template="trend",
        kind="mcq",
        stem=stem,
        key=key,
        proofs=((said(early), early), (said(late), late)),
        cards=(early, late),
        rationale=f"{shown}.",
        bloom="analyse",
        wrongs=tuple(
            Wrong(text=one, note=f"The two reports say otherwise {early.ref} {late.ref}.")
            for one in options
            if one != key
        ),
        order="given",
        key_at=options.index(key),
        sources=2,
    )


def _full(card: Card) -> str:
    assert card.result is not None
    if not card.result.values or not card.result.effect:
        return line(card)
    return line(card).replace(": ", f": {card.result.values[0].text} and {card.result.values[1].text}, ", 1)


TEMPLATES = (Template(name="trend", about="What longer follow-up changed", bloom="analyse", make=trend),)
