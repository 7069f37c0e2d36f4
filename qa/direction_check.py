"""Whether a claim points where its evidence points: up or down, better or worse, different or not, negated or not."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kb.library import measures
from qa.bindings import REFERENCE, bindings, names_in
from qa.compatible import compatible
from qa.finding import Finding
from qa.parsed import Parsed, coverage, weighted_terms
from qa.polarity import OPPOSITE, Signal
from qa.quantity import Quantity

_CARRIES = 0.45
"""Share of the claim's topic that a sentence must hold for its direction to bind the claim."""
_WORDS_OF = {
    "up": "more or higher",
    "down": "less or lower",
    "good": "better",
    "bad": "worse",
    "null": "no difference",
    "difference": "a difference",
}
_REACH = 4
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_NEGATED_VALUE = re.compile(r"\b(?:no|none|zero|neither)\b", re.I)


def check_direction(claim: Parsed, evidence: Sequence[Parsed]) -> list[Finding]:
    """What speaks against the claim's direction; at most one finding of each kind."""
    found = _within(claim)
    carriers = carrying(claim, evidence)
    if not found:
        found = _against_figures(claim, evidence)
    if not found and carriers:
        found = _against_words(claim, carriers) or _against_negation(claim, carriers[0])
    return found


def topic(sentence: Parsed) -> dict[str, float]:
    """The content words of a sentence without its directions and figures."""
    directional = {stem for signal in sentence.signals for stem in weighted_terms(signal.word)}
    return {s: v for s, v in sentence.terms.items() if s not in directional and not s[:1].isdigit()}


def carrying(claim: Parsed, evidence: Sequence[Parsed], at_least: float = _CARRIES) -> list[Parsed]:
    """The sentences that hold the claim's topic, the fullest first."""
    wanted = topic(claim)
    scored = [
        (coverage(wanted, {**weighted_terms(s.heading), **s.terms}), -index, s) for index, s in enumerate(evidence)
    ]
    best = max((score for score, _, _ in scored), default=0.0)
    return [
        s
        for score, _, s in sorted(scored, key=lambda item: item[:2], reverse=True)
        if score >= max(at_least, 0.8 * best)
    ]


def _within(claim: Parsed) -> list[Finding]:
    """A claim whose verb and figures disagree: "fell from 15% to 25%"."""
    for a in claim.figures:
        if a.role != "from":
            continue
        for b in claim.figures:
            if b.role == "to" and b.group == a.group and a.unit == b.unit:
                verb = _verb_before(claim, a)
                if verb and a.canonical[0] != b.canonical[0]:
                    rises = b.canonical[0] > a.canonical[0]
                    if rises != (verb.sense == "up"):
                        return [
                            Finding(
                                check="direction", weight="contradicted",
                                reason=f"The claim says “{verb.word}”, but goes from {a.value:g} to {b.value:g}.",
                            )
                        ]  # fmt: skip
    return []


def _verb_before(claim: Parsed, figure: Quantity) -> Signal | None:
    near = [
        s for s in claim.signals
        if s.sense in ("up", "down") and not s.negated and s.end <= figure.start and figure.start - s.end <= 30
    ]  # fmt: skip
    return near[-1] if near else None


def _against_figures(claim: Parsed, evidence: Sequence[Parsed]) -> list[Finding]:
    """A direction that the evidence's own figures refute: "more deaths" beside 29.1% vs 46.1%."""
    said = _direction_of(claim)
    if said is None:
        return []
    sense, measure = said
    shown: list[tuple[str, str]] = []
    for sentence in evidence:
        for direction, what, names in _shown_by_figures(sentence):
            if names and measure and compatible("measure", measure, names):
                shown.append((direction, what))
    if shown and all(direction == OPPOSITE[sense] for direction, _ in shown):
        return [
            Finding(
                check="direction", weight="contradicted",
                reason=f"The claim says {_WORDS_OF[sense]}, the passage's figures ({shown[0][1]}) "
                f"say {_WORDS_OF[OPPOSITE[sense]]}.",
            )
        ]  # fmt: skip
    return []


def _direction_of(claim: Parsed) -> tuple[str, frozenset[str]] | None:
    """Up or down as the claim says it of one measure, seen from the intervention; None when it says several things."""
    found = names_in(claim, "measure")
    measure = frozenset(name.name for name in found)
    senses = set()
    for signal in _telling(claim):
        sense: str = signal.sense
        if sense in ("good", "bad"):
            better = {m.direction for m in measures() if m.name in measure}
            if better == {"lower"}:
                sense = "down" if sense == "good" else "up"
            elif better == {"higher"}:
                sense = "up" if sense == "good" else "down"
        if sense in ("up", "down"):
            senses.add("none" if signal.negated else sense)
    if len(senses) != 1 or not measure or "none" in senses:
        return None
    sense = str(senses.pop())
    return (OPPOSITE[sense] if _subject_is_control(claim) else sense), measure


def _telling(claim: Parsed) -> list[Signal]:
    """The claim's directions that are neither part of a figure ("more than 40%") nor of a name ("reduced EF")."""
    taken = [(f.start, f.end) for f in claim.figures] + [(n.start, n.end) for n in claim.names]
    return [s for s in claim.signals if not any(a <= s.start < b for a, b in taken)]


def _subject_is_control(claim: Parsed) -> bool:
    arms = names_in(claim, "arm")
    plain = [a for a in arms if not REFERENCE.search(claim.text[max(0, a.start - 50) : a.start])]
    return bool(plain) and len(arms) > 1 and plain[0].name == "control" and len(plain) < len(arms)


def _shown_by_figures(sentence: Parsed) -> list[tuple[str, str, frozenset[str]]]:
    """Directions shown by pairs (intervention against control, before against after) and by hazard and odds ratios."""
    bound = bindings(sentence.text, sentence.heading)
    made: list[tuple[str, str, frozenset[str]]] = []
    for index, a in enumerate(bound):
        figure = a.figure
        names = a.slots.get("measure", frozenset())
        if figure.kind == "ratio" and figure.label in ("HR", "OR", "RR", "rate ratio") and figure.value != 1:
            interval = bound[index + 1].figure if index + 1 < len(bound) else None
            crosses = interval is not None and interval.kind == "ci" and interval.values[0] <= 1 <= interval.values[-1]
            if not crosses:
                made.append(("down" if figure.value < 1 else "up", figure.text, names))
        for b in bound[index + 1 :]:
            if b.figure.group != figure.group or figure.group < 0 or figure.canonical == b.figure.canonical:
                continue
            first_lower = figure.canonical[0] < b.figure.canonical[0]
            pair = f"{figure.text} and {b.figure.text}"
            if figure.role == "from" and b.figure.role == "to":
                made.append(("up" if first_lower else "down", pair, names))
            elif figure.role == "first" and b.figure.role == "second":
                swapped = a.slots.get("arm") == frozenset({"control"}) and "arm" in a.sure
                made.append(("down" if first_lower != swapped else "up", pair, names))
    return made


def _senses(sentence: Parsed, signals: Sequence[Signal]) -> set[str]:
    found: set[str] = set()
    for signal in signals:
        if signal.sense == "negation":
            continue
        negated = signal.negated and signal.sense in ("up", "down", "good", "bad", "difference")
        found.add("null" if negated else signal.sense)
    return found


def _against_words(claim: Parsed, carriers: Sequence[Parsed]) -> list[Finding]:
    """Directions of the claim that meet only their opposite in the sentences that carry it; common words cancel."""
    told = _telling(claim)
    ours_words = {(s.word, s.negated) for s in told}
    flip = False
    best = carriers[0]
    arms, their_arms = names_in(claim, "arm"), names_in(best, "arm")
    if len({a.name for a in arms}) > 1 and len({a.name for a in their_arms}) > 1:
        flip = _subject_is_control(claim) != _subject_is_control(best)
    theirs: set[str] = set()
    their_words: set[tuple[str, bool]] = set()
    for sentence in carriers:
        kept = _telling(sentence)
        their_words |= {(s.word, s.negated) for s in kept}
        theirs |= _senses(sentence, kept)
    left = [s for s in told if (s.word, s.negated) not in their_words]
    ours = _senses(claim, left)
    rest = set()
    for sentence in carriers:
        rest |= _senses(sentence, [s for s in _telling(sentence) if (s.word, s.negated) not in ours_words])
    if flip:
        ours = {OPPOSITE.get(sense, sense) for sense in ours}
    for sense in ("up", "down", "good", "bad"):
        if sense in ours and OPPOSITE[sense] in rest and sense not in theirs:
            return [_direction(sense, OPPOSITE[sense])]
    moved = {"up", "down", "good", "bad"}
    if "null" in ours and "null" not in theirs and (rest & (moved | {"difference"})) and not _null_by_figures(carriers):
        if rest & moved or "difference" in rest:
            return [_direction("null", sorted(rest & moved or {"difference"})[0])]
    if (ours & moved) and "null" in rest and not (theirs & moved):
        return [_direction(sorted(ours & moved)[0], "null")]
    return []


def _null_by_figures(carriers: Sequence[Parsed]) -> bool:
    return any(s.sense == "null" for sentence in carriers for s in sentence.signals)


def _direction(claimed: str, given: str) -> Finding:
    return Finding(
        check="direction", weight="contradicted",
        reason=f"The claim says {_WORDS_OF[claimed]}, the passage {_WORDS_OF[given]}.",
    )  # fmt: skip


def _against_negation(claim: Parsed, carrier: Parsed) -> list[Finding]:
    """A word that is negated on one side only."""
    ours, theirs = negated_stems(claim), negated_stems(carrier)
    shared = set(topic(claim)) & set(topic(carrier))
    only_theirs = sorted((theirs & shared) - ours)
    only_ours = sorted((ours & shared) - theirs)
    null = {"null"} & (_senses(claim, claim.signals) | _senses(carrier, carrier.signals))
    if only_theirs and not ours and not null:
        return [_negation(f"The passage negates “{_word(carrier, only_theirs[0])}”, the claim does not.")]
    if only_ours and not theirs and not null:
        return [_negation(f"The claim negates “{_word(claim, only_ours[0])}”, the passage does not.")]
    return []


def _negation(reason: str) -> Finding:
    return Finding(check="negation", weight="contradicted", reason=reason)


def _word(sentence: Parsed, stem: str) -> str:
    for match in _WORD.finditer(sentence.text):
        if stem in weighted_terms(match.group()):
            return match.group()
    return stem


def negated_stems(sentence: Parsed) -> frozenset[str]:
    """Stems of the words that a negation reaches: the four after it, within its clause."""
    found: set[str] = set()
    for signal in sentence.signals:
        if signal.sense != "negation":
            continue
        end = next((b for a, b in sentence.clauses if a <= signal.start < b), len(sentence.text))
        words = [m.group() for m in _WORD.finditer(sentence.text, signal.end, end)][:_REACH]
        for word in words:
            found |= set(weighted_terms(word))
    return frozenset(found)
