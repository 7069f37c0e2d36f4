"""Figures of a claim that its cited text does not have: a plain check, apart from the verifier that it watches."""

from __future__ import annotations

from collections.abc import Sequence

from qa.presence import absent_numbers
from qa.quantities import quantities
from qa.quantity import Quantity


def figures(claim: str) -> tuple[Quantity, ...]:
    """The figures of a claim that are printed in digits."""
    return tuple(found for found in quantities(claim) if any(ch.isdigit() for ch in found.text))


def strange_figures(claim: str, evidence: Sequence[str]) -> tuple[str, ...]:
    """The numbers of the claim, as printed, that stand nowhere in the evidence; converted units are allowed.

    It asks only whether the number is there, not what it belongs to: that is the verifier's work.
    """
    return absent_numbers(claim, evidence)
