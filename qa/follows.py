"""Whether a figure that does not stand in the evidence follows from the figures that do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, pairwise

from qa.bindings import bindings
from qa.figure_found import EARLY, LATE
from qa.parsed import Parsed
from qa.quantity import Quantity
from qa.same_value import ABOUT, COUNTS, ROUND, TIMES_AGREE, kinds_meet, near, rounds, same_value, units_meet

Rule = Callable[[Parsed, Quantity, Sequence[Parsed]], bool]

_ENTAILS = 0.25
"""How far beyond its bound a figure may lie and still be what "more than 40%" speaks of."""
_LEVELS = (0.05, 0.01, 0.001)
"""The conventional levels of significance: "p<0.05" follows from p=0.002."""
_TOLD_BEFORE = 100
"""Characters before a figure in which the claim says that it is a reduction or a difference."""
_TOLD_BEHIND = 45
"""Characters behind it."""
_WHOLE_PERCENT = 0.51
"""How far a percentage may be from the ratio it tells: half a percent, and what floats lose."""
_ROUNDING = 0.51
"""The same in units of the last decimal."""
_REDUCED = re.compile(r"\b(?:reduc|lower|fewer|less|cut|decreas|drop|fall|fell|declin|relative|smaller)\w*", re.I)
_INCREASED = re.compile(r"\s*(?:higher|greater|increased|more|raised|excess)\b", re.I)
_RAISED = re.compile(r"\b(?:rais\w+|increas\w+|rose|higher|heighten\w+)\b", re.I)
_DIFFERENCE = re.compile(r"\b(?:absolute|difference|points?|pp|more|fewer|higher|lower|gap)\b", re.I)
_APART = re.compile(
    r"\s*(?:more|less|fewer|lower|higher|below|above|longer|shorter|greater|smaller|larger|better|worse)\b", re.I
)
"""What makes a figure the distance between two: "5 mmHg below placebo"."""
_UPWARDS = re.compile(r"more|higher|above|longer|greater|larger", re.I)
_ABSENCE = re.compile(
    r"\b(?:missing|without|not|no|none|lost|fail\w*|unavailable|incomplete|died|deaths?|dead|mortality|withdr\w+|free)\b"
    r"|\w+-free\b",
    re.I,
)
"""Words on one side only make a share the rest of the other: "62% survived", "38% died"."""
_DIED = re.compile(r"(?:\s+\w+){0,3}\s+(?:died|dead)\b", re.I)
_LIKELY = re.compile(r"\b(?:likely|likelihood|odds)\b", re.I)
_BEYOND = re.compile(r"\b(more than|over|less than|fewer than|nearly|almost|just under)\s+(?:an?\s+)?$", re.I)
_A_TIME = re.compile(r"\b(?:a|one|the first|the last) (day|week|month|year)\b", re.I)
_DAYS = {"day": 1.0, "week": 7.0, "month": 30.4375, "year": 365.25}
_WALK = re.compile(r"\b(?:six|6)[- ]min(?:ute)?s?[- ]walk|\b6MW[TD]?\b", re.I)
_AGE = re.compile(r"\b(?:age|aged|old(?:er)?|younger)\b|\bthose\s*$", re.I)


def follows(claim: Parsed, figure: Quantity, evidence: Sequence[Parsed]) -> bool:
    """Whether a figure follows from those of the evidence: "more than 40%" from 45%, a 36% cut from an HR of 0.64."""
    return any(rule(claim, figure, evidence) for rule in _RULES)


def _every(evidence: Sequence[Parsed]) -> Iterator[Quantity]:
    return (figure for sentence in evidence for figure in sentence.figures)


def _is_relative(claim: Parsed, figure: Quantity, evidence: Sequence[Parsed]) -> bool:
    """Whether "36% lower", "20% higher" are what a ratio of 0.64 or 1.20 says; an OR only where odds are spoken of."""
    if figure.kind != "percent":
        return False
    around = _around(claim, figure)
    labels = ("HR", "RR", "rate ratio")
    ratios = [f for f in _every(evidence) if f.kind == "ratio"]
    cut = [1 - f.value for f in ratios if f.label in (*labels, *(("OR",) if _LIKELY.search(around) else ()))]
    raised = [f.value - 1 for f in ratios if f.label in labels]
    told = [
        *(cut if _REDUCED.search(around) else ()),
        *(raised if _INCREASED.match(claim.text, figure.end) or _raised_by(claim, figure) else ()),
    ]  # fmt: skip
    return any(part > 0 and abs(100 * part - figure.value) < _WHOLE_PERCENT for part in told)


def _raised_by(claim: Parsed, figure: Quantity) -> bool:
    return figure.role == "by" and bool(_RAISED.search(claim.text[max(0, figure.start - _TOLD_BEFORE) : figure.start]))


def _is_change_of(claim: Parsed, figure: Quantity, evidence: Sequence[Parsed]) -> bool:
    """Whether "by 8 points" is how far the two ends of a change lie apart, or "a gap of 6%" two arms."""
    percents = figure.unit in ("pp", "point", "%")
    told = figure.role == "by" or _A_CHANGE.search(claim.text[max(0, figure.start - _TOLD_BEFORE) : figure.start])
    if not told and not (percents and _DIFFERENCE.search(_around(claim, figure))):
        return False
    units = ("%",) if percents else (figure.unit,)
    roles = ("first", "second", "from", "to") if percents else ("from", "to")
    for sentence in evidence:
        for a, b in combinations([f for f in sentence.figures if f.unit in units and f.role in roles], 2):
            apart = abs(a.canonical[0] - b.canonical[0])
            room = ABOUT * apart if figure.operator == "~" else _ROUNDING * 10**-figure.decimals * figure.factor
            if a.group == b.group and abs(apart - abs(figure.canonical[0])) <= room:
                return True
        for a, b in pairwise(f for f in sentence.figures if f.unit == figure.unit):
            ends = EARLY.match(sentence.text, a.end) and LATE.match(sentence.text, b.end)
            apart = abs(a.canonical[0] - b.canonical[0])
            if ends and abs(apart - abs(figure.canonical[0])) <= _ROUNDING * 10**-figure.decimals * figure.factor:
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
    before = claim.text[max(0, figure.start - _TOLD_BEFORE) : figure.start]
    behind = _FURTHER.match(claim.text, figure.end) or _APART.match(claim.text, figure.end)
    said = figure.role == "by" or figure.unit in ("pp", "point") or behind or _MOVED.search(before)
    if not said or figure.kind in ("ci", "p", "ratio", "year"):
        return False
    units = ("%",) if figure.unit in ("pp", "point", "%") else (figure.unit,)
    others = [f for f in claim.figures if f is not figure and f.unit in units and len(f.values) == 1]
    shown = [f for f in others if any(same_value(f, g) for s in evidence for g in s.figures)]
    for a, b in combinations(shown, 2):
        apart = abs(a.canonical[0] - b.canonical[0])
        room = 2 * ABOUT * apart if figure.operator == "~" else _ROUNDING * 10**-figure.decimals * figure.factor
        if a.kind == b.kind and apart and abs(apart - abs(figure.canonical[0])) <= room:
            return True
    return False


def _is_share(claim: Parsed, figure: Quantity, evidence: Sequence[Parsed]) -> bool:
    """Whether a percentage is what one count of a sentence is of its greatest: "44%" of 2,954 and 6,675."""
    if figure.kind != "percent" or figure.operator not in ("=", "~"):
        return False
    for sentence in evidence:
        whole = max((f.value for f in sentence.figures if f.kind == "count" and f.unit == "patient"), default=0.0)
        parts = [
            f.value
            for f in sentence.figures
            if f.kind in ("count", "number") and f.decimals == 0 and _A_PART.search(sentence.text[: f.start])
        ]
        told = _OF_ALL.match(sentence.text)
        if told:
            whole = float(told[1].replace(",", ""))
            parts = [f.value for f in sentence.figures if f.start > told.end() and f.kind in ("count", "number")]
        for part in parts if whole >= _MANY else ():
            share = 100 * part / whole
            room = ABOUT * share if figure.operator == "~" else _ROUNDING * 10**-figure.decimals + 1e-9
            if ROUND <= part < whole and abs(share - figure.value) <= room:
                return True
    return False


_OF_ALL = re.compile(r"(?:Of|Among)\s+(?:all\s+|the\s+|these\s+)*(\d[\d,]*)(?![\d.]*%)\b", re.I)
"""A sentence that opens with the whole: "Of the 1,204 women, 301 …"."""


def _is_sum(claim: Parsed, figure: Quantity, evidence: Sequence[Parsed]) -> bool:
    """Whether a count that the claim calls a total is the sum of two neighbouring counts of a sentence."""
    if figure.kind not in ("count", "number") or not _IN_ALL.search(claim.text):
        return False
    return any(
        a.value + b.value == figure.value
        for sentence in evidence
        for a, b in pairwise(f for f in sentence.figures if f.kind in ("count", "number") and f.decimals == 0)
        if a.unit == b.unit or "" in (a.unit, b.unit)
    )


_IN_ALL = re.compile(r"\b(?:in total|altogether|in all|a total of|together|combined|summed|overall)\b", re.I)


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


_A_PART = re.compile(r"(?:: |\(|\bof (?:whom|which|these) )$")
"""Before a count of some of them: "6675 patients (trial-ineligible: 2954)"."""
_MANY = 30
"""People studied, at least, where a share of them is worked out."""


def _is_level(claim: Parsed, figure: Quantity, evidence: Sequence[Parsed]) -> bool:
    """Whether "p<0.05" is the conventional level that a p-value of the evidence passes."""
    if figure.kind != "p" or figure.operator not in ("<", "<=") or figure.value not in _LEVELS:
        return False
    return any(f.kind == "p" and f.operator in ("=", "<", "<=") and f.value <= figure.value for f in _every(evidence))


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
            if beyond and abs(value - bound) <= _ENTAILS * max(abs(bound), 1e-9):
                return True
    return False


def _multiple(claim: Parsed, figure: Quantity, evidence: Sequence[Parsed]) -> bool:
    """Whether "six times" is what one of two figures set against each other is of the other, as one says it."""
    if figure.unit != "fold" or figure.value < 2:
        return False
    for sentence in evidence:
        for a, b in pairwise(f for f in sentence.figures if f.kind in ("percent", "measure", "rate")):
            low, high = sorted((abs(a.canonical[0]), abs(b.canonical[0])))
            if a.unit == b.unit and a.group == b.group and low and abs(high / low - figure.value) <= 0.1 * figure.value:
                return True
    return False


def _more_than_a_part(claim: Parsed, figure: Quantity, evidence: Sequence[Parsed]) -> bool:
    """Whether "more than half", "nearly one in ten" are said of a percentage on that side of the part of the whole."""
    said = _BEYOND.search(claim.text[max(0, figure.start - 14) : figure.start])
    if said is None or any(char.isdigit() for char in figure.text) or figure.kind not in ("percent", "fraction"):
        return False
    part = figure.value if figure.kind == "percent" else 100 * figure.values[0] / figure.values[1]
    above = said[1].casefold() in ("more than", "over")
    near = _ENTAILS if said[1].casefold().endswith("than") or above else 2 * ABOUT
    shares = [f.value - part for f in _every(evidence) if f.kind == "percent"]
    shares += [100 * f.values[0] / f.values[1] - part for f in _every(evidence) if f.kind == "fraction" and f.values[1]]
    return any(0 < (share if above else -share) <= near * part for share in shares)


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


def _is_the_rest(claim: Parsed, figure: Quantity, evidence: Sequence[Parsed]) -> bool:
    """Whether the figure is what the evidence's share leaves of the whole, and the claim speaks of the opposite."""
    absent = bool(_ABSENCE.search(claim.text))
    for sentence in evidence:
        if bool(_ABSENCE.search(sentence.text)) == absent:
            continue
        for other in sentence.figures:
            if figure.kind == other.kind == "fraction" and figure.values[1] == other.values[1]:
                if figure.values[0] + other.values[0] == figure.values[1]:
                    return True
            if figure.kind == other.kind == "percent" and figure.operator == other.operator == "=":
                if abs(figure.value + other.value - 100) <= _ROUNDING * 10 ** -min(figure.decimals, other.decimals):
                    return True
    return False


def _died(claim: Parsed, figure: Quantity, evidence: Sequence[Parsed]) -> bool:
    """Whether "212 deaths" are the evidence's 212 patients who died."""
    return figure.unit == "death" and any(
        f.value == figure.value and f.unit in COUNTS and _DIED.match(s.text, f.end) for s in evidence for f in s.figures
    )


def _is_distance(claim: Parsed, figure: Quantity, evidence: Sequence[Parsed]) -> bool:
    """Whether "5 mmHg below" is how far two neighbouring figures of the evidence lie apart, that way round."""
    said = _APART.match(claim.text, figure.end)
    if said is None or figure.kind not in ("measure", "duration", "number"):
        return False
    room = _ROUNDING * figure.factor / 10**figure.decimals
    for sentence in evidence:
        same = [f for f in sentence.figures if f.kind == figure.kind and f.unit == figure.unit]
        for a, b in pairwise(same):
            low, high = sorted((a.canonical[0], b.canonical[0]))
            told = [f.canonical[0] for f in claim.figures if f is not figure and f.unit == figure.unit]
            wrong_end = (low if _UPWARDS.search(said[0]) else high) in told
            about = ABOUT / 2 * (high - low) if figure.operator == "~" else room
            if abs(high - low - figure.canonical[0]) <= about and not wrong_end:
                return True
    return False


def _both_counts(claim: Parsed, figure: Quantity, evidence: Sequence[Parsed]) -> bool:
    """Whether count and total of "212 of the 640" stand in one sentence of the evidence, apart from each other."""
    if figure.kind != "fraction":
        return False
    counts = [{f.value for f in s.figures if f.kind in ("count", "number")} for s in evidence]
    return any(set(figure.values) <= held for held in counts)


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
    """Whether a bare number takes its unit from the figure before it: "nine days after surgery and three after"."""
    before = [other for other in claim.figures if other.end <= figure.start]
    if figure.kind != "number" or figure.unit or not before or not before[-1].unit:
        return False
    unit, factor = before[-1].unit, before[-1].factor
    return any((o.unit, o.factor, o.values, o.operator) == (unit, factor, figure.values, "=") for o in _every(evidence))


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


def _around(claim: Parsed, figure: Quantity) -> str:
    return claim.text[max(0, figure.start - _TOLD_BEFORE) : figure.end + _TOLD_BEHIND]


_RULES: tuple[Rule, ...] = (
    _signed_change, _is_the_rest, _both_counts, _died, _is_relative, _multiple, _more_than_a_part, _is_change_of,
    _own_difference, _is_share, _is_sum, _is_distance, _elliptic_there, _is_level, _is_bound,
    _is_change, _elliptic, _both_years, _spoken_time,
)  # fmt: skip
"""Each knows one way in which a reader may put a figure without falsifying it."""
