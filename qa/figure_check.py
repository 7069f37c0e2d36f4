"""Whether each figure of a claim stands in the evidence, bound to the same measure, arm, time, unit and operator."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from qa.bindings import EVENT, Bound, bindings
from qa.compatible import compatible
from qa.finding import ORDER, Finding, Weight
from qa.frame import frame
from qa.parsed import Parsed, coverage, parse, weighted_terms
from qa.quantity import Quantity

_TIMES_AGREE = 0.02
"""Two times in different units are one when they differ by less than this share (30 days, one month)."""
_ABOUT = 0.05
"""How far "half", "a third" may be from the figure; "about 80%", in digits, half as far."""
_SPOKEN_OF = 0.01
"""How far a figure may be rounded and still be the same when spoken: a mean age of 71.7 years is 72."""
_ENTAILS = 0.25
"""How far beyond its bound a figure may lie and still be what "more than 40%" speaks of."""
_LEVELS = (0.05, 0.01, 0.001)
"""The conventional levels of significance: "p<0.05" follows from p=0.002."""
_SOURCES = re.compile(r"^(?:two|three|four|five|six)[- ](?:trial|stud)", re.I)
"""How many sources were pooled, counted by whoever wrote the claim."""
_ROUND = 10
"""Totals up to which such a fraction is a round one: "one in ten" for 9.6%."""
_SPOKEN = 100
"""Totals up to which a fraction in words ("one in five") may stand for a percentage."""
_SAME_SUBJECT = 0.34
"""Share of the claim's clause that a sentence must hold for its figure to be "the passage's figure"."""
_ORDINAL = frozenset({"class", "level", "grade"})
"""Kinds of figure that say themselves what they measure."""
_UNMEASURED = _ORDINAL | {"year"}
"""Kinds of figure that no measure is bound to."""
_COUNTS = frozenset({"", "patient", "man", "woman"})
_SLOT_WORDS = {
    "measure": "measure",
    "arm": "arm",
    "time": "time point",
    "trial": "trial",
    "centre": "centre",
    "population": "population",
    "severity": "severity",
}
_REDUCED = re.compile(r"\b(?:reduc|lower|fewer|less|cut|decreas|drop|fall|fell|declin|relative|smaller)\w*", re.I)
_INCREASED = re.compile(r"\s*(?:higher|greater|increased|more|raised|excess)\b", re.I)
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
_MONTH_BESIDE = re.compile(
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December)\.? ?\||\| ?(?:of )?"
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December)\b"
)
_YEARLY = re.compile(r"\b(?:annual\w*|yearly|per year|a year|each year)\b", re.I)
_GIVEN_FOR = re.compile(r"\b(?:for|over|every|each|daily|x|per)\s+(?:the first\s+)?$", re.I)
_A_TIME = re.compile(r"\b(?:a|one|the first|the last) (day|week|month|year)\b", re.I)
_DAYS = {"day": 1.0, "week": 7.0, "month": 30.4375, "year": 365.25}
_WALK = re.compile(r"\b(?:six|6)[- ]min(?:ute)?s?[- ]walk|\b6MW[TD]?\b", re.I)
_AGE = re.compile(r"\b(?:age|aged|older?)\b|\bthose\s*$", re.I)
_OWN_GROUP = re.compile(r"\s*(?:\([^()]*\)\s*)?(?:with|in|on|for|among|under|after)\s", re.I)
_BESIDE_FIGURE = 30
"""Characters behind a figure in which its group is named."""
_EARLY = re.compile(
    r"\s*(?:\([^()]*\)\s*)?(?:at (?:baseline|admission|entry|inclusion)|before\b|initially|pre-?operatively)", re.I
)
_LATE = re.compile(
    r"\s*(?:\([^()]*\)\s*)?(?:at (?:follow-?up|the end)|after\b|afterwards|later|post-?operatively)", re.I
)
_THRESHOLD = re.compile(
    r"\b(?:threshold|cut-?off|limit|criteri\w+|bound\w*|margin|goal|definition|defined)\b"
    r"|\b(?:as|makes?|calls?|called|means?|considers?|considered|counts?) (?:\w+ ){0,2}severe\b",
    re.I,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    bound: Bound
    sentence: Parsed
    subject: float


def check_figures(claim: Parsed, evidence: Sequence[Parsed]) -> list[Finding]:
    """What speaks against the claim's figures; empty when each one stands as the claim has it."""
    bound = bindings(claim.text)
    around = [_clause_terms(claim, item.figure) for item in bound]
    found: list[Finding] = []
    for item, subject in zip(bound, around, strict=True):
        if _day_of_month(claim, item.figure):
            continue
        finding = _check(claim, item, subject, evidence)
        if finding:
            found.append(finding)
    found += _check_pairs(claim, bound, evidence)
    return found


def _day_of_month(claim: Parsed, figure: Quantity) -> bool:
    """The 6-7 of "March 6-7": a date is checked by its year."""
    if figure.label == "day":
        return True
    beside = claim.text[max(0, figure.start - 11) : figure.start] + "|" + claim.text[figure.end : figure.end + 11]
    return figure.kind in ("number", "range") and max(figure.values) <= 31 and bool(_MONTH_BESIDE.search(beside))


def _clause_terms(claim: Parsed, figure: Quantity) -> dict[str, float]:
    """The terms of the clause that holds the figure; those of the whole claim where the clause has few."""
    for start, end in claim.clauses:
        if start <= figure.start < end:
            part = parse(claim.text[start:end]).terms
            if len(part) >= 2:
                return dict(part)
    return dict(claim.terms)


def _candidates(evidence: Sequence[Parsed], subject: dict[str, float]) -> Iterator[_Candidate]:
    for sentence in evidence:
        share = coverage(subject, {**parse(sentence.heading).terms, **sentence.terms})
        for bound in bindings(sentence.text, sentence.heading):
            yield _Candidate(bound=bound, sentence=sentence, subject=share)


def _check(claim: Parsed, item: Bound, subject: dict[str, float], evidence: Sequence[Parsed]) -> Finding | None:
    figure = item.figure
    every = list(_candidates(evidence, subject))
    same = [c for c in every if same_value(figure, c.bound.figure) or _yearly(claim, figure, c.bound.figure)]
    if not same:
        if figure.kind == "range" and _is_change(figure, evidence):
            return None
        if _follows(claim, figure, evidence) or _elliptic(claim, figure, every):
            return None
        if _both_years(figure, evidence) or _spoken_time(claim, figure, evidence):
            return None
        return _missing(claim, item, every)
    best: Finding | None = None
    for candidate in sorted(same, key=lambda c: -c.subject):
        finding = _against(claim, item, candidate)
        if finding is None:
            return None
        if best is None or ORDER.index(finding.weight) > ORDER.index(best.weight):
            best = finding
    return best


def _elliptic(claim: Parsed, figure: Quantity, every: Sequence[_Candidate]) -> bool:
    """Whether a bare number takes its unit from the figure before it: "nine days after surgery and three after"."""
    before = [other for other in claim.figures if other.end <= figure.start]
    if figure.kind != "number" or figure.unit or not before or not before[-1].unit:
        return False
    unit, factor = before[-1].unit, before[-1].factor
    others = [c.bound.figure for c in every]
    return any((o.unit, o.factor, o.values, o.operator) == (unit, factor, figure.values, "=") for o in others)


def _spoken_time(claim: Parsed, figure: Quantity, evidence: Sequence[Parsed]) -> bool:
    """Whether a time stands without a number ("within a year"), or an age without its unit ("the mean age was 68")."""
    if figure.unit == "d":
        if figure.values == (6.0,) and figure.printed_unit.startswith("min"):
            return any(_WALK.search(sentence.text) for sentence in evidence)
        spoken = [_DAYS[unit.lower()] for s in evidence for unit in _A_TIME.findall(s.text)]
        return any(abs(days - figure.canonical[0]) <= _TIMES_AGREE * days for days in spoken)
    aged = figure.kind == "number" and not figure.unit and _AGE.search(claim.text[: figure.end])
    return bool(aged) and any(
        o.unit == "d"
        and {o.operator[0], figure.operator[0]} != {"<", ">"}
        and (o.values == figure.values or _rounds(figure, o))
        and _AGE.search(s.text)
        for s in evidence
        for o in s.figures
    )


def _both_years(figure: Quantity, evidence: Sequence[Parsed]) -> bool:
    """Whether "between 2012 and 2014" names two years that the evidence names, in this order."""
    if len(figure.values) != 2 or not all(1900 <= value <= 2100 and value == int(value) for value in figure.values):
        return False
    first, last = (f"{value:.0f}" for value in figure.values)
    return first <= last and any(re.search(rf"\b{first}\b.*\b{last}\b", sentence.text) for sentence in evidence)


def _yearly(claim: Parsed, figure: Quantity, other: Quantity) -> bool:
    """Whether a percentage that the claim calls yearly is the evidence's "per year"."""
    rates = ("%/d", "events/100 patient-years")
    yearly = figure.unit == "%" and other.unit in rates and _YEARLY.search(claim.text)
    return bool(yearly) and figure.values == other.values


def _is_change(figure: Quantity, evidence: Sequence[Parsed]) -> bool:
    """Whether the evidence has the two ends of the claim's "24% to 29%" as a change, in this order."""
    for sentence in evidence:
        for a in sentence.figures:
            for b in sentence.figures:
                ends = a.role in ("from", "first") and b.role in ("to", "second") and a.group == b.group
                if (
                    ends
                    and _units_meet(figure, a)
                    and _near(figure.canonical, (a.canonical[0], b.canonical[0]), figure, a)
                ):
                    return True
    return False


def same_value(claim: Quantity, other: Quantity) -> bool:
    """Whether two figures show the same number in the same kind of unit; operators and labels are not looked at."""
    if not _kinds_meet(claim, other):
        return False
    if claim.kind == "fraction" or other.kind == "fraction":
        return _fraction_meets(claim, other)
    ours, theirs = claim.canonical, other.canonical
    if not _units_meet(claim, other):
        return False
    if claim.role in ("from", "to") and other.kind == "range" and len(ours) == 1:
        theirs = theirs[:1] if claim.role == "from" else theirs[-1:]
    if claim.unit == "" or other.unit == "":
        ours, theirs = claim.values, other.values
    if len(ours) != len(theirs):
        return len(ours) == 1 and len(theirs) == 2 and claim.operator != "=" and ours[0] in theirs
    if (
        claim.kind in ("ci", "range", "iqr")
        and _near(ours[::-1], theirs, claim, other)
        and claim.kind == other.kind == "range"
    ):
        return False
    return _near(ours, theirs, claim, other)


def _near(ours: Sequence[float], theirs: Sequence[float], claim: Quantity, other: Quantity) -> bool:
    for a, b in zip(ours, theirs, strict=True):
        if claim.kind not in ("ci", "range", "iqr"):
            a, b = abs(a), abs(b)  # "fell by 7.0" and "−7.0"
        scale = max(abs(a), abs(b), 1e-12)
        if abs(a - b) <= 1e-6 * scale:
            continue
        if (
            claim.unit == "d"
            and other.unit == "d"
            and claim.factor != other.factor
            and abs(a - b) <= _TIMES_AGREE * scale
        ):
            continue
        if abs(a - b) <= _SPOKEN_OF * scale and _rounds(claim, other):
            continue
        about = _ABOUT / 2 if any(char.isdigit() for char in claim.text) else _ABOUT
        if claim.operator == "~" and (abs(a - b) <= about * scale or _rounds(claim, other)):
            continue
        return False
    return True


def _rounds(claim: Quantity, other: Quantity) -> bool:
    """Whether the claim's figure is the other's with fewer decimals, its sign told in words or not."""
    return claim.decimals < other.decimals and round(abs(other.value), claim.decimals) == abs(claim.value)


def _kinds_meet(claim: Quantity, other: Quantity) -> bool:
    if claim.kind in _ORDINAL or other.kind in _ORDINAL:
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


def _units_meet(claim: Quantity, other: Quantity) -> bool:
    a, b = claim.unit, other.unit
    if a == b:
        return True
    if {a, b} <= _COUNTS or {a, b} <= {"pp", "point"} or {a, b} <= {"", "fold"}:
        return True
    if a == "":
        return claim.kind == "number" and other.kind != "duration"
    return b == "" and other.kind in ("number", "range") and claim.kind not in ("duration", "count")


def _fraction_meets(claim: Quantity, other: Quantity) -> bool:
    if claim.kind == other.kind == "fraction":
        return claim.values == other.values
    whole, part = (claim, other) if claim.kind == "fraction" else (other, claim)
    count, total = whole.values
    if part.kind in ("count", "number") and part.unit in (*_COUNTS, "death", "event"):
        return claim.kind != "fraction" and part.value in (count, total)
    if part.kind == "percent" and total:
        spoken = "/" not in whole.text and total <= _SPOKEN
        share = 100 * count / total
        if spoken and total <= _ROUND:
            return abs(share - part.value) <= _ABOUT * share
        return abs(share - part.value) <= 0.5 * 10**-part.decimals + 1e-9 and (spoken or claim.kind == "percent")
    return False


def _follows(claim: Parsed, figure: Quantity, evidence: Sequence[Parsed]) -> bool:
    """Whether the figure follows from the evidence's: "more than 40%" from 45%, a 36% cut from a rate ratio of 0.64."""
    around = claim.text[max(0, figure.start - _TOLD_BEFORE) : figure.end + 45]
    if _signed_change(figure, evidence):
        return True
    if _is_the_rest(claim, figure, evidence) or _both_counts(figure, evidence) or _died(figure, evidence):
        return True
    if figure.kind == "percent" and _REDUCED.search(around):
        labels = ("HR", "RR", "rate ratio", *(("OR",) if _LIKELY.search(around) else ()))
        ratios = [f.value for s in evidence for f in s.figures if f.label in labels and f.kind == "ratio"]
        if any(ratio < 1 and abs(100 * (1 - ratio) - figure.value) < 0.51 for ratio in ratios):
            return True
    if figure.kind == "percent" and _INCREASED.match(claim.text, figure.end):
        raised = [f.value for s in evidence for f in s.figures if f.label in ("HR", "RR", "rate ratio")]
        if any(ratio > 1 and abs(100 * (ratio - 1) - figure.value) < 0.51 for ratio in raised):
            return True
    if _multiple(figure, evidence) or _more_than_a_part(claim, figure, evidence):
        return True
    if figure.role == "by" or (figure.unit in ("pp", "point", "%") and _DIFFERENCE.search(around)):
        units = ("%",) if figure.unit in ("pp", "point", "%") else (figure.unit,)
        roles = ("first", "second", "from", "to") if units == ("%",) else ("from", "to")
        for sentence in evidence:
            pairs = [f for f in sentence.figures if f.unit in units and f.role in roles]
            for a in pairs:
                for b in pairs:
                    apart = abs(a.canonical[0] - b.canonical[0])
                    room = _ABOUT * apart if figure.operator == "~" else 0.51 * 10**-figure.decimals * figure.factor
                    if a.group == b.group and a is not b and abs(apart - abs(figure.canonical[0])) <= room:
                        return True
    if figure.kind in ("measure", "duration", "number") and _is_distance(claim, figure, evidence):
        return True
    if figure.kind == "p":
        return (
            figure.operator in ("<", "<=")
            and figure.value in _LEVELS
            and any(
                f.kind == "p" and f.operator in ("=", "<", "<=") and f.value <= figure.value
                for s in evidence
                for f in s.figures
            )
        )
    if figure.operator in ("<", "<=", ">", ">=") and len(figure.values) == 1:
        bound = figure.canonical[0]
        for sentence in evidence:
            for item in bindings(sentence.text, sentence.heading):
                other = item.figure
                if (
                    other.operator != "="
                    or len(other.values) != 1
                    or not _units_meet(figure, other)
                    or not _kinds_meet(figure, other)
                ):
                    continue
                value = other.canonical[0] if figure.unit == other.unit else other.value
                beyond = value > bound if figure.operator in (">", ">=") else value < bound
                if beyond and abs(value - bound) <= _ENTAILS * max(abs(bound), 1e-9):
                    return True
    return False


def _multiple(figure: Quantity, evidence: Sequence[Parsed]) -> bool:
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
    near = _ENTAILS if said[1].casefold().endswith("than") or above else 2 * _ABOUT
    shares = [f.value - part for s in evidence for f in s.figures if f.kind == "percent"]
    return any(0 < (share if above else -share) <= near * part for share in shares)


_BEYOND = re.compile(r"\b(more than|over|less than|fewer than|nearly|almost|just under)\s+(?:an?\s+)?$", re.I)


def _signed_change(figure: Quantity, evidence: Sequence[Parsed]) -> bool:
    """Whether "3 percentage points" are the evidence's +3%: a change printed with its sign."""
    return figure.unit in ("pp", "point") and any(
        f.unit == "%" and (f.value < 0 or f.text.startswith("+")) and abs(f.value) == abs(figure.value)
        for s in evidence
        for f in s.figures
    )


_TOLD_BEFORE = 100
"""Characters before a figure in which the claim says that it is a reduction or a difference."""


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
                if abs(figure.value + other.value - 100) <= 0.51 * 10 ** -min(figure.decimals, other.decimals):
                    return True
    return False


def _died(figure: Quantity, evidence: Sequence[Parsed]) -> bool:
    """Whether "212 deaths" are the evidence's 212 patients who died."""
    return figure.unit == "death" and any(
        f.value == figure.value and f.unit in _COUNTS and _DIED.match(s.text, f.end)
        for s in evidence
        for f in s.figures
    )


def _is_distance(claim: Parsed, figure: Quantity, evidence: Sequence[Parsed]) -> bool:
    """Whether "5 mmHg below" is how far two neighbouring figures of the evidence lie apart, that way round."""
    said = _APART.match(claim.text, figure.end)
    if said is None:
        return False
    room = 0.51 * figure.factor / 10**figure.decimals
    for sentence in evidence:
        same = [f for f in sentence.figures if f.kind == figure.kind and f.unit == figure.unit]
        for a, b in pairwise(same):
            low, high = sorted((a.canonical[0], b.canonical[0]))
            told = [f.canonical[0] for f in claim.figures if f is not figure and f.unit == figure.unit]
            wrong_end = (low if _UPWARDS.search(said[0]) else high) in told
            about = _ABOUT / 2 * (high - low) if figure.operator == "~" else room
            if abs(high - low - figure.canonical[0]) <= about and not wrong_end:
                return True
    return False


def _both_counts(figure: Quantity, evidence: Sequence[Parsed]) -> bool:
    """Whether count and total of "212 of the 640" stand in one sentence of the evidence, apart from each other."""
    if figure.kind != "fraction":
        return False
    counts = [{f.value for f in s.figures if f.kind in ("count", "number")} for s in evidence]
    return any(set(figure.values) <= held for held in counts)


def _missing(claim: Parsed, item: Bound, every: Sequence[_Candidate]) -> Finding | None:
    figure = item.figure
    shown = _shown(figure)
    describes = _describes(claim, figure)
    rivals = [c for c in every if _rival(claim, item, c, describes)]
    rivals.sort(key=lambda c: (-_closeness(item, c), c.bound.figure.start))
    turned = figure.role in ("from", "to") and next(
        (c for c in every if c.bound.figure.kind == "range" and _other_end(figure, c.bound.figure)), None
    )
    if turned:
        return Finding(
            check="direction", weight="contradicted",
            reason=f"The passage gives {_shown(turned.bound.figure)}, the claim has {shown} at the other end.",
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
            reason=f"The passage gives {_shown(reversed_range.bound.figure)}, the claim {shown}: another order.",
        )  # fmt: skip
    unit = _other_unit(figure, every)
    if unit:
        return Finding(
            check="unit", weight="contradicted",
            reason=f"The passage gives {_shown(unit.bound.figure)}, the claim {shown}: the unit differs.",
        )  # fmt: skip
    rounded = next((c for c in rivals if _rounds(figure, c.bound.figure)), None)
    if rounded:
        return Finding(
            check="figure", weight="partial",
            reason=f"The passage gives {_shown(rounded.bound.figure)}, the claim rounds it to {shown}.",
        )  # fmt: skip
    if rivals and rivals[0].subject >= _SAME_SUBJECT:
        return Finding(
            check="figure", weight="contradicted",
            reason=f"The passage gives {_shown(rivals[0].bound.figure)}, the claim {shown}.",
        )  # fmt: skip
    if not rivals and _SOURCES.search(figure.text):
        return None  # "the three-trial pool", counted by whoever wrote the claim
    if describes:
        return Finding(check="descriptor", weight="partial", reason=f"The passage does not give {shown}.")
    counted = figure.kind == "count" and not any(char.isdigit() for char in figure.text)
    if counted and figure.value <= _ROUND and not rivals:
        return None  # "the three trials", counted by whoever wrote the claim
    soft = figure.kind == "year" or (figure.kind == "number" and figure.text.isalpha())
    return Finding(
        check="figure", weight="partial" if soft else "unsupported",
        reason=f"The figure {shown} does not stand in the passage.",
    )  # fmt: skip


def _other_end(figure: Quantity, other: Quantity) -> bool:
    end = other.canonical[-1:] if figure.role == "from" else other.canonical[:1]
    return _units_meet(figure, other) and _near(figure.canonical, end, figure, other)


def _describes(claim: Parsed, figure: Quantity) -> bool:
    """A dose, a number studied, how long something was given: it says who got what, not what came out."""
    if figure.unit.startswith(("mg", "mmol", "IU", "U")) or figure.label == "n":
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


def _rival(claim: Parsed, item: Bound, candidate: _Candidate, describes: bool) -> bool:
    """A figure of the evidence that stands where the claim's should."""
    ours, theirs = item.figure, candidate.bound.figure
    if ours.kind != theirs.kind or not _kinds_meet(ours, theirs) or len(ours.values) != len(theirs.values):
        return False
    if (ours.kind == "ratio" and ours.label != theirs.label) or (ours.kind == "year" and theirs.label == "day"):
        return False
    if not _units_meet(ours, theirs) or (ours.unit != theirs.unit and "" not in (ours.unit, theirs.unit)):
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


def _same_measure(item: Bound, candidate: _Candidate) -> bool:
    return bool(item.slots.get("measure", frozenset()) & candidate.bound.slots.get("measure", frozenset()))


def _same_noun(claim: Parsed, ours: Quantity, sentence: Parsed, theirs: Quantity) -> bool:
    """Whether the same content word stands right behind or right before both figures."""
    return bool(
        set(weighted_terms(claim.text[ours.end : ours.end + 24]))
        & set(weighted_terms(sentence.text[theirs.end : theirs.end + 24]))
        or set(weighted_terms(claim.text[max(0, ours.start - 20) : ours.start]))
        & set(weighted_terms(sentence.text[max(0, theirs.start - 20) : theirs.start]))
    )


def _closeness(item: Bound, candidate: _Candidate) -> float:
    agreed = sum(
        slot in item.slots and slot in candidate.bound.slots
        and compatible(slot, item.slots[slot], candidate.bound.slots[slot])
        for slot in ("measure", "arm", "time", "trial", "population")
    )  # fmt: skip
    role = 0.5 * (item.figure.role == candidate.bound.figure.role)
    a, b = abs(item.figure.canonical[0]), abs(candidate.bound.figure.canonical[0])
    return candidate.subject + agreed + role + 0.3 * (min(a, b) / max(a, b) if max(a, b) else 1.0)


def _other_unit(figure: Quantity, every: Sequence[_Candidate]) -> _Candidate | None:
    """The same printed number with another unit."""
    if figure.unit == "" or figure.kind in ("count", "fraction"):
        return None
    for candidate in every:
        other = candidate.bound.figure
        if other.unit not in ("", figure.unit) or (other.unit == figure.unit and other.factor != figure.factor):
            if other.values == figure.values and other.kind not in ("fraction", "class", "level", "grade"):
                return candidate
    return None


def _against(claim: Parsed, item: Bound, candidate: _Candidate) -> Finding | None:
    """Why a figure of the evidence with the same value is not the claim's; None when it is."""
    ours, theirs = item.figure, candidate.bound.figure
    shown = _shown(ours)
    if ours.label and theirs.label and ours.kind == theirs.kind == "ratio" and ours.label != theirs.label:
        return Finding(
            check="figure", weight="contradicted",
            reason=f"The passage gives {theirs.value:g} as {theirs.label}, the claim as {ours.label}.",
        )  # fmt: skip
    if ours.spread is not None and ours.spread != theirs.spread:
        given = "no spread" if theirs.spread is None else f"SD {theirs.spread:g}"
        weight: Weight = "unsupported" if theirs.spread is None else "contradicted"
        return Finding(
            check="figure", weight=weight,
            reason=f"The passage gives {given} with {theirs.value:g}, the claim SD {ours.spread:g}.",
        )  # fmt: skip
    operator = _operators_differ(claim, ours, theirs, candidate.sentence)
    if operator:
        return operator
    if ours.role in ("from", "to") and theirs.role in ("from", "to") and ours.role != theirs.role:
        return Finding(
            check="direction", weight="contradicted",
            reason=f"In the passage {shown} is where the change {'ends' if theirs.role == 'to' else 'begins'}, "
            f"in the claim where it {'ends' if ours.role == 'to' else 'begins'}.",
        )  # fmt: skip
    if ours.role in ("from", "to") and theirs.role in ("first", "second") and "arm" in candidate.bound.sure:
        ends = {"from": "control", "to": "device"}
        if not compatible("arm", frozenset({ends[ours.role]}), candidate.bound.slots["arm"]) and _two_roles(candidate):
            return Finding(
                check="direction", weight="contradicted",
                reason=f"In the passage {shown} belongs to {_listed(candidate.bound.slots['arm'])}, "
                f"in the claim the change {'begins' if ours.role == 'from' else 'ends'} there.",
            )  # fmt: skip
    if ours.role in ("from", "to") and theirs.role not in ("from", "to"):
        text, at = candidate.sentence.text, theirs.end
        early, late = bool(_EARLY.match(text, at)), bool(_LATE.match(text, at))
        if early != late and (ours.role == "to") == early:
            where = "at the beginning" if early else "at the end"
            return Finding(
                check="direction", weight="contradicted",
                reason=f"In the passage {shown} stands {where}, in the claim at the other end of the change.",
            )  # fmt: skip
    if ours.role == "by" and theirs.role in ("from", "to") and ours.kind == theirs.kind:
        return Finding(
            check="direction", weight="contradicted",
            reason=f"In the passage {shown} is an end of a change, in the claim the size of it.",
        )  # fmt: skip
    if strange := _anothers(claim, item, candidate):
        return strange
    for slot in ("measure", "arm", "time", "trial", "centre", "population", "severity"):
        if slot not in item.slots or slot not in candidate.bound.slots:
            continue
        if compatible(slot, item.slots[slot], candidate.bound.slots[slot]):
            continue
        if slot == "measure" and (ours.kind in _UNMEASURED or _misread(claim, candidate.bound) or _size(claim, ours)):
            continue
        if _tied(item, slot) and (slot in candidate.bound.sure or slot in ("trial", "centre")):
            ours_name, theirs_name = _listed(item.slots[slot]), _listed(candidate.bound.slots[slot])
            return Finding(
                check=slot, weight="contradicted",
                reason=f"In the passage {shown} belongs to {theirs_name}, in the claim to {ours_name} "
                f"(another {_SLOT_WORDS[slot]}).",
            )  # fmt: skip
    return None


def _anothers(claim: Parsed, item: Bound, candidate: _Candidate) -> Finding | None:
    """The claim gives its figure to an arm that has another one in the sentence, where this one has its own words."""
    theirs, arm = candidate.bound.figure, item.slots.get("arm", frozenset())
    if "arm" not in item.sure or "arm" in candidate.bound.sure:
        return None
    if not _OWN_GROUP.match(candidate.sentence.text, theirs.end):
        return None
    behind = {name.name for name in claim.names if 0 <= name.start - item.figure.end <= _BESIDE_FIGURE}
    if _OWN_GROUP.match(claim.text, item.figure.end) and not behind & arm:
        return None  # it has a group of its own, in words that no list knows
    for other in bindings(candidate.sentence.text, candidate.sentence.heading):
        alike = other.figure.kind == theirs.kind and other.figure.unit == theirs.unit
        if alike and "arm" in other.sure and other.slots["arm"] == arm and not same_value(other.figure, theirs):
            return Finding(
                check="arm", weight="contradicted",
                reason=f"In the passage {_shown(other.figure)} belongs to {_listed(other.slots['arm'])}, "
                f"in the claim {_shown(item.figure)} does.",
            )  # fmt: skip
    return None


def _size(claim: Parsed, figure: Quantity) -> bool:
    """Whether the figure is how many were studied ("a cohort of 404 patients"): no measure's."""
    return figure.unit in _COUNTS and bool(_COHORT_OF.search(claim.text[: figure.start]))


_COHORT_OF = re.compile(
    r"\b(?:cohort|stud(?:y|ies)|trials?|series|sample|registry|analysis|group) (?:of|in|with) $", re.I
)


def _misread(claim: Parsed, bound: Bound) -> bool:
    """Whether a measure cannot be the figure's ("71 mm" of survival), or is one of several that the claim names too."""
    names = bound.slots["measure"]
    if bound.figure.kind == "measure" and all(EVENT.search(name) for name in names):
        return True
    named = {name.name for name in claim.names if name.kind == "measure"}
    return len(names) > 1 and bool(names & named)


def _two_roles(candidate: _Candidate) -> bool:
    """Whether the sentence sets an intervention against a control."""
    arms = frozenset().union(*(b.slots.get("arm", frozenset()) for b in bindings(candidate.sentence.text)))
    return "control" in arms and len(arms) > 1


def _tied(item: Bound, slot: str) -> bool:
    """Whether the claim ties the slot to this figure: by its words, or by naming one thing for all its figures."""
    figure = item.figure
    if figure.kind == "duration":
        return slot in ("trial", "centre")
    if slot in item.sure or slot in ("trial", "centre"):
        return True
    return (
        slot not in ("measure", "arm")
        and figure.role in ("", "first")
        and figure.kind not in ("ratio", "ci", "p", "year")
    )


def _operators_differ(claim: Parsed, ours: Quantity, theirs: Quantity, sentence: Parsed) -> Finding | None:
    a, b = ours.operator, theirs.operator
    if a == b or ("~" in (a, b) and a in ("~", "=") and b in ("~", "=")):
        return None
    if ours.kind == "duration" and ("=" in (a, b) or "~" in (a, b)):
        return None
    below, above = {"<", "<="}, {">", ">="}
    reason = f"The passage has {_shown(theirs)}, the claim {_shown(ours)}: the operator differs."
    if (a in below and b in above) or (a in above and b in below):
        return Finding(check="operator", weight="contradicted", reason=reason)
    if a == "=" and _THRESHOLD.search(claim.text):
        return None
    return Finding(check="operator", weight="partial", reason=reason)


def _check_pairs(claim: Parsed, bound: Sequence[Bound], evidence: Sequence[Parsed]) -> list[Finding]:
    """A pair "a vs b" of the claim that stands the other way round in the evidence, where the claim names no arms."""
    for index in range(len(bound) - 1):
        a, b = bound[index], bound[index + 1]
        turned = _turned(claim, a.figure, b.figure, evidence)
        if turned is False:
            continue
        if turned:
            return [
                Finding(
                    check="arm", weight="contradicted",
                    reason=f"In the passage {_shown(a.figure)} and {_shown(b.figure)} belong to the other group each.",
                )
            ]  # fmt: skip
        if a.figure.role != "first" or b.figure.role != "second" or a.figure.group != b.figure.group:
            continue
        if "arm" in a.sure or "arm" in b.sure or "trial" in a.sure or "time" in a.sure or "population" in a.sure:
            continue
        for sentence in evidence:
            figures = sentence.figures
            straight = any(same_value(a.figure, f) and f.role == "first" for f in figures)
            crossed = [f for f in figures if same_value(a.figure, f) and f.role == "second"]
            if crossed and not straight and any(same_value(b.figure, f) and f.role == "first" for f in figures):
                return [
                    Finding(
                        check="arm", weight="contradicted",
                        reason=f"The passage has {_shown(b.figure)} first and {_shown(a.figure)} second, "
                        "the claim the other way round.",
                    )
                ]  # fmt: skip
    return []


def _turned(claim: Parsed, a: Quantity, b: Quantity, evidence: Sequence[Parsed]) -> bool | None:
    """Whether the claim's pair stands with the wrong groups, told by words that only one of them has beside it.

    None when no words tell the two groups of the evidence apart, or the claim has none of them before its pair.
    """
    if a.role != "first" or b.role != "second" or a.group != b.group:
        return None
    subject = set(weighted_terms(claim.text[: a.start]))
    for sentence in evidence:
        for x, y in pairwise(sentence.figures):
            if x.group < 0 or x.group != y.group or (x.role, y.role) != ("first", "second"):
                continue
            straight, crossed = same_value(a, x) and same_value(b, y), same_value(a, y) and same_value(b, x)
            one, other = sentence.text[x.end : y.start], sentence.text[y.end : y.end + 40].split(";")[0].split("(")[0]
            first, second = set(weighted_terms(one)), set(weighted_terms(other))
            told = bool(subject & (second - first)) - bool(subject & (first - second))
            if (straight or crossed) and told:
                return (told > 0) == straight
    return None


def _listed(names: frozenset[str]) -> str:
    return " or ".join(sorted(names))


def _shown(figure: Quantity) -> str:
    """The figure as printed, with a shared unit added."""
    text = " ".join(figure.text.split())
    return f"{text} {figure.printed_unit}".strip() if figure.shared and figure.printed_unit else text
