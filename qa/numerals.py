"""Numbers as they are printed: digits with separators, decimal points of three kinds, and words."""

from __future__ import annotations

import re
from dataclasses import dataclass

_DIGITS = (
    r"(?:\d{1,3}(?:,\d{3})+(?![\d])(?:\.\d+)?"  # 1,407 and 12,345.6
    r"|\d{1,3}(?:[\u202f\u2009\u00a0 ]\d{3})+(?![\d,.])"  # 12 345
    r"|\d+[.,·]\d+|\d+|(?<![\d.])[.·]\d+)"
)
NUMBER = re.compile(rf"(?P<sign>[+\-−–‒])?(?P<digits>{_DIGITS})")
"""A number in digits, with the sign that may stand before it."""

_UNITS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_SMALL = "|".join(sorted(_UNITS, key=len, reverse=True))
_TEN = "|".join(_TENS)
_UPTO99 = rf"(?:(?:{_TEN})(?:[- ](?:{_SMALL}))?|(?:{_SMALL}))"
_IN_WORDS = re.compile(
    rf"(?<![\w-])(?P<words>(?:(?P<h>{_SMALL}|a|every|each) hundred(?: and)?(?: (?P<rest>{_UPTO99}))?|(?P<u>{_UPTO99})"
    r"|a (?P<dozen>dozen)(?= (?:year|month|week|day|patient|centre|center)s?\b| people\b)))"
    r"(?P<thousand> thousand)?(?P<half> and a half)?(?![\w])",
    re.IGNORECASE,
)
_PARTS = ("", "whole", "half", "third", "quarter", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
"""The parts of a whole, each at the place of its number."""
_PART = "|".join(_PARTS[3:])
_FRACTION = re.compile(
    r"(?<![\w-])(?P<time>half[ -]an? ?)(?=(?:years?|months?|weeks?|days?|hours?|centimetres?|centimeters?)\b)"
    r"|(?<![\w-])(?P<half>(?:(?:an?|one)[- ])?half)(?= of\b| the\b)"
    r"|(?:(?<=than )|(?<=over )|(?<=nearly )|(?<=almost )"
    r"|(?<=about )|(?<=under )|(?<=roughly ))(?P<halves>half)(?![\w-])"
    rf"|(?<![\w-])(?P<of>{_SMALL})[- ](?P<parts>{_PART})s(?![\w-])"
    rf"|(?<![\w-])(?:an?|one)[- ](?P<part>{_PART})(?![\w-])",
    re.IGNORECASE,
)
"""A part of a whole; "half" only where the whole follows, for it is also a half-time."""
_WHOLE_FOLLOWS = re.compile(r" of\b| the\b|[,;.:)]|\s*$|-(?=\s)", re.IGNORECASE)
_BEFORE_PART = re.compile(
    r"\b(?:by|nearly|almost|about|roughly|around|just|over|under|than|approximately|only|some)\s+$", re.IGNORECASE
)
"""Before "a third", which may also be the third of several: "by a third", "nearly a quarter"."""
_AND_A_HALF = re.compile(
    r"\b(?:an?|one) (?:year|month|week|day|hour|decade|centimetre|centimeter"
    r"|metre|meter|million) and a (?P<part>half|quarter)\b",
    re.IGNORECASE,
)
"""One and a part, with the unit in between: "a year and a half"."""
_MILLIONS = re.compile(r"\s(?P<name>thousand|million|billion)\b")
_POWERS = {"thousand": 3, "million": 6, "billion": 9}
_FOLD = re.compile(r"(?<![\w-])(?P<n>two|three|four|five|ten)[- ]?(?=fold\b)", re.IGNORECASE)
_ONE_MATTERS = re.compile(
    r"\s?-?(?:(?:year|month|week|day|hour|patient|participant|death|centre|center|case|grade|episode|event|trial)s?\b"
    r"|study\b|"
    r"in (?:two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|forty|fifty|a hundred|\d)|"
    r"of (?:the )?\d|NYHA|point|class)",
    re.IGNORECASE,
)
_IDENTIFIER_BEFORE = re.compile(r"(?:[A-Za-zα-ωΑ-Ω_]|[A-Za-z]{2,}-)$")
_IDENTIFIER_AFTER = re.compile(
    r"(?:[A-Z]{2,}(?![a-z])|D(?![a-z])|(?:st|nd|rd|th)\b|[a-z]?-(?:dimensional|lead|way|blind|kinase|phosph\w+|alpha|beta))"
)
_UNIT_LETTERS = re.compile(r"(?:mm|cm|ml|mL|mg|kg|pg|ng|mo|yr|wk|bpm|kPa|IU|Hz|Fr|MHz|dL|mV|W|L|U)(?![A-Za-z])")
_LABELLED = re.compile(
    r"\b(?:[Tt]ype|[Pp]hase|[Ff]ig(?:ure|\.)|[Tt]able|[Ss]eason|[Vv]ersion|[Cc]hapter|[Ff]orkhead|BRCA|MEK)\s$"
)
"""Words after which a number is a name: "type 2 diabetes", "Table 7"."""
_WALK = re.compile(r"[- ]?min(?:ute)?s?[- ]walk", re.IGNORECASE)
_DOI = re.compile(r"\b10\.\d{4,9}/\S+|https?://\S+|\bNCT\d{8}\b|\bPMID:?\s*\d+")
_YEARS = (1900, 2100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Numeral:
    """A number at the half-open span `start:end`; `decimals` is how many digits stand after its decimal point.

    `part` marks a share in words ("half", "two thirds"), whose value lies between 0 and 1.
    """

    start: int
    end: int
    value: float
    decimals: int = 0
    in_words: bool = False
    negative: bool = False
    is_year: bool = False
    part: bool = False


def numerals(text: str) -> list[Numeral]:
    """The numbers of `text` in order; those inside names (SGLT2, 6MWT, COVID-19), links and ordinals are left out."""
    barred = [match.span() for match in _DOI.finditer(text)]
    found = [numeral for match in NUMBER.finditer(text) if (numeral := _in_digits(text, match))]
    found += _in_words(text)
    found = [n for n in found if not any(a <= n.start < b for a, b in barred) and not _WALK.match(text, n.end)]
    found.sort(key=lambda numeral: (numeral.start, -numeral.end))
    kept: list[Numeral] = []
    for numeral in found:
        if not kept or numeral.start >= kept[-1].end:
            kept.append(numeral)
    return kept


def _in_digits(text: str, match: re.Match[str]) -> Numeral | None:
    start = match.start("digits")
    sign = match["sign"]
    before = text[max(0, start - 12) : start]
    negative = False
    at = start
    if _LABELLED.search(before):
        return None
    if sign:
        outside = text[max(0, match.start() - 12) : match.start()]
        if outside[-1:].isalpha() or outside[-1:] == ")":  # COVID-19, HF-2, "(SD)-3"
            if sign in "-–‒" and outside[-1:].isalpha():
                return None
        elif not outside or not (outside[-1:].isdigit() or outside[-1:] in ".%"):
            negative = sign in "-−–‒"
            at = match.start()
    elif _IDENTIFIER_BEFORE.search(before) and not re.search(r"(?:^|[\s(])[pPnN]$", before):
        return None
    after = text[match.end() : match.end() + 14]
    if _IDENTIFIER_AFTER.match(after) and not _UNIT_LETTERS.match(after):
        return None
    printed = match["digits"]
    value, decimals = _read(printed)
    end = match.end()
    if many := _MILLIONS.match(text, end):
        power = _POWERS[many["name"]]
        value, decimals, end = round(value * 10**power, 6), decimals - power, many.end()
    is_year = not negative and decimals == 0 and len(printed) == 4 and _YEARS[0] <= value < _YEARS[1]
    return Numeral(
        start=at, end=end, value=-value if negative else value, decimals=decimals, negative=negative,
        is_year=is_year,
    )  # fmt: skip


def _read(printed: str) -> tuple[float, int]:
    """Value and decimals; a comma before exactly three digits groups thousands, any other one is a decimal comma."""
    plain = re.sub(r"[\s\u202f\u2009\u00a0]", "", printed).replace("·", ".")
    if re.fullmatch(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?", plain):
        plain = plain.replace(",", "")
    plain = plain.replace(",", ".") if plain.count(",") == 1 else plain.replace(",", "")
    whole, _, decimals = plain.partition(".")
    return float(f"{whole or 0}.{decimals or 0}"), len(decimals)


def _in_words(text: str) -> list[Numeral]:
    found: list[Numeral] = []
    for match in _FRACTION.finditer(text):
        if match["time"]:
            end = match.start() + len(match["time"].rstrip())
            found.append(Numeral(start=match.start(), end=end, value=0.5, decimals=1, in_words=True))
            continue
        if match["part"] and not (
            _WHOLE_FOLLOWS.match(text, match.end()) or _BEFORE_PART.search(text[: match.start()])
        ):
            continue  # "a third patient"
        parts = "half" if match["half"] or match["halves"] else (match["part"] or match["parts"]).lower()
        value = (_UNITS[match["of"].lower()] if match["of"] else 1) / _PARTS.index(parts)
        found.append(Numeral(start=match.start(), end=match.end(), value=value, decimals=2, in_words=True, part=True))
    for match in _AND_A_HALF.finditer(text):
        end = match.start() + match.group().index(" ")
        value = 1 + 1 / _PARTS.index(match["part"].lower())
        found.append(Numeral(start=match.start(), end=end, value=value, decimals=2, in_words=True))
    for match in _FOLD.finditer(text):
        value = float(_UNITS[match["n"].lower()])
        found.append(Numeral(start=match.start(), end=match.end("n"), value=value, in_words=True))
    for match in _IN_WORDS.finditer(text):
        words = match["words"].lower()
        if words == "one" and not match["thousand"] and not _ONE_MATTERS.match(text, match.end()):
            continue
        hundreds = 100 * max(1, _upto99(match["h"])) if match["h"] else 0
        value = 12.0 if match["dozen"] else float(hundreds + _upto99(match["rest"] or match["u"] or ""))
        if match["thousand"]:
            value *= 1000
        if match["half"]:
            value += 0.5
        found.append(Numeral(start=match.start(), end=match.end(), value=value, in_words=True))
    return found


def _upto99(words: str) -> int:
    return sum(_UNITS.get(word, _TENS.get(word, 0)) for word in re.split(r"[- ]", words.lower()) if word)
