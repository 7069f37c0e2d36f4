"""Whether two names of one kind can mean the same thing: a measure and its family, an arm and its role."""

from __future__ import annotations

import re
from functools import lru_cache

from qa.entities import entities, gazetteer, measure_families


def compatible(slot: str, a: frozenset[str], b: frozenset[str]) -> bool:
    """Whether two sets of names of one slot can mean the same thing."""
    if slot == "measure" and any(" or " in name for name in (*a, *b)) and not a & b:
        ours, theirs = _parts(a), _parts(b)
        return all(any(_same(slot, x, y) or x == y for y in theirs) for x in ours) and all(
            any(_same(slot, x, y) or x == y for y in ours) for x in theirs
        )
    return bool(a & b) or any(_same(slot, one, other) for one in a for other in b)


EXCLUSIVE = (
    {"primary MR", "secondary MR"},
    {"atrial secondary MR", "ventricular secondary MR"},
    {"ischaemic", "non-ischaemic"},
    {"women", "men"},
    {"HFpEF", "HFrEF"},
    {"HFpEF", "HFmrEF"},
    {"HFrEF", "HFmrEF"},
    {"atrial fibrillation", "sinus rhythm"},
    {"primary MR", "atrial secondary MR"},
    {"primary MR", "ventricular secondary MR"},
)
"""Populations of which a patient belongs to one only."""


def _parts(measures: frozenset[str]) -> frozenset[str]:
    """The single measures of composite ones: "CV death or HF hospitalisation" is two."""
    found = {part for name in measures for part in name.split(" or ")}
    return frozenset(_known(part) for part in found)


@lru_cache(maxsize=512)
def _known(part: str) -> str:
    meant = [e.name for e in entities(part) if e.kind == "measure"] or [
        e.name for e in entities(part) if e.kind == "generic_measure"
    ]
    return meant[0] if meant else part


def _same(slot: str, a: str, b: str) -> bool:
    if slot == "measure":
        families = measure_families()
        return (
            b in families.get(a, ())
            or a in families.get(b, ())
            or _stem_of_measure(a) == _stem_of_measure(b)
            or (_is_grade(a) and _is_grade(b))
            or "Composite endpoint" in (a, b)
            or (a in families and b in families and bool(families[a] & families[b]))
        )
    if slot == "arm":
        if a in kinds_of(b) or b in kinds_of(a):
            return True
        return {_role_of_arm(a), _role_of_arm(b)} == {"device", "named"}
    if slot == "trial":
        return _shortened(a, b) or _shortened(b, a)
    if slot == "severity":
        return a in b or b in a
    if slot == "device_or_drug":
        return a in kinds_of(b) or b in kinds_of(a)
    if slot == "population":
        return {a, b} not in EXCLUSIVE
    return False


def _shortened(short: str, name: str) -> bool:
    """Whether a trial that no list knows is a listed one with its ending left out: RESHAPE for RESHAPE-HF2."""
    listed = gazetteer()["trial"]
    return short not in listed and name in listed and bool(re.match(re.escape(short) + r"[- ]", name))


def _is_grade(name: str) -> bool:
    """A measure of how much MR there is: "MR <=1+", "Residual MR", "MR recurrence"."""
    return "MR" in name.split() and "area" not in name


_VARIANTS = re.compile(
    r"\b(?:I{1,3}(?:-I{1,3}V?)?|III-IV)\b"
    r"|\b(?:change|rate|responder|improvement|distance|width|diameter|class|grade|index|i|ratio|freedom from)\b",
    re.I,
)


def _stem_of_measure(name: str) -> str:
    """A measure without what is said of it: "NYHA improvement" and "NYHA class" are of one stem."""
    return _VARIANTS.sub("", name).strip().rstrip("i").lower()


def _role_of_arm(name: str) -> str:
    """Which role an arm plays: "control", "device" (any intervention), "named" (a device or drug), else its name."""
    table = gazetteer()
    if name in ("control", "device"):
        return name
    if name in table["device"] or name in table["drug"]:
        return "named"
    return name


@lru_cache(maxsize=1024)
def kinds_of(name: str) -> frozenset[str]:
    """The classes a device or drug belongs to: MitraClip is a TEER device, carvedilol a beta-blocker."""
    return frozenset(kind for kind, members in gazetteer()["members"].items() if name in members)
