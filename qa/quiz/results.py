"""A result of a record, taken apart: figures by arm, effect with its interval, whether it could be chance."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from domain.evidence import Outcome

_NUMBER = r"[+\-−]?\d{1,3}(?:,\d{3})+(?:\.\d+)?|[+\-−]?\d+(?:\.\d+)?"
_CURRENCY = r"(?:EUR|USD|CNY)\s*"
_VALUE = re.compile(
    rf"^(?P<lead>about |median |{_CURRENCY})?(?P<number>{_NUMBER})\s*(?:\((?P<inside>[^()]*)\))?"
    r"\s*(?P<unit>%|[^\d\s(][^(]*?)?\s*(?:\((?P<after>[^()]*)\))?$"
)
_EFFECT = re.compile(rf"^(?P<kind>[A-Za-z][A-Za-z ]*?)\s*(?P<number>{_NUMBER})\s*(?P<unit>.*)$")
_RANGE = re.compile(r"^(?P<low>[+\-−]?\d+(?:\.\d+)?)\s*(?:-|–|to)\s*(?P<high>[+\-−]?\d+(?:\.\d+)?)$")
_P = re.compile(r"^(?P<sign>[<>=]?)\s*(?P<number>0?\.\d+|\d+(?:\.\d+)?)$")
_RATIOS = frozenset({"HR", "OR", "RR", "rate ratio"})
_OTHER_P = re.compile(r"non-inferior|interaction|baseline|trend", re.IGNORECASE)
LONGEST_UNIT = 24
"""Characters; what is longer is a remark and not a unit ("% in the first subgroup listed")."""
ALPHA = 0.05
"""The conventional two-sided level of significance, which every trial here uses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One figure as a student reads it: `text` with its unit, `number`, `unit` ("%", "m", "mL/m2"; empty: none)."""

    text: str
    number: float
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What an outcome says in figures; what it does not say is None.

    `arms` are the two names of its comparison, `against` the only one named ("vs no or mild SMR"); `values` are the
    figures of the two arms, `single` the only figure, `change` the figures before and after. `effect_kind` is "HR",
    "OR", "RR", "rate ratio", "mean difference" or "difference"; `significant` follows the interval, else p, and is None
    where they disagree or neither is given. `months` is the length of follow-up where the time point is one.
    """

    arms: tuple[str, str] | None = None
    against: str | None = None
    values: tuple[Value, Value] | None = None
    single: Value | None = None
    change: tuple[Value, Value] | None = None
    effect_kind: str | None = None
    effect: Value | None = None
    interval: tuple[float, float] | None = None
    significant: bool | None = None
    months: float | None = None

    @property
    def is_ratio(self) -> bool:
        """Whether the effect is a ratio, whose null is 1."""
        return self.effect_kind in _RATIOS


def read_result(outcome: Outcome) -> Result:
    """The figures of `outcome`; what cannot be read for certain stays None."""
    text = outcome.value or ""
    arms = tuple((outcome.comparison or "").split(" vs "))
    parts = text.split(" vs ")
    values = _pair(parts) if len(parts) == 2 and len(arms) == 2 and all(arms) else None
    change = None if values else _pair(re.split(r"\s+to\s+", text)) if text.count(" to ") == 1 else None
    if change is not None and re.search(r"[;,]", text):
        change = None
    if arms and re.fullmatch(r"(.* )?(baseline|before|after)", arms[-1]):
        change = change or ((values[1], values[0]) if values and arms[-1] == "baseline" else None)
        arms, values = (), None
    single = _value(text) if values is None and change is None and " vs " not in text else None
    kind, effect = _effect(outcome.effect)
    interval = _interval(outcome.ci_95)
    return Result(
        arms=(arms[0], arms[1]) if len(arms) == 2 and all(arms) else None,
        against=(outcome.comparison or "")[3:] if (outcome.comparison or "").startswith("vs ") else None,
        values=values,
        single=single,
        change=change,
        effect_kind=kind,
        effect=effect,
        interval=interval,
        significant=_significant(outcome, kind, interval),
        months=_months(outcome.timepoint),
    )


def _number(text: str) -> float:
    return float(text.replace(",", "").replace("−", "-"))


def _value(text: str, unit: str = "") -> Value | None:
    match = _VALUE.match(text.strip())
    if match is None or (match["lead"] or "").strip() in {"about", "median"}:
        return None
    own = (match["unit"] or unit).strip()
    if len(own) > LONGEST_UNIT or re.search(
        r"\d|,|;|\bvs\b|\bin\b", own.replace("m2", "").replace("cm3", "").replace("100 patient", "").replace("VO2", "")
    ):
        return None
    lead = (match["lead"] or "").strip()
    shown = f"{lead} {match['number']}".strip() + (own if own.startswith("%") else f" {own}" if own else "")
    return Value(text=shown, number=_number(match["number"]), unit=own or lead)


def _pair(parts: list[str]) -> tuple[Value, Value] | None:
    if len(parts) != 2:
        return None
    second = _value(parts[1])
    first = _value(parts[0], second.unit if second else "")
    if first is not None and second is not None and not second.unit:
        money = re.match(_CURRENCY, first.text)
        second = _value(f"{money[0]}{parts[1]}") if money else _value(parts[1], first.unit)
    if first is not None and second is not None and second.unit.startswith(f"{first.unit} "):
        first = _value(parts[0].replace("%", "") if first.unit == "%" else parts[0], second.unit)
    if first is None or second is None or first.unit != second.unit:
        return None
    return first, second


def _effect(text: str | None) -> tuple[str | None, Value | None]:
    match = _EFFECT.match(text or "")
    if match is None:
        return None, None
    kind, unit = match["kind"].strip(), match["unit"].strip()
    if kind not in _RATIOS | {"mean difference", "difference"}:
        return None, None
    shown = f"{match['number']} {unit}".strip()
    return kind, Value(text=shown, number=_number(match["number"]), unit=unit)


def _interval(text: str | None) -> tuple[float, float] | None:
    match = _RANGE.match((text or "").strip())
    if match is None:
        return None
    low, high = _number(match["low"]), _number(match["high"])
    return (low, high) if low < high else None


def _significant(outcome: Outcome, kind: str | None, interval: tuple[float, float] | None) -> bool | None:
    by_interval = None
    if interval is not None and kind is not None:
        null = 1.0 if kind in _RATIOS else 0.0
        by_interval = not interval[0] <= null <= interval[1]
    by_p = None
    match = _P.match((outcome.p or "").strip())
    if match is not None and not _OTHER_P.search(outcome.note or ""):
        number = float(match["number"])
        if match["sign"] != ">" and (number < ALPHA or (match["sign"] == "<" and number <= ALPHA)):
            by_p = True
        elif match["sign"] != "<":
            by_p = False
    if by_interval is not None and by_p is not None:
        return by_interval if by_interval == by_p else None
    return by_interval if by_interval is not None else by_p


def _months(timepoint: str | None) -> float | None:
    match = re.fullmatch(r"(?:mean |median )?(\d+(?:\.\d+)?) (mo|y|d|months?|years?|days?)", timepoint or "")
    if match is None:
        return None
    number = float(match[1])
    months = {"m": number, "y": number * 12, "d": number / 30.4}[match[2][0]]
    return months if math.isfinite(months) else None
