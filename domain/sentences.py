"""Where sentences begin and end, in prose as journals print it."""

from __future__ import annotations

import re

_NOT_AN_END = frozenset(
    "al approx ca cf dr e.g eq eqs etc fig figs i.e inc jr ltd mr mrs no nos op p pp prof ref refs resp sect st tab"
    " vol vs dept eur am j engl med suppl".split()
)
_CANDIDATE = re.compile(r"[.!?…][)\]\"'”’»]*(?=\s)")
_OPENS = re.compile(r"[\s\"'“‘«(\[■•▪–—-]*([A-ZÀ-ÖØ-Þ0-9<>≤≥±α-ωΑ-Ω]|[a-z]{1,3}[A-Z])")
_LAST_WORD = re.compile(r"([\w.&-]*)\.[)\]\"'”’»]*$")


def sentence_spans(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Half-open spans (offsets into `text`) of the sentences between `start` and `end`, in order, without outer blanks.

    A blank line always ends a sentence; a period after an abbreviation, an initial or inside a figure does not.
    The spans cover every character that is not white space, but for the bullet "•" that opens a list item.
    """
    stop = len(text) if end is None else end
    spans: list[tuple[int, int]] = []
    for block in re.finditer(r"(?:[^\n]|\n(?!\s*\n))+", text[start:stop]):
        base = start + block.start()
        body = block.group()
        opened = 0
        for match in _CANDIDATE.finditer(body):
            if _ends_sentence(body, opened, match.end()):
                _append(spans, text, base + opened, base + match.end())
                opened = match.end()
        _append(spans, text, base + opened, base + len(body))
    return spans


def _ends_sentence(body: str, opened: int, at: int) -> bool:
    following = body[at:]
    if not _OPENS.match(following):
        return False
    last = _LAST_WORD.search(body[opened:at])
    if last is None:
        return True
    word = last.group(1)
    if word.casefold() in _NOT_AN_END and not (word.isupper() and len(word) > 1):  # MR. ends a sentence, Mr. does not
        return False
    return not (len(word) == 1 and word.isalpha() and word.isupper() and word != "I")


def _append(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    while start < end and (text[start].isspace() or text[start] == "•"):
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        spans.append((start, end))
