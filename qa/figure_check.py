"""Whether each figure of a claim stands in the evidence, bound to the same measure, arm, time, unit and operator."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.bindings import Bound, bindings, names_in
from qa.compatible import compatible
from qa.figure_bound import why_not
from qa.figure_found import JOINED, Found, found_in, listed, printed
from qa.figure_missing import why_missing
from qa.figure_pairs import check_pairs
from qa.finding import ORDER, Finding
from qa.follows import follows, is_distance
from qa.follows_share import said_of, spoken_share
from qa.parsed import Parsed, parse, weighted_terms
from qa.quantity import Quantity
from qa.same_value import same_value

_MONTH_BESIDE = re.compile(
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December)\.? ?\||\| ?(?:of )?"
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December)\b"
)
_YEARLY = re.compile(r"\b(?:annual\w*|yearly|per year|a year|each year)\b", re.I)
_LIFE = re.compile(r"surviv|mortal|death", re.I)


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
    found += check_pairs(claim, bound, evidence)
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


def _check(claim: Parsed, item: Bound, subject: dict[str, float], evidence: Sequence[Parsed]) -> Finding | None:
    figure = item.figure
    every = list(found_in(evidence, subject))
    same = [c for c in every if same_value(figure, c.bound.figure) or _yearly(claim, figure, c.bound.figure)]
    if not same and spoken_share(figure):
        same = [c for c in every if c.bound.figure.kind == "percent" and said_of(figure, c.bound.figure.value)]
    if not same and _tallied(claim, figure, every):
        return None
    if figure.operator == "~" and same and is_distance(claim, figure, evidence):
        return None  # "some 35,000 more" is no figure of the passage, though one lies near it
    if not same and follows(claim, figure, evidence):
        return _of_another_measure(claim, item, every)
    if not same:
        return why_missing(claim, item, every)
    best: Finding | None = None
    for candidate in sorted(same, key=lambda c: -c.subject):
        finding = why_not(claim, item, candidate)
        if finding is None:
            return None
        if best is None or ORDER.index(finding.weight) > ORDER.index(best.weight):
            best = finding
    return best


_SEVERAL = 3
"""The greatest number that a reader counts in passing: "three yardsticks"."""


def _tallied(claim: Parsed, figure: Quantity, every: Sequence[Found]) -> bool:
    """Whether a small number in words counts what the passage lists and does not count: "the two guidelines"."""
    in_words = figure.text.isalpha() and figure.kind in ("number", "count") and figure.value <= _SEVERAL
    if not in_words or figure.role:
        return False
    counted = _TALLIED.match(claim.text, figure.end)
    if counted is None:
        return figure.kind == "number" and bool(_THE_SEVERAL.search(claim.text[: figure.start]))
    noun = set(weighted_terms(counted["noun"]))
    behind = [c.sentence.text[c.bound.figure.start : c.bound.figure.end + 24] for c in every]
    return not any(noun & set(weighted_terms(text)) for text in behind)


_TALLIED = re.compile(
    r"\s+(?:of (?:the|its|their|these|those|them)\s+)?(?:(?!in\b|of\b|to\b|at\b|and\b|or\b)[\w'-]+\s+){0,2}?"
    r"(?!times\b|points\b|classes\b|grades\b|was\b|is\b|has\b|as\b|does\b)(?P<noun>[a-z-]{3,}(?:s|a|en|ren|ople))\b",
    re.I,
)
"""What a small number in words counts: a plural noun, with at most two words before it."""
_THE_SEVERAL = re.compile(r"\b(?:the|these|those|both|other|all|each of the|between)\s+$", re.I)


def _yearly(claim: Parsed, figure: Quantity, other: Quantity) -> bool:
    """Whether a percentage that the claim calls yearly is the evidence's "per year"."""
    rates = ("%/d", "events/100 patient-years")
    yearly = figure.unit == "%" and other.unit in rates and _YEARLY.search(claim.text)
    return bool(yearly) and figure.values == other.values


def _of_another_measure(claim: Parsed, item: Bound, every: Sequence[Found]) -> Finding | None:
    """Where all that the figure may follow from is of other measures: "deaths fell by 34%" from an HR of admissions."""
    ours = item.slots.get("measure", frozenset())
    theirs = [c.bound.slots["measure"] for c in every if c.bound.slots.get("measure")]
    if not ours or not theirs or any(compatible("measure", ours, one) for one in theirs) or ours == {"age"}:
        return None
    if any(compatible("measure", frozenset({name.name}), one) for name in names_in(claim, "measure") for one in theirs):
        return None
    if JOINED.search(claim.text) or (
        _LIFE.search(" ".join(ours)) and any(_LIFE.search(" ".join(one)) for one in theirs)
    ):
        return None
    return Finding(
        check="measure", weight="contradicted",
        reason=f"The passage's figures belong to {listed(frozenset().union(*theirs))}, in the claim "
        f"{printed(item.figure)} belongs to {listed(ours)} (another measure).",
    )  # fmt: skip
