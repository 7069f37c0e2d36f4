"""Figures that belong together: ratios with their interval, units shared in a list, ends of a change or comparison."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from qa.numerals import NUMBER
from qa.quantity import Kind, Quantity, kind_of
from qa.units import COUNTED, Unit

_RATIO_WORDS = {
    "HR": r"(?:adjusted |crude |unadjusted )?(?:sub-?distribution )?hazards? ratios?(?: \(a?HR\))?|a?s?HRs?",
    "OR": r"(?:adjusted |crude |unadjusted |pooled )?odds ratios?(?: \(a?OR\))?|a?OR",
    "rate ratio": r"(?:incidence |adjusted )?(?:rate|prevalence|incidence) ratios?(?: \((?:I?RR|rate ratio)\))?|IRR",
    "RR": r"(?:adjusted )?(?:relative risks?|risk ratios?)(?: \(a?RR\))?|a?RR",
    "SMD": r"standardi[sz]ed mean differences?(?: \(SMD\))?|SMD",
    "MD": r"(?:weighted |adjusted )?mean differences?(?: \(W?MD\))?|W?MD",
    "difference": r"(?:absolute |risk |between-group |treatment )+differences?",
    "NNT": r"numbers? needed to treat(?: \(NNT\))?|NNTs?",
    "I2": r"I2|I²|I\^2",
    "AUC": r"area under the (?:ROC |receiver operating characteristic )?curve(?: \(AUC\))?|AUC|c-statistic",
    "kappa": r"kappa|κ",
    "correlation": r"correlation coefficient|Spearman's|Pearson's|\br(?=\s*[=])",
}
_LABELS = re.compile(
    r"(?<![\w-])(?:" + "|".join(f"(?P<L{n}>{words})" for n, words in enumerate(_RATIO_WORDS.values())) + r")(?![\w-])"
)
_LABELS_ANYCASE = re.compile(r"(?i:hazard|odds|rate|prevalence|risk|mean|number|standard)")
_AFTER_LABEL = re.compile(r"(?:\s*[,:;=]|\s*\(|\s*\)|\s+[\w/+'’-]+){0,10}?[\s(=,:]*$")
RANGE_GAP = re.compile(r"\s*(?:[-–—‒]|−|to|through|and|;|,)\s*")
_CHANGE_GAP = re.compile(
    r"[\s,]*(?:\([^()]*\)[\s,]*)?(?:at baseline|before|preoperatively|initially)?[\s,]*"
    r"(?:to|→|->|down to|up to)\s+(?:about|only|a mean of|a median of|approximately)?\s*"
)
_VERSUS_GAP = re.compile(
    r"[\s,;]*(?:\([^()]*\))?[\s,;]*(?:in|for|with|of|among|on)?[\w\s'/+-]{0,60}?[\s,;]*"
    r"\b(?:vs\.?|versus|against|(?:as )?compared (?:with|to)|in comparison (?:with|to)|rather than|while|whereas)(?!\w)"
    r"[\s,;]*(?:only|just|about)?[\s]*(?:(?:the|those|a|in|for|with|among)\s+[\w\s'/+-]{0,40}?)?"
)
_LIST_GAP = re.compile(r"\s*(?:\([^()]*\)\s*)?(?:,\s*(?:and\s+|or\s+)?|\s+and\s+|\s+or\s+|/\s*|;\s*)(?:at\s+)?")
_CHANGED_GAP = re.compile(
    r"(?: ?\([^()]*\))?(?:[\s,]{0,3}(?:and|but|then|before)?|[^()]{0,90}\b(?:it|they|this|that|(?:this|that|the) "
    r"(?:proportion|share|figure|rate|value|number|percentage))(?:\s+(?:had|has))?)"
    r"\s{0,2}(?:then |later |subsequently |significantly |had )?(?:fell|fallen|falling|declin(?:ed|ing)|"
    r"dropp(?:ed|ing)|decreas(?:ed|ing)|rose|risen|rising|increas(?:ed|ing)|grew|shrank|climbed)(?:\s+\w+ly)?\s+to\s+"
    r"(?:(?:an?|the|about|only|just)\s+)?",
    re.I,
)
"""Between the beginning of a change and its end: "was 3,120 pg/mL and fell to 2,280"."""
_FAR = 200
"""Characters in which the other end of a change may stand."""
FROM = re.compile(r"\bfrom\s+(?:(?:an?|the)\s+)?(?:(?:baseline|mean|median|average|value|of|about)\s+){0,3}$", re.I)
_TO = re.compile(
    r"\b(?:to|reaching|reached)\s+(?:(?:an?|the)\s+)?(?:(?:mean|median|average|of|about|only)\s+){0,3}$", re.I
)
_BY = re.compile(r"\bby\s+(?:(?:an?|the)\s+)?(?:(?:mean|median|average|of|about|only|additional)\s+){0,3}$", re.I)


def label_before(text: str, at: int) -> tuple[str, int] | None:
    """The effect measure that names the number at `at`, and where its name begins."""
    prefix = text[max(0, at - 90) : at]
    cut = max(prefix.rfind(". "), prefix.rfind("\n"))
    window = prefix[cut + 1 :]
    found = None
    for match in _labels(window):
        found = match
    if found is None:
        return None
    between = window[found.end() :]
    if NUMBER.search(between) or not _AFTER_LABEL.fullmatch(between):
        return None
    label = next(list(_RATIO_WORDS)[int(name[1:])] for name, value in found.groupdict().items() if value)
    return label, at - (len(window) - found.start())


def _labels(window: str) -> Iterator[re.Match[str]]:
    lowered = _LABELS_ANYCASE.sub(lambda match: match.group().lower(), window)
    yield from _LABELS.finditer(lowered)


def with_labels(text: str, found: list[Quantity]) -> list[Quantity]:
    """Give a number that follows "hazard ratio", "OR", "NNT" … its label."""
    labelled: list[Quantity] = []
    for quantity in found:
        if quantity.kind in ("number", "percent", "measure", "duration", "year", "range"):
            label = label_before(text, quantity.start)
            if label and not (
                label[0] not in ("MD", "difference", "SMD") and quantity.unit not in ("", "%", "patient")
            ):
                kind: Kind = "ratio" if quantity.kind in ("number", "year") else quantity.kind
                start = label[1] if quantity.kind in ("number", "year") else quantity.start
                quantity = replace(quantity, kind=kind, label=label[0], start=start, text=text[start : quantity.end])
        labelled.append(quantity)
    return [_ci_after(text, labelled, index) for index in range(len(labelled))]


def _ci_after(text: str, found: list[Quantity], index: int) -> Quantity:
    """A bracketed range right after a ratio is its interval, "HR 0.53 (0.40-0.70)"."""
    quantity = found[index]
    if quantity.kind != "range" or index == 0:
        return quantity
    gap = text[found[index - 1].end : quantity.start]
    if found[index - 1].kind == "ratio" and re.fullmatch(r"\s*[(\[,;]\s*", gap):
        return replace(quantity, kind="ci", label="CI")
    return quantity


def with_shared_units(text: str, found: list[Quantity]) -> list[Quantity]:
    """Hand a unit to neighbours that stand in one list, range or comparison with it ("41 vs 31 mm2")."""
    bare = ("number", "range", "iqr", "year")
    for index in range(len(found) - 2, -1, -1):
        here, following = found[index], found[index + 1]
        if here.kind in bare and here.unit == "" and following.unit and following.kind != "fraction":
            apart = text[: here.start].endswith("(") and re.fullmatch(r",\s*or\s*", _gap(text, here, following))
            if not apart and _joined(text, here, following) and not (here.kind == "year" and following.unit != "d"):
                unit = Unit(dimension=following.unit, factor=following.factor, printed=following.printed_unit, length=0)
                if following.unit not in COUNTED and not (here.kind == "year" and here.value > 200):
                    found[index] = set_unit(here, unit, shared=True)
        rate = following.unit in ("events/100 patient-years", "%/d") and here.unit == "%"
        if rate and _VERSUS_GAP.fullmatch(_gap(text, here, following)):
            found[index] = replace(here, kind="rate", unit=following.unit, factor=following.factor, shared=True)
    for index in range(1, len(found)):
        here, before = found[index], found[index - 1]
        if here.kind in ("number", "range") and here.unit == "" and before.unit and before.kind != "fraction":
            if before.unit not in (*COUNTED, "d") and _joined(text, before, here) and not here.label:
                unit = Unit(dimension=before.unit, factor=before.factor, printed=before.printed_unit, length=0)
                found[index] = set_unit(here, unit, shared=True)
    for index in range(1, len(found)):
        here, before = found[index], found[index - 1]
        if here.kind in ("ci", "iqr", "range") and here.unit == "" and before.unit and here.start - before.end < 28:
            if before.kind in ("measure", "percent", "rate") and before.label != "HR":
                unit = Unit(dimension=before.unit, factor=before.factor, printed=before.printed_unit, length=0)
                found[index] = set_unit(here, unit, shared=True)
    return found


def _gap(text: str, a: Quantity, b: Quantity) -> str:
    """What stands between two figures; a bar when it is too long to join them."""
    between = text[a.end : b.start]
    return between if len(between) <= _FAR else "|"


def _joined(text: str, a: Quantity, b: Quantity) -> bool:
    gap = _gap(text, a, b)
    if len(gap) > 110 or "\n" in gap:
        return False
    return any(pattern.fullmatch(gap) for pattern in (RANGE_GAP, _CHANGE_GAP, _LIST_GAP, _VERSUS_GAP))


def with_roles(text: str, found: list[Quantity]) -> list[Quantity]:
    """Mark the two ends of a change and of a comparison, and figures after "by"."""
    plain = ("number", "percent", "measure", "duration", "rate", "count", "ratio", "fraction", "range")
    for index, quantity in enumerate(found):
        if quantity.kind in plain and _BY.search(text[max(0, quantity.start - 40) : quantity.start]):
            found[index] = replace(quantity, role="by")
    for index, end in enumerate(found):
        for start in range(index - 1, max(-1, index - 4), -1):
            a = found[start]
            if end.kind in plain and a.kind in plain and not a.role and not end.role and _same_family(a, end):
                if _CHANGED_GAP.fullmatch(_gap(text, a, end)):
                    found[start] = replace(a, role="from", group=a.start)
                    found[index] = replace(end, role="to", group=a.start)
                break
    for index in range(len(found) - 1):
        a = found[index]
        for ahead in range(index + 1, min(index + 4, len(found))):
            b = found[ahead]
            if a.kind not in plain or b.kind not in plain or not _same_family(a, b) or b.role or a.role == "by":
                continue
            gap = _gap(text, a, b)
            prefix = text[max(0, a.start - 50) : a.start]
            if (_CHANGE_GAP.fullmatch(gap) or (FROM.search(prefix) and _TO.search(gap))) and "." not in gap.replace(
                "vs.", ""
            ):
                group = a.start
                found[index] = replace(a, role="from", group=group)
                found[ahead] = replace(b, role="to", group=group)
                break
            if _VERSUS_GAP.fullmatch(gap) or (re.search(r"\b(?:vs\.?|versus)\s*$", gap) and len(gap) < 60):
                group = a.group if a.group >= 0 and a.role != "second" else a.start
                found[index] = replace(a, role=a.role or "first", group=group)
                found[ahead] = replace(b, role="second", group=group)
                break
    return found


def _same_family(a: Quantity, b: Quantity) -> bool:
    return a.unit == b.unit or not a.unit or not b.unit or {a.kind, b.kind} <= {"count", "number", "fraction"}


def set_unit(quantity: Quantity, unit: Unit, *, shared: bool = False) -> Quantity:
    """The figure with this unit, and the kind that goes with it."""
    kind = quantity.kind
    if kind in ("number", "year", "count"):
        kind = kind_of(unit)
    return replace(
        quantity, unit=unit.dimension, factor=unit.factor, printed_unit=unit.printed, kind=kind, shared=shared
    )
