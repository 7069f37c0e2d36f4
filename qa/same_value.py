"""Whether two figures are the same number: rounded, spoken, in another unit, a count of a total as its percentage."""

from __future__ import annotations

from collections.abc import Sequence

from qa.quantity import Quantity
from qa.units import DAYS_PER_MONTH

TIMES_AGREE = 0.02
"""Two times in different units are one when they differ by less than this share (30 days, one month)."""
_WEEKS_AGREE = 0.085
"""The same for weeks and months: twelve weeks are spoken of as three months."""
_WEEK_AND_MONTH = {7.0, DAYS_PER_MONTH}
ABOUT = 0.05
"""How far "half", "a third" may be from the figure; "about 80%", in digits, half as far."""
SPOKEN_PART = 0.08
"""The same for a part of a whole in words: "one in five" for 21.4%."""
_SPOKEN_OF = 0.01
"""How far a figure may be rounded and still be the same when spoken: a mean age of 71.7 years is 72."""
ROUND = 10
"""Totals up to which such a fraction is a round one: "one in ten" for 9.6%."""
_SPOKEN = 100
"""Totals up to which a fraction in words ("one in five") may stand for a percentage."""
_FIRST_YEAR = 1900
ORDINAL = frozenset({"class", "level", "grade"})
"""Kinds of figure that say themselves what they measure."""
HUNDREDS = (10, 20, 100)
"""Totals in which a share is spoken: "nine in ten", "19 in 20", "two in a hundred"."""
COUNTS = frozenset({"", "patient", "man", "woman"})
DOSED = ("mg", "IU", "U")
"""Units of what is given to a patient."""


def same_value(claim: Quantity, other: Quantity) -> bool:
    """Whether two figures show the same number in the same kind of unit; operators and labels are not looked at."""
    if not kinds_meet(claim, other):
        return False
    if claim.kind == "fraction" or other.kind == "fraction":
        return _fraction_meets(claim, other)
    ours, theirs = claim.canonical, other.canonical
    if claim.kind == "year" and other.kind == "range" and len(ours) == 1:
        return ours[0] in theirs and min(theirs) >= _FIRST_YEAR  # an end of "2010-2020"
    if not units_meet(claim, other):
        return False
    if claim.role in ("from", "to") and other.kind == "range" and len(ours) == 1:
        theirs = theirs[:1] if claim.role == "from" else theirs[-1:]
    if claim.unit == "" or other.unit == "":
        ours, theirs = claim.values, other.values
    if len(ours) == 1 and len(theirs) == 2 and claim.operator == "~" and other.kind == "range":
        return any(near(ours, (end,), claim, other) for end in theirs)  # "about 1,420" for 1,422-1,426
    if len(ours) != len(theirs):
        return len(ours) == 1 and len(theirs) == 2 and claim.operator != "=" and ours[0] in theirs
    if (
        claim.kind in ("ci", "range", "iqr")
        and near(ours[::-1], theirs, claim, other)
        and claim.kind == other.kind == "range"
    ):
        return False
    return near(ours, theirs, claim, other)


def near(ours: Sequence[float], theirs: Sequence[float], claim: Quantity, other: Quantity) -> bool:
    """Whether as many values lie as near as the two figures are printed: to rounding, or to what "about" allows."""
    for a, b in zip(ours, theirs, strict=True):
        if claim.kind not in ("ci", "range", "iqr"):
            a, b = abs(a), abs(b)  # "fell by 7.0" and "−7.0"
        scale = max(abs(a), abs(b), 1e-12)
        if abs(a - b) <= 1e-6 * scale:
            continue
        room = _WEEKS_AGREE if {claim.factor, other.factor} == _WEEK_AND_MONTH else TIMES_AGREE
        if claim.unit == other.unit == "d" and claim.factor != other.factor and abs(a - b) <= room * scale:
            continue
        if abs(a - b) <= _SPOKEN_OF * scale and rounds(claim, other):
            continue
        about = (SPOKEN_PART if claim.kind == "percent" else ABOUT) if claim.in_words else ABOUT / 2
        if claim.operator == "~" and (abs(a - b) <= about * scale or rounds(claim, other)):
            continue
        if claim.operator == "~" and claim.unit == other.unit and claim.factor != other.factor:
            if round(b / claim.factor, claim.decimals) == abs(claim.value):
                continue  # "close to 0.2 cm2" for 21 mm2
        return False
    return True


def rounds(claim: Quantity, other: Quantity) -> bool:
    """Whether the claim's figure is the other's with fewer decimals, its sign told in words or not."""
    return claim.decimals < other.decimals and round(abs(other.value), claim.decimals) == abs(claim.value)


def kinds_meet(claim: Quantity, other: Quantity) -> bool:
    """Whether figures of the two kinds can say the same: a p-value only what a p-value says, a CI what a range does."""
    if claim.kind in ORDINAL or other.kind in ORDINAL:
        return claim.kind == other.kind and (claim.label[:3] == other.label[:3])
    if claim.kind == "p" or other.kind == "p":
        return claim.kind == other.kind
    if claim.kind == "ci" or other.kind == "ci":
        return {claim.kind, other.kind} <= {"ci", "range"}
    if claim.kind == "iqr" or other.kind == "iqr":
        return {claim.kind, other.kind} <= {"iqr", "range"}
    if "ratio" in (claim.kind, other.kind):
        return {claim.kind, other.kind} <= {"ratio", "number"} or "fold" in (claim.unit, other.unit)
    return True


def units_meet(claim: Quantity, other: Quantity) -> bool:
    """Whether the units are the same, or one is left out where that is usual."""
    a, b = claim.unit, other.unit
    if a == b:
        return True
    if {a, b} <= COUNTS or {a, b} <= {"pp", "point"} or {a, b} <= {"", "fold"}:
        return True
    if a.removesuffix("/d") == b.removesuffix("/d") and a.startswith(DOSED):
        return True  # "25 mg" and "25 mg once daily"
    if a == "" and claim.kind == other.kind == "range":
        return True
    if a == "":
        return claim.kind == "number" and other.kind != "duration"
    return b == "" and other.kind in ("number", "range", "ci") and claim.kind not in ("duration", "count")


def _spoken_share(claim: Quantity, percent: float) -> bool:
    """Whether "two or so in a hundred", "four in ten" is said of a percentage."""
    room = 0.5 + 1e-9 if claim.values[1] >= 100 else SPOKEN_PART * percent
    if claim.operator == "~":
        room = max(room, SPOKEN_PART * percent)
    return abs(claim.share - percent) <= room


def _fraction_meets(claim: Quantity, other: Quantity) -> bool:
    if claim.kind == other.kind == "fraction":
        if claim.values == other.values or claim.values[1] not in HUNDREDS or not other.values[1]:
            return claim.values == other.values
        return _spoken_share(claim, other.share)  # "two in a hundred" for 3 of 146
    whole, part = (claim, other) if claim.kind == "fraction" else (other, claim)
    count, total = whole.values
    if part.kind in ("count", "number") and part.unit in (*COUNTS, "death", "event"):
        return claim.kind != "fraction" and part.value in (count, total)
    if part.kind == "percent" and whole is claim and total in HUNDREDS and claim.operator in ("=", "~"):
        return _spoken_share(claim, part.value)
    if part.kind == "percent" and total:
        spoken = "/" not in whole.text and total <= _SPOKEN
        share = 100 * count / total
        if spoken and (total <= ROUND or count == 1):
            return abs(share - part.value) <= SPOKEN_PART * share
        return abs(share - part.value) <= 0.5 * 10**-part.decimals + 1e-9 and (spoken or claim.kind == "percent")
    return False
