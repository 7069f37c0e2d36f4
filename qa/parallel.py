"""Figures that stand side by side in one sentence, each with the words that only it has beside it.

"0.91 among women, 0.58 among men"; "44%, 19% and 58% with A, B and C, respectively", "210 in 1900, 86 in 1950": what
differs between the places of two figures tells whose each is, for groups and things that no list of names knows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from qa.figure_found import printed
from qa.finding import Finding
from qa.frame import COMPARED
from qa.parsed import Parsed, as_printed, parse, weighted_terms
from qa.quantity import Quantity
from qa.same_value import same_value

_KINDS = frozenset({"percent", "measure", "rate", "ratio", "number", "count"})
_PREPOSITION = r"(?:among|in|with|on|for|at|after|before|under|during|without|to|of|from|by)"
_STOP = (
    r"(?:among|in|with|on|for|at|after|before|under|during|without|to|of|from|by|and|or|but|than|versus|vs|while|whereas|it|they|he"
    r"|she|this|that|which|who|was|were|is|are|had|has|have|did|occurred|died|respectively|the|an?)"
)
_PLACE = re.compile(
    rf"\b(?P<head>{_PREPOSITION})\s+(?P<what>(?:(?:the|an?|those|patients|people|women with|men with)\s+)?"
    rf"(?:(?!{_STOP}\b)[\w+%/'-]+[ ]?){{1,7}})",
    re.I,
)
_BEHIND = re.compile(
    rf"\)?\s*(?:(?:\([^()]*\)|(?!and\b|or\b|but\b|while\b|whereas\b|vs\b|versus\b)\w+)\s+){{0,2}}?{_PREPOSITION}\s",
    re.I,
)
_VERB = re.compile(
    r"\b(?:was|were|is|are|had|has|have|occurred|reached|fell|rose|averaged|measured|received|showed|amounted|came)\b",
    re.I,
)
_PER = re.compile(r"\bper $", re.I)
_LAST_VERB = re.compile(rf"(?:{_VERB.pattern})?\s*(?:about|only|just)?\s*$", re.I)
_RESPECTIVELY = re.compile(r"\brespectively\b|\bin (?:that|this) order\b", re.I)
_NUMBER_WORD = re.compile(r"\b(?:one|two|three|four|five|six|i{1,3}|iv|positive|negative|\d+\+?)(?![\w.])", re.I)
_COMMON = frozenset("patient group arm cohort case individual person subject participant treat receiv assign".split())
_HIGHEST = re.compile(
    r"\b(?:highest|largest|greatest|longest|biggest|commonest|(?<!at )most (?:common|frequent|often)\w*)\b"
    r"(?! (?:quartile|tertile|dose))",
    re.I,
)
_LOWEST = re.compile(
    r"\b(?:lowest|smallest|shortest|fewest|rarest|least (?:common|frequent|often)\w*)\b(?! (?:quartile|tertile|dose))",
    re.I,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A figure and what stands in its place, by preposition; "list" for a member of a list, "" for a noun before it."""

    figure: Quantity
    places: dict[str, frozenset[str]]


def check_parallel(claim: Parsed, evidence: Sequence[Parsed]) -> list[Finding]:
    """At most one finding: a figure of another item of the evidence, or another item called the highest."""
    compared = COMPARED.search(claim.text, 1)
    said = _words(claim.text[: compared.start()] if compared else claim.text)
    for sentence in evidence:
        for items in _lists(sentence.text):
            found = _swapped(claim, said, items, sentence) or _superlative(claim, said, items)
            if found and not _elsewhere(claim, sentence, evidence):
                return [found]
    return []


def _elsewhere(claim: Parsed, sentence: Parsed, evidence: Sequence[Parsed]) -> bool:
    """Whether another sentence has the claim's figure as well: it may be the one meant."""
    others = [other for each in evidence if each is not sentence for other in each.figures]
    return any(figure.kind in _KINDS and same_value(figure, other) for figure in claim.figures for other in others)


def _swapped(claim: Parsed, said: frozenset[str], items: Sequence[Item], sentence: Parsed) -> Finding | None:
    for figure in claim.figures:
        own = [item for item in items if same_value(figure, item.figure)]
        others = [item for item in items if item not in own]
        if len(own) != 1 or any(same_value(f, o.figure) for f in claim.figures for o in others):
            continue
        for other in others:
            for theirs, mine in _contrasts(other, own[0]):
                if theirs & said and not mine & said:
                    return Finding(
                        check="arm", weight="contradicted",
                        reason=f"In the passage {_printed(figure)} stands with “{as_printed(mine, sentence.text)}”, "
                        f"and {_printed(other.figure)} with “{as_printed(theirs & said, sentence.text)}”.",
                    )  # fmt: skip
    return None


def _superlative(claim: Parsed, said: frozenset[str], items: Sequence[Item]) -> Finding | None:
    """The claim calls one item the highest or lowest, and another one's figure is."""
    high, low = bool(_HIGHEST.search(claim.text)), bool(_LOWEST.search(claim.text))
    if high == low or len(items) < 2 or any(figure.kind in _KINDS for figure in claim.figures):
        return None
    named = [
        item
        for item in items
        if any(mine & said for other in items if other is not item for mine, _ in _contrasts(item, other))
    ]
    values = sorted(items, key=lambda item: item.figure.canonical[0], reverse=high)
    if len(named) == 1 and named[0].figure.canonical[0] != values[0].figure.canonical[0]:
        return Finding(
            check="contrast", weight="contradicted",
            reason=f"The claim calls {_printed(named[0].figure)} the {'highest' if high else 'lowest'}, "
            f"the passage also gives {_printed(values[0].figure)}.",
        )  # fmt: skip
    return None


def _contrasts(one: Item, other: Item) -> list[tuple[frozenset[str], frozenset[str]]]:
    """Of each place that both have, the words that only the one and only the other has there, where both have some."""
    both = [(head, words, other.places[head]) for head, words in one.places.items() if head in other.places]
    pairs = [(ours - theirs, theirs - ours) for head, ours, theirs in both if head or ours & theirs]
    return [(a, b) for a, b in pairs if a and b and _numbers(a) == _numbers(b)]


def _numbers(words: frozenset[str]) -> bool:
    return all(word.isdigit() for word in words)


def _printed(figure: Quantity) -> str:
    return f"{figure.label} {figure.value:g}" if figure.kind == "ratio" else printed(figure)


@lru_cache(maxsize=8192)
def _words(text: str) -> frozenset[str]:
    found = {*parse(text).terms, *weighted_terms(text), *(m.group().lower() for m in _NUMBER_WORD.finditer(text))}
    return frozenset(found) - _COMMON


@lru_cache(maxsize=4096)
def _lists(text: str) -> tuple[tuple[Item, ...], ...]:
    """The groups of two or more figures of one kind and unit that stand side by side, with their places."""
    found: list[tuple[Item, ...]] = []
    every = parse(text).figures
    for like in sorted({_like(f) for f in every if f.kind in _KINDS}):
        figures = [f for f in every if _like(f) == like and f.role not in ("from", "to", "by")]
        figures = [f for f in figures if not _PER.search(text[: f.start])]
        if len(figures) < 2:
            continue
        if _RESPECTIVELY.search(text, figures[-1].end):
            items = _in_order(text, figures)
        else:
            items = _side_by_side(text, figures)
        if len(items) > 1:
            found.append(tuple(items))
    return tuple(found)


def _like(figure: Quantity) -> tuple[str, str]:
    """What makes two figures of one list: kind and unit; a second ratio is often printed without its label."""
    bare = figure.kind == "number" and figure.decimals > 0
    return ("ratio" if bare else figure.kind, figure.unit)


def _in_order(text: str, figures: Sequence[Quantity]) -> list[Item]:
    """The items of a list before the figures, or between them and "respectively"."""
    end = _RESPECTIVELY.search(text, figures[-1].end)
    behind = text[figures[-1].end : end.start()] if end else ""
    before = text[: figures[0].start]
    for stretch in (behind, _VERB.split(re.split(r"[;:]", before)[-1])[0]):
        parts = re.split(r",\s*(?:and\s+|or\s+)?|\s+and\s+|\s+or\s+|\s+versus\s+|\s+vs\.?\s+", stretch.strip(" ,;"))
        parts = [part for part in parts if part.strip()]
        if len(parts) == len(figures):
            first = re.split(rf"\b{_PREPOSITION}\s", parts[0], flags=re.I)[-1]
            names = [_words(part) for part in (first, *parts[1:])]
            return [Item(figure=f, places={"list": words}) for f, words in zip(figures, names, strict=True) if words]
    return []


def _side_by_side(text: str, figures: Sequence[Quantity]) -> list[Item]:
    """Each figure with the places behind it where all have one there, with those before it where none has."""
    stretches = [text[f.end : g.start] for f, g in zip(figures, [*figures[1:], None], strict=False) if g is not None]
    if any(re.search(r"[.!?]\s", stretch) for stretch in stretches):
        return []
    tail = re.split(r"[.;]\s|[.;]$", text[figures[-1].end :])[0]
    behind = [bool(_BEHIND.match(stretch)) for stretch in (*stretches, tail)]
    if all(behind):
        spans = [*stretches, tail]
    elif any(behind):
        return []
    else:
        start = max((m.end() for m in re.finditer(r"[.;:]\s", text[: figures[0].start])), default=0)
        spans = [text[start : figures[0].start], *stretches]
    return [Item(figure=f, places=_places(span)) for f, span in zip(figures, spans, strict=True)]


def _places(stretch: str) -> dict[str, frozenset[str]]:
    """Preposition → the words of what stands behind it, the last one of its kind; "" → what ends the stretch."""
    plain = re.sub(r"\([^()]*\)", " ", stretch)
    found = {m["head"].lower(): words for m in _PLACE.finditer(plain) if (words := _words(m["what"]))}
    noun = re.split(rf"\b{_STOP}\b|[,;:]", _LAST_VERB.sub("", plain), flags=re.I)[-1]
    if words := frozenset(word for word in _words(noun) if not word.isdigit()):
        found[""] = words
    return found
