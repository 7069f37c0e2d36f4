"""Ways to make a true claim false: each mutation changes one thing and says which."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from qa.quantities import quantities
from qa.quantity import Quantity

FIGURE_KINDS = ("digit", "unit", "operator", "direction")
"""The kinds that issue a bar of 98%: what a figure is, its unit, its bound, which way it went."""
OTHER_KINDS = ("arms", "negation", "population", "strength")
HELD_OUT_KINDS = ("time point", "measure", "effect measure", "trial", "magnitude")
"""Kinds that the model is not fitted on and no check was made for: they show how far the checks reach."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A claim made false in one way; `changed` says what was put for what."""

    kind: str
    claim: str
    changed: str


def _pairs(listed: str) -> tuple[tuple[str, str], ...]:
    """What stands for what: "old => new", apart by bars; a dot is a blank that belongs to it."""
    found = []
    for pair in " ".join(listed.split()).split(" | "):
        old, new = pair.split(" => ")
        found.append((old.replace("·", " "), new.replace("·", " ")))
    return tuple(found)


_UNITS = _pairs(
    """mmHg => kPa | mm2 => cm2 | mm² => cm² | cm2 => mm2 | cm² => mm² | ·mm => ·cm | ·cm => ·mm | ·mL => ·L |
    pg/mL => ng/mL | ·months => ·weeks | ·years => ·months | -year => -month | -month => -week | two years =>
    two months | years => months | year => month | weeks => days | week => day | days => weeks | per 100
    patient-years => per patient-year | per patient-year => per patient-month | ·m· => ·cm· | ·m. => ·cm. | ·ms
    => ·s | % => ·mL | points => %"""
)
_OPERATORS = _pairs(
    """≥ => < | >= => < | ≤ => > | <= => > | at least => at most | at most => at least | no more than => no less
    than | more than => less than | less than => more than | below => above | above => below | under => over |
    or more => or less | or less => or more | not exceed => not fall below | narrower than => wider than | < =>
    > | > => < | exceeding => below | fewer than => more than"""
)
_DIRECTIONS = _pairs(
    """lowered => raised | raised => lowered | reduced => increased | increased => reduced | reduce => increase |
    fewer => more | lower => higher | higher => lower | fell => rose | rose => fell | risen => fallen | improved
    => worsened | worse => better | shrank => grew | lengthened => shortened | grew => fell | rarer => commoner
    | decreased => increased | gained => lost | raises => lowers | less => more | more common => less common |
    better => worse | up from => down from | risen => fallen | cut => raised | decline => rise | dropped =>
    climbed | climbed => dropped | fall => rise | smaller => larger | longer => shorter | increase => decrease |
    reduction => increase"""
)
_STRENGTHS = _pairs(
    """may still be considered => is recommended | may be considered => is recommended | might be considered => is
    recommended | should be considered => is recommended | is recommended => may be considered | should receive
    => may receive | can be considered => must be done | is not recommended => is recommended | is reasonable =>
    is recommended | class IIa => class I | class IIb => class I | class I· => class IIb· | are recommended =>
    may be considered"""
)
_POPULATIONS = _pairs(
    """atrial secondary => ventricular secondary | atrial SMR => ventricular SMR | ventricular secondary => atrial
    secondary | ventricular SMR => atrial SMR | non-ischaemic => ischaemic | ischaemic => non-ischaemic |
    secondary MR => primary MR | functional MR => degenerative MR | severe => mild | moderate => severe | women
    => men | reduced LVEF => preserved LVEF | functional mitral regurgitation => primary mitral regurgitation |
    secondary mitral regurgitation => primary mitral regurgitation | FMR => primary MR | sinus rhythm => atrial
    fibrillation"""
)
_MEASURES = _pairs(
    """mortality => stroke | had died => had a stroke | heart failure admissions => strokes | ejection fraction =>
    regurgitant fraction | six-minute walk => peak VO2 | KCCQ => MLHFQ | vena contracta => mitral annulus | EROA
    => regurgitant volume | Regurgitant volume => Regurgitant fraction"""
)
_TIMES = _pairs(
    """two years => three years | Two-year => Three-year | two-year => four-year | one year => four years | One-
    year => Three-year | One year => Four years | six months => nine months | Six months => Nine months | Five
    years => Eight years | 24 months => 18 months | half a year => two years | Half a year => Two years | 30
    days => 90 days | One month => Four months | six weeks => nine weeks"""
)
_EFFECTS = _pairs(
    """hazard ratio => odds ratio | HR· => OR· | odds ratio => hazard ratio | rate ratio => odds ratio | risk ratio
    => hazard ratio"""
)
_TRIALS = _pairs(
    """COAPT => EVEREST II | MITRA-FR => COAPT | RESHAPE-HF2 => MITRA-FR | AMADEUS => TITAN | PRIME => EFFORT |
    STICH => CTSN | Cleveland Clinic => Mayo Clinic | TRAMI => EXPAND | ENCIRCLE => APOLLO | REDUCE FMR =>
    AMADEUS"""
)
_ARMS = re.compile(
    r"\b(MitraClip|the device|device|TEER|the clip|GDMT alone|medical therapy alone|controls?|control patients|repair"
    r"|replacement|Carillon|the sham procedure|sham|sacubitril/valsartan|valsartan(?!/)|CABG alone"
    r"|CABG plus mitral surgery)\b"
)
_DEVICES = frozenset(["MitraClip", "the device", "device", "the clip", "TEER", "Carillon"])
_NEGATIONS = (
    re.compile(r"\b(?P<a>did|does|do|is|are|was|were|has|have|had|may|could|would) not (?:significantly )?(?P<b>\w+)"),
    re.compile(r"^(?P<none>None of the) "),
    re.compile(r"\b(?P<no>no|No) (?P<c>\w+)"),
    re.compile(r"\b(?P<without>without) "),
)
_AUXILIARY = re.compile(r"\b(was|were|is|are|had|could|showed|found|received|can|should)\b")


def mutants(claim: str, evidence: str) -> Iterator[Mutant]:
    """Every mutation of the claim that has a place in it, at most one of each kind and place, in a fixed order."""
    for kind, make in _MAKERS.items():
        seen = {claim}
        for text, changed in make(claim, evidence):
            if text not in seen:
                seen.add(text)
                yield Mutant(kind=kind, claim=text, changed=changed)


def _digit(claim: str, evidence: str) -> Iterator[tuple[str, str]]:
    """One digit of each figure changed, so that the new figure does not stand in the evidence."""
    present = {value for q in quantities(evidence) for value in (*q.values, *q.canonical)}
    for quantity in quantities(claim):
        for match in re.finditer(r"(?<![A-Za-z^\d.,])\d+(?:[.,]\d+)?", quantity.text):
            printed = match.group()
            at = quantity.start + match.start()
            for place in range(len(printed) - 1, -1, -1):
                if not printed[place].isdigit():
                    continue
                other = printed[:place] + str((int(printed[place]) + 3) % 10) + printed[place + 1 :]
                value = float(other.replace(",", "."))
                if (value and value not in present and not other.startswith("0")) or other.startswith("0."):
                    if value * quantity.factor in present or value in present:
                        continue
                    yield claim[:at] + other + claim[at + len(printed) :], f"{printed} → {other}"
                    break


def _swap(pairs: tuple[tuple[str, str], ...]) -> Callable[[str, str], Iterator[tuple[str, str]]]:
    def make(claim: str, evidence: str) -> Iterator[tuple[str, str]]:
        for old, new in pairs:
            pattern = re.compile(
                (r"(?<!\w)" if old[0].isalpha() else "") + re.escape(old) + (r"(?!\w)" if old[-1].isalpha() else "")
            )
            match = pattern.search(claim)
            if match:
                yield claim[: match.start()] + new + claim[match.end() :], f"{old.strip()} → {new.strip()}"
                return

    return make


def _unit(claim: str, evidence: str) -> Iterator[tuple[str, str]]:
    """A unit beside a figure changed for another of its kind."""
    for old, new in _UNITS:
        for quantity in quantities(claim):
            at = claim.find(old, quantity.start, quantity.end + 1)
            if at >= 0 and quantity.printed_unit and quantity.kind not in ("class", "grade", "p"):
                yield claim[:at] + new + claim[at + len(old) :], f"{old.strip()} → {new.strip()}"
                return


def _operator(claim: str, evidence: str) -> Iterator[tuple[str, str]]:
    """An operator at a figure turned round."""
    for quantity in quantities(claim):
        if quantity.operator in ("=", "~"):
            continue
        for old, new in _OPERATORS:
            at = claim.find(old, quantity.start, quantity.end)
            if at >= 0:
                yield claim[:at] + new + claim[at + len(old) :], f"{old} → {new}"
                break


def _direction(claim: str, evidence: str) -> Iterator[tuple[str, str]]:
    """A direction word turned round, or the two ends of a change."""
    taken = [(q.start, q.end) for q in quantities(claim)]
    for old, new in _DIRECTIONS:
        match = re.search(rf"(?<!\w){old}(?!\w)", claim)
        denied = match and re.search(r"\b(?:not|no)\b[^.,;]{0,25}$", claim[: match.start()])
        if match and not denied and not any(a <= match.start() < b for a, b in taken):
            yield claim[: match.start()] + new + claim[match.end() :], f"{old} → {new}"
            break
    yield from _ends(claim, ("from", "to"))


def _ends(claim: str, roles: tuple[str, str]) -> Iterator[tuple[str, str]]:
    found = quantities(claim)
    for a in found:
        for b in found:
            if (
                a.kind != "class"
                and a.role == roles[0]
                and b.role == roles[1]
                and a.group == b.group
                and a.values != b.values
            ):
                yield _exchange(claim, a, b), f"{a.text} ↔ {b.text}"
                return


def _exchange(claim: str, a: Quantity, b: Quantity) -> str:
    return claim[: a.start] + b.text + claim[a.end : b.start] + a.text + claim[b.end :]


def _arms(claim: str, evidence: str) -> Iterator[tuple[str, str]]:
    """The two arms of a comparison exchanged, or its two figures."""
    named = list(_ARMS.finditer(claim))
    for a, b in pairwise(named):
        close = b.start() - a.end() < 3 or {a.group(), b.group()} <= _DEVICES
        if a.group() != b.group() and not close:
            swapped = claim[: a.start()] + b.group() + claim[a.end() : b.start()] + a.group() + claim[b.end() :]
            yield swapped, f"{a.group()} ↔ {b.group()}"
            break
    yield from _ends(claim, ("first", "second"))


def _negation(claim: str, evidence: str) -> Iterator[tuple[str, str]]:
    """A negation taken out; where there is none, one put in."""
    for pattern in _NEGATIONS:
        match = pattern.search(claim)
        if match is None:
            continue
        parts = match.groupdict()
        new = (
            f"{parts['a']} {parts['b']}"
            if parts.get("a")
            else "Some of the "
            if parts.get("none")
            else "with "
            if parts.get("without")
            else f"a {parts['c']}"
        )
        yield claim[: match.start()] + new + claim[match.end() :], f"{match.group().strip()} → {new.strip()}"
        return
    match = _AUXILIARY.search(claim)
    if match:
        word = match.group()
        new = {"showed": "did not show", "found": "did not find", "received": "did not receive", "can": "cannot"}.get(
            word, f"{word} not"
        )
        yield claim[: match.start()] + new + claim[match.end() :], f"{word} → {new}"


def _time(claim: str, evidence: str) -> Iterator[tuple[str, str]]:
    yield from _swap(_TIMES)(claim, evidence)


def _magnitude(claim: str, evidence: str) -> Iterator[tuple[str, str]]:
    """A decimal point moved by one place."""
    for quantity in quantities(claim):
        match = re.search(r"(\d)\.(\d)", quantity.text)
        if match:
            moved = (
                quantity.text[: match.start()] + "." + match.group(1) + match.group(2) + quantity.text[match.end() :]
            )
            moved = re.sub(r"(?<!\d)\.(\d)", r"0.\1", moved)
            yield claim[: quantity.start] + moved + claim[quantity.end :], f"{quantity.text} → {moved}"
            return


_MAKERS: dict[str, Callable[[str, str], Iterator[tuple[str, str]]]] = {
    "digit": _digit,
    "unit": _unit,
    "operator": _operator,
    "direction": _direction,
    "arms": _arms,
    "negation": _negation,
    "population": _swap(_POPULATIONS),
    "strength": _swap(_STRENGTHS),
    "time point": _time,
    "measure": _swap(_MEASURES),
    "effect measure": _swap(_EFFECTS),
    "trial": _swap(_TRIALS),
    "magnitude": _magnitude,
}
