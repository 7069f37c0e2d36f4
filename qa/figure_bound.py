"""Why a figure of the same value is not the claim's: another measure, arm, time, end of a change, a goal, a row."""

from __future__ import annotations

import re

from qa.bindings import EVENT, Bound, bindings, names_in
from qa.compatible import compatible
from qa.figure_found import EARLY, JOINED, LATE, Found, listed, printed
from qa.finding import Finding, Weight
from qa.negation_check import denied_bound
from qa.parsed import Parsed, weighted_terms
from qa.quantity import Quantity
from qa.same_value import COUNTS, ORDINAL, same_value

_UNMEASURED = ORDINAL | {"year"}
"""Kinds of figure that no measure is bound to."""
_SLOT_WORDS = {
    "measure": "measure",
    "arm": "arm",
    "time": "time point",
    "trial": "trial",
    "centre": "centre",
    "population": "population",
    "severity": "severity",
}
_OWN_GROUP = re.compile(r"\s*(?:\([^()]*\)\s*)?(?:with|in|on|for|among|under|after)\s", re.I)
_BESIDE_FIGURE = 30
"""Characters behind a figure in which its group is named."""
_GOAL = re.compile(
    r"\b(?:goal|target|threshold|margin|benchmark|criterion)\b(?: (?:of|was|is|at|set at)| \(|:)? ?(?:about )?$", re.I
)
_SET = re.compile(
    r"\b(?:goals?|targets?|thresholds?|margins?|benchmarks?|criteri\w+|requir\w+|aim\w*|set|needed|demand\w*|prespecif\w+"
    r"|against|limits?|cut-?offs?|at least|at most|below|above)\b|[<>≥≤]",
    re.I,
)
"""Words by which a claim may tell a goal as one."""
_THRESHOLD = re.compile(
    r"\b(?:threshold|cut-?off|limit|criteri\w+|bound\w*|margin|goal|definition|defined)\b"
    r"|\b(?:as|makes?|calls?|called|means?|considers?|considered|counts?) (?:\w+ ){0,2}severe\b",
    re.I,
)


def why_not(claim: Parsed, item: Bound, candidate: Found) -> Finding | None:
    """Why a figure of the evidence with the same value is not the claim's; None when it is."""
    ours, theirs = item.figure, candidate.bound.figure
    shown = printed(ours)
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
    if ours.unit == theirs.unit + "/d" and _OFTEN.match(candidate.sentence.text, theirs.end):
        return Finding(
            check="unit", weight="contradicted",
            reason=f"The passage has {printed(theirs)} more often than once a day or less, the claim {shown}.",
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
                reason=f"In the passage {shown} belongs to {listed(candidate.bound.slots['arm'])}, "
                f"in the claim the change {'begins' if ours.role == 'from' else 'ends'} there.",
            )  # fmt: skip
    if ours.role in ("from", "to") and theirs.role not in ("from", "to"):
        text, at = candidate.sentence.text, theirs.end
        early, late = bool(EARLY.match(text, at)), bool(LATE.match(text, at))
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
    if _GOAL.search(candidate.sentence.text[: theirs.start]) and not _SET.search(claim.text):
        return Finding(
            check="measure", weight="contradicted",
            reason=f"In the passage {shown} is a goal that was set, in the claim what came out.",
        )  # fmt: skip
    if _per_life(claim, ours) and not _per_life(candidate.sentence, theirs):
        return Finding(
            check="unit", weight="contradicted",
            reason=f"The claim gives {shown} per year of life gained, the passage does not.",
        )  # fmt: skip
    if row := _other_row(claim, item, candidate):
        return row
    if strange := _anothers(claim, item, candidate) or _of_composite(claim, item, candidate):
        return strange
    for slot in ("measure", "arm", "time", "trial", "centre", "population", "severity"):
        if slot not in item.slots or slot not in candidate.bound.slots:
            continue
        if compatible(slot, item.slots[slot], candidate.bound.slots[slot]):
            continue
        if slot == "measure" and (ours.kind in _UNMEASURED or _misread(claim, candidate.bound) or _size(claim, ours)):
            continue
        if slot == "measure" and ours.kind in ("p", "ci") and _names_one(claim, candidate.bound.slots["measure"]):
            continue
        if slot == "measure" and not (_measurable(item) and _measurable(candidate.bound)):
            continue
        if _tied(item, slot) and (slot in candidate.bound.sure or slot in ("trial", "centre")):
            ours_name, theirs_name = listed(item.slots[slot]), listed(candidate.bound.slots[slot])
            return Finding(
                check=slot, weight="contradicted",
                reason=f"In the passage {shown} belongs to {theirs_name}, in the claim to {ours_name} "
                f"(another {_SLOT_WORDS[slot]}).",
            )  # fmt: skip
    return None


_PER_LIFE = re.compile(
    r"[^.;,\d]{0,25}?(?:\bper|/) ?(?:(?:additional|extra) )?"
    r"(?:QALYs?|quality[- ]adjusted|life[- ]year|year of (?:quality )?life)",
    re.I,
)
"""Behind a sum of money: what it buys, as a cost-effectiveness ratio gives it."""


def _per_life(sentence: Parsed, figure: Quantity) -> bool:
    """Whether what stands behind the digits of the figure makes it a price of life gained."""
    digits = re.match(r".*\d", figure.text)
    return bool(digits and _PER_LIFE.match(sentence.text, figure.start + digits.end()))


def _other_row(claim: Parsed, item: Bound, candidate: Found) -> Finding | None:
    """The figure stands in a table's row, and the claim names another row beside it."""
    told, _, _ = candidate.sentence.text.partition("|")
    if not candidate.rows or not told.strip():
        return None
    others = [f for f in claim.figures if f is not item.figure]
    start = max((f.end for f in others if f.end <= item.figure.start), default=0)
    end = min((f.start for f in others if f.start >= item.figure.end), default=len(claim.text))
    for window in (claim.text[start : item.figure.start], claim.text[item.figure.end : end]):
        near = set(weighted_terms(window))
        if near & set(weighted_terms(told)):
            return None
    near = set(weighted_terms(claim.text[start : item.figure.start]))
    for row in candidate.rows:
        named = set(weighted_terms(row))
        if row != told and named and named <= near:
            return Finding(
                check="measure", weight="contradicted",
                reason=f"In the passage {printed(item.figure)} stands in the row “{told.strip()}”, in the claim with "
                f"“{row.strip()}”.",
            )  # fmt: skip
    return None


def _anothers(claim: Parsed, item: Bound, candidate: Found) -> Finding | None:
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
                reason=f"In the passage {printed(other.figure)} belongs to {listed(other.slots['arm'])}, "
                f"in the claim {printed(item.figure)} does.",
            )  # fmt: skip
    return None


def _of_composite(claim: Parsed, item: Bound, candidate: Found) -> Finding | None:
    """The claim gives to one event the figure of a composite: "cardiovascular death, severe HF or reinfarction"."""
    clause = next(((a, b) for a, b in claim.clauses if a <= item.figure.start < b), (0, len(claim.text)))
    told = claim.text[slice(*clause)]
    figure = candidate.bound.figure
    text, events = candidate.sentence.text, _AN_EVENT.findall(told)
    composites = list(_COMPOSITE.finditer(text[: figure.start]))
    counted = ("percent", "fraction", "ratio", "rate", "count")
    if figure.kind not in counted or not composites or len(events) != 1 or JOINED.search(told):
        return None
    between = _BRACKETED.sub(" ", text[composites[-1].end() : figure.start])
    if _AN_EVENT.search(between) or re.search(r"[;:.]\s", between):
        return None
    return Finding(
        check="measure", weight="contradicted",
        reason=f"In the passage {printed(figure)} belongs to “{composites[-1][0]}” together, in the claim "
        f"to “{events[0]}” alone.",
    )  # fmt: skip


_BRACKETED = re.compile(r"\([^()]*\)")
_AN_EVENT = re.compile(
    r"\b(?:(?:all-cause |cardiovascular |cardiac |CV )?(?:death|mortality)|died|dead|stroke|(?:re)?infarction|LVAD"
    r"|transplant\w*|re-?interventions?"
    r"|(?:HF |heart failure )?(?:re)?(?:hospitali[sz]ations?|hospitali[sz]ed|admissions?|admitted))\b",
    re.I,
)
_COMPOSITE = re.compile(
    rf"{_AN_EVENT.pattern}(?:, (?:[\w-]+ ){{0,2}}[\w-]+)*,? or "
    rf"(?:(?:first|severe|any|unplanned|mitral|a) )*{_AN_EVENT.pattern}",
    re.I,
)


def _names_one(claim: Parsed, of: frozenset[str]) -> bool:
    """Whether the claim names the measure somewhere: a p value of two joined outcomes is either's."""
    return any(compatible("measure", frozenset({name.name}), of) for name in names_in(claim, "measure"))


def _measurable(bound: Bound) -> bool:
    """Whether the figure is the measure's: people are counted by what happened to them, not by their LVEF."""
    return bound.figure.unit not in COUNTS - {""} or any(_HAPPENED.search(name) for name in bound.slots["measure"])


_HAPPENED = re.compile(r"surviv|mortal|death|stroke|interven|hospital|bleed|event|success|complic|transplant", re.I)


def _size(claim: Parsed, figure: Quantity) -> bool:
    """Whether the figure is how many were studied ("a cohort of 404 patients"): no measure's."""
    if figure.unit not in COUNTS:
        return False
    before = claim.text[: figure.start]
    people = bool(figure.unit) or bool(_PEOPLE.match(claim.text, figure.end))
    return bool(_COHORT_OF.search(before)) or (people and bool(_STUDIED.search(before)))


_STUDIED = re.compile(
    r"\b(?:of|followed|studied|enrol\w+|includ\w+|pool\w+|randomi[sz]ed|recruit\w+|analy\w+|in) (?:the |all |up )?$",
    re.I,
)
_PEOPLE = re.compile(
    r"[^.;,\d]{0,25}\b(?:patients|people|participants|subjects|persons|women|men|adults|cases)\b", re.I
)
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


def _two_roles(candidate: Found) -> bool:
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


_OFTEN = re.compile(
    r"(?:\s+[a-z]+)?\s+(?:twice|thrice|(?:two|three|four) times|every (?:\w+ )?(?:hours?|days|weeks?)"
    r"|once (?:a |every )?week\w*"
    r"|(?:per|a|every) week|weekly|b\.?i\.?d|t\.?i\.?d)\b",
    re.I,
)
"""Behind a dose, how often it is given where that is not once a day."""
_WORST = 4
"""The worst grade of regurgitation: "3+/4+" is grade 3 or more."""


def _holds(ours: Quantity, theirs: Quantity) -> bool:
    """Whether a plain figure of the evidence lies where the claim's bound says: 9.6% and "under one in ten"."""
    if theirs.operator not in ("=", "~") or len(theirs.values) != 1 or ours.operator not in ("<", "<=", ">", ">="):
        return False
    bound = ours.share if ours.kind == "fraction" else ours.canonical[0]
    value = theirs.value if ours.kind == "fraction" else theirs.canonical[0]
    if ours.kind == "fraction" and theirs.kind != "percent":
        return False
    return value < bound if ours.operator in ("<", "<=") else value > bound


def _operators_differ(claim: Parsed, ours: Quantity, theirs: Quantity, sentence: Parsed) -> Finding | None:
    a, b = ours.operator, theirs.operator
    if a == b or ("~" in (a, b) and a in ("~", "=") and b in ("~", "=")):
        return None
    if ours.kind == "duration" and ("=" in (a, b) or "~" in (a, b)):
        return None
    if _holds(ours, theirs) or (ours.kind == theirs.kind == "grade" and a == ">=" and theirs.values[-1] == _WORST):
        return None
    below, above = {"<", "<="}, {">", ">="}
    reason = f"The passage has {printed(theirs)}, the claim {printed(ours)}: the operator differs."
    if (a in below and b in above) or (a in above and b in below):
        if denied_bound(claim, ours, sentence, theirs):
            return None
        return Finding(check="operator", weight="contradicted", reason=reason)
    if a == "=" and _THRESHOLD.search(claim.text):
        return None
    return Finding(check="operator", weight="partial", reason=reason)
