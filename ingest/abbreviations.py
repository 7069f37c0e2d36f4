"""Short forms and the long forms a document defines for them.

The algorithm is that of Schwartz AS, Hearst MA: A simple algorithm for identifying abbreviation definitions in
biomedical text. Pacific Symposium on Biocomputing 2003:451-462: a short form in parentheses is matched backwards,
character by character, against the words before it; its first character must begin a word.
"""

from __future__ import annotations

import re

from domain.document import Abbreviation

_PARENTHESIS = re.compile(r"\(([^()]{2,120})\)")
_SHORT = re.compile(r"[^\W_][\w.&/+-]*(?: [\w&/+-]+)?")
_SENTENCE_BREAK = re.compile(r"[.;:!?]\s|\n|[()]")
MAX_SHORT = 10
"""Characters in a short form (Schwartz & Hearst, section 3.1)."""


def abbreviations(text: str) -> tuple[Abbreviation, ...]:
    """Every definition in `text`, in order; a short form with two long forms is listed for both.

    `start` is the offset of the long form, or of the short form where that comes first ("MR (mitral regurgitation)").
    """
    found: dict[tuple[str, str], Abbreviation] = {}
    for match in _PARENTHESIS.finditer(text):
        for short, long, start in _candidates(text, match):
            found.setdefault((short, long.casefold()), Abbreviation(short=short, long=long, start=start))
    return tuple(sorted(found.values(), key=lambda item: (item.start, item.short)))


def _candidates(text: str, match: re.Match[str]) -> list[tuple[str, str, int]]:
    inside = re.split(r"[;,]\s| or ", match[1])[0].strip(" \"'“”‘’")
    if _is_short(inside):
        reach = min(len(inside) + 5, len(inside) * 2)
        opened = _window(text, match.start(), reach)
        long = _long_form(inside, text[opened : match.start()].rstrip())
        if long is not None:
            begin = text.rindex(long, opened, match.start())
            return [(inside, long, begin)]
    before = re.search(r"(\S+)\s*$", text[max(0, match.start() - 40) : match.start()])
    if before and _is_short(before[1]) and before[1].isupper() and len(match[1].split()) > 1:
        long = _long_form(before[1], match[1])
        if long is not None:
            return [(before[1], long, max(0, match.start() - 40) + before.start(1))]
    return []


def _is_short(word: str) -> bool:
    return (
        2 <= len(word) <= MAX_SHORT
        and len(word.split()) <= 2
        and _SHORT.fullmatch(word) is not None
        and any(char.isupper() for char in word)
    )


def _window(text: str, end: int, words: int) -> int:
    """Where the last `words` words before `end` begin, not further than the sentence."""
    start = max(0, end - 200)
    breaks = [found.end() for found in _SENTENCE_BREAK.finditer(text, start, end)]
    start = max([start, *breaks])
    begins = [found.start() for found in re.finditer(r"\S+", text[start:end])]
    return start + begins[-words] if len(begins) >= words else start


def _long_form(short: str, words: str) -> str | None:
    at = len(words) - 1
    for index in range(len(short) - 1, -1, -1):
        char = short[index].casefold()
        if not char.isalnum():
            continue
        while at >= 0 and (words[at].casefold() != char or (index == 0 and at > 0 and words[at - 1].isalnum())):
            at -= 1
        if at < 0:
            return None
        at -= 1
    long = words[at + 1 :].strip()
    enough = len(long) > len(short) and len(long.split()) <= min(len(short) + 5, len(short) * 2)
    return long if enough and short.casefold() not in long.casefold().split() else None
