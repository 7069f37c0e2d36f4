"""Headings: recognised whatever their dress, and what part of an article they open."""

from __future__ import annotations

import re

_PARTS: dict[str, str] = {}
for _part, _names in {
    "abstract": "abstract|summary|structured abstract|synopsis",
    "introduction": "introduction|background|preface",
    "methods": "methods|method|materials and methods|material and methods|materials & methods|patients and methods"
    "|methodology|subjects and methods|methods/design|methods and design|study design|experimental procedures"
    "|experimental section|methods and materials|participants and methods|patients and method|experimental",
    "results": "results|findings|results and discussion",
    "case": "case report|case reports|case presentation|case description|case|the case|case study|case history"
    "|case presentations|presentation of case|case series",
    "discussion": "discussion|comment|comments|discussion and conclusion|discussion and conclusions",
    "conclusion": "conclusion|conclusions|concluding remarks|conclusion and recommendations|summary and conclusions"
    "|conclusions and future directions",
    "references": "references|bibliography|literature cited|reference|literature|works cited|references and notes",
    "back": "acknowledgements|acknowledgments|acknowledgement|acknowledgment|funding|competing interests"
    "|conflict of interest|conflicts of interest|declaration of interest|declarations|author contributions"
    "|authors' contributions|authors’ contributions|contributors|disclosure|disclosures|abbreviations|keywords"
    "|key words"
    "|supporting information|supplementary material|supplementary materials|data availability|ethics|ethical approval"
    "|ethics statement|ethics approval|limitations|consent|footnotes|author details|appendix|disclaimer"
    "|strengths and limitations|data sharing statement|provenance and peer review"
    "|ethics approval and consent to participate"
    "|consent for publication|availability of data and materials|conflict of interest statement|financial support"
    "|declaration of conflicting interests|trial registration|grant information|data accessibility|author contribution",
}.items():
    for _name in _names.split("|"):
        _PARTS[_name] = _part
_SQUEEZED = {re.sub(r"\W", "", name): name for name in _PARTS}
_NUMBER = re.compile(r"(?:(?:\d{1,2}(?:\.\d{1,2}){0,3}\.?|[IVX]{1,4}\.|[A-H]\.)\s+)(?=\S)")
_SPACED_OUT = re.compile(r"(?:\S{1,2}\s+){3,}\S{1,3}$")


def part_of(heading: str) -> str | None:
    """Which part of an article a heading opens ("abstract", "methods", …); None when its words do not say."""
    words = _NUMBER.sub("", heading.strip()).strip(" .:").casefold()
    return _PARTS.get(" ".join(words.split()))


def closed_up(line: str) -> str | None:
    """The words of a heading printed with spaced-out letters, "C A S E  R E P O RT"; None when it is not one.

    A known heading is recognised by its letters alone. Otherwise two blanks or more part the words, and single blanks
    the letters.
    """
    text = line.strip()
    if not _SPACED_OUT.search(text) or not any(char.isalpha() for char in text):
        return None
    letters = re.sub(r"\W", "", text).casefold()
    if letters in _SQUEEZED:
        return _SQUEEZED[letters].capitalize()
    short = [word for word in text.split() if len(word) <= 2]
    if len(short) < 4 or len(short) < 0.8 * len(text.split()) or not letters.isalpha() or text != text.upper():
        return None
    return " ".join(re.sub(r"\s", "", word) for word in re.split(r"\s{2,}", text)).capitalize()


def known_heading(line: str) -> str | None:
    """The heading that a whole line is, in ordinary dress, when its words are those of an article's parts."""
    text = line.strip()
    spaced = closed_up(text)
    if spaced is not None:
        return spaced
    bare = text.strip(" .:")
    if len(bare) > 60 or part_of(bare) is None or not bare[0].isalnum() or (bare[0].islower()):
        return None
    return _NUMBER.sub("", bare).capitalize() if bare.isupper() else _NUMBER.sub("", bare)


def numbered_level(line: str) -> int | None:
    """The depth of a numbered heading, "2.1 Patients" is 2; None without a number."""
    match = re.match(r"(\d{1,2}(?:\.\d{1,2}){0,3})\.?\s+[A-Z]", line.strip())
    return match[1].count(".") + 1 if match else None
