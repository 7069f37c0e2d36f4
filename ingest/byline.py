"""The first author: from the byline under the title, held against the file's properties and the citation line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from ingest.citation_line import CitationLine
from ingest.metadata import surname

_PART = r"(?:[A-ZÀ-Þ][’'])?[A-ZÀ-Þ][^\W\d_.’'-]+(?:[’'‐‑-][^\W\d_]+)*"
_INITIALS = r"(?:[A-ZÀ-Þ]\.?-?){1,3}"
_SMALL = r"(?:d[aeiou]s?|del|della|den|der|van|von|zu|ten|ter|la|le|bin|ben|al|el|y|’t)"
_NAME = re.compile(rf"(?:{_PART}|{_INITIALS})(?: (?:{_PART}|{_INITIALS}|{_SMALL})){{0,5}} (?:{_SMALL} )?{_PART}")
_MARKS = re.compile(r"[\d*†‡§¶#✉⁎∗]+")
_ROMAN_MARK = re.compile(r"(?<=[a-zß-ÿ])[IVX]{1,4}(?=\s*[,;&]|\s|$)")
_LETTER_MARK = re.compile(r"(?<=[a-zß-ÿ])(?:\s+[a-z](?:,[a-z])*)(?=\s*[,;&]|\s*$)")
_DEGREE = r"(?:M\.?D|Ph\.?\s?D|M\.?Sc|B\.?Sc|M\.?P\.?H|M\.?A|M\.?S|R\.?N|FRC|FAC|FES|Dr|Prof|DO|MB|DPhil|MRC)"
_NEXT = re.compile(rf"\s*(?:,|;|&|\b(?i:and)\b|·|•)\s*(?:,\s*)?(?:(?i:and)\s+|&\s*)?(?:{_DEGREE}|[A-ZÀ-Þ])")
_EMAIL = re.compile(r"\s*\(\S+@\S+\)")
_NO_NAME = re.compile(
    r"\b(?:access|care|sample|open|review|research|article|original|journal|report|study|paper|medicine|university|school"
    r"|department|hospital|editor|trial|letter|news|full|free|text|institute|faculty|center|centre|division|clinic"
    r"|college|group|background|objectives?|methods?|introduction|abstract|received|accepted|published|kingdom|states"
    r"|heart|valve|mitral|failure|disease|therapy|treatment|patients|clinical|cardiac|surgery|science|sciences|health"
    r"|volume|issue|and|the|of|in|for|with|on)\b",
    re.IGNORECASE,
)
NEAR_TITLE = 8
"""Lines under a title among which its byline is looked for."""


def name_in(line: str) -> str | None:
    """The first author's name when `line` opens a byline: another name, a degree, a mark or an address follows it."""
    marked = line.strip()
    bare = " ".join(_LETTER_MARK.sub("", _ROMAN_MARK.sub("", _MARKS.sub(" ", marked))).replace(" ,", ",").split())
    bare = re.sub(r"^(?:by|authors?:)\s+", "", bare, flags=re.IGNORECASE)
    found = _NAME.match(bare)
    if found is None or _NO_NAME.search(found[0]):
        return None
    name = found[0].title() if found[0].isupper() else found[0]
    rest = bare[found.end() :]
    others = re.sub(r"^(?:[\s,;&·•]|and\b)+", "", rest, flags=re.IGNORECASE)
    if _EMAIL.match(rest) or (_NEXT.match(rest) and not _NO_NAME.match(others)):
        return name
    marks_follow = bool(_MARKS.search(marked[len(name) - 1 : len(name) + 4]))
    return name if marks_follow and (not rest.strip(" ,;&") or rest.lstrip().startswith(("and ", "&"))) else None


def first_author(
    under_title: Sequence[str], opening: Sequence[str], stated: str | None, cited: CitationLine | None
) -> str | None:
    """The first author, given name first, where the document shows one; None where it does not.

    `under_title` are the lines below the title, `opening` all of the first page, `stated` the author in the file's
    properties. Where the citation line names another surname, the name that goes with that one is taken.
    """
    shown = " ".join(_MARKS.sub("", line) for line in opening)
    wanted = cited.surname if cited else None
    names = [name for line in under_title[:NEAR_TITLE] if (name := name_in(line))]
    if wanted is None and stated:
        first = re.split(r"[,;&]| and ", stated)[0].strip()
        if len(first.split()) > 1 and _NAME.fullmatch(first) and first in shown:
            return first
    for name in names:
        if wanted is None or _same(surname(name), wanted):
            return name
    if cited is None or wanted is None:
        return None
    found = re.search(
        rf"(?:(?:{_PART}|{_INITIALS}) )(?:(?:{_PART}|{_INITIALS}|{_SMALL}) ){{0,2}}{re.escape(wanted)}\b", shown
    )
    if found and not _NO_NAME.search(found[0]) and _begins(found[0], cited.initials):
        return found[0]
    return f"{cited.initials} {wanted}" if cited.initials else None


def _begins(name: str, initials: str | None) -> bool:
    return initials is None or _folded(name)[:1] == initials[:1].casefold()


def _same(one: str, other: str) -> bool:
    return _folded(one) == _folded(other) or _folded(other).endswith(" " + _folded(one))


def _folded(name: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", name) if not unicodedata.combining(char)).casefold()
