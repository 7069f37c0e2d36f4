"""Units of clinical figures: how they are printed, and what they are in one common unit.

A unit is read into a dimension ("mm2", "mg/mL", "d", "%") and the factor that takes the printed figure there, so that
0.40 cm² and 40 mm² are one size, 2745 pg/mL and 2745 ng/L one concentration, 24 months and 2 years one time. Lengths
are in mm, areas in mm², volumes in mL, masses in mg, times in days (a month is a twelfth of 365.25 days).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

DAYS_PER_YEAR = 365.25
DAYS_PER_MONTH = DAYS_PER_YEAR / 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """`dimension` is the common unit ("" for a bare number), `factor` takes a printed figure to it.

    `length` is how many characters were read, `printed` what they were without outer blanks.
    """

    dimension: str
    factor: float
    printed: str
    length: int


NO_UNIT = Unit(dimension="", factor=1.0, printed="", length=0)

_ATOMS: dict[str, tuple[str, float]] = {}


def _atom(dimension: str, factor: float, *names: str) -> None:
    for name in names:
        _ATOMS[name] = (dimension, factor)


_atom("%", 1, "%", "percent", "per cent", "percentage")
_atom("pp", 1, "percentage points", "percentage point", "percent points", "%-points", "pp")
_atom("mm", 1, "mm", "millimetres", "millimetre", "millimeters", "millimeter")
_atom("mm", 10, "cm", "centimetres", "centimetre", "centimeters", "centimeter")
_atom("mm", 1000, "m", "metres", "metre", "meters", "meter")
_atom("mm", 0.001, "µm", "μm")
_atom("mm", 1_000_000, "km")
_atom("mm", 304.8, "feet", "foot", "ft")
_atom("mm", 25.4, "inches", "inch")
_atom("mm2", 1, "mm2", "mm²", "mm^2", "square millimetres", "square millimeters", "sq mm", "square millimetre")
_atom("mm2", 100, "cm2", "cm²", "cm^2", "square centimetres", "square centimeters", "sq cm", "square centimetre")
_atom("mm2", 100, "square centimeter")
_atom("mm2", 1_000_000, "m2", "m²", "m^2", "square metre", "square meter", "square metres", "square meters")
_atom("mL", 1, "ml", "mL", "cc", "cm3", "cm³", "millilitres", "millilitre", "milliliters", "milliliter")
_atom("mL", 1000, "L", "l", "litres", "litre", "liters", "liter")
_atom("mL", 100, "dL", "dl")
_atom("mg", 1, "mg", "milligrams", "milligram")
_atom("mg", 1000, "g", "grams", "gram")
_atom("mg", 1_000_000, "kg", "kilograms", "kilogram")
_atom("mg", 0.001, "µg", "μg", "mcg", "ug", "micrograms", "microgram")
_atom("mg", 1e-6, "ng")
_atom("mg", 1e-9, "pg")
_atom("mmol", 1, "mmol")
_atom("mmol", 0.001, "µmol", "μmol", "umol")
_atom("mmol", 1e-6, "nmol")
_atom("mmol", 1e-9, "pmol")
_atom("mEq", 1, "mEq")
_atom("mmHg", 1, "mmHg", "mm Hg", "mm hg", "mmhg")
_atom("mmHg", 7.50062, "kPa")
_atom("d", 1 / 86_400_000, "ms", "msec", "milliseconds", "millisecond")
_atom("d", 1 / 86_400, "s", "sec", "secs", "seconds", "second")
_atom("d", 1 / 1440, "min", "mins", "minutes", "minute")
_atom("d", 1 / 24, "h", "hr", "hrs", "hours", "hour")
_atom("d", 1, "d", "days", "day")
_atom("d", 7, "wk", "wks", "weeks", "week", "w")
_atom("d", DAYS_PER_MONTH, "mo", "mos", "months", "month", "mth", "mths")
_atom("d", DAYS_PER_YEAR, "y", "yr", "yrs", "years", "year", "annum")
_atom("d", 10 * DAYS_PER_YEAR, "decades", "decade")
_atom("patient-d", DAYS_PER_YEAR, "patient-years", "patient-year", "patient years", "patient year", "person-years")
_atom("patient-d", DAYS_PER_YEAR, "person-year", "person years", "person year", "pt-yr", "pt-yrs", "patient-y", "py")
_atom("patient-d", DAYS_PER_MONTH, "patient-months", "patient-month", "person-months", "person-month")
_atom("point", 1, "points", "point", "pts")
_atom("beat/min", 1, "bpm", "beats/min", "beats per minute", "beats/minute")
_atom("beat", 1, "beats", "beat")
_atom("fold", 1, "fold", "-fold", "times")
_atom("IU", 1, "IU", "international units")
_atom("U", 1, "U", "units", "unit")
_atom("W", 1, "W", "watts", "watt")
_atom("Hz", 1, "Hz")
_atom("mV", 1, "mV")
_atom("°C", 1, "°C")
_atom("Fr", 1, "Fr", "French")
_atom("$", 1, "USD", "dollars", "US dollars")
_atom("€", 1, "EUR", "euros", "euro")
_atom("£", 1, "GBP", "pounds")
_atom("QALY", 1, "QALY", "QALYs")

PEOPLE = "patient"
_PEOPLE_WORDS = (
    "patients patient participants participant subjects individuals people persons adults recipients cases pts"
    " outpatients survivors controls"
)
_atom(PEOPLE, 1, *_PEOPLE_WORDS.split())
for _name, _words in {
    "man": "men man males male",
    "woman": "women woman females female",
    "child": "children infants child",
    "death": "deaths death",
    "event": "events event admissions hospitalisations hospitalizations hospitalisation hospitalization admission",
    "centre": "centres centers sites hospitals centre center site",
    "country": "countries country",
    "study": "studies trials study trial rcts",
    "device": "devices clips implants device clip",
    "grade": "grades grade classes",
    "episode": "episodes episode",
    "animal": "mice rats animals",
}.items():
    _atom(_name, 1, *_words.split())

COUNTED = frozenset(
    ["patient", "man", "woman", "child", "death", "event", "centre", "country", "study", "device", "episode", "animal"]
)
"""Dimensions that are counts of things, not sizes."""

_CASED = frozenset("m M s S h d y g l L w W U IU Fr mV Hz min py pp".split())
"""Short symbols that are read only exactly as listed: "m" is a metre, "M" is not."""

_ALTERNATIVES = "|".join(sorted((re.escape(name) for name in _ATOMS), key=len, reverse=True))
_ONE = re.compile(rf"(?:{_ALTERNATIVES})(?![A-Za-zµμ²³0-9^]|-(?:[a-z]{{3,}}\b(?<!old)))", re.IGNORECASE)
_START = re.compile(r"[ \u00a0\u2009\u202f]?-?(?=\S)|\s(?=\S)")
_PER = re.compile(
    r"\s?/\s?|\s+per\s+(?:an?\s+)?|\s+a\s+(?=(?:day|week|month|year)\b(?! (?:later|after|before|earlier|on\b)))|·"
)
_DAILY = re.compile(r"\s+(?:once\s+)?(?:daily|every day)\b|\s+once (?:a|per|each|every) day\b")
"""Behind a dose: what is given in a day."""
_PER_FIRST = re.compile(r"\s*(?:per\s+(?:an?\s+)?|/\s?)")
_HUNDREDS = re.compile(r"(1[\s,\u202f]?000|100|10)\s*[- ]?")
_MEASURED_PEOPLE = re.compile(r"(?:enrolled|randomi[sz]ed|consecutive|eligible|symptomatic|elderly|treated)\s+", re.I)
_BODY_SURFACE = re.compile(r"\s?/\s?1[.·]73\s?m(?:2|²|\^2)|\s+per\s+1[.·]73\s?m(?:2|²|\^2)")
_PER_BEAT = re.compile(r"\s?/\s?beat\b|\s+per\s+beat\b")


def read_unit(text: str, at: int) -> Unit:
    """The unit that begins at `at` (after at most one blank or hyphen); NO_UNIT when none does."""
    lead = _START.match(text, at)
    start = lead.end() if lead else at
    adjective = _MEASURED_PEOPLE.match(text, start)
    first = _match_atom(text, adjective.end() if adjective else start)
    if first is None:
        return _rate(text, at, start, "", 1.0) if _PER_FIRST.match(text, start) else NO_UNIT
    name, end = first
    dimension, factor = _ATOMS[name]
    if adjective and dimension not in COUNTED:
        return NO_UNIT
    return _rate(text, at, end, dimension, factor)


def _match_atom(text: str, at: int) -> tuple[str, int] | None:
    match = _ONE.match(text, at)
    if match is None:
        return None
    printed = match.group()
    name = printed if printed in _ATOMS else printed.lower()
    if name not in _ATOMS or (printed not in _ATOMS and name in _CASED):
        return None
    return name, match.end()


def _rate(text: str, at: int, end: int, dimension: str, factor: float) -> Unit:
    """Read on over "/mL", "per 100 patient-years", "/1.73 m²", "per beat"."""
    parts = [dimension] if dimension else []
    while True:
        ignored = _PER_BEAT.match(text, end) or _BODY_SURFACE.match(text, end)
        if ignored:
            if "73" in ignored.group():
                parts.append("1.73m2")
            end = ignored.end()
            continue
        daily = _DAILY.match(text, end) if parts in (["mg"], ["IU"], ["U"]) else None
        if daily:
            parts.append("d")
            end = daily.end()
            break
        per = _PER.match(text, end) or (None if parts else _PER_FIRST.match(text, end))
        if per is None:
            break
        start = per.end()
        hundreds = _HUNDREDS.match(text, start)
        below = 1.0
        if hundreds:
            below = float(re.sub(r"\D", "", hundreds.group(1)))
            start = hundreds.end()
        atom = _match_atom(text, start)
        if atom is None:
            break
        name, end = atom
        under, under_factor = _ATOMS[name]
        parts.append(under)
        factor /= below * under_factor
    return _finish(text, at, end, parts, factor, bool(dimension))


def _finish(text: str, at: int, end: int, parts: list[str], factor: float, numerator: bool) -> Unit:
    if not parts:
        return NO_UNIT
    if parts[-1] == "patient-d":  # "35.8% per patient-year" and "35.8 per 100 patient-years" are one rate
        percent = 0.01 if parts[0] == "%" else 1.0
        return Unit(
            dimension="events/100 patient-years",
            factor=factor * percent * 100 * DAYS_PER_YEAR,
            printed=text[at:end].strip(" -"),
            length=end - at,
        )
    dimension = "/".join(parts) if numerator else "1/" + "/".join(parts)
    return Unit(dimension=dimension, factor=factor, printed=text[at:end].strip(" -"), length=end - at)
