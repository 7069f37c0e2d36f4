"""Whether something is negated in the claim and not in its evidence, or the other way round."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from qa.finding import Finding
from qa.parsed import Parsed, coverage, parse, weighted_terms
from qa.polarity import ASIDE, Signal
from qa.quantity import Quantity
from qa.same_value import same_value

_HELD = 0.5
"""Share of the claim's words that must stand where a negation is compared."""
_REACH = 5
"""How many words after a negation it reaches, within its clause."""
_PLAIN_ANYWHERE = re.compile(
    r"\b(?:not|no|none|never|neither|nor|cannot|without|un(?!planned|der|iversity|ique)\w{4,}"
    r"|fail(?:ed|s|ing)?|neutral|free(?:dom)? (?:of|from)|absen\w+"
    r"|\w+-free|event-?free|all but|except)\b",
    re.I,
)
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_PLAIN = re.compile(r"not|no|none|never|neither|nor|cannot|can't|without|nothing|\w+n't", re.I)
_NEGATIVE = re.compile(
    r"\b(?:un(?!der|til|ited|ion|it)|non-?|dis(?!eas|tanc|tribu|play|cuss|charg))\w{4,}"
    r"|\b(?:inad|inel|insuf|imposs|incap)\w+"
    r"|\b(?:lack\w*|absen\w+|\w+-free|free(?:dom)? (?:of|from)|fail\w*|exclud\w*|only|neutral|rarely|few|hardly"
    r"|denied|refus\w*|declin\w*|ceas\w+|abandon\w*"
    r"|contra\w+|zero|stable|similar\w*|same|constant|not|no|none|never|neither|nor|cannot|without)\b",
    re.I,
)
_FIGURE = re.compile(r"\d")
_COMPARED = re.compile(r"\b(?:than|vs\.?|versus|against|compared (?:with|to))\s+$", re.I)
"""Before a "no" or "without" that names the group compared with: "a higher risk than no MR"."""
_OTHER_GROUP = re.compile(r"\bwith\b[^.;]*\b(?:and|than|or|vs\.?)\s+(?:\([^()]*\)\s*)?$", re.I)
"""Before a "without" that is the other group of a "with": "the same with and without repair"."""
_OF_A_GROUP = re.compile(r"\s*(?:[.;,(]|$|(?:it|them|one|and|or)\b)")
"""Behind a "without" that names the other group by what it lacks: "nearly two thirds of those without"."""
_BY_CHANCE = 0.05
"""The conventional level of significance: a larger p value leaves it open that there is no effect."""
_ALIKE = 0.1
"""Share by which two figures may differ that nobody would call different without a test."""
_NO_LONGER = re.compile(r"\s+longer\b(?! than)")
"""A change rather than a denial: "no longer severe" is "became non-severe"."""
_BECAME = re.compile(r"\bbecame (?:non-|less )|\b(?:resolved|ceased|fell below)\b", re.I)
_CATEGORY = re.compile(r"\s+(?:or|to|/)\s")
"""What follows "no" in a name of a grade: "no or mild MR"."""


def check_negation(claim: Parsed, carriers: Sequence[Parsed], evidence: Sequence[Parsed]) -> list[Finding]:
    """At most one finding; `carriers` are the sentences that hold the claim's topic, the fullest first."""
    turned = [f for f in claim.figures for s in evidence for other in s.figures if denied_bound(claim, f, s, other)]
    ours = [cue for cue in _cues(claim) if not any(f.end <= cue.start for f in turned)]
    if any(_BECAME.search(sentence.text) for sentence in evidence):
        ours = [cue for cue in ours if not (cue.word == "no" and _NO_LONGER.match(claim.text, cue.end))]
    beside = _beside_figures(claim, ours, evidence) or _all_but(claim, evidence)
    if beside or not carriers:
        return [beside] if beside else []
    best = carriers[0]
    held = coverage(claim.terms, best.terms)
    said = negated_terms(claim, ours)
    if ours and held >= _HELD and not any(_denies(sentence, claim, said) for sentence in evidence):
        return [_finding(f"The claim says “{ours[0].word}”, the passage does not negate this.")]
    theirs = _cues(best)
    denied = negated_terms(best, [cue for cue in theirs if _clause_held(claim, best, cue) >= _HELD])
    shared = (denied & set(claim.terms)) - said
    fewer = 0 < len(ours) < len(theirs) or (not ours and not _denies(claim))
    if shared and fewer:
        return [_finding(f"The passage negates {_shown(best, sorted(shared)[0])}, the claim does not.")]
    other = said & set(best.terms)
    if other and held >= _HELD and not theirs and not _denies(best, claim, said):
        return [_finding(f"The claim negates {_shown(claim, sorted(other)[0])}, the passage does not.")]
    return []


def _clause_held(claim: Parsed, sentence: Parsed, cue: Signal) -> float:
    """The share in the clause of the negation: of the claim, or of the clause of it that is told there most."""
    for start, end in sentence.clauses:
        if start <= cue.start < end:
            told = parse(sentence.text[start:end]).terms
            parts = [parse(claim.text[a:b]).terms for a, b in claim.clauses]
            return max(coverage(part, told) for part in (claim.terms, *(p for p in parts if len(p) > 1)))
    return 0.0


def _beside_figures(claim: Parsed, ours: Sequence[Signal], evidence: Sequence[Parsed]) -> Finding | None:
    """A negation put beside a result that the evidence gives without one: "29.1% had not died"."""
    if not ours:
        return None
    kinds = ("percent", "fraction", "ratio", "rate", "measure")
    results = [
        figure
        for figure in claim.figures
        for start, end in claim.clauses
        if (figure.kind in kinds or (figure.kind in _DENIED_STRAIGHT and _right_after(claim, ours, figure)))
        and not figure.unit.startswith(("mg", "IU", "U"))
        and start <= figure.start < end
        and any(start <= cue.start < end or _goes_on(claim, cue, start) for cue in ours)
    ]
    plain = []
    said = {word.group().casefold() for word in _WORD.finditer(claim.text)} - {cue.word for cue in ours}
    for sentence in evidence:
        for start, end in sentence.clauses:
            inside = [f for f in sentence.figures if start <= f.start < end]
            if any(same_value(figure, other) for figure in results for other in inside):
                null = any(
                    s.sense == "null" and start <= s.start < end and not _FIGURE.search(s.word)
                    for s in sentence.signals
                )
                null = null or (_denies_effect(claim) and _open_to_chance(sentence))
                null = null or bool(negated_terms(claim, ours) & negated_terms(sentence, _cues(sentence)))
                denied = {found.casefold() for found in _PLAIN_ANYWHERE.findall(sentence.text[start:end])}
                plain.append(not null and denied <= said)
    if plain and all(plain):
        return _finding(f"The claim says “{ours[0].word}”, the passage gives the figure without it.")
    return None


_DENIED_STRAIGHT = ("duration", "number", "count")
"""Kinds of figure that are denied only by a negation right before them: "the cost was not $55,600"."""
_STRAIGHT = re.compile(r"not|never|cannot|\w+n't")
_RIGHT_BEFORE = 6
"""Words between such a negation and the figure."""


def _right_after(claim: Parsed, cues: Sequence[Signal], figure: Quantity) -> bool:
    straight = [cue for cue in cues if _STRAIGHT.fullmatch(cue.word)]
    between = [claim.text[cue.end : figure.start] for cue in straight if cue.end <= figure.start]
    return any(len(words.split()) <= _RIGHT_BEFORE and not re.search(r"[,;:.]", words) for words in between)


def denied_bound(claim: Parsed, figure: Quantity, sentence: Parsed, other: Quantity) -> bool:
    """Whether the claim denies what lies beyond the evidence's bound: "above 70 mm is no candidate" for "<=70 mm"."""
    clause = next(((a, b) for a, b in claim.clauses if a <= figure.start < b), (0, len(claim.text)))
    denied = _DENIED.search(claim.text[figure.end : clause[1]])
    turned = {figure.operator[0], other.operator[0]} == {"<", ">"} and same_value(figure, other)
    return bool(denied) and turned and not any(signal.sense == "negation" for signal in sentence.signals)


_DENIED = re.compile(r"\b(?:is|are|was|were|does|do|did|may|should|can)(?: not|n't)\b|\bcannot\b|\bexclud\w+", re.I)


def _all_but(claim: Parsed, evidence: Sequence[Parsed]) -> Finding | None:
    """The exception of the evidence ("all but two of 64") told by the claim as the rule."""
    if _denies(claim) or _ALL_BUT.search(claim.text):
        return None
    for sentence in evidence:
        for figure in sentence.figures:
            said = _ALL_BUT.search(sentence.text[: figure.end])
            if said and said.end() > figure.start and any(same_value(one, figure) for one in claim.figures):
                return _finding(f"The passage says “{said[1]} {figure.text}”, the claim gives it as the rule.")
    return None


_ALL_BUT = re.compile(r"\b(all but|all except|except)\s+\S+(?:\s+of\s+(?:the\s+)?\d+)?(?:\s+patients)?", re.I)


def _goes_on(claim: Parsed, cue: Signal, start: int) -> bool:
    """Whether the clause that begins at `start` gives the figures of the clause before it, which holds the negation."""
    before = next(((a, b) for a, b in claim.clauses if b == start), None)
    return before is not None and before[0] <= cue.start < before[1] and bool(_FIGURES_OF.match(claim.text, start))


_FIGURES_OF = re.compile(r"\s*[,:;(]\s*(?:with an? |at )?(?:(?:hazard|odds|risk|rate) ratio|HR|OR|RR|\d)", re.I)


def _denies_effect(claim: Parsed) -> bool:
    """Whether what the claim negates is an effect: "did not lower mortality", "not a significant difference"."""
    return any(s.sense == "null" or (s.negated and s.sense != "negation") for s in claim.signals)


def _open_to_chance(sentence: Parsed) -> bool:
    """Whether a p value, the interval of a ratio or, without either, two like figures leave it open that it is none."""
    p_values = [f for f in sentence.figures if f.kind == "p"]
    ratio = any(f.kind == "ratio" for f in sentence.figures)
    intervals = [f.values for f in sentence.figures if f.kind == "ci"] if ratio else []
    if p_values:
        return all(f.value > _BY_CHANCE and f.operator in ("=", ">", ">=") for f in p_values)
    pairs = [(a, b) for a, b in pairwise(sentence.figures) if a.group == b.group >= 0 and a.unit == b.unit]
    alike = [abs(a.canonical[0] - b.canonical[0]) <= _ALIKE * abs(b.canonical[0]) for a, b in pairs]
    return any(low <= 1 <= high for low, high in intervals) or (not intervals and any(alike))


def _cues(sentence: Parsed) -> list[Signal]:
    """Plain negations that are neither part of a figure ("no more than 70 mm") nor of a name ("without the clip")."""
    taken = [(f.start, f.end) for f in sentence.figures if f.kind not in ("ratio", "p")]
    taken += [(n.start, n.end) for n in sentence.names]
    return [
        signal
        for signal in sentence.signals
        if signal.sense == "negation"
        and _PLAIN.fullmatch(signal.word)
        and not any(a <= signal.start < b for a, b in taken)
        and not (signal.word == "no" and _CATEGORY.match(sentence.text, signal.end))
        and not (signal.word in ("no", "without") and _COMPARED.search(sentence.text[: signal.start]))
        and not (signal.word == "without" and _OF_A_GROUP.match(sentence.text, signal.end))
        and not (signal.word == "without" and _OTHER_GROUP.search(sentence.text[: signal.start]))
    ]


def _denies(sentence: Parsed, claim: Parsed | None = None, said: frozenset[str] = frozenset()) -> bool:
    """Whether anything negates, excludes, or shows no difference.

    Given a claim and the terms it negates, only the clauses count that tell it with these terms, if some do.
    """
    telling, names = [], {term for term in said if term.startswith("=")}
    for start, end in sentence.clauses if claim is not None and said else ():
        told = parse(sentence.text[start:end]).terms
        if claim is not None and names <= set(told) and said & set(told) and coverage(claim.terms, told) >= _HELD:
            telling.append((start, end))
    for start, end in telling or [(0, len(sentence.text))]:
        zero = any(f.value == 0 and start <= f.start < end for f in sentence.figures)
        null = any(s.sense in ("null", "negation") and start <= s.start < end for s in sentence.signals)
        if zero or null or _NEGATIVE.search(sentence.text[start:end]):
            return True
    return False


def negated_terms(sentence: Parsed, cues: Sequence[Signal]) -> frozenset[str]:
    """The terms that a negation reaches: those of the next five words of its clause."""
    found: set[str] = set()
    for cue in cues:
        clause_end = next((b for a, b in sentence.clauses if a <= cue.start < b), len(sentence.text))
        if ASIDE.search(sentence.text[: cue.start]):
            comma = sentence.text.find(",", cue.end, clause_end)
            clause_end = comma if comma >= 0 else clause_end
        words = list(_WORD.finditer(sentence.text, cue.end, clause_end))[:_REACH]
        if not words:
            continue
        end = words[-1].end()
        found |= {f"={name.name}" for name in sentence.names if cue.end <= name.start < end}
        for word in words:
            found |= set(weighted_terms(word.group()))
    return frozenset(found)


def _shown(sentence: Parsed, term: str) -> str:
    if term.startswith("="):
        return f"“{term[1:]}”"
    return next((f"“{m.group()}”" for m in _WORD.finditer(sentence.text) if term in weighted_terms(m.group())), term)


def _finding(reason: str) -> Finding:
    return Finding(check="negation", weight="contradicted", reason=reason)
