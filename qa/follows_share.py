"""Whether a share, a multiple or a sum follows from the figures of the evidence: "one in five", "36% fewer"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from qa.parsed import Parsed
from qa.quantity import Quantity
from qa.same_value import ABOUT, HUNDREDS, ROUND, SPOKEN_PART

Rule = Callable[[Parsed, Quantity, Sequence[Parsed]], bool]
ENTAILS = 0.25
"""How far beyond its bound a figure may lie and still be what "more than 40%" speaks of."""
TOLD_BEFORE = 100
"""Characters before a figure in which the claim says that it is a reduction or a difference."""
_TOLD_BEHIND = 45
"""Characters behind it."""
_WHOLE_PERCENT = 0.51
"""How far a percentage may be from the ratio it tells: half a percent, and what floats lose."""
_ROUND_PERCENT = 5
"""Percentages that are round: "about 40%" may be 42."""
ROUNDING = 0.51
"""The same in units of the last decimal."""
_REDUCED = re.compile(
    r"\b(?:reduc|lower|fewer|less|cut|knock|trim|shav|slash|averted|prevent|decreas|drop|fall|fell|declin|relative|smaller)\w*",
    re.I,
)
_INCREASED = re.compile(r"\s*(?:higher|greater|increased|more|raised|excess|likelier|increase|rise|up)\b", re.I)
_RAISED = re.compile(r"\b(?:rais\w+|increas\w+|rose|climb\w+|grew|higher|heighten\w+)\b", re.I)
_ABSENCE = re.compile(
    r"\b(?:missing|miss(?:ed|es)?|overlook\w*|false|without|not|no|none|lost|fail\w*|unavailable|incomplete|died|deaths?"
    r"|dead|mortality|withdr\w+|free|escap\w+|dodg\w+)\b"
    r"|\w+-free\b",
    re.I,
)
"""Words on one side only make a share the rest of the other: "62% survived", "38% died"."""
_LIKELY = re.compile(r"\b(?:likely|likelihood|odds)\b", re.I)
_BEYOND = re.compile(
    r"\b(more than|well over|over|above|less than|fewer than|nearly|almost|just under|well under|under|below)\s+"
    r"(?:an?\s+)?$",
    re.I,
)
_LEAD = re.compile(r"(?:[a-z]+ ){1,2}?(?=(?:an?|one|two|three|four|five|six|seven|eight|nine|\d+)\b)", re.I)


def every(evidence: Sequence[Parsed]) -> Iterator[Quantity]:
    """The figures of all sentences, in order."""
    return (figure for sentence in evidence for figure in sentence.figures)


def _is_relative(claim: Parsed, figure: Quantity, evidence: Sequence[Parsed]) -> bool:
    """Whether "36% lower", "20% higher" are what a ratio of 0.64 or 1.20 says; an OR only where odds are spoken of."""
    if figure.kind != "percent":
        return False
    around = words_around(claim, figure)
    labels = ("HR", "RR", "rate ratio")
    ratios = [f for f in every(evidence) if f.kind == "ratio"]
    cut = [1 - f.value for f in ratios if f.label in (*labels, *(("OR",) if _LIKELY.search(around) else ()))]
    raised = [f.value - 1 for f in ratios if f.label in labels]
    told = [
        *(cut if _REDUCED.search(around) else ()),
        *(raised if _INCREASED.match(claim.text, figure.end) or _raised_by(claim, figure) else ()),
    ]  # fmt: skip
    about = figure.operator == "~" and not figure.value % _ROUND_PERCENT  # "about 40%" for 42, not "about 69%" for 66
    room = _ROUND_PERCENT / 2 if about else 0.0
    if figure.in_words and any(part > 0 and said_of(figure, 100 * part) for part in told):
        return True
    return any(part > 0 and abs(100 * part - figure.value) < max(_WHOLE_PERCENT, room) for part in told)


_EXCESS_OF = re.compile(r"\b(?:increase|rise|excess|growth|climb)\s+of\s+$", re.I)


def _raised_by(claim: Parsed, figure: Quantity) -> bool:
    """Whether "rose by 20%" or "an increase of about 55%" is said."""
    before = claim.text[max(0, figure.start - TOLD_BEFORE) : figure.start]
    return bool(_EXCESS_OF.search(before)) or (figure.role == "by" and bool(_RAISED.search(before)))


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
            room = ABOUT * share if figure.operator == "~" else ROUNDING * 10**-figure.decimals + 1e-9
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
_A_PART = re.compile(r"(?:: |\(|\bof (?:whom|which|these) )$")
"""Before a count of some of them: "6675 patients (trial-ineligible: 2954)"."""
_MANY = 30
"""People studied, at least, where a share of them is worked out."""


def _multiple(claim: Parsed, figure: Quantity, evidence: Sequence[Parsed]) -> bool:
    """Whether "six times" is what one of two figures set against each other is of the other, as one says it."""
    if figure.unit != "fold" or figure.value < 2:
        return False
    for sentence in evidence:
        sized = [
            f
            for f in sentence.figures
            if f.kind not in NO_SIZE and len(f.values) == 1 and not sentence.text[: f.start].endswith("per ")
        ]
        for a, b in pairwise(f for f in sized if f.kind != "duration"):
            low, high = sorted((abs(a.canonical[0]), abs(b.canonical[0])))
            if a.unit == b.unit and low and abs(high / low - figure.value) <= 0.1 * figure.value:
                return True
    return False


def _more_than_a_part(claim: Parsed, figure: Quantity, evidence: Sequence[Parsed]) -> bool:
    """Whether "more than half", "nearly one in ten" are said of a percentage on that side of the part of the whole."""
    lead = _LEAD.match(figure.text)
    said = _BEYOND.search(claim.text[max(0, figure.start - 20) : figure.start] + (lead.group() if lead else ""))
    if said is None or not (figure.kind == "fraction" or (figure.kind == "percent" and figure.in_words)):
        return False
    part = figure.share
    word = said[1].casefold()
    above = word in ("more than", "over", "above", "well over")
    near = (
        ENTAILS if word.endswith("than") or word in ("over", "above", "well over", "well under", "under") else 2 * ABOUT
    )
    told = (f for f in every(evidence) if f.kind == "percent" or (f.kind == "fraction" and f.values[1]))
    shares = [f.share - part for f in told]
    return any(0 < (share if above else -share) <= near * part for share in shares)


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
            if other.kind == "fraction" and figure.kind in ("count", "number") and figure.operator == "=":
                if figure.value == other.values[1] - other.values[0] and not figure.decimals:
                    return True
            if other.kind == "percent" and figure.kind in ("percent", "fraction") and other.operator == "=":
                if spoken_share(figure) and said_of(figure, 100 - other.value):
                    return True
                room = ROUNDING * 10 ** -min(figure.decimals, other.decimals)
                plain = figure.kind == "percent" and figure.operator in ("=", "~")
                if plain and abs(figure.value + other.value - 100) <= room:
                    return True
    return False


NO_SIZE = ("p", "ci", "ratio", "year", "class", "level", "grade", "fraction")


def spoken_share(figure: Quantity) -> bool:
    """Whether a share is one in words, or of ten, twenty or a hundred: "a third", "four in ten"."""
    return (figure.kind == "percent" and figure.in_words) or (
        figure.kind == "fraction" and figure.values[1] in HUNDREDS
    )


def said_of(figure: Quantity, share: float) -> bool:
    """Whether a share, in per cent, in words ("a quarter", "more than a third", "four in ten") is said of one."""
    said = figure.share
    if figure.operator in ("<", "<="):
        return 0 < said - share <= ENTAILS * said
    if figure.operator in (">", ">="):
        return 0 < share - said <= ENTAILS * said
    return abs(said - share) <= SPOKEN_PART * said


def _part_of_another(claim: Parsed, figure: Quantity, evidence: Sequence[Parsed]) -> bool:
    """Whether "a third of that", "cut by a quarter" is what one of two figures beside each other is of the other."""
    if figure.kind != "percent" or not figure.in_words or not 0 < figure.value < 100:
        return False
    for sentence in evidence:
        for a, b in pairwise(f for f in sentence.figures if f.kind not in NO_SIZE and len(f.values) == 1):
            low, high = sorted((abs(a.canonical[0]), abs(b.canonical[0])))
            if a.unit != b.unit or not low or low == high:
                continue
            for share in (100 * low / high, 100 - 100 * low / high):
                if said_of(figure, share):
                    return True
    return False


def _both_counts(claim: Parsed, figure: Quantity, evidence: Sequence[Parsed]) -> bool:
    """Whether count and total of "212 of the 640" stand in one sentence of the evidence, apart from each other."""
    if figure.kind != "fraction":
        return False
    counts = [{f.value for f in s.figures if f.kind in ("count", "number")} for s in evidence]
    return any(set(figure.values) <= held for held in counts)


def words_around(claim: Parsed, figure: Quantity) -> str:
    """What stands before and behind a figure, near enough to say what it is."""
    return claim.text[max(0, figure.start - TOLD_BEFORE) : figure.end + _TOLD_BEHIND]


SHARES: tuple[Rule, ...] = (
    _is_the_rest,
    _both_counts,
    _is_relative,
    _multiple,
    _more_than_a_part,
    _is_share,
    _is_sum,
    _part_of_another,
)
"""Each knows one way in which a reader may put a share, a multiple or a sum without falsifying it."""
