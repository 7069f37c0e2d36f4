"""Which way a sentence points: up or down, better or worse, no difference; and what of it is negated."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Literal

from qa.quantities import quantities
from qa.quantity import RATIOS

Sense = Literal["up", "down", "good", "bad", "null", "difference", "negation"]
SENSES: tuple[Sense, ...] = ("up", "down", "good", "bad", "null", "difference", "negation")
OPPOSITE: dict[str, str] = {"up": "down", "down": "up", "good": "bad", "bad": "good"}
_LEXICON = Path(__file__).with_name("polarity.toml")
_NEGATION_REACH = 4
"""A negation turns what follows it within this many words of the same clause."""
SIGNIFICANT = 0.05
"""The conventional two-sided level below which a p value counts as a difference."""

_CLAUSE_END = re.compile(
    r";|,?\s+\b(?:(?<!all )but|whereas|while|although|though|however|except|unlike)\b"
    r"|,\s+(?=and\s|with\s|without\s|which\s|where\s|indicating\s|suggesting\s|showing\s|meaning\s|implying\s|so\s|though\s)"
    r"|\s+and\s+(?=(?:increas|reduc|decreas|improv|lowered|rais|worsen|fell|rose)\w*)"
    r"|\s+and\s+(?=there|no\s)|:\s"
    r"|\s+because\s+(?!of\b)"
    r"|\s+and\s+(?=(?:the|an?|its|his|her|their|this|these|those|it|they|he|she|we)\s+(?:[\w-]+\s+){0,4}?"
    r"(?:was|were|is|are|had|has|have|did|does|remained|became)\b)"
)
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_ADJUSTED = re.compile(r"independent(?:ly)? of|irrespective of|regardless of", re.I)
"""Behind an effect, what it was adjusted for: "a higher risk, independent of age" tells no lack of one."""
_NEW_VERB = re.compile(r"\s\S+(?:\s\S+)*?\s(?:had|has|have|was|were|is|are|did|\w{4,}ed)\b", re.I)
"""A verb behind what is lacking: "patients without coronary disease improved" tells of them, not of what they lack."""
ASIDE = re.compile(r",\s+(?:but\s+)?$|\bbut\s+$", re.I)
"""Before a negation that is set between commas: "in sheep, but not in pigs, …"."""
_EITHER_WAY = re.compile(r"\b(?:or|whether)\s+$", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One word with a direction, at the half-open span `start:end`; `negated` when a negation reaches it."""

    sense: Sense
    start: int
    end: int
    word: str
    negated: bool = False


@lru_cache(maxsize=1)
def _patterns() -> dict[Sense, re.Pattern[str]]:
    lexicon = tomllib.loads(_LEXICON.read_text(encoding="utf-8"))
    return {sense: re.compile(_body(lexicon[sense]), re.IGNORECASE) for sense in SENSES}


def _body(words: list[str]) -> str:
    ordered = sorted(words, key=lambda word: (-len(word), word))
    return (
        r"(?<![\w-])(?:"
        + "|".join(re.escape(w).replace(r"\*", r"[\w-]*").replace(r"\ ", r"\s+") for w in ordered)
        + r")(?![\w])"
    )


@lru_cache(maxsize=16384)
def signals(text: str) -> tuple[Signal, ...]:
    """The directions of `text` in order; a p value above 0.05 and an interval across no effect are "null"."""
    found: list[Signal] = []
    for sense, pattern in _patterns().items():
        for match in pattern.finditer(text):
            if match.group().lower() == "not" and _EITHER_WAY.search(text[: match.start()]):
                continue  # "diabetic or not" denies nothing
            found.append(Signal(sense=sense, start=match.start(), end=match.end(), word=match.group().lower()))
    negations = [signal for signal in found if signal.sense == "negation"]
    moved = [signal for signal in found if signal.sense in ("up", "down", "good", "bad")]
    found = [s for s in found if not (_ADJUSTED.match(s.word) and any(other.end <= s.start for other in moved))]
    nulls = [signal for signal in found if signal.sense == "null"]
    marked = []
    for signal in found:
        if signal.sense != "negation" and any(_reaches(text, negation, signal) for negation in negations):
            signal = Signal(sense=signal.sense, start=signal.start, end=signal.end, word=signal.word, negated=True)
        if signal.sense != "null" and any(n.start <= signal.start < n.end for n in nulls):
            continue
        marked.append(signal)
    marked += statistics(text)
    return tuple(sorted(marked, key=lambda signal: (signal.start, signal.end, signal.sense)))


def _reaches(text: str, negation: Signal, signal: Signal) -> bool:
    if not negation.end <= signal.start:
        return False
    between = text[negation.end : signal.start]
    if negation.word == "without" and ("," in between or _NEW_VERB.search(text[negation.end : signal.end])):
        return False
    if ASIDE.search(text[: negation.start]) and "," in between:
        return False
    if negation.word == "non" and text[negation.end : negation.end + 1] == "-" and " " in between:
        return False  # it turns its own compound: "non-responders"
    return not _CLAUSE_END.search(between) and len(_WORD.findall(between)) <= _NEGATION_REACH


def statistics(text: str) -> list[Signal]:
    """Null for a p value of 0.05 or more and an interval across no effect, "difference" for the others."""
    made: list[Signal] = []
    figures = quantities(text)
    for index, figure in enumerate(figures):
        sense: Sense | None = None
        if figure.kind == "p":
            above = figure.value >= SIGNIFICANT if figure.operator in ("=", "~", "<=", "<") else True
            if figure.operator in ("<", "<=") and figure.value <= SIGNIFICANT:
                above = False
            sense = "null" if above else "difference"
        elif figure.kind == "ci" and len(figure.values) == 2:
            ratio = index > 0 and figures[index - 1].label in RATIOS
            none = 1.0 if ratio else 0.0
            sense = "null" if min(figure.values) <= none <= max(figure.values) else "difference"
            if not ratio and min(figure.values) > 0:
                sense = None
        if sense:
            made.append(Signal(sense=sense, start=figure.start, end=figure.end, word=figure.text))
    return made


@lru_cache(maxsize=16384)
def clauses(text: str) -> tuple[tuple[int, int], ...]:
    """Half-open spans of the clauses of one sentence, in order."""
    inside = [match.span() for match in _BRACKETS.finditer(text)]
    ends = [m.start() for m in _CLAUSE_END.finditer(text) if not any(a < m.start() < b for a, b in inside)]
    cuts = [0, *ends, len(text)]
    return tuple((a, b) for a, b in pairwise(cuts) if text[a:b].strip())
