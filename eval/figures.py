"""Figures of a claim that its cited text does not have: a plain check, apart from the verifier that it watches."""

from __future__ import annotations

import math
from collections.abc import Sequence

from eval.facts import stands
from qa.quantities import quantities
from qa.quantity import Quantity

TOLERANCE = 1e-3
"""Relative; two printed figures that differ by less are the same after a change of unit."""


def figures(claim: str) -> tuple[Quantity, ...]:
    """The figures of a claim that are printed in digits."""
    return tuple(found for found in quantities(claim) if any(ch.isdigit() for ch in found.text))


def strange_figures(claim: str, evidence: Sequence[str]) -> tuple[str, ...]:
    """The figures of the claim, as printed, that stand nowhere in the evidence, converted units allowed.

    It asks only whether the number is there, not what it belongs to: that is the verifier's work.
    """
    whole = "\n".join(evidence)
    there = [(found.unit, value) for found in quantities(whole) for value in _values(found)]
    return tuple(
        found.text
        for found in figures(claim)
        if not all(_among(found.unit, value, there) or stands(f"{value:g}", whole) for value in _values(found))
    )


def _values(found: Quantity) -> tuple[float, ...]:
    return (*found.canonical, *((found.spread * found.factor,) if found.spread is not None else ()))


def _among(unit: str, value: float, there: Sequence[tuple[str, float]]) -> bool:
    return any(
        (unit == other or not unit or not other) and math.isclose(value, held, rel_tol=TOLERANCE)
        for other, held in there
    )
