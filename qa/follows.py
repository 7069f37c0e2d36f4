"""Whether a figure that does not stand in the evidence follows from the figures that do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations, pairwise

from qa.bindings import bindings
from qa.figure_found import EARLY, LATE
from qa.follows_share import ENTAILS, NO_SIZE, ROUNDING, SHARES, TOLD_BEFORE, Rule, every, words_around
from qa.parsed import Parsed
from qa.quantity import Quantity
from qa.same_value import ABOUT, COUNTS, TIMES_AGREE, kinds_meet, near, rounds, same_value, units_meet
from qa.units import DAYS_PER_MONTH, DAYS_PER_YEAR

_LEVELS = (0.05, 0.01, 0.001)
"""The conventional levels of significance: "p<0.05" follows from p=0.002."""
_DIFFERENCE = re.compile(r"\b(?:absolute|difference|points?|pp|more|fewer|higher|lower|gap)\b", re.I)
_APART = re.compile(
    r"\s*(?:(?:dollars|euros|pounds|units) )?(?:more|less|fewer|lower|higher|below|above|longer|shorter|greater|smaller"
    r"|larger|better|worse|sooner|earlier|later|older|younger|cheaper|dearer|apart|ahead|behind)\b",
    re.I,
)
"""What makes a figure the distance between two: "5 mmHg below placebo"."""
_UPWARDS = re.compile(r"more|higher|above|longer|greater|larger|later|older|dearer", re.I)
_DIED = re.compile(r"(?:\s+\w+){0,3}\s+(?:died|dead)\b", re.I)
_A_TIME = re.compile(r"\b(?:a|one|the first|the last) (day|week|month|year)\b", re.I)
_DAYS = {"day": 1.0, "week": 7.0, "month": DAYS_PER_MONTH, "year": DAYS_PER_YEAR}
_WALK = re.compile(r"\b(?:six|6)[- ]min(?:ute)?s?[- ]walk|\b6MW[TD]?\b", re.I)
_AGE = re.compile(r"\b(?:age|aged|old(?:er)?|younger)\b|\bthose\s*$", re.I)


def follows(claim: Parsed, figure: Quantity, evidence: Sequence[Parsed]) -> bool:
    """Whether a figure follows from those of the evidence: "more than 40%" from 45%, a 36% cut from an HR of 0.64."""
    return any(rule(claim, figure, evidence) for rule in _RULES)


def _is_change_of(claim: Parsed, figure: Quantity, evidence: Sequence[Parsed]) -> bool:
    """Whether "by 8 points" is how far the two ends of a change lie apart, or "a gap of 6%" two arms."""
    percents = figure.unit in ("pp", "point", "%")
    told = figure.role == "by" or _A_CHANGE.search(claim.text[max(0, figure.start - TOLD_BEFORE) : figure.start])
    if not told and not (percents and _DIFFERENCE.search(words_around(claim, figure))):
        return False
    units: tuple[str, ...] = ("%",) if percents else (figure.unit,)
    if figure.kind == "number" and not figure.unit:  # "dropped by about 15"
        units = tuple({f.unit for s in evidence for f in s.figures if f.role in ("from", "to")})
    roles = ("first", "second", "from", "to") if percents else ("from", "to")
    for sentence in evidence:
        for a, b in combinations([f for f in sentence.figures if f.unit in units and f.role in roles], 2):
            apart = abs(a.canonical[0] - b.canonical[0])
            factor = figure.factor if figure.unit or percents else a.factor
            room = ABOUT * apart if figure.operator == "~" else ROUNDING * 10**-figure.decimals * factor
            if a.group == b.group and abs(apart - abs(figure.value * factor)) <= room:
                return True
        for a, b in pairwise(f for f in sentence.figures if f.unit == figure.unit):
            ends = EARLY.match(sentence.text, a.end) and LATE.match(sentence.text, b.end)
            apart = abs(a.canonical[0] - b.canonical[0])
            if ends and abs(apart - abs(figure.canonical[0])) <= ROUNDING * 10**-figure.decimals * figure.factor:
                return True
    return False


_A_CHANGE = re.compile(
    r"\b(?:loss|gain|reduction|increase|decrease|fall|rise|drop|decline|change|improvement)\b[^.;,\d]{0,25}$", re.I
)
"""Before how much something changed: "weight loss amounted to 9.4 kg"."""
_FURTHER = re.compile(r"\s*(?:further|farther)\b", re.I)
_MOVED = re.compile(
    r"\b(?:gain(?:ed|s)?|lost|loss|drop(?:ped)?|f[ae]ll|rose|rise|increased?|decreased?|difference|gap)(?: of)?\s+$",
    re.I,
)
"""Before how far something moved: "gained 12 mm"."""


def _own_difference(claim: Parsed, figure: Quantity, evidence: Sequence[Parsed]) -> bool:
    """Whether the claim says how far its own two figures lie apart: "by 10 points, from 45.2% to 35.2%"."""
    before = claim.text[max(0, figure.start - TOLD_BEFORE) : figure.start]
    behind = _FURTHER.match(claim.text, figure.end) or _APART.match(claim.text, figure.end)
    said = figure.role == "by" or figure.unit in ("pp", "point") or behind or _MOVED.search(before)
    if not said or figure.kind in ("ci", "p", "ratio", "year"):
        return False
    units = ("%",) if figure.unit in ("pp", "point", "%") else (figure.unit,)
    others = [f for f in claim.figures if f is not figure and f.unit in units and len(f.values) == 1]
    shown = [f for f in others if any(same_value(f, g) for s in evidence for g in s.figures)]
    for a, b in combinations(shown, 2):
        apart = abs(a.canonical[0] - b.canonical[0])
        room = 2 * ABOUT * apart if figure.operator == "~" else ROUNDING * 10**-figure.decimals * figure.factor
        if a.kind == b.kind and apart and abs(apart - abs(figure.canonical[0])) <= room:
            return True
    return False


def _elliptic_there(claim: Parsed, figure: Quantity, evidence: Sequence[Parsed]) -> bool:
    """Whether "three clips" are the bare "three" behind the evidence's "two clips"."""
    if figure.kind != "count" or not figure.unit:
        return False
    for sentence in evidence:
        nouns = {f.unit for f in sentence.figures if f.kind == "count"}
        bare = any(f.kind == "number" and not f.unit and f.values == figure.values for f in sentence.figures)
        if bare and figure.unit in nouns:
            return True
    return False


def _is_level(claim: Parsed, figure: Quantity, evidence: Sequence[Parsed]) -> bool:
    """Whether "p<0.05" is the conventional level that a p-value of the evidence passes."""
    if figure.kind != "p" or figure.operator not in ("<", "<=") or figure.value not in _LEVELS:
        return False
    return any(f.kind == "p" and f.operator in ("=", "<", "<=") and f.value <= figure.value for f in every(evidence))


def _is_bound(claim: Parsed, figure: Quantity, evidence: Sequence[Parsed]) -> bool:
    """Whether a figure of the evidence lies beyond the claim's bound and near it: 45% of "more than 40%"."""
    if figure.kind == "p" or figure.operator not in ("<", "<=", ">", ">=") or len(figure.values) != 1:
        return False
    bound = figure.canonical[0]
    for sentence in evidence:
        for item in bindings(sentence.text, sentence.heading):
            other = item.figure
            if other.operator != "=" or len(other.values) != 1:
                continue
            if not units_meet(figure, other) or not kinds_meet(figure, other):
                continue
            value = other.canonical[0] if figure.unit == other.unit else other.value
            beyond = value > bound if figure.operator in (">", ">=") else value < bound
            if beyond and abs(value - bound) <= ENTAILS * max(abs(bound), 1e-9):
                return True
    return False


_ABSOLUTE = re.compile(r"\babsolute\b|\bpercentage[- ]points?\b|\bdifferences? (?:of|in)\b", re.I)


def _signed_change(claim: Parsed, figure: Quantity, evidence: Sequence[Parsed]) -> bool:
    """Whether "3 percentage points" are the evidence's +3% or absolute difference of 3%."""
    return figure.unit in ("pp", "point") and any(
        f.unit == "%"
        and (f.value < 0 or f.text.startswith("+") or _ABSOLUTE.search(s.text[max(0, f.start - 60) : f.end + 30]))
        and abs(f.value) == abs(figure.value)
        for s in evidence
        for f in s.figures
    )


def _died(claim: Parsed, figure: Quantity, evidence: Sequence[Parsed]) -> bool:
    """Whether "212 deaths" are the evidence's 212 patients who died."""
    return figure.unit == "death" and any(
        f.value == figure.value and f.unit in COUNTS and _DIED.match(s.text, f.end) for s in evidence for f in s.figures
    )


def is_distance(claim: Parsed, figure: Quantity, evidence: Sequence[Parsed]) -> bool:
    """Whether "5 mmHg below" is how far two neighbouring figures of the evidence lie apart, that way round."""
    said = _APART.match(claim.text, figure.end)
    if said is None or figure.kind not in ("measure", "duration", "number", "percent", "rate"):
        return False
    room = ROUNDING * figure.factor / 10**figure.decimals
    units = {figure.unit, "%"} if figure.unit == "pp" else {figure.unit}
    for sentence in evidence:
        same = [f for f in sentence.figures if f.unit in units and len(f.values) == 1 and f.kind not in NO_SIZE]
        if not same and figure.unit and _named(figure, sentence):
            same = [f for f in sentence.figures if f.kind == "number"]  # the unit stands in the row's name
        for a, b in pairwise(same):
            low, high = sorted(f.value * (f.factor if f.unit else figure.factor) for f in (a, b))
            told = [f.canonical[0] for f in claim.figures if f is not figure and f.unit == figure.unit]
            wrong_end = (low if _UPWARDS.search(said[0]) else high) in told
            about = ABOUT * (high - low) if figure.operator == "~" else room
            if high > low and abs(high - low - figure.canonical[0]) <= about and not wrong_end:
                return True
    return False


def _named(figure: Quantity, sentence: Parsed) -> bool:
    """Whether the unit of a figure stands in the sentence, apart from its figures: "Median stay, days | 19 | 27"."""
    word = figure.printed_unit.casefold()
    name = {"dollars": "usd", "euros": "eur", "pounds": "gbp"}.get(word, word)
    return bool(name) and re.search(rf"\b{re.escape(name.rstrip('s'))}s?\b", sentence.text.casefold()) is not None


_SPAN = re.compile(
    r"\b(?:over|in|within|during|across|throughout|spanning|these|those|the)\s+(?:last\s+|past\s+)?$", re.I
)


def _spans_years(claim: Parsed, figure: Quantity, evidence: Sequence[Parsed]) -> bool:
    """Whether "over fourteen years" is from the first to the last year that a sentence names."""
    said = _SPAN.search(claim.text[: figure.start])
    if said is None or figure.kind != "duration" or figure.factor != DAYS_PER_YEAR:
        return False
    for sentence in evidence:
        years = [value for f in sentence.figures for value in f.values if 1900 <= value <= 2100 and not value % 1]
        room = 1 if figure.operator == "~" else 0
        if any(
            abs(b - a - figure.value) <= room or b - a + 1 == figure.value for a, b in combinations(sorted(years), 2)
        ):
            return True
    return False


def _is_change(claim: Parsed, figure: Quantity, evidence: Sequence[Parsed]) -> bool:
    """Whether the evidence has the two ends of the claim's "24% to 29%" as a change, in this order."""
    if figure.kind != "range":
        return False
    for sentence in evidence:
        for a in sentence.figures:
            for b in sentence.figures:
                ends = a.role in ("from", "first") and b.role in ("to", "second") and a.group == b.group
                if (
                    ends
                    and units_meet(figure, a)
                    and near(figure.canonical, (a.canonical[0], b.canonical[0]), figure, a)
                ):
                    return True
    return False


def _both_years(claim: Parsed, figure: Quantity, evidence: Sequence[Parsed]) -> bool:
    """Whether "between 2012 and 2014" names two years that the evidence names, in this order."""
    if len(figure.values) != 2 or not all(1900 <= value <= 2100 and value == int(value) for value in figure.values):
        return False
    first, last = (f"{value:.0f}" for value in figure.values)
    return first <= last and any(re.search(rf"\b{first}\b.*\b{last}\b", sentence.text) for sentence in evidence)


def _elliptic(claim: Parsed, figure: Quantity, evidence: Sequence[Parsed]) -> bool:
    """Whether a bare number takes its unit from a figure before it: "nine days after surgery and three after"."""
    units = {(o.unit, o.factor) for o in claim.figures if o.end <= figure.start and o.unit}
    if figure.kind != "number" or figure.unit or figure.role == "by":
        return False
    return any(
        o.unit == unit
        and o.operator == "="
        and len(o.values) == 1
        and abs(o.canonical[0] - figure.value * factor) <= 1e-6
        for unit, factor in units
        for o in every(evidence)
    )


def _spoken_time(claim: Parsed, figure: Quantity, evidence: Sequence[Parsed]) -> bool:
    """Whether a time stands without a number ("within a year"), or an age without its unit ("the mean age was 68")."""
    if figure.unit == "d":
        if figure.values == (6.0,) and figure.printed_unit.startswith("min"):
            return any(_WALK.search(sentence.text) for sentence in evidence)
        spoken = [_DAYS[unit.lower()] for s in evidence for unit in _A_TIME.findall(s.text)]
        return any(abs(days - figure.canonical[0]) <= TIMES_AGREE * days for days in spoken)
    old = any(f.unit == "d" and claim.text.startswith((" old", "-old"), f.end) for f in claim.figures)
    aged = figure.kind == "number" and not figure.unit and not old and _AGE.search(claim.text[: figure.end])
    return bool(aged) and any(
        o.unit == "d"
        and {o.operator[0], figure.operator[0]} != {"<", ">"}
        and (o.values == figure.values or rounds(figure, o))
        and _AGE.search(s.text)
        for s in evidence
        for o in s.figures
    )


_RULES: tuple[Rule, ...] = (
    *SHARES, _signed_change, _died, _is_change_of, _own_difference, is_distance, _elliptic_there, _is_level, _is_bound,
    _is_change, _elliptic, _both_years, _spoken_time, _spans_years,
)  # fmt: skip
"""Each knows one way in which a reader may put a figure without falsifying it."""
