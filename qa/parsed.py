"""A sentence as verification reads it: its terms, figures, names and directions, each read once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from domain.sentences import sentence_spans
from kb.words import rarity, stem, terms
from qa.entities import Entity, entities, families_of
from qa.polarity import Signal, clauses, signals
from qa.quantities import Quantity, quantities

_COMMONEST = 0.15
"""Weight of the commonest word; the rarest weighs 1 more."""
_NAME = 1.0
"""Weight of a name."""
_ALIASED = frozenset({"measure", "generic_measure", "population", "device", "drug", "society", "arm"})
_HEADING = re.compile(r"^[\s>*#-]*([^.!?]{2,80}):\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """One sentence or line.

    `terms` maps the stems of its content words to their weight, 0.15 (common) to 1.15 (rare),
    and a known name, as "=name", to 1: "ejection fraction" and "LVEF" are one term.

    `heading` is the line ending in a colon that stands above it ("Exclusion criteria"), empty where there is none.
    """

    text: str
    terms: Mapping[str, float]
    figures: tuple[Quantity, ...]
    names: tuple[Entity, ...]
    signals: tuple[Signal, ...]
    clauses: tuple[tuple[int, int], ...]
    heading: str = ""


def weight(word: str) -> float:
    """How much a word tells, 0.15 to 1.15."""
    return _COMMONEST + rarity(word)


@lru_cache(maxsize=16384)
def weighted_terms(text: str) -> Mapping[str, float]:
    """Stem → weight of the content words of `text`."""
    return {_alike().get(term.stem, term.stem): weight(term.word) for term in terms(text)}


@lru_cache(maxsize=1)
def _alike() -> Mapping[str, str]:
    """The stem of every word that has others alike → the stem of the first of them (qa/alike.txt)."""
    lines = files("qa").joinpath("alike.txt").read_text(encoding="utf-8").splitlines()
    groups = [[stem(word) for word in line.split()] for line in lines if line and not line.startswith("#")]
    return {one: group[0] for group in groups for one in group}


@lru_cache(maxsize=16384)
def parse(text: str, heading: str = "") -> Parsed:
    """`text` read as one sentence."""
    figures, names = quantities(text), entities(text)
    return Parsed(
        text=text,
        terms=_terms(text, figures, names),
        figures=figures,
        names=names,
        signals=signals(text),
        clauses=clauses(text),
        heading=heading,
    )


def _terms(text: str, figures: Sequence[Quantity], names: Sequence[Entity]) -> Mapping[str, float]:
    """Content words outside figures; the words of a known name count as that name, however it is written."""
    spans = [(name.start, name.end) for name in names if name.kind in _ALIASED]
    left = list(text)
    for start, end in [*((_digits(text, figure), figure.end) for figure in figures), *spans]:
        left[start:end] = " " * (end - start)
    found = dict(weighted_terms("".join(left)))
    for name in names:
        if name.kind in _ALIASED:
            found[f"={name.name}"] = _NAME
            for family in families_of(name.name) if name.kind == "measure" else ():
                found[f"={family}"] = _NAME
    return found


def _digits(text: str, figure: Quantity) -> int:
    """Where a figure's span begins, without what a ratio is of: "HR for relapse with the vaccine was 0.56"."""
    of = figure.kind == "ratio" and _RATIO_OF.search(figure.text)
    return text.index(figure.text[of.start() :].split()[-1], figure.start + of.start()) if of else figure.start


_RATIO_OF = re.compile(r"\b(?:for|of|with|in)\b.*\s(?=\S+$)", re.I | re.S)


@lru_cache(maxsize=4096)
def sentences(passage: str) -> tuple[Parsed, ...]:
    """The sentences of a passage in order; a line of a list or table is one, under the heading it stands below."""
    found: list[Parsed] = []
    heading = ""
    for block in _blocks(passage):
        title = _HEADING.match(block)
        if title:
            heading = title.group(1).strip()
        for start, end in sentence_spans(block):
            found.append(parse(block[start:end], heading))
    return tuple(found)


def _blocks(passage: str) -> list[str]:
    """Lines that stand alone (a list, a table), and prose lines joined to the paragraph they break."""
    blocks: list[str] = []
    for line in passage.split("\n"):
        stripped = line.strip()
        if not stripped:
            blocks.append("")
        elif blocks and blocks[-1] and _continues(blocks[-1], line):
            blocks[-1] = f"{blocks[-1]} {stripped}"
        else:
            blocks.append(stripped)
    return [block for block in blocks if block]


def _continues(before: str, line: str) -> bool:
    """A line that begins in lower case, unindented, goes on with a line that did not end."""
    return line[:1].islower() and before[-1:].isalnum() and len(before) > 40


def as_printed(words: Iterable[str], text: str) -> str:
    """Terms of `text` as it prints them, in its order: "devic" is "device", "=lvef" what stands for it."""
    wanted = set(words)
    names = [name for name in entities(text) if f"={name.name}" in wanted]
    spans = [(name.start, name.end) for name in names]
    for match in _PRINTED.finditer(text):
        inside = any(start <= match.start() < end for start, end in spans)
        if not inside and (match.group().lower() in wanted or wanted & set(weighted_terms(match.group()))):
            spans.append(match.span())
    return " ".join(dict.fromkeys(text[start:end] for start, end in sorted(spans))) or ", ".join(sorted(wanted))


_PRINTED = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*\+?")


def coverage(wanted: Mapping[str, float], present: Mapping[str, float]) -> float:
    """The weighted share of `wanted` that is present, 0-1; 1 when nothing is wanted."""
    total = sum(wanted.values())
    return sum(value for stem, value in wanted.items() if stem in present) / total if total else 1.0
