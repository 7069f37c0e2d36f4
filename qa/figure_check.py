"""Whether each figure of a claim stands in the evidence, bound to the same measure, arm, time, unit and operator."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from qa.bindings import EVENT, Bound, bindings, names_in
from qa.compatible import compatible
from qa.finding import ORDER, Finding, Weight
from qa.follows import follows
from qa.frame import frame
from qa.negation_check import denied_bound
from qa.parsed import Parsed, coverage, parse, weighted_terms
from qa.quantity import Quantity
from qa.same_value import COUNTS, ORDINAL, ROUND, kinds_meet, near, rounds, same_value, units_meet

_SOURCES = re.compile(r"^(?:two|three|four|five|six)[- ](?:trial|stud)", re.I)
"""How many sources were pooled, counted by whoever wrote the claim."""
_SAME_SUBJECT = 0.34
"""Share of the claim's clause that a sentence must hold for its figure to be "the passage's figure"."""
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
_MONTH_BESIDE = re.compile(
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December)\.? ?\||\| ?(?:of )?"
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December)\b"
)
_YEARLY = re.compile(r"\b(?:annual\w*|yearly|per year|a year|each year)\b", re.I)
_GIVEN_FOR = re.compile(r"\b(?:for|over|every|each|daily|x|per)\s+(?:the first\s+)?$", re.I)
_OWN_GROUP = re.compile(r"\s*(?:\([^()]*\)\s*)?(?:with|in|on|for|among|under|after)\s", re.I)
_BESIDE_FIGURE = 30
"""Characters behind a figure in which its group is named."""
_EARLY = re.compile(
    r"\s*(?:\([^()]*\)\s*)?(?:at (?:baseline|admission|entry|inclusion)|before\b|initially|pre-?operatively)", re.I
)
_LATE = re.compile(
    r"\s*(?:\([^()]*\)\s*)?(?:at (?:follow-?up|the end)|after\b|afterwards|later|post-?operatively)", re.I
)
_LIFE = re.compile(r"surviv|mortal|death", re.I)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    """A figure of the evidence; `rows` are the labels of its table's rows, where it stands in one."""

    bound: Bound
    sentence: Parsed
    subject: float
    rows: tuple[str, ...] = ()


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
    rows = tuple(sentence.text.partition("|")[0] for sentence in evidence if "|" in sentence.text)
    for sentence in evidence:
        share = coverage(subject, {**parse(sentence.heading).terms, **sentence.terms})
        own = rows if "|" in sentence.text else ()
        for bound in bindings(sentence.text, sentence.heading):
            yield _Candidate(bound=bound, sentence=sentence, subject=share, rows=own)


def _check(claim: Parsed, item: Bound, subject: dict[str, float], evidence: Sequence[Parsed]) -> Finding | None:
    figure = item.figure
    every = list(_candidates(evidence, subject))
    same = [c for c in every if same_value(figure, c.bound.figure) or _yearly(claim, figure, c.bound.figure)]
    if not same and _tallied(claim, figure, every):
        return None
    if not same and follows(claim, figure, evidence):
        return _of_another_measure(claim, item, every)
    if not same:
        return _missing(claim, item, every)
    best: Finding | None = None
    for candidate in sorted(same, key=lambda c: -c.subject):
        finding = _against(claim, item, candidate)
        if finding is None:
            return None
        if best is None or ORDER.index(finding.weight) > ORDER.index(best.weight):
            best = finding
    return best


def _tallied(claim: Parsed, figure: Quantity, every: Sequence[_Candidate]) -> bool:
    """Whether a small number in words counts what the passage lists and does not count: "the two guidelines"."""
    in_words = figure.text.isalpha() and figure.kind in ("number", "count") and figure.value <= ROUND
    counted = _TALLIED.match(claim.text, figure.end) if in_words else None
    if counted is None:
        return False
    noun = set(weighted_terms(counted["noun"]))
    behind = [c.sentence.text[c.bound.figure.start : c.bound.figure.end + 24] for c in every]
    return not any(noun & set(weighted_terms(text)) for text in behind)


_TALLIED = re.compile(
    r"\s+(?:[\w-]+ ){0,2}?(?P<noun>documents|guidelines|versions|sources|reports|papers|articles|societies|figures"
    r"|numbers|values|analyses|populations|groups|arms|ways|reasons|things|definitions|thresholds|criteria|findings|results"
    r"|treatments|trials|studies|options|strategies|approaches|devices|drugs|procedures|operations|techniques)\b",
    re.I,
)


def _yearly(claim: Parsed, figure: Quantity, other: Quantity) -> bool:
    """Whether a percentage that the claim calls yearly is the evidence's "per year"."""
    rates = ("%/d", "events/100 patient-years")
    yearly = figure.unit == "%" and other.unit in rates and _YEARLY.search(claim.text)
    return bool(yearly) and figure.values == other.values


def _of_another_measure(claim: Parsed, item: Bound, every: Sequence[_Candidate]) -> Finding | None:
    """Where all that the figure may follow from is of other measures: "deaths fell by 34%" from an HR of admissions."""
    ours = item.slots.get("measure", frozenset())
    theirs = [c.bound.slots["measure"] for c in every if c.bound.slots.get("measure")]
    if not ours or not theirs or any(compatible("measure", ours, one) for one in theirs) or ours == {"age"}:
        return None
    if _JOINED.search(claim.text) or (
        _LIFE.search(" ".join(ours)) and any(_LIFE.search(" ".join(one)) for one in theirs)
    ):
        return None
    return Finding(
        check="measure", weight="contradicted",
        reason=f"The passage's figures belong to {_listed(frozenset().union(*theirs))}, in the claim "
        f"{_shown(item.figure)} belongs to {_listed(ours)} (another measure).",
    )  # fmt: skip


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
    rounded = next((c for c in rivals if rounds(figure, c.bound.figure)), None)
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
            ours_name, theirs_name = _listed(item.slots[slot]), _listed(candidate.bound.slots[slot])
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


def _other_row(claim: Parsed, item: Bound, candidate: _Candidate) -> Finding | None:
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
                reason=f"In the passage {_shown(item.figure)} stands in the row “{told.strip()}”, in the claim with "
                f"“{row.strip()}”.",
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


def _of_composite(claim: Parsed, item: Bound, candidate: _Candidate) -> Finding | None:
    """The claim gives to one event the figure of a composite: "cardiovascular death, severe HF or reinfarction"."""
    clause = next(((a, b) for a, b in claim.clauses if a <= item.figure.start < b), (0, len(claim.text)))
    told = claim.text[slice(*clause)]
    figure = candidate.bound.figure
    text, events = candidate.sentence.text, _AN_EVENT.findall(told)
    composites = list(_COMPOSITE.finditer(text[: figure.start]))
    counted = ("percent", "fraction", "ratio", "rate", "count")
    if figure.kind not in counted or not composites or len(events) != 1 or _JOINED.search(told):
        return None
    between = text[composites[-1].end() : figure.start]
    if _AN_EVENT.search(between) or re.search(r"[;:.]\s", between):
        return None
    return Finding(
        check="measure", weight="contradicted",
        reason=f"In the passage {_shown(figure)} belongs to “{composites[-1][0]}” together, in the claim "
        f"to “{events[0]}” alone.",
    )  # fmt: skip


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
_JOINED = re.compile(r"\bor\b|\band/or\b|\b(?:composite|combined|end-?points?|events?|either|alive|free)\b|/", re.I)


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
        if denied_bound(claim, ours, sentence, theirs):
            return None
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
