"""Why a figure of the claim stands nowhere in the evidence: what stands in its place, or its other unit."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.bindings import Bound
from qa.compatible import compatible
from qa.figure_found import Found, printed
from qa.finding import Finding
from qa.frame import frame
from qa.parsed import Parsed, weighted_terms
from qa.quantity import Quantity
from qa.same_value import ROUND, kinds_meet, near, rounds, units_meet

_SOURCES = re.compile(r"^(?:two|three|four|five|six)[- ](?:trial|stud)", re.I)
"""How many sources were pooled, counted by whoever wrote the claim."""
_SAME_SUBJECT = 0.34
"""Share of the claim's clause that a sentence must hold for its figure to be "the passage's figure"."""
_GIVEN_FOR = re.compile(r"\b(?:for|over|every|each|daily|x|per)\s+(?:the first\s+)?$", re.I)


def why_missing(claim: Parsed, item: Bound, every: Sequence[Found]) -> Finding | None:
    """What to say of a figure that no figure of the evidence equals; None where it was only counted by the writer."""
    figure = item.figure
    shown = printed(figure)
    describes = _describes(claim, figure)
    rivals = [c for c in every if _rival(claim, item, c, describes)]
    rivals.sort(key=lambda c: (-_closeness(item, c), c.bound.figure.start))
    turned = figure.role in ("from", "to") and next(
        (c for c in every if c.bound.figure.kind == "range" and _other_end(figure, c.bound.figure)), None
    )
    if turned:
        return Finding(
            check="direction", weight="contradicted",
            reason=f"The passage gives {printed(turned.bound.figure)}, the claim has {shown} at the other end.",
        )  # fmt: skip
    reversed_range = next(
        (
            c
            for c in every
            if c.bound.figure.kind == figure.kind == "range" and c.bound.figure.values == figure.values[::-1]
        ),
        None,
    )
    if reversed_range:
        return Finding(
            check="direction", weight="contradicted",
            reason=f"The passage gives {printed(reversed_range.bound.figure)}, the claim {shown}: another order.",
        )  # fmt: skip
    unit = _other_unit(figure, every)
    if unit:
        return Finding(
            check="unit", weight="contradicted",
            reason=f"The passage gives {printed(unit.bound.figure)}, the claim {shown}: the unit differs.",
        )  # fmt: skip
    rounded = next((c for c in rivals if rounds(figure, c.bound.figure)), None)
    if rounded:
        return Finding(
            check="figure", weight="partial",
            reason=f"The passage gives {printed(rounded.bound.figure)}, the claim rounds it to {shown}.",
        )  # fmt: skip
    if rivals and rivals[0].subject >= _SAME_SUBJECT:
        return Finding(
            check="figure", weight="contradicted",
            reason=f"The passage gives {printed(rivals[0].bound.figure)}, the claim {shown}.",
        )  # fmt: skip
    if not rivals and _SOURCES.search(figure.text):
        return None  # "the three-trial pool", counted by whoever wrote the claim
    if describes:
        return Finding(check="descriptor", weight="partial", reason=f"The passage does not give {shown}.")
    counted = figure.kind == "count" and figure.in_words
    if counted and figure.value <= ROUND and not rivals:
        return None  # "the three trials", counted by whoever wrote the claim
    soft = figure.kind == "year" or (figure.kind == "number" and figure.text.isalpha())
    return Finding(
        check="figure", weight="partial" if soft else "unsupported",
        reason=f"The figure {shown} does not stand in the passage.",
    )  # fmt: skip


def _other_end(figure: Quantity, other: Quantity) -> bool:
    end = other.canonical[-1:] if figure.role == "from" else other.canonical[:1]
    return units_meet(figure, other) and near(figure.canonical, end, figure, other)


def _describes(claim: Parsed, figure: Quantity) -> bool:
    """A dose, a number studied, how long something was given: it says who got what, not what came out."""
    dose = figure.unit.startswith(("mg", "mmol", "IU", "U")) and not figure.unit.endswith("/mL")
    if dose or figure.label == "n":
        return True
    if figure.kind not in ("duration", "count", "number", "measure", "range") or figure.role:
        return False
    before = claim.text[: figure.start]
    if before.count("(") > before.count(")") or (figure.kind == "duration" and _GIVEN_FOR.search(before)):
        return True
    compared = frame(claim)
    return bool(compared.who and compared.whom) and (
        figure.end <= len(compared.who) or figure.start >= len(claim.text) - len(compared.whom)
    )


def _rival(claim: Parsed, item: Bound, candidate: Found, describes: bool) -> bool:
    """A figure of the evidence that stands where the claim's should."""
    ours, theirs = item.figure, candidate.bound.figure
    if ours.kind != theirs.kind or not kinds_meet(ours, theirs) or len(ours.values) != len(theirs.values):
        return False
    if (ours.kind == "ratio" and ours.label != theirs.label) or (ours.kind == "year" and theirs.label == "day"):
        return False
    if not units_meet(ours, theirs) or (ours.unit != theirs.unit and "" not in (ours.unit, theirs.unit)):
        return False
    if any(
        slot in item.slots and slot in candidate.bound.slots
        and not compatible(slot, item.slots[slot], candidate.bound.slots[slot])
        for slot in ("measure", "trial", "centre")
    ):  # fmt: skip
        return False
    if ours.kind == "number" or describes:  # a bare number or a descriptor needs more than its kind in common
        return _same_noun(claim, ours, candidate.sentence, theirs) or _same_measure(item, candidate)
    return True


def _same_measure(item: Bound, candidate: Found) -> bool:
    return bool(item.slots.get("measure", frozenset()) & candidate.bound.slots.get("measure", frozenset()))


def _same_noun(claim: Parsed, ours: Quantity, sentence: Parsed, theirs: Quantity) -> bool:
    """Whether the same content word stands right behind or right before both figures."""
    return bool(
        set(weighted_terms(claim.text[ours.end : ours.end + 24]))
        & set(weighted_terms(sentence.text[theirs.end : theirs.end + 24]))
        or set(weighted_terms(claim.text[max(0, ours.start - 20) : ours.start]))
        & set(weighted_terms(sentence.text[max(0, theirs.start - 20) : theirs.start]))
    )


def _closeness(item: Bound, candidate: Found) -> float:
    agreed = sum(
        slot in item.slots and slot in candidate.bound.slots
        and compatible(slot, item.slots[slot], candidate.bound.slots[slot])
        for slot in ("measure", "arm", "time", "trial", "population")
    )  # fmt: skip
    role = 0.5 * (item.figure.role == candidate.bound.figure.role)
    a, b = abs(item.figure.canonical[0]), abs(candidate.bound.figure.canonical[0])
    return candidate.subject + agreed + role + 0.3 * (min(a, b) / max(a, b) if max(a, b) else 1.0)


def _other_unit(figure: Quantity, every: Sequence[Found]) -> Found | None:
    """The same printed number with another unit."""
    if figure.unit == "" or figure.kind in ("count", "fraction"):
        return None
    for candidate in every:
        other = candidate.bound.figure
        if other.unit not in ("", figure.unit) or (other.unit == figure.unit and other.factor != figure.factor):
            if other.values == figure.values and other.kind not in ("fraction", "class", "level", "grade"):
                return candidate
    return None
