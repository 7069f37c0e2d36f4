"""The field's interchangeable words: which ideas a text speaks of, whatever words it uses."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files

from kb.words import WORD, stem

SAID_WITH = 2
"""Words of a concept that stand behind a question to widen it."""


def folded(text: str) -> tuple[str, ...]:
    """The stems of every word of `text` in order, hyphens and slashes opened, for matching phrases."""
    return _folded(text)


@lru_cache(maxsize=20_000)
def _folded(text: str) -> tuple[str, ...]:
    stems: list[str] = []
    for match in WORD.finditer(text):
        word = match.group().replace("/", "-").replace("’", "'").removesuffix("'s")
        word = "we" if word == "us" else word  # "us" is no country
        stems.extend(stem(part) for part in word.split("-") if part)
    return tuple(stems)


@lru_cache(maxsize=1)
def _phrases() -> tuple[dict[tuple[str, ...], tuple[str, ...]], dict[tuple[str, ...], tuple[str, ...]], int]:
    """Phrase to the concepts it names, phrase to the concepts it is narrower than, and the longest phrase's length."""
    table = tomllib.loads(files("qa").joinpath("concepts.toml").read_text(encoding="utf-8"))
    same: dict[tuple[str, ...], list[str]] = {}
    narrower: dict[tuple[str, ...], list[str]] = {}
    for concept, entry in table.items():
        for phrase in entry["same"]:
            same.setdefault(folded(phrase), []).append(concept)
        for phrase in entry.get("narrower", ()):
            narrower.setdefault(folded(phrase), []).append(concept)
    longest = max(map(len, [*same, *narrower]))
    return {k: tuple(v) for k, v in same.items()}, {k: tuple(v) for k, v in narrower.items()}, longest


@lru_cache(maxsize=20_000)
def named(text: str) -> dict[str, frozenset[str]]:
    """The concepts that `text` names, each with the stems that named it."""
    return _scan(text, narrower=False)


@lru_cache(maxsize=20_000)
def covered(text: str) -> dict[str, frozenset[str]]:
    """The concepts that `text` can answer for: those it names and those it has a narrower word for."""
    return _scan(text, narrower=True)


def _scan(text: str, *, narrower: bool) -> dict[str, frozenset[str]]:
    same, below, longest = _phrases()
    stems = folded(text)
    found: dict[str, set[str]] = {}
    for at in range(len(stems)):
        for length in range(min(longest, len(stems) - at), 0, -1):
            phrase = stems[at : at + length]
            for concept in (*same.get(phrase, ()), *(below.get(phrase, ()) if narrower else ())):
                found.setdefault(concept, set()).update(phrase)
    return {concept: frozenset(words) for concept, words in found.items()}


@lru_cache(maxsize=256)
def breadth(concept: str) -> int:
    """How many phrases name the concept: of two that one phrase names, the one with fewer says more closely what."""
    same, _, _ = _phrases()
    return sum(concept in concepts for concepts in same.values())


@lru_cache(maxsize=1)
def _surfaces() -> dict[str, tuple[str, ...]]:
    table = tomllib.loads(files("qa").joinpath("concepts.toml").read_text(encoding="utf-8"))
    return {concept: tuple(entry["same"][:SAID_WITH]) for concept, entry in table.items()}


def canonical(text: str) -> str:
    """`text` with the field's own words for what it names behind it: what "does clipping save lives" is about.

    At most `SAID_WITH` words or phrases a concept, in the order of the file; the text alone when it names none.
    """
    said: dict[str, None] = {}
    for concept in named(text):
        said.update(dict.fromkeys(_surfaces()[concept]))
    return f"{text} ({'; '.join(said)})" if said else text
