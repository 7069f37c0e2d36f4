"""Figures as they stand in an option: the value, its unit, and when two of them would read as the same."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NUMBER = r"[+\-−–]?\d{1,3}(?:,\d{3})+(?:\.\d+)?|[+\-−]?\d*\.?\d+"
_LONE = re.compile(
    rf"^(?:(?P<lead>HR|OR|RR|NNT|rate ratio|mean difference|about|EUR|USD|CNY|[<>≤≥~])\s*)?(?P<value>{_NUMBER})"
    r"\s*(?P<unit>%|[^\d\s].*)?$",
    re.IGNORECASE,
)
SAME_WITHIN = 0.02
"""Two figures closer than this share of the larger one are the same to a student (rounding in the second digit)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number: `lead` is what stands before it ("HR"), `unit` what stands after; `decimals` as printed."""

    value: float
    decimals: int
    lead: str = ""
    unit: str = ""


def figure(text: str) -> Figure | None:
    """The figure that `text` consists of; None when it is more, or less, than one figure with its unit."""
    match = _LONE.match(text.strip())
    if match is None:
        return None
    digits = match["value"].replace(",", "").replace("−", "-").replace("–", "-")
    unit = (match["unit"] or "").strip()
    if re.search(r"\d\s*(%|vs|to\b)", unit) or (re.fullmatch(r"(?:19|20)\d\d", digits) and unit[:1].isupper()):
        return None  # two figures; a name that opens with its year, "2020 ACC/AHA valve guideline"
    return Figure(
        value=float(digits), decimals=len(digits.partition(".")[2]), lead=(match["lead"] or "").strip(), unit=unit
    )


def figures(texts: tuple[str, ...]) -> tuple[Figure, ...] | None:
    """The figures of all `texts`; None unless every one of them is a lone figure."""
    found = [figure(text) for text in texts]
    kept = tuple(one for one in found if one is not None)
    return kept if kept and len(kept) == len(texts) else None


def same(one: Figure, other: Figure) -> bool:
    """Whether two figures are equal after rounding to the coarser of the two, or nearly so."""
    places = min(one.decimals, other.decimals)
    if round(one.value, places) == round(other.value, places):
        return True
    return abs(one.value - other.value) <= SAME_WITHIN * max(abs(one.value), abs(other.value))
