"""Ordinals that look like numbers: NYHA classes, classes of recommendation, levels of evidence, MR grades."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from qa.quantity import Kind, Operator, Quantity

_OPERATORS_AFTER: dict[Operator, re.Pattern[str]] = {
    ">=": re.compile(
        r"\s*(?:at least|at a minimum)(?=[\s.,;)]|$)(?! \d)"
        r"|\s*,?\s*or (?:more|greater|higher|above|over|larger|older|worse|longer|wider|beyond)\b"
        r"|\s*and (?:above|over|up|older|upwards?)\b|\s*up(?:wards?)?\b(?= *(?:[,;.)]|$))"
        r"|(?<=\d)\+(?!\s*\d)(?=[\s,;.|)]|$)"
    ),
    "<=": re.compile(
        r"\s*at (?:the )?most\b(?! \d)"
        r"|\s*,?\s*or (?:less|fewer|lower|below|smaller|younger|better|under|shorter|narrower)\b"
        r"|\s*and (?:below|under)\b"
    ),
}
_NOUN = re.compile(r"\s+(?:NYHA\s+)?[a-z]+(?=\s+or\s)")
_ROMAN = {"I": 1.0, "II": 2.0, "III": 3.0, "IV": 4.0, "V": 5.0, "one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0}
_CLASS_VALUE = {"i": 1.0, "1": 1.0, "ii": 2.0, "2": 2.0, "iii": 3.0, "3": 3.0, "iv": 4.0, "4": 4.0}
_CLASS_VALUE |= {"iia": 2.1, "2a": 2.1, "iib": 2.2, "2b": 2.2, "one": 1.0, "two": 2.0, "three": 3.0}
_CLASS_ONE = r"(?:IV|I{1,3}|[1-4]|one|two|three|four)(?![\w])"
_NYHA = re.compile(
    r"\bNYHA\b(?:\s*\([^)]*\))?(?:\s+(?:functional|heart failure))?(?:\s+class(?:es)?)?"
    r"(?:\s+(?:of|was|is|went|moved|improved|changed|fell|rose|from|to)){0,3}"
    rf"\s*(?P<op>≥|>=|>|≤|<=|<)?\s*(?P<a>{_CLASS_ONE})(?:\s*(?:[-–/]|or|and)\s*(?P<b>{_CLASS_ONE}))?"
    rf"(?:\s*(?:to|→)\s*(?:NYHA\s+)?(?:class\s+)?(?P<to>{_CLASS_ONE}))?"
    rf"|\b(?:functional )?class(?:es)?\s+(?=(?:IV|I{{1,3}})\s*(?:[-–/]|to|or|and)\s*(?:IV|I{{1,3}})\b)"
    rf"(?P<a3>{_CLASS_ONE})\s*(?:[-–/]|to|or|and)\s*(?P<b3>{_CLASS_ONE})"
    rf"|\bfunctional class(?:es)?\s+(?P<a2>{_CLASS_ONE})(?:\s*(?:[-–/]|to|or|and)\s*(?P<b2>{_CLASS_ONE}))?"
)
_COR = re.compile(
    r"\b(?:[Cc]lass(?:\s+of\s+recommendation)?|COR)\s*:?\s*(?:\(COR\)\s*)?(?P<v>IIa|IIb|2a|2b|III|II|IV|I|[1-3]|one|two|three)"
    r"(?!\w|\.\d|-[IV])(?:[,\s/]{1,2}(?P<l>[ABC])(?P<x>-(?:NR|R|LD|EO))?(?![\w-]))?"
)
_LOE = re.compile(
    r"\b(?:[Ll]evels?(?:\s+of\s+evidence)?|LOE)\s*:?\s*(?:\(LOE\)\s*)?(?P<v>[ABC])(?P<x>-(?:NR|R|LD|EO))?(?![\w])"
)
_PAIRED_COR = re.compile(r"(?<![\w])(?P<v>IIa|IIb|III|I)\s?/?\s?(?P<l>[ABC])(?P<x>-(?:NR|R|LD|EO))?(?![\w-])")
_OF_NYHA = re.compile(r"(?:NYHA|New York Heart Association)(?![^.;]*\brecommend)[^.;]*$")
_NYHA_CLASSES = ("I", "II", "III", "IV")
"""Behind NYHA, a class without its name is one of symptoms: "NYHA class II, … class III"."""
_BARE_COR = re.compile(r"(?<![\w-])(?P<v>II[ab])(?![\w-])|(?<=\()(?P<v2>2[ab])(?=[),])")
"""A class without its name: nothing else is written so."""
_GRADE = re.compile(
    r"\b[Gg]rades?\s+(?:of\s+)?(?P<op2>≥|>=|>|≤|<=|<)?\s*(?P<a2>[0-4]|IV|I{1,3}|one|two|three|four)\+?"
    r"(?:\s*(?:[-–/]|-?to-?|or|and)\s*(?P<b2>[0-4]|IV|I{1,3}|two|three|four)\+?)?(?![\w.%])"
    r"|(?P<op>≥\s?|>=\s?|>\s?|≤\s?|<=\s?|<\s?)?(?P<a>[0-4])\+(?:\s*(?:[-–/]|to|or|and)\s*(?P<b>[0-4])\+)?(?![\w])"
)


_GRADE_OPERATOR = re.compile(
    r"\b(?:(?P<le>at most|no more than|not more than|no worse than|up to)|(?P<ge>at least|no less than)"
    r"|(?P<lt>(?<!no )(?:less than|below|under))|(?P<gt>(?<!no )(?:more than|above|over)))\s+$",
    re.IGNORECASE,
)


def ordinals(text: str) -> Iterator[Quantity]:
    """Every class, level and grade of `text`; a change ("NYHA III to I") gives two, with roles."""
    seen: list[tuple[int, int]] = []

    def make(match: re.Match[str], kind: Kind, label: str, values: tuple[float, ...], op: str | None) -> Quantity:
        seen.append(match.span())
        sign: Operator = {"≥": ">=", "≤": "<="}.get((op or "").strip(), (op or "=").strip())  # type: ignore[assignment]
        start, end = match.span()
        sign, end = operator_after(text, end, sign)
        return Quantity(
            start=start, end=end, text=text[start:end], kind=kind, values=values, label=label, operator=sign, unit=label
        )

    for match in _NYHA.finditer(text):
        ends = [match["a"] or match["a2"] or match["a3"], match["b"] or match["b2"] or match["b3"]]
        made = make(match, "class", "NYHA", tuple(_ordinal(end) for end in ends if end), match["op"])
        if not match["to"]:
            yield made
            continue
        if not match["b"] and _ordinal(match["to"]) > made.value:  # "NYHA II to IV" is a range, "III to I" a change
            yield replace(made, values=(made.value, _ordinal(match["to"])))
            continue
        at = match.start("to")
        first = text[match.start() : match.end("b") if match["b"] else match.end("a")]
        end = match.start() + len(first)
        yield replace(made, end=end, text=first, role="from", group=match.start())
        yield replace(
            made,
            start=at,
            end=match.end(),
            text=match["to"],
            values=(_ordinal(match["to"]),),
            role="to",
            group=match.start(),
        )
    for match in _COR.finditer(text):
        if not _overlaps(match.span(), seen) and match["v"] in _NYHA_CLASSES and _OF_NYHA.search(text[: match.start()]):
            yield make(match, "class", "NYHA", (_ordinal(match["v"]),), None)
        elif match["v"] != "IV" and not _overlaps(match.span(), seen):
            yield make(match, "class", "COR", (_CLASS_VALUE[match["v"].lower()],), None)
            if match["l"]:
                yield _level(text, match)
    for match in _LOE.finditer(text):
        yield make(match, "level", "LOE" + (match["x"] or ""), (float("ABC".index(match["v"]) + 1),), None)
    for match in _PAIRED_COR.finditer(text):
        if not _overlaps(match.span(), seen):
            yield make(match, "class", "COR", (_CLASS_VALUE[match["v"].lower()],), None)
            yield _level(text, match)
    for match in _BARE_COR.finditer(text):
        if not _overlaps(match.span(), seen):
            yield make(match, "class", "COR", (_CLASS_VALUE[match.group().lower()],), None)
    for match in _GRADE.finditer(text):
        if not _overlaps(match.span(), seen) and (
            match["a2"] or not text[: match.start()].endswith(tuple("0123456789."))
        ):
            ends = [match["a"] or match["a2"], match["b"] or match["b2"]]
            before = _GRADE_OPERATOR.search(text[: match.start()])
            spoken = next((sign for sign, said in (before.groupdict() if before else {}).items() if said), None)
            sign = match["op"] or match["op2"] or {"le": "<=", "ge": ">=", "lt": "<", "gt": ">", None: None}[spoken]
            made = make(match, "grade", "grade", tuple(_ordinal(end) for end in ends if end), sign)
            start = before.start() if before else made.start
            yield replace(made, start=start, text=text[start : made.end])


def _level(text: str, match: re.Match[str]) -> Quantity:
    at = match.start("l")
    return Quantity(
        start=at, end=match.end(), text=text[at : match.end()], kind="level", unit="LOE",
        values=(float("ABC".index(match["l"]) + 1),), label="LOE" + (match["x"] or ""),
    )  # fmt: skip


def _ordinal(printed: str) -> float:
    return _ROMAN[printed] if printed in _ROMAN else float(printed)


def _overlaps(span: tuple[int, int], seen: list[tuple[int, int]]) -> bool:
    return any(a < span[1] and span[0] < b for a, b in seen)


def operator_after(text: str, end: int, operator: Operator) -> tuple[Operator, int]:
    """The operator printed behind a figure ("65 years or more") and where it ends; `operator` where there is none."""
    for after, pattern in _OPERATORS_AFTER.items():
        match = pattern.match(text, end)
        if match and operator == "=":
            return after, match.end()
    return operator, end


def operator_behind_noun(text: str, end: int) -> Operator | None:
    """The operator behind what is counted: "one NYHA class or more"; None where there is none."""
    noun = _NOUN.match(text, end)
    return next((op for op, pattern in _OPERATORS_AFTER.items() if noun and pattern.match(text, noun.end())), None)
