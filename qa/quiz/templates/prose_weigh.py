"""Questions that ask what the figures of an article's sentence mean: its interval, its two rates."""

from __future__ import annotations

import re
from collections.abc import Iterator

from qa.quantities import quantities
from qa.quantity import Quantity
from qa.quiz.draft import Draft, Template, Wrong
from qa.quiz.shelf import Ground, Shelf
from qa.quiz.templates.apply import difference_slips
from qa.quiz.templates.figures_of import OF_RATIO
from qa.quiz.templates.passage import grounds, source

NO_DIRECTION = 0.02
"""A ratio nearer to 1 than this points neither way."""
CLEAR = 1.0
"""Percentage points by which two rates differ at least, to be worth a difference."""
_TOLD = re.compile(
    r"signific|non-?inferior|superior|\bp\s*[<=>]|differ|\b(?:lower|higher|reduc|increas|decreas|more|fewer|less|greater)",
    re.IGNORECASE,
)
"""Words that would give the reading of an interval away."""


def intervals(shelf: Shelf) -> Iterator[Draft]:
    """What a ratio with its interval allows one to say, where the sentence does not say it."""
    for ground in grounds(shelf):
        figures = quantities(ground.text)
        ratios = [one for one in figures if one.kind == "ratio" and one.label in OF_RATIO]
        bounds = [one for one in figures if one.kind == "ci"]
        if len(ratios) == 1 and len(bounds) == 1 and not _TOLD.search(ground.text):
            estimate, (low, high) = ratios[0].value, bounds[0].values
            if low < estimate < high and abs(estimate - 1) >= NO_DIRECTION:
                yield _interval(ground, OF_RATIO[ratios[0].label], estimate, (low, high))


def _interval(ground: Ground, of: str, estimate: float, bounds: tuple[float, float]) -> Draft:
    excluded = not bounds[0] <= 1 <= bounds[1]
    options = {
        (True, True): f"A lower {of}, statistically significant",
        (True, False): f"A lower {of}, compatible with no difference",
        (False, False): f"A higher {of}, compatible with no difference",
        (False, True): f"A higher {of}, statistically significant",
    }
    right = (estimate < 1, excluded)
    side, held = "below" if estimate < 1 else "above", "excludes" if excluded else "includes"
    note = {
        True: f"The estimate {estimate:g} lies {side} 1 {ground.ref}.",
        False: f"The interval {bounds[0]:g} to {bounds[1]:g} {held} 1 {ground.ref}.",
    }
    return Draft(
        template="sentence-interval",
        kind="mcq",
        stem=f"{source(ground)} reports: “{ground.text}” Which conclusion fits the interval?",
        key=options[right],
        proofs=((ground.text, ground),),
        cards=(ground,),
        rationale=f"{note[True].split(' ⟦')[0]}, and the interval from {bounds[0]:g} to {bounds[1]:g} {held} 1"
        f" {ground.ref}.",
        bloom="understand",
        wrongs=tuple(Wrong(text=options[one], note=note[one[0] != right[0]]) for one in options if one != right),
        order="given",
        key_at=list(options).index(right),
    )


def differences(shelf: Shelf) -> Iterator[Draft]:
    """The absolute difference of the two rates that a sentence sets against each other."""
    for ground in grounds(shelf):
        rates = [one for one in quantities(ground.text) if one.unit == "%"]
        if len(rates) == 2 and rates[0].group == rates[1].group and _compared(*rates):
            first, second = rates[0].value, rates[1].value
            gap, larger, smaller = abs(first - second), max(first, second), min(first, second)
            if gap < CLEAR or not smaller or abs(gap - smaller) < CLEAR:
                continue
            decimals = max(one.decimals for one in rates)
            yield Draft(
                template="sentence-difference",
                kind="mcq",
                stem=f"{source(ground)} reports: “{ground.text}” How large is the absolute difference between the"
                " groups, in percentage points?",
                key=f"{gap:.{decimals}f}",
                proofs=((ground.text, ground),),
                cards=(ground,),
                rationale=f"{larger:g} − {smaller:g} = {gap:.{decimals}f} percentage points {ground.ref}.",
                bloom="apply",
                wrongs=tuple(
                    Wrong(text=f"{slip:.{decimals}f}", note=f"{slip:.{decimals}f} {why} {ground.ref}.")
                    for slip, why in difference_slips(first, second)
                ),
                order="size",
            )


def _compared(one: Quantity, other: Quantity) -> bool:
    plain = one.operator == other.operator == "=" and one.spread is None and other.spread is None
    return plain and (one.role, other.role) == ("first", "second")


TEMPLATES = (
    Template(name="sentence-interval", about="What an article's interval says", bloom="understand", make=intervals),
    Template(name="sentence-difference", about="From an article's two rates", bloom="apply", make=differences),
)
