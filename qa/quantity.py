"""A figure of a text: its value, unit, operator, and what it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from qa.units import COUNTED, Unit

Kind = Literal[
    "number", "percent", "count", "fraction", "measure", "duration", "rate", "range", "ci", "iqr", "p", "ratio",
    "class", "level", "grade", "year",
]  # fmt: skip
Operator = Literal["=", "<", "<=", ">", ">=", "~"]
Role = Literal["", "from", "to", "by", "first", "second"]


RATIOS = ("HR", "OR", "RR", "rate ratio")
"""Labels of the ratios that compare how often something happens; 1 is no difference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """One figure of a text, at the half-open span `start:end` (operator, label and unit included).

    `values` are as printed: one number; low and high of a range, a confidence interval or an interquartile range;
    count and total of a fraction. `unit` is the common dimension ("mm2", "%", "d", "" for a bare number) and `factor`
    takes a printed value to it. `operator` is "~" for about, nearly, roughly. `label` names what stands before the
    number: "HR", "OR", "RR", "rate ratio", "MD", "NNT", "p", "CI", "IQR", "median", "mean", "NYHA", "COR", "LOE", "n".
    `role` tells which end of a change ("from", "to", "by") or of a comparison ("first", "second") it is; figures of
    one change, comparison or list share a `group` (the start of its first figure). `spread` is the SD printed with it,
    None where there is none. `shared` is true where the unit stands with a neighbour ("41 vs 31 mm2").
    """

    start: int
    end: int
    text: str
    kind: Kind
    values: tuple[float, ...]
    unit: str = ""
    factor: float = 1.0
    printed_unit: str = ""
    operator: Operator = "="
    label: str = ""
    role: Role = ""
    group: int = -1
    spread: float | None = None
    decimals: int = 0
    shared: bool = False

    @property
    def value(self) -> float:
        """The first (or only) number, as printed."""
        return self.values[0]

    @property
    def in_words(self) -> bool:
        """Whether it is told without a digit: "two thirds", "one in five"."""
        return not any(char.isdigit() for char in self.text)

    @property
    def share(self) -> float:
        """The percentage that a percentage or a fraction (of a total above 0) is."""
        return 100 * self.values[0] / self.values[1] if self.kind == "fraction" else self.value

    @property
    def canonical(self) -> tuple[float, ...]:
        """The values in the common unit; a fraction's count and total stay as they are."""
        if self.kind == "fraction":
            return self.values
        return tuple(value * self.factor for value in self.values)


def kind_of(unit: Unit) -> Kind:
    """What kind of figure a number with this unit is."""
    if unit.dimension == "":
        return "number"
    if unit.dimension == "%":
        return "percent"
    if unit.dimension == "d":
        return "duration"
    if unit.dimension in COUNTED:
        return "count"
    return "rate" if unit.dimension.startswith(("1/", "events/", "%/")) else "measure"
