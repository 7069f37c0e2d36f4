"""The grammar of clinical figures: every number of a text, with its kind, unit, operator and what it belongs to."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from qa.groups import FROM, RANGE_GAP, label_before, set_unit, with_labels, with_roles, with_shared_units
from qa.numerals import Numeral, numerals
from qa.ordinals import operator_after, operator_behind_noun, ordinals
from qa.quantity import Kind, Operator, Quantity, kind_of
from qa.units import COUNTED, NO_UNIT, read_unit

__all__ = ["Quantity", "quantities"]

_P = re.compile(
    r"(?<![\w.])[pP](?: is (?:quoted|given|reported)(?: as)?)?(?:\s*-?\s*values?)?"
    r"(?:\s*(?:\(|for\s+)?(?:interaction|trend|noninferiority|non-inferiority|superiority|heterogeneity|difference)\)?)?\s*(?:of|was|is|=|:)?\s*$"
)
_P_OP = re.compile(r"(?<![\w.])[pP](?:\s*-?\s*values?)?(?:\s*(?:\(|for\s+)?[a-z-]*\)?)?\s*(?:of|was|is)?\s*$")
_CI_BEFORE = re.compile(
    r"(?:\d{2}(?:\.\d)?\s?%?[\s-]*)?(?:CIs?|CrI|HPD|HDI|(?:confidence |credible )?(?<!QT )intervals?|confidence limits)"
    r"(?:\s*\(?\d{2}\s?%\)?)?(?:\s*\(CI\))?\s*"
    r"(?:of|was|were|is|(?:of the \w+ ratio )?(?:running|ran|runs|ranged|extended|went) from|from|ranging from"
    r"|between)?"
    r"[\s,:;=(\[]*$",
    re.IGNORECASE,
)
_CI_LEVEL_AFTER = re.compile(
    r"\s?%?[\s-]*(?:CIs?\b|CrI\b|HPD\b|HDI\b|(?:(?:confidence|credible) )?(?:interval|limit))", re.IGNORECASE
)
_CI_THEN_LEVEL = re.compile(
    r"(?:CI|confidence interval)\s*\(?$|\b(?:confidence|credible)\b[^.;\d]{0,25}\bat the\s+$", re.IGNORECASE
)
_IQR_BEFORE = re.compile(r"(?:IQR|inter-?quartile range|Q1[-–]Q3)(?:\s*\(IQR\))?\s*(?:of|was|from)?[\s,:;=(\[]*$", re.I)
_SD_BEFORE = re.compile(
    r"(?:±|\+/[-−–]|\((?:SD|s\.d\.|standard deviation)\s*[:=,]?|[,;]?\s(?:SD|standard deviation)(?: of)?)\s*$"
)
_MEAN = re.compile(r"\b(mean|median|average)\b[^.;\d]{0,45}$", re.IGNORECASE)
_PER = re.compile(r"\bper\s+$")
_YEARS_OF_PATIENTS = re.compile(r"\s*(?:patient|person)[- ](?:years?|months?)\b")
_N_BEFORE = re.compile(r"(?<![\w])[nN]\s*=\s*$")

_OPERATOR_WORDS: dict[Operator, str] = {
    "<=": r"≤|<=|=<|⩽|\b(?:max(?:imum)?(?: of)?|at most"
    r"|no more than|not more than|(?:not|never|cannot)(?: be)?(?: given| used| taken| raised| go| gone)?"
    r" (?:exceed(?:ing)?|surpass(?:ing)?|beyond|above|over)"
    r"|capped at|up to"
    r"|as (?:much|many) as|a maximum of|no (?:greater|higher|larger|bigger|longer|wider|older|worse) than"
    r"|less than or equal to)",
    ">=": r"≥|>=|=>|⩾|\b(?:at least|no less than|not less than|no fewer than|a minimum of|minimum of"
    r"|greater than or equal to|no (?:lower|smaller|shorter|younger) than|down to|(?:at|of|to) or (?:above|beyond|over)"
    r"|(?:not|never) (?:below|under))",
    "<": r"<|\b(?:not yet|before(?: the)? age(?: of)?|less than|fewer than|below|under|lower than"
    r"|smaller than|shorter than|narrower than"
    r"|younger than)",
    ">": r">|\b(?:more than|greater than|above|(?<!spread )over|exceed(?:s|ed|ing)?"
    r"|topp(?:ed|ing)|surpass(?:es|ed|ing)?|in excess of"
    r"|higher than|larger than|longer than|wider than|older than|beyond)",
    "~": r"[~≈∼≃]|\b(?:about|approximately|approx\.?|around|roughly|nearly|almost|close to|circa|some)",
}
_OPERATORS_BEFORE = {
    operator: re.compile(
        rf"(?:{words})\s*(?:(?:USD|EUR|GBP|CNY|US\$|[$€£])\s?|(?:the\s+)?age(?:\s+of)?\s+)?(?:(?:an?|the)\s+(?:(?!goal|target|threshold|limit|cut|curve)[\w-]+\s+){{1,4}}of\s+)?$",
        re.IGNORECASE,
    )
    for operator, words in _OPERATOR_WORDS.items()
}
_ADJOINS = 14
"""Characters that an operator right before a figure takes: "no more than ", "in excess of "."""
_DURING = re.compile(
    r"\bover\s*(?:the (?:next|first|following|last)\s*|(?:an?\s+)?(?:mean|median|average)\s+(?:of\s+)?)?$",
    re.IGNORECASE,
)
_JUST_OVER = re.compile(r"\b(?:a little|just|slightly|well)\s+over\s*$", re.IGNORECASE)
_OLDER = re.compile(r"\b(?:aged?|older)\b[^.]{0,12}$", re.IGNORECASE)

_MONTHS = "january february march april may june july august september october november december".split()
_IN_DATE = re.compile(rf"\b(?:{'|'.join(_MONTHS)}|{'|'.join(m[:3] for m in _MONTHS)})\.?\s*$", re.IGNORECASE)
_DATE = re.compile(rf"\s*(?:{'|'.join(_MONTHS)})\b", re.IGNORECASE)


@lru_cache(maxsize=8192)
def quantities(text: str) -> tuple[Quantity, ...]:
    """Every figure of `text`, in order of its place; figures that make one expression are one Quantity.

    "83/152" is one fraction, "0.46 to 0.82" after "95% CI" one interval, "41 ± 15 mm2" one value with its spread;
    "from 15% to 25%" and "29.1% vs 46.1%" are two values with roles that share a group. Numbers that are part of a
    name (SGLT2, RESHAPE-HF2, 6MWT, NCT01626079) or of a DOI are not figures.
    """
    classes = tuple(ordinals(text))
    taken = [(quantity.start, quantity.end) for quantity in classes]
    free = [n for n in numerals(text) if not any(a < n.end and n.start < b for a, b in taken)]
    found = with_labels(text, _combine(text, free))
    found = with_roles(text, with_shared_units(text, found))
    return tuple(sorted([*found, *classes], key=lambda quantity: (quantity.start, quantity.end)))


def _combine(text: str, found: list[Numeral]) -> list[Quantity]:
    """Read each number with its operator and unit; join intervals, ranges, fractions and spreads."""
    made: list[Quantity] = []
    index = 0
    while index < len(found):
        first = found[index]
        if made and first.start < made[-1].end:  # a digit of the unit: "per 100 patient-years", "cm^2"
            index += 1
            continue
        before = text[max(0, first.start - 70) : first.start]
        if made and _PER.search(before) and _YEARS_OF_PATIENTS.match(text, first.end):
            made = _as_rates(text, made, first)
            index += 1
            continue
        following = found[index + 1] if index + 1 < len(found) else None
        if _is_ci_level(text, first, before):
            index += 1
            continue
        if _SD_BEFORE.search(before) and made and made[-1].spread is None and first.start - made[-1].end <= 24:
            made[-1] = _with_spread(text, made[-1], first)
            index += 1
            continue
        joined = following and _tenths(text, first, following, found[index + 2 : index + 3])
        if joined:
            made.append(joined)
            index += 3
            continue
        joined = following and _interval(text, first, following, before, made)
        if joined:
            made.append(joined)
            index += 2
            continue
        joined = following and _fraction(text, first, following)
        if joined:
            made.append(joined)
            index += 2
            continue
        made.append(_single(text, first, before))
        index += 1
    return made


def _as_rates(text: str, made: list[Quantity], denominator: Numeral) -> list[Quantity]:
    """The figure before "deaths or admissions per 100 patient-years" is a rate."""
    per = text.rfind("per", 0, denominator.start)
    unit = read_unit(text, per)
    near = made[-1].kind in ("number", "count") and denominator.start - made[-1].end <= 80
    return [*made[:-1], set_unit(replace(made[-1], kind="number"), unit)] if near else made


def _is_ci_level(text: str, numeral: Numeral, before: str) -> bool:
    if numeral.value not in (90, 95, 97.5, 99):
        return False
    return bool(
        _CI_LEVEL_AFTER.match(text, numeral.end)
        or (_CI_THEN_LEVEL.search(before) and text[numeral.end : numeral.end + 1] == "%")
    )


def _with_spread(text: str, quantity: Quantity, numeral: Numeral) -> Quantity:
    end = numeral.end
    if text[end : end + 1] == ")" and "(" in text[quantity.end : numeral.start]:
        end += 1
    unit = read_unit(text, numeral.end) if not quantity.unit else NO_UNIT
    if unit is NO_UNIT and not quantity.unit:
        unit = read_unit(text, end)
        end += unit.length
    else:
        inner = read_unit(text, numeral.end)
        end = max(end, numeral.end + inner.length)
        if text[end : end + 1] == ")" and "(" in text[quantity.end : numeral.start]:
            end += 1
    changed = replace(quantity, spread=numeral.value, end=end, text=text[quantity.start : end])
    return set_unit(changed, unit) if unit is not NO_UNIT else changed


def _interval(text: str, a: Numeral, b: Numeral, before: str, made: list[Quantity]) -> Quantity | None:
    """A confidence interval, an interquartile range or a range, when `a` and `b` are joined as one."""
    unit_a = read_unit(text, a.end)
    gap = text[a.end + unit_a.length : b.start]
    if not RANGE_GAP.fullmatch(gap):
        return None
    word = gap.strip()
    unit_b = read_unit(text, b.end)
    if unit_a is not NO_UNIT and unit_b is not NO_UNIT and unit_a.dimension != unit_b.dimension:
        return None
    ci = _CI_BEFORE.search(before)
    iqr = _IQR_BEFORE.search(before)
    opened = before.rstrip(" ").endswith(("(", "["))
    close = made and a.start - made[-1].end <= 4
    after_ratio = bool(close and opened and made[-1].kind in ("ratio", "number") and label_before(text, made[-1].start))
    between = bool(re.search(r"\b(?:between|range[ds]?(?: of| from)?)\s*[:,(]*$", before, re.IGNORECASE))
    kind: Kind
    if ci or after_ratio:
        kind, label = "ci", "CI"
    elif iqr:
        kind, label = "iqr", "IQR"
    elif word == "and" and not between:
        return None
    elif word in (",", ";"):
        if not (opened and word == ";" and text[b.end : b.end + 1] in "])"):
            return None
        kind, label = "range", ""
    elif word == "to" and (FROM.search(before) or a.value > b.value):
        return None
    elif word in ("-", "–", "—", "‒", "−") or word == "through" or between:
        kind, label = "range", ""
    elif unit_a is not NO_UNIT and read_unit(text, b.end) is not NO_UNIT and word == "to":
        kind, label = "range", ""
    else:
        kind, label = "range", ""
    low, high = a.value, b.value
    if word in ("-", "–", "−") and b.negative and not re.search(r"[-–−]\s*[-–−]", gap + text[b.start : b.start + 1]):
        high = abs(high)
    end = b.end + unit_b.length
    unit = unit_b if unit_b is not NO_UNIT else unit_a
    operator, start = _operator_before(text, a.start, unit.dimension)
    return Quantity(
        start=start, end=end, text=text[start:end], kind=kind, values=(low, high), unit=unit.dimension,
        factor=unit.factor, printed_unit=unit.printed, operator=operator, label=label,
        decimals=max(a.decimals, b.decimals),
    )  # fmt: skip


def _tenths(text: str, a: Numeral, b: Numeral, total: list[Numeral]) -> Quantity | None:
    """A range of shares: "four to six of every ten" is 40-60%."""
    if (
        not total
        or not re.fullmatch(r"\s*(?:to|or|-|–)\s*", text[a.end : b.start])
        or total[0].value not in _ROUND_TOTALS
    ):
        return None
    if not re.fullmatch(r"\s+(?:out of|of|in)\s+(?:every\s+|each\s+)?", text[b.end : total[0].start]):
        return None
    shares = tuple(100 * part.value / total[0].value for part in (a, b))
    end = total[0].end
    return Quantity(
        start=a.start, end=end, text=text[a.start : end], kind="range", values=shares, unit="%", operator="~"
    )


_ROUND_TOTALS = (10, 20, 50, 100, 1000, 10_000, 100_000)
"""Totals in which one speaks of a share: "19 in 20", "about nine in a hundred"."""


def _fraction(text: str, a: Numeral, b: Numeral) -> Quantity | None:
    """Count and total: "83/152", "83 of 152 patients", "one in five"."""
    gap = text[a.end : b.start]
    slash = re.fullmatch(r"\s?/\s?", gap)
    words = re.fullmatch(
        r"(?:\s+(?:patients|participants|cases|subjects|people|or so))?\s+(?:out of|of|in)\s+"
        r"(?:the\s+|all\s+|every\s+|each\s+)?",
        gap,
    )
    whole = a.decimals == 0 and b.decimals == 0 and 0 <= a.value <= b.value and b.value > 0
    if not whole or not (slash or words):
        return None
    spoken = a.in_words or b.in_words or a.value == 1 or "every" in gap or b.value in _ROUND_TOTALS
    if words and "in" in gap.split() and not spoken:
        return None
    unit = read_unit(text, b.end)
    if unit.dimension not in ("", *COUNTED) or (read_unit(text, a.end).dimension and not words):
        return None
    if not slash and unit.dimension == "" and 1900 <= b.value <= 2100:
        return None
    end = b.end + unit.length
    operator, start = (
        _operator_before(text, a.start, unit.dimension) if b.value in _ROUND_TOTALS or a.in_words else ("=", a.start)
    )
    return Quantity(
        start=start, end=end, text=text[start:end], kind="fraction", values=(a.value, b.value),
        unit=unit.dimension, printed_unit=unit.printed, operator=operator,
    )  # fmt: skip


_OF_A = re.compile(r" of (?:an?|one)(?= )", re.IGNORECASE)


def _single(text: str, numeral: Numeral, before: str) -> Quantity:
    unit = read_unit(text, numeral.end)
    piece = _OF_A.match(text, numeral.end) if unit is NO_UNIT and (numeral.part or abs(numeral.value) < 1) else None
    if piece and (of := read_unit(text, piece.end())).dimension not in ("", *COUNTED):
        unit = replace(of, length=of.length + piece.end() - numeral.end)  # "a quarter of a square centimetre"
    if numeral.is_year and unit.dimension in ("grade", "study", "point"):
        unit = NO_UNIT  # "in 2021 grades it IIb", "a 2026 study asked"
    end = numeral.end + unit.length
    operator, start = _operator_before(text, numeral.start, unit.dimension)
    if numeral.is_year and unit is NO_UNIT and numeral.start - start > _ADJOINS:
        operator, start = "=", numeral.start  # "under the guideline of 2020"
    operator, end = operator_after(text, end, operator)
    if operator == "=" and unit is NO_UNIT:
        operator = operator_behind_noun(text, end) or operator
    kind = kind_of(unit)
    if numeral.part and unit is NO_UNIT:
        return Quantity(
            start=start, end=numeral.end, text=text[start : numeral.end], kind="percent", unit="%",
            values=(100 * numeral.value,), operator="~" if operator == "=" else operator,
        )  # fmt: skip
    if operator == "=" and (numeral.part or (numeral.in_words and numeral.value % 1)):
        operator = "~"  # "a quarter of a year", "a centimetre and a half"
    label = ""
    prefix = text[max(0, start - 70) : start]
    if unit is NO_UNIT and (_P.search(prefix) or _P_OP.search(prefix)) and 0 <= numeral.value <= 1:
        match = _P.search(prefix) or _P_OP.search(prefix)
        start -= len(prefix) - (match.start() if match else 0)
        kind, label = "p", "p"
    elif unit is NO_UNIT and _N_BEFORE.search(prefix):
        kind, label = "count", "n"
    elif numeral.is_year and unit is NO_UNIT:
        kind = "year"
    elif unit is NO_UNIT and (_IN_DATE.search(prefix) or _DATE.match(text, numeral.end)) and numeral.value <= 31:
        kind, label = "year", "day"
    else:
        mean = _MEAN.search(prefix)
        label = mean.group(1).lower().replace("average", "mean") if mean else ""
    reversed_unit = None
    if unit is NO_UNIT and kind == "number":
        reversed_unit = re.search(r"(?<!\d)(?<!\d[\s-])\b(year|month|week|day|years|months|weeks|days)\s$", prefix)
    if reversed_unit:
        unit = replace(read_unit(reversed_unit.group(1), 0), length=0)
        start, kind = start - len(reversed_unit.group()), "duration"
    return Quantity(
        start=start, end=end, text=text[start:end], kind=kind, values=(numeral.value,), unit=unit.dimension,
        factor=unit.factor, printed_unit=unit.printed, operator=operator, label=label, decimals=numeral.decimals,
    )  # fmt: skip


def _operator_before(text: str, at: int, dimension: str) -> tuple[Operator, int]:
    """The operator that stands before `at`, and where it begins; "over 24 months" is a time, not an operator."""
    prefix = text[max(0, at - 40) : at]
    if dimension == "d" and _DURING.search(prefix) and not _OLDER.search(prefix) and not _JUST_OVER.search(prefix):
        return "=", at
    for operator, pattern in _OPERATORS_BEFORE.items():
        match = pattern.search(prefix)
        if match:
            return operator, at - (len(prefix) - match.start())
    return "=", at
