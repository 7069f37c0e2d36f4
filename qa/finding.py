"""What a check found against a claim."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Weight = Literal["partial", "unsupported", "contradicted"]
ORDER: tuple[Weight, ...] = ("partial", "unsupported", "contradicted")
"""Worst last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`check` names the check ("figure", "unit", "operator", "arm", …), `reason` is a sentence a person can act on."""

    check: str
    weight: Weight
    reason: str
