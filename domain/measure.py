"""An outcome measure of the controlled list: its unit, which way is better, and what else it is called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Direction = Literal["lower", "higher", "none"]
"""Which way is better for the patient; "none" where neither is, or where the measure mixes several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plausible:
    """A published spread, in `unit`: a value outside `low`..`high` is worth a second look, not proved wrong."""

    low: float
    high: float
    unit: str
    source: str

    def __post_init__(self) -> None:
        """A spread has a lower and an upper end (ValueError)."""
        if not self.low < self.high:
            raise ValueError(f"plausible range {self.low}..{self.high} {self.unit} is empty")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """`name` is what the records write; `synonyms` are what a person may write instead.

    `unit` is in words ("% of patients or hazard ratio"), `limits` the published cut-offs with their source, None where
    none is listed; `plausible` is None where no spread was published.
    """

    name: str
    unit: str
    direction: Direction
    synonyms: tuple[str, ...] = ()
    limits: str | None = None
    plausible: Plausible | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The name and its synonyms, the name first."""
        return (self.name, *self.synonyms)
