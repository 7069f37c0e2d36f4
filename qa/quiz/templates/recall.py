"""Questions that ask for one published fact: a figure of an arm, an effect, a change, a comparator."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from domain.evidence import EvidenceRecord
from qa.quiz.draft import OPTIONS, Draft, Template, Wrong, choose
from qa.quiz.results import Value
from qa.quiz.shelf import Card, Shelf, is_contrast, share_topic
from qa.quiz.templates.figures_of import (
    UNHEARD,
    attainable,
    effect_name,
    effect_rivals,
    neighbours,
    rivals,
    unheard,
)
from qa.quiz.wording import (
    arm,
    family,
    in_sentence,
    named,
    people,
    pick,
    pretty,
    sentence,
    setting,
    study,
    subject,
    versus,
    when,
    without_remarks,
    without_repeats,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One fact and how to ask for it, whatever the kind of item: `statement` has {} where the key stands.

    `alone` is True where the statement itself says who was studied.
    """

    template: str
    card: Card
    cards: tuple[Card, ...]
    stem: str
    statement: str
    key: str
    wrongs: tuple[Wrong, ...]
    alone: bool = False


SMALL = 60
"""Up to so many patients a reader sees which percentages are possible: the options must all be."""
_COUNTED = re.compile(r"(?:deaths?|patients?|events?|cases?)\b")


def arm_figures(shelf: Shelf) -> Iterator[Asked]:
    """A figure of one arm, or of the only group."""
    for card in shelf.results():
        result, outcome = card.result, card.outcome
        if result is None or outcome is None:
            continue
        if result.values and result.arms:
            at = pick((0, 1), card.fact_id)
            yield from _arm_figure(
                shelf, card, result.values[at], result.arms[at], (result.values[1 - at], result.arms[1 - at])
            )
        elif result.single and not outcome.comparison and card.record.n != 1:
            yield from _arm_figure(shelf, card, result.single, None, None)


def _arm_figure(
    shelf: Shelf, card: Card, value: Value, name: str | None, other: tuple[Value, str] | None
) -> Iterator[Asked]:
    assert card.outcome is not None
    if value.number == 0 or value.text == "100%" or _COUNTED.match(value.unit):
        return
    record, outcome = card.record, card.outcome
    time = when(outcome.timepoint)
    who = arm(record, name) if name else ""
    what = " ".join(f"{subject(outcome)} {who} {time}".split())
    statement = f"In {named(record)}, {what} was {{}}."
    lead = pick((f"What was {what}?", f"Which figure was reported for {what}?"), card.fact_id)
    wrongs = []
    if other is not None:
        text = pretty(other[0].text)
        wrongs.append(Wrong(text=text, note=f"{text} is the figure {arm(record, other[1])} {card.ref}."))
    wrongs += rivals(shelf, card, value, statement)
    if 0 < len(wrongs) < OPTIONS:
        wrongs += unheard(shelf, card, value, statement)
    if name is None and record.n is not None and record.n <= SMALL and value.unit == "%":
        if not attainable(value.text, record.n):
            return  # counted in fewer patients than the stem would say
        wrongs = [wrong for wrong in wrongs if attainable(wrong.text, record.n)]
        wrongs += neighbours(shelf, card, value, statement)
    yield Asked(
        template="arm-figure",
        card=card,
        cards=(card, *shelf.of(record.record_id, "population")[:2]),
        stem=f"{setting(record)} {without_repeats(lead, setting(record))}",
        statement=statement,
        key=value.text,
        wrongs=tuple(wrongs),
    )


def effects(shelf: Shelf) -> Iterator[Asked]:
    """A hazard ratio, an odds ratio or a mean difference."""
    for card in shelf.results():
        result, outcome = card.result, card.outcome
        if result is None or outcome is None or result.effect is None or result.effect_kind is None:
            continue
        if not (result.arms or result.against or outcome.measure == "Prognostic association"):
            continue
        record, effect = card.record, result.effect
        name = effect_name(card)
        what = f"{name} {when(outcome.timepoint)}".rstrip()
        compared = versus(record, result)
        statement = f"In {named(record)}, the {what} was {{}}{f' ({compared})' if compared else ''}."
        aside = f", {compared}," if compared else ""
        lead = pick(
            (f"Which {what} was reported{aside.rstrip(',')}?", f"What was the {what}{aside.rstrip(',')}?"), card.fact_id
        )
        wrongs = []
        if result.interval and result.is_ratio:
            for bound, number in zip(("lower", "upper"), result.interval, strict=True):
                text = f"{number:.{_decimals(effect.text)}f}"
                wrongs.append(
                    Wrong(text=text, note=f"{text} is the {bound} limit of the 95% confidence interval {card.ref}.")
                )
        wrongs = [*wrongs[:1], *effect_rivals(shelf, card, statement), *wrongs[1:]]
        if result.is_ratio and effect.number and result.arms:
            text = f"{1 / effect.number:.{_decimals(effect.text)}f}"
            wrongs.append(Wrong(text=text, note=f"{text} is the reciprocal: the comparison the other way round."))
        if 0 < len(wrongs) < OPTIONS:
            wrongs += unheard(shelf, card, effect, statement)
        yield Asked(
            template="effect-size",
            card=card,
            cards=(card, *shelf.of(record.record_id, "population")[:2]),
            stem=f"{setting(record)} {without_repeats(lead, setting(record))}",
            statement=statement,
            key=effect.text,
            wrongs=tuple(wrongs),
        )


def _decimals(text: str) -> int:
    return len(text.split()[0].partition(".")[2])


def changes(shelf: Shelf) -> Iterator[Asked]:
    """A figure after treatment, the figure before it given."""
    for card in shelf.results():
        result, outcome = card.result, card.outcome
        if result is None or outcome is None or result.change is None:
            continue
        before, after = result.change
        record = card.record
        if record.n is not None and record.n <= SMALL and not attainable(after.text, record.n):
            continue
        time = when(outcome.timepoint)
        what = subject(outcome)
        later = time or "at follow-up"
        statement = " ".join(f"In {named(record)}, {what} went from {before.text} to {{}} {time}".split()) + "."
        lead = f"From {pretty(before.text)} at baseline, which value did {what} reach {later}?"
        wrongs = list(rivals(shelf, card, after, statement))
        if 0 < len(wrongs) < OPTIONS:
            wrongs += unheard(shelf, card, after, statement)
        yield Asked(
            template="before-after",
            card=card,
            cards=(card, *shelf.of(record.record_id, "population")[:2]),
            stem=f"{setting(record)} {without_repeats(lead, setting(record))}",
            statement=statement,
            key=after.text,
            wrongs=tuple(wrongs),
        )


_MEDICAL = re.compile(r"GDMT|medical therapy")
LENGTHS_APART = 14
"""Characters by which two options differ before the eye notices."""
_CATEGORIES = (
    ("sham", r"\bsham|pacing off"),
    ("placebo", r"\bplacebo"),
    ("surgery", r"\bsurg|replacement|\brepair"),
    ("cabg", r"\bCABG"),
    ("medical", r"\bGDMT|medical|standard (of )?care|drug"),
)
"""What kind of comparator it is; two of one kind would both be right, whatever their words."""


def comparators(shelf: Shelf) -> Iterator[Asked]:
    """What a treatment was compared with."""
    trials = [one for one in shelf.records(everywhere=True) if one.kind == "rct" and without_remarks(one.comparator)]
    seen: set[str] = set()
    for record in shelf.records():
        population = shelf.of(record.record_id, "population")
        given, against = in_sentence(record.intervention), without_remarks(record.comparator)
        if record not in trials or not population or not given or not shelf.is_one_study(record):
            continue
        told = _category(against) == "medical" and _MEDICAL.search(given) is not None
        if told or family(record) in seen:
            continue  # the stem would give the answer away, or the trial has been asked about
        seen.add(family(record))
        wrongs: list[Wrong] = []
        for other in sorted(trials, key=lambda one: _aptness(one, record, against)):
            theirs = without_remarks(other.comparator)
            card = next(iter(shelf.of(other.record_id, "population")), None)
            if family(other) == family(record) or _category(theirs) == _category(against) or card is None:
                continue
            if is_contrast(other) or not share_topic(other, record) or theirs.casefold() in given.casefold():
                continue
            wrong = Wrong(
                text=sentence(theirs),
                note=f"{sentence(theirs)} was the comparator in {study(other)} {card.ref}.",
            )
            if all(_category(wrong.text) != _category(one.text) for one in wrongs):
                wrongs.append(wrong)
        yield Asked(
            template="comparator",
            card=population[0],
            cards=tuple(population[:2]),
            stem=f"{sentence(named(record))} tested {given} in {people(record)}. With what was it compared in these"
            " patients?",
            statement=f"{sentence(named(record))} compared {given} with {{}}.",
            key=sentence(against),
            wrongs=tuple(wrongs),
        )


def _aptness(other: EvidenceRecord, record: EvidenceRecord, against: str) -> tuple[int, bool, str]:
    """How well another trial's comparator stands beside this one's: as long, of the same part of the field."""
    apart = abs(len(without_remarks(other.comparator)) - len(against)) // LENGTHS_APART
    return apart, not share_topic(other, record), other.record_id


def _category(text: str) -> str:
    return next((name for name, pattern in _CATEGORIES if re.search(pattern, text, re.IGNORECASE)), text.casefold())


def asked(shelf: Shelf) -> Iterator[Asked]:
    """Every single fact that can be asked for, whatever the kind of item."""
    for make in (arm_figures, effects, changes):
        yield from make(shelf)


def _invented(one: Asked) -> int:
    """How many of the first distractors stand in no study: items whose distractors are real come first."""
    return sum(wrong.note.startswith(UNHEARD) for wrong in one.wrongs[: OPTIONS - 1])


def _mcq(one: Asked) -> Draft:
    quoted = one.statement.format(one.key)
    return Draft(
        template=one.template,
        kind="mcq",
        stem=one.stem,
        key=pretty(one.key),
        proofs=((quoted, one.card),),
        cards=one.cards,
        rationale=f"{pretty(quoted)} {one.card.ref}",
        bloom="remember",
        wrongs=choose(pretty(one.key), one.wrongs, seed=one.card.fact_id),
        order="size" if one.template != "comparator" else "drawn",
    )


def template(name: str, about: str, source: Callable[[Shelf], Iterator[Asked]]) -> Template:
    """A template of multiple-choice questions on single facts, those with real distractors first."""

    def make(shelf: Shelf) -> Iterator[Draft]:
        return (_mcq(one) for one in sorted(source(shelf), key=_invented))

    return Template(name=name, about=about, bloom="remember", make=make)


TEMPLATES = (
    template("arm-figure", "A published figure of one arm", arm_figures),
    template("effect-size", "A published effect", effects),
    template("before-after", "A figure after treatment", changes),
    template("comparator", "What a treatment was compared with", comparators),
)
