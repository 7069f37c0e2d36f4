"""Whether each number of a text stands in its evidence at all: a plain check, apart from the verifier.

It does not ask what a number belongs to; it catches what no reading of the passage can carry.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from qa.quantities import quantities
from qa.quantity import Quantity

TOLERANCE = 1e-3
"""Relative; two printed figures that differ by less are the same after a change of unit."""
_NUMBER = re.compile(r"(?<![^\W\d_])(?<!\d)(?<!\d[.,·])\d+(?:[.,·]\d+)*")
"""A number that is not part of a name (SGLT2, RESHAPE-HF2 are names)."""


def absent_numbers(text: str, evidence: Sequence[str]) -> tuple[str, ...]:
    """The numbers of `text`, as printed, that the evidence has neither as printed nor in another unit or in words."""
    whole = "\n".join(evidence)
    printed = {_plain(found) for found in _NUMBER.findall(whole)}
    lacking = [match for match in _NUMBER.finditer(text) if _plain(match[0]) not in printed]
    if not lacking:
        return ()
    there = [(found.unit, value) for found in quantities(whole) for value in _values(found)]
    carried = [
        (found.start, found.end)
        for found in quantities(text)
        if all(_among(found.unit, value, there) for value in _values(found))
    ]
    return tuple(match[0] for match in lacking if not any(start <= match.start() < end for start, end in carried))


def _plain(number: str) -> str:
    """One spelling for a number: thousands commas out, a decimal point, no idle zeros."""
    plain = re.sub(r",(?=\d{3}(?!\d))", "", number).replace(",", ".").replace("·", ".")
    head, point, tail = plain.partition(".")
    return (head.lstrip("0") or "0") + (point + tail).rstrip("0").rstrip(".") if "." not in tail else plain


def _values(found: Quantity) -> tuple[float, ...]:
    return (*found.canonical, *((found.spread * found.factor,) if found.spread is not None else ()))


def _among(unit: str, value: float, there: Sequence[tuple[str, float]]) -> bool:
    return any(
        (unit == other or not unit or not other) and math.isclose(value, held, rel_tol=TOLERANCE)
        for other, held in there
    )
