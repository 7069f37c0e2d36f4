"""Words broken at line ends: closed up where the word is one, kept hyphenated where it is a compound."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from ingest.draft import MARK_CLOSE, PAGE_TURN

_WORD = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*")
_ENDS_BROKEN = re.compile(rf"([^\W_]*[^\W\d_])[-‐\u00ad]{PAGE_TURN}*$")
_OPENS = re.compile(r"[^\W\d_]+")
_STANDS_ALONE = frozenset(
    "high low long short cross ex all half quasi two three four five six seven eight nine ten one multi"
    " year month week day double single left right mid end co evidence age sex dose time case health".split()
)
"""First parts that journals print with a hyphen far more often than closed up."""
_ALWAYS_APART = frozenset({"self", "non", "well", "follow"})
_CLOSES_UP = frozenset(
    "under over inter intra sub super trans counter micro macro bio neuro cardio immuno hyper hypo out fore mis dis un"
    " re echo electro thrombo hemo haemo photo cyto hepato nephro radio angio auto hetero homo peri para epi endo extra"
    " infra iso mega meta mono patho pharmaco physio poly proto psycho retro supra tele thermo ultra uni vaso".split()
)
"""First parts that are printed closed up far more often than with a hyphen."""
_NEVER_ALONE = re.compile(
    r"(?:tion|tions|sion|sions|ment|ments|ness|ing|ings|ed|ly|ity|ities|al|als|ous|ive|ives|ic|ical|ically|ance|ence"
    r"|ances|ences|able|ible|ation|ations|ate|ated|ates|ating|er|ers|est|ism|ist|ists|ize|ized|ise|ised|ology|ological"
    r"|ures?|ular|cal|tive|tional|tially|cian|cians|cy|ry|ty|gy|phy|sis|ses|tic|tics|tal|nal|ral|ant|ants|ent|ents)$"
)


@cache
def english_words() -> frozenset[str]:
    """English words as symspellpy ships them (82,765, from SCOWL and the Google n-grams); read, not imported."""
    spec = find_spec("symspellpy")
    if spec is None or spec.origin is None:
        return frozenset()
    listed = Path(spec.origin).with_name("frequency_dictionary_en_82_765.txt").read_text("utf-8-sig")
    return frozenset(line.split(" ", 1)[0].casefold() for line in listed.splitlines())


class Words:
    """The words a document uses within its lines, for deciding about those it breaks."""

    def __init__(self, lines: Iterable[str]) -> None:
        """Count the words of `lines`, leaving out the broken ones at line ends."""
        self._counts: Counter[str] = Counter()
        broken = False
        for line in lines:
            whole = _ENDS_BROKEN.sub("", line)
            if broken:
                whole = _OPENS.sub("", whole, count=1)
            broken = len(whole) < len(line) and line.endswith(("-", "‐", "\u00ad"))
            self._counts.update(word.casefold() for word in _WORD.findall(whole))

    def is_compound(self, left: str, right: str) -> bool:
        """Whether `left` and `right`, printed left- / right across a line end, keep their hyphen."""
        if not right or not right[0].islower() or left[-1:].isupper() or any(char.isdigit() for char in left):
            return True
        low_left, low_right = left.casefold(), right.casefold()
        joined, hyphened = self._counts[low_left + low_right], self._counts[f"{low_left}-{low_right}"]
        if joined or hyphened:
            return hyphened > joined
        english = english_words()
        if low_left in _ALWAYS_APART or (low_left in _STANDS_ALONE and low_left + low_right not in english):
            return True
        if low_left + low_right in english or (low_left in _CLOSES_UP and len(low_right) > 3):
            return False
        known = [word in english or self._counts[word] > 0 for word in (low_left, low_right)]
        return all(known) and min(len(low_left), len(low_right)) > 2 and not _NEVER_ALONE.fullmatch(low_right)

    def join(self, before: str, after: str) -> str:
        """Two consecutive lines as one, with a blank, a kept hyphen or nothing between them."""
        if not before or not after:
            return before or after
        turn = PAGE_TURN if after.startswith(PAGE_TURN) else ""
        turns = after[: len(after) - len(after.lstrip(PAGE_TURN))] if turn else ""
        rest = after[len(turns) :].lstrip()
        broken = _ENDS_BROKEN.search(before)
        if broken:
            opening = _OPENS.match(rest)
            right = opening[0] if opening else ""
            if self.is_compound(broken[1], right):
                keep = before.rstrip("\u00ad") if before.endswith("\u00ad") else before
                glue = " " if right.casefold() in {"and", "or", "to"} and not before.endswith("\u00ad") else ""
                return f"{keep}{glue}{turns}{rest}"
            return f"{before[: broken.end(1)]}{turns}{rest}"
        tail = before.rstrip(MARK_CLOSE)
        if tail.endswith(("/", "–", "—")) and len(tail) > 1 and tail[-2].isalnum() and rest[:1].isalnum():
            return f"{before}{turns}{rest}"
        return f"{before} {turns}{rest}"
