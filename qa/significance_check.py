"""Whether the claim sees a difference where the evidence's p value or interval shows none, or the other way round."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.bindings import Bound, bindings, names_in
from qa.compatible import compatible
from qa.finding import Finding
from qa.frame import frame
from qa.parsed import Parsed, coverage, weighted_terms
from qa.polarity import statistics

_HELD = 0.5
"""Share of the claim's outcome that the clause of a statistic must hold."""
_BY_CHANCE = re.compile(
    r"\b(?:(?:could|may|might)(?: \w+){0,2} (?:be|been|have been) (?:down to |due to |by |pure )?(?:chance|luck)"
    r"|compatible with chance|(?:due|down|attribut\w+|ascrib\w+) to chance"
    r"|(?:not|never|n't) (?:\w+ ){0,4}?(?:conventional |statistical )?significance"
    r"|(?:short of|without)(?: reaching)? (?:conventional |statistical )?significance"
    r"|(?<!not )(?<!never )(?<!n't )(?:straddl|cross|span|includ|contain"
    r"|touch|tak)\w* (?:in )?(?:zero|one|unity|no effect|1|0)"
    r"|(?:runs?|ran) across (?:zero|one|unity))\b",
    re.I,
)
"""Words by which a claim leaves an effect open to chance."""
_SIGNIFICANT = re.compile(
    r"\b(?:significant(?:ly)?|statistically (?:\w+ )?(?:solid|robust|convincing|sound|clear|certain)|convincing(?:ly)?"
    r"|beyond chance|did differ|differed|did (?:reduce|improve|lower|change|increase))\b",
    re.I,
)
_EFFECT = re.compile(
    r"\b(?:reduc(?:ed|es|ing)|lower(?:ed|s)|improv(?:ed|es)|increas(?:ed|es)|rais(?:ed|es)|decreas(?:ed|es)|cut|cuts|prevent(?:ed|s)"
    r"|prolong(?:ed|s)|did (?:reduce|improve|lower|increase|raise))\b",
    re.I,
)


def check_significance(claim: Parsed, evidence: Sequence[Parsed]) -> list[Finding]:
    """At most one finding: "contradicted" where the claim names significance, "partial" where it only implies it."""
    measure = frozenset(name.name for name in names_in(claim, "measure"))
    shown = [sign for sentence in evidence for sign in _shown(claim, sentence, measure)]
    if not shown or len({sense for sense, _ in shown}) != 1:
        return []
    sense, text = shown[0]
    by_chance = _BY_CHANCE.search(claim.text)
    null = bool(by_chance) or any(
        s.sense == "null" or (s.negated and s.sense == "difference")
        for s in claim.signals
        if not _printed(claim, s.start)
    )
    if null:
        if sense == "difference" and (
            by_chance or any(s.sense == "null" and "signif" in s.word for s in claim.signals)
        ):
            return [
                Finding(
                    check="direction",
                    weight="contradicted",
                    reason=f"The claim sees no difference, the passage has {text}.",
                )
            ]
        return []
    if sense != "null":
        return []
    if _SIGNIFICANT.search(claim.text):
        return [
            Finding(
                check="direction",
                weight="contradicted",
                reason=f"The claim sees a difference, the passage's {text} leaves open that there is none.",
            )
        ]
    denied = any(signal.sense in ("negation", "null") for signal in claim.signals)
    if _EFFECT.search(claim.text) and measure and not denied:
        return [
            Finding(
                check="direction",
                weight="partial",
                reason=f"The claim sees an effect, the passage's {text} leaves it open.",
            )
        ]
    return []


def _printed(sentence: Parsed, at: int) -> bool:
    return any(figure.start <= at < figure.end for figure in sentence.figures)


def _shown(claim: Parsed, sentence: Parsed, measure: frozenset[str]) -> list[tuple[str, str]]:
    """Null or difference, for each p value and interval of the claim's measure, with its text."""
    found: list[tuple[str, str]] = []
    own: list[tuple[str, str]] = []
    bound = bindings(sentence.text, sentence.heading)
    for signal in statistics(sentence.text):
        owner = next((b for b in bound if b.figure.start == signal.start), None)
        if owner is not None and (_about(owner, measure) if measure else _beside(claim, sentence, signal.start)):
            interval = "interval " if owner.figure.kind == "ci" else ""
            shown = (str(signal.sense), interval + " ".join(owner.figure.text.split()))
            found.append(shown)
            if measure and "measure" in owner.slots:
                own.append(shown)
    return own or found


def _about(bound: Bound, measure: frozenset[str]) -> bool:
    named = bound.slots.get("measure", frozenset())
    return not named or compatible("measure", measure, named)


def _beside(claim: Parsed, sentence: Parsed, at: int) -> bool:
    """Where the claim names no listed measure: whether its outcome stands in the clause of the statistic."""
    wanted = weighted_terms(frame(claim).what)
    for start, end in sentence.clauses:
        if start <= at < end:
            return bool(wanted) and coverage(wanted, weighted_terms(sentence.text[start:end])) >= _HELD
    return False
