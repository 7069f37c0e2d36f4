"""Questions that ask what a published figure means."""

from __future__ import annotations

import re
from collections.abc import Iterator

from qa.quiz.draft import Draft, Template, Wrong
from qa.quiz.shelf import Shelf
from qa.quiz.templates.figures_of import OF_RATIO, RATIO_NAMES
from qa.quiz.templates.said import line, said
from qa.quiz.wording import (
    arm,
    bare_arm,
    clinical,
    event,
    named,
    pick,
    pretty,
    sentence,
    setting,
    subject,
    versus,
    when,
)

_REGURGITATION = re.compile(r"\b(?:[FSI]?MR|regurgitation)\b")
NO_DIRECTION = 0.02
"""A ratio nearer to 1 than this points neither way."""


def interval(shelf: Shelf) -> Iterator[Draft]:
    """What an interval of a ratio allows one to say."""
    for card in shelf.results():
        result, outcome = card.result, card.outcome
        if not result or not outcome or not result.is_ratio or not result.effect or not result.interval:
            continue
        if result.significant is None or not (result.arms or result.against):
            continue
        of = OF_RATIO[result.effect_kind or ""]
        whom = arm(card.record, result.arms[0]) if result.arms else f"with {pretty(outcome.population or '')}"
        if whom == "with ":
            continue
        lower = result.effect.number < 1
        if abs(result.effect.number - 1) < NO_DIRECTION:
            continue
        options = {
            (True, True): f"Lower {of} {whom}, statistically significant",
            (True, False): f"Lower {of} {whom}, compatible with no difference",
            (False, False): f"Higher {of} {whom}, compatible with no difference",
            (False, True): f"Higher {of} {whom}, statistically significant",
        }
        right = (lower, result.significant)
        name = RATIO_NAMES[result.effect_kind or ""]
        figures = f"{result.effect.text} (95% CI {outcome.ci_95})"
        lead = pick(
            (
                f"For {event(outcome)} the {name} ({versus(card.record, result)}) was {figures}"
                f" {when(outcome.timepoint)}. Which reading does this interval support?",
                f"The {name} for {event(outcome)} was {figures} {when(outcome.timepoint)},"
                f" {versus(card.record, result)}. Which conclusion fits the interval?",
            ),
            card.fact_id,
        )
        bounds = f"{result.interval[0]:g} to {result.interval[1]:g}"
        why = "excludes" if result.significant else "includes"
        note = {
            True: f"The estimate {result.effect.text} lies {'below' if lower else 'above'} 1 {card.ref}.",
            False: f"The interval {bounds} {why} 1 {card.ref}.",
        }
        yield Draft(
            template="interval-reading",
            kind="mcq",
            stem=_tidy(f"{setting(card.record)} {lead}"),
            key=options[right],
            proofs=((said(card), card),),
            cards=(card, *shelf.of(card.record.record_id, "population")[:1]),
            rationale=f"The estimate {result.effect.text} lies {'below' if lower else 'above'} 1, and the interval from"
            f" {bounds} {why} 1 {card.ref}.",
            bloom="understand",
            wrongs=tuple(
                Wrong(text=options[held], note=note[held[0] != right[0]]) for held in options if held != right
            ),
            order="given",
            key_at=list(options).index(right),
        )


def trial_patient(shelf: Shelf) -> Iterator[Draft]:
    """A patient as a trial enrolled them: what the trial found for an outcome."""
    for card in shelf.results():
        result, outcome, record = card.result, card.outcome, card.record
        if not result or not outcome or record.kind != "rct" or not result.arms or result.significant is None:
            continue
        if (
            not result.is_ratio
            or not result.effect
            or abs(result.effect.number - 1) < NO_DIRECTION
            or outcome.population
        ):
            continue
        criteria = [one for one in shelf.of(record.record_id, "population.criteria") if clinical(one.record)]
        if not criteria or not _REGURGITATION.search(" ".join(one.text for one in criteria)):
            continue  # a case of mitral regurgitation says so
        lower, of = result.effect.number < 1, OF_RATIO[result.effect_kind or ""]
        options = {
            (True, True): f"A significantly lower {of}",
            (True, False): f"A lower {of}, not significantly so",
            (False, False): f"A higher {of}, not significantly so",
            (False, True): f"A significantly higher {of}",
        }
        right = (lower, result.significant)
        first, second = (bare_arm(record, name) for name in result.arms)
        yield Draft(
            template="trial-patient",
            kind="vignette",
            stem=f"You see a patient with {'; '.join(clinical(record))}. {sentence(named(record))} enrolled"
            f" such patients. What did it find for {event(outcome)} {when(outcome.timepoint)} with {first} compared"
            f" with {second}?",
            key=options[right],
            proofs=((said(card), card), *((one.text, one) for one in criteria)),
            cards=(card, *criteria),
            rationale=f"{sentence(line(card))}.",
            bloom="apply",
            wrongs=tuple(
                Wrong(text=options[held], note=f"The estimate and its interval say otherwise {card.ref}.")
                for held in options
                if held != right
            ),
            order="given",
            key_at=list(options).index(right),
        )


def direction(shelf: Shelf) -> Iterator[Draft]:
    """Which way two arms differed, and whether the difference was beyond chance, when only p is given."""
    for card in shelf.results():
        result, outcome = card.result, card.outcome
        if not result or not outcome or result.interval or not result.values or not result.arms:
            continue
        if result.significant is None or not outcome.p:
            continue
        first, second = result.values
        if first.number == second.number:
            continue
        a, b = (arm(card.record, name) for name in result.arms)
        if outcome.measure in {"Cost", "ICER"} or first.number < 0 or second.number < 0:
            continue
        higher, lower = (a, b) if first.number > second.number else (b, a)
        options = {
            (True, True): f"Significantly higher {higher} than {lower}",
            (True, False): f"Higher {higher} than {lower}, not significantly",
            (False, True): f"Significantly higher {lower} than {higher}",
            (False, False): f"Higher {lower} than {higher}, not significantly",
        }
        right = (True, result.significant)
        order = sorted(options, key=lambda held: options[held])
        yield Draft(
            template="direction",
            kind="mcq",
            stem=_tidy(
                f"{setting(card.record)} How did {subject(outcome)} differ between the groups"
                f" {when(outcome.timepoint)}?"
            ),
            key=options[right],
            proofs=((said(card), card),),
            cards=(card, *shelf.of(card.record.record_id, "population")[:1]),
            rationale=f"{sentence(line(card))}; the conventional limit for p is 0.05.",
            bloom="understand",
            wrongs=tuple(
                Wrong(text=options[held], note=f"The figures and p say otherwise {card.ref}.")
                for held in order
                if held != right
            ),
            order="given",
            key_at=order.index(right),
        )


def _tidy(text: str) -> str:
    return " ".join(text.split()).replace(" ,", ",").replace(" .", ".").replace(" ?", "?")


TEMPLATES = (
    Template(name="trial-patient", about="What a trial found for such a patient", bloom="apply", make=trial_patient),
    Template(
        name="interval-reading", about="What a confidence interval allows one to say", bloom="understand", make=interval
    ),
    Template(name="direction", about="Which way two groups differed", bloom="understand", make=direction),
)
