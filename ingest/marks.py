"""In-text reference marks: told from figures, fenced in the draft, lifted out when the text is fixed."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.draft import MARK_OPEN, Block, fence, numbers_of

_LIST = r"\d{1,3}(?:[ ]?[,–—‐‑-][ ]?\d{1,3})*"
_BRACKET = re.compile(rf"[ ]?\[({_LIST}(?:[,;–-][ ]?{_LIST})*)\](?!\()")
_AFTER_POINT = re.compile(rf"(?<=[^\W\d_)\]%”\"’'®™][.,;:]|[)\]”\"’®™][.,;:])({_LIST})(?=[\s)\]]|$|[.;](?:\s|$))")
_AFTER_CLOSE = re.compile(rf"(?<=[a-z]{{2}}[)\]”’])({_LIST})(?=[\s.,;:]|$)")
_AFTER_WORD = re.compile(rf"(?<=[^\W\d_]{{4}})({_LIST})(?=[\s]|$|[.,;:)](?:\s|$))")
_NOT_A_CITING_WORD = re.compile(
    r"(?:\b(?:no|nos|fig|figs|figure|table|tab|vol|p|pp|vs|eq|ref|refs|ch|sect|v|ver|version|e\.g|i\.e|ca|approx|al)[.,;:]?)$",
    re.IGNORECASE,
)
_FIGURE_BEFORE = re.compile(r"(\d[\d.,]*)\s*(?:%|[a-zA-Zµ°/²³]{1,12})?\s*$")
_INTERVAL_WORD = re.compile(
    r"\b(?:IQR|CI|SD)[\s:,=]*$|\b(?:range|interval|median|mean|score)\s*[:=]\s*$", re.IGNORECASE
)
_REACH = 12
"""Numbered marks come in order of first use: one further than this beyond the highest so far is a figure."""


def mark_references(blocks: Sequence[Block], highest: int = 0) -> None:
    """Fence the reference marks in the prose of `blocks`, in place.

    `highest` is the last number of the reference list, 0 when there is none to read. Bracketed marks are fenced
    unless they read as an interval beside its figure; numbers glued to a word or a stop are fenced when they keep the
    order of numbered references and no superscripts were seen (a reader that sees superscripts has fenced them).
    """
    prose = [block for block in blocks if block.role in {"prose", "caption"}]
    raised = sum(block.text.count(MARK_OPEN) for block in prose) > 1
    for block in prose:
        block.text = _BRACKET.sub(lambda found: _bracket(found, highest), block.text)
    bracketed = sum(block.text.count(MARK_OPEN) for block in prose) > 2
    if raised or bracketed:
        return
    seen = 0
    glued_words = False
    for pattern in (_AFTER_POINT, _AFTER_CLOSE, _AFTER_WORD):
        if pattern is _AFTER_WORD and not glued_words:
            break
        reached = 0
        for block in prose:
            block.text, reached, hits = _fence_in_order(pattern, block.text, reached, highest or seen)
            seen = max(seen, reached)
            glued_words = glued_words or hits > 0


def _bracket(found: re.Match[str], highest: int) -> str:
    numbers = numbers_of(found[1])
    before = found.string[: found.start()]
    if not numbers or numbers[0] == 0 or (highest and numbers[-1] > highest) or _INTERVAL_WORD.search(before):
        return found[0]
    figure = _FIGURE_BEFORE.search(before)
    if figure and re.fullmatch(r"\d+\s?[–-]\s?\d+", found[1]):
        value = float(re.sub(r"[^\d.]", "", figure[1]).strip(".") or 0)
        if numbers[0] <= value <= numbers[-1]:
            return found[0]
    return fence(found[1])


def _fence_in_order(pattern: re.Pattern[str], text: str, reached: int, known: int) -> tuple[str, int, int]:
    pieces: list[str] = []
    at = hits = 0
    for found in pattern.finditer(text):
        numbers = numbers_of(found[1])
        limit = max(known, reached + _REACH)
        before = text[: found.start()]
        if not numbers or numbers[0] == 0 or max(numbers) > limit or _NOT_A_CITING_WORD.search(before):
            continue
        pieces += [text[at : found.start()], fence(found[1])]
        at = found.end()
        reached = max(reached, *numbers)
        hits += 1
    return "".join(pieces) + text[at:], reached, hits
