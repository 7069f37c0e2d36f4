"""Who wrote what, where and when, as far as the document shows it; what it does not show stays None."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.draft import Draft

_DOI = re.compile(r"\b(10\.\d{4,9}/[^\s\"'<>“”]+)", re.IGNORECASE)
_PMID = re.compile(r"\bPMID:?\s*(\d{5,9})\b")
_PUBLISHED = re.compile(
    r"(?:published|publication date|©|\(c\)|copyright|citation|accepted|first online)\D{0,60}?\b((?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_VOLUME = re.compile(r"(?:^|[^\d])((?:19|20)\d\d)\s*[;:,]\s*\d+\s*(?:\(\d+\))?\s*[:,]\s*\w?\d+")
_BRACKETED = re.compile(r"\(((?:19|20)\d\d)\)\s*\d+\s*[:(]\s*\d+")
_RUNNING_HEAD = re.compile(
    r"([A-ZÀ-Þ][^\W\d_][^\d:;/@()]{2,70}?)[ ,.]*\(?(?:19|20)\d\d\)?[,;]?\s*(?:vol\w*\.?\s*)?\d+\s*(?:\(\w+\))?\s*[:,]",
    re.IGNORECASE,
)
_LONGEST_JOURNAL = 9
"""Words."""
_LICENCE = re.compile(
    r"\bCC[ -](BY(?:-(?:NC|SA|ND))*)\b[ -]?(\d\.\d)?|creativecommons\.org/licenses/([a-z-]+)/(\d\.\d)"
    r"|(Creative Commons Attribution(?:[- ](?:Non-?Commercial|Share-?Alike|No-?Derivs?))*)"
)


def identify(draft: Draft, first_lines: Sequence[str]) -> None:
    """Fill in what `first_lines`, the opening of the document, show and the draft does not know yet."""
    opening = "\n".join(first_lines)
    draft.doi = draft.doi or _latest(doi_in(opening), opening)
    if draft.pmid is None and (found := _PMID.search(opening)):
        draft.pmid = found[1]
    draft.year = draft.year or year_in(opening)
    draft.licence = draft.licence or licence_in(opening)


def doi_in(text: str) -> str | None:
    """The first DOI in `text`, lower case, without punctuation glued to it; None when there is none.

    One that a line end breaks is passed over: half a DOI is another work's.
    """
    for found in _DOI.finditer(text):
        doi = re.sub(r"[.,;:)\]}]+$", "", found[1])
        broken = re.match(r"\n\d", text[found.end() :]) is not None and found[1][-1] in ".-/"
        if len(doi) > len("10.1000/x") and not broken and doi[-1] not in "-/":
            return doi.lower()
    return None


def _latest(doi: str | None, text: str) -> str | None:
    """The latest version of a work that `text` names by DOIs which differ in their last number only, "….2" of "….1"."""
    found = re.fullmatch(r"(.*\D)\.(\d{1,2})|(.*\d)\.(\d)", doi or "")
    if doi is None or found is None:
        return doi
    stem = found[1] or found[3]
    versions = [int(number) for number in re.findall(rf"{re.escape(stem)}\.(\d{{1,2}})\b", text.lower())]
    return f"{stem}.{max(versions)}"


def year_in(text: str) -> int | None:
    """The year of publication that `text` states beside words or a volume that say so; None otherwise."""
    for pattern in (_VOLUME, _BRACKETED, _PUBLISHED):
        if found := pattern.search(text):
            return int(found[1])
    return None


def journal_in(lines: Sequence[str], first_author: str | None = None) -> str | None:
    """The journal that a running head names before year and volume, "Some Journal (2017) 234:421"; None without one."""
    for line in lines:
        words = re.sub(r"^.{0,60}?\bet al\.?,?\s+", "", line.strip())
        if first_author:
            words = re.sub(rf"^{re.escape(surname(first_author))}(?: and [\w’'-]+)?,?\s+", "", words)
        found = _RUNNING_HEAD.match(words)
        if found and len(found[1].split()) <= _LONGEST_JOURNAL:
            return found[1].strip(" ,.")
    return None


def licence_in(text: str) -> str | None:
    """The Creative Commons licence that `text` names, "CC BY 4.0"; None when it names none."""
    found = _LICENCE.search(" ".join(text.split()))
    if not found:
        return None
    if found[5]:
        letters = {"commercial": "NC", "alike": "SA", "deriv": "ND"}
        return "CC BY" + "".join(f"-{code}" for word, code in letters.items() if word in found[5].casefold())
    version = found[2] or found[4]
    return f"CC {(found[1] or found[3]).upper()}" + (f" {version}" if version else "")


def surname(name: str) -> str:
    """The family name of "Given Family"; of "Family, Given" what stands before the comma."""
    return name.split(",")[0].strip() if "," in name else name.split()[-1]
