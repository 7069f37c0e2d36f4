"""Passages: whole sentences of one section, as many as the embedder can read at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from domain.document import Document, Section
from domain.passage import Passage, slice_passage
from domain.sentences import sentence_spans

CountTokens = Callable[[Sequence[str]], list[int]]
RETRIEVED_ROLES = ("prose", "caption", "table")
_PARAGRAPH_BREAK = re.compile(r"\n\s*\n")


@dataclass(slots=True)
class _Unit:
    start: int
    end: int
    tokens: int
    opens: bool
    """Whether a paragraph begins here."""


def split(
    document: Document, count_tokens: CountTokens, max_tokens: int
) -> tuple[tuple[Passage, ...], tuple[str, ...]]:
    """The document's passages in order, and a warning for each sentence that had to be cut.

    A passage holds whole sentences of one section, is a verbatim slice, and is never above `max_tokens` as
    `count_tokens` counts them (ValueError when `max_tokens` leaves no room for one character). A paragraph stays in
    one piece where it fits. Only a sentence that is longer by itself is cut, at white space.
    """
    passages: list[Passage] = []
    warnings: list[str] = []
    for section in document.sections:
        if section.role not in RETRIEVED_ROLES:
            continue
        units, cut = _units(document.text, section, count_tokens, max_tokens)
        if cut:
            where = section.heading or document.title
            warnings.append(f"{cut} sentence(s) in “{where}” longer than {max_tokens} tokens were cut at white space.")
        for start, end in _pack(document.text, units, count_tokens, max_tokens):
            passages.append(slice_passage(document, start, end, section=section.path, role=section.role))
    return tuple(passages), tuple(warnings)


def _units(text: str, section: Section, count_tokens: CountTokens, most: int) -> tuple[list[_Unit], int]:
    spans = sentence_spans(text, section.start, section.end)
    spans = [(_with_bullet(text, section.start, start), end) for start, end in spans]
    if not spans:
        return [], 0
    counts = count_tokens([text[start:end] for start, end in spans])
    units: list[_Unit] = []
    cut = 0
    last_end = section.start
    for (start, end), tokens in zip(spans, counts, strict=True):
        opens = start == section.start or _PARAGRAPH_BREAK.search(text, last_end, start) is not None
        last_end = end
        if tokens <= most:
            units.append(_Unit(start, end, tokens, opens))
            continue
        cut += 1
        pieces = _cut(text, start, end, count_tokens, most)
        units += [_Unit(*piece, most, opens and index == 0) for index, piece in enumerate(pieces)]
    return units, cut


def _with_bullet(text: str, floor: int, start: int) -> int:
    """A sentence's start moved back over its list bullet, so that the passage keeps it."""
    at = start
    while at > floor and text[at - 1] in " •":
        at -= 1
    return at + (len(text[at:start]) - len(text[at:start].lstrip()))


def _cut(text: str, start: int, end: int, count_tokens: CountTokens, most: int) -> list[tuple[int, int]]:
    """Half-open pieces of a too-long sentence, each as long as fits, cut at white space where there is any."""
    pieces: list[tuple[int, int]] = []
    while start < end:
        stops = [found.start() for found in re.finditer(r"\s+", text[start:end]) if found.start()]
        stop = start + _longest(text, start, [*stops, end - start], count_tokens, most)
        if stop == start:
            first = stops[0] if stops else end - start
            stop = start + _longest(text, start, list(range(1, first + 1)), count_tokens, most)
        if stop == start:
            raise ValueError(f"max_tokens {most} leaves no room for one character")
        pieces.append((start, stop))
        start = stop
        while start < end and text[start].isspace():
            start += 1
    return pieces


def _longest(text: str, start: int, stops: list[int], count_tokens: CountTokens, most: int) -> int:
    """The last of the ascending `stops` whose slice fits; 0 when none does."""
    low, high = 0, len(stops)
    while low < high:
        middle = (low + high) // 2
        if count_tokens([text[start : start + stops[middle]]])[0] <= most:
            low = middle + 1
        else:
            high = middle
    return stops[low - 1] if low else 0


def _pack(text: str, units: list[_Unit], count_tokens: CountTokens, most: int) -> list[tuple[int, int]]:
    """Spans of packed units: paragraphs together while they fit, a long paragraph in even parts."""
    paragraphs: list[list[_Unit]] = []
    for unit in units:
        if unit.opens or not paragraphs:
            paragraphs.append([])
        paragraphs[-1].append(unit)
    groups: list[list[_Unit]] = []
    room = 0
    for paragraph in paragraphs:
        total = sum(unit.tokens for unit in paragraph)
        if groups and total <= room:
            groups[-1] += paragraph
            room -= total
            continue
        parts = _even_parts(paragraph, total, most)
        groups += parts
        room = most - sum(unit.tokens for unit in parts[-1])
    spans: list[tuple[int, int]] = []
    waiting = list(reversed(groups))
    while waiting:
        group = waiting.pop()
        start, end = group[0].start, group[-1].end
        if len(group) > 1 and count_tokens([text[start:end]])[0] > most:
            waiting += [group[len(group) // 2 :], group[: len(group) // 2]]
        else:
            spans.append((start, end))
    return spans


def _even_parts(paragraph: list[_Unit], total: int, most: int) -> list[list[_Unit]]:
    wanted = total / -(-total // most)
    parts: list[list[_Unit]] = [[]]
    filled = 0
    for unit in paragraph:
        if parts[-1] and (filled + unit.tokens > most or filled + unit.tokens / 2 > wanted):
            parts.append([])
            filled = 0
        parts[-1].append(unit)
        filled += unit.tokens
    return parts
