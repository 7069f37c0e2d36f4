"""Whether a model's sentence may be shown at all, whatever verification says of its content.

Each rule is a plain look at the text: it is a sentence; it has no address, markup or invisible sign; it brings no
number, name or strength of recommendation that its passages do not print.
"""

from __future__ import annotations

import re
import unicodedata

from domain.sentences import sentence_spans
from kb.abbreviations import FIELD
from qa.concepts import covered, folded
from qa.concepts import named as concepts_in
from qa.presence import absent_numbers
from qa.strength import levels

MAX_CLAIM = 600
"""Characters of a claim: four times the longest sentence that a reader takes in at once."""
FEWEST_WORDS = 4

_ADDRESS = re.compile(
    r"https?:|www\.|\]\(|!\[|</?[a-z!][^<>]*>|<!--|data:\w+/|javascript:|\b[\w.-]+@[\w-]+\.\w", re.IGNORECASE
)
_PRINTED = frozenset("‘’“”–—−±×≤≥≠≈²³°µ…")
"""Typography that a sentence may bring along."""
_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})

_ARTICLE = r"(?:a|an|the)"
_JOINT = r"(?:of|in|at|with|by|from|for|and|or|than|to)"
_FINITE = r"(?:is|are|was|were|had|has|have|may|fell|rose|occurred|increased|decreased)"
_BROKEN = re.compile(
    rf"\b{_ARTICLE} (?:{_ARTICLE}|{_JOINT}|{_FINITE})\b|\b(?:of|in|at|with|by|from|for) {_FINITE}\b"
    rf"|\b(?:of|at|by|from|for) (?:of|at(?! (?:least|most)\b)|by|from|and|or)\b"
    rf"|\b(?:{_ARTICLE}|of|in|at|with|by|from|for|and|or|than)[.!?]*$"
    rf"|\b(?:was|were|is|are) (?:was|were|is|are|fell|rose|occurred|had|has)\b"
)
_VERB = re.compile(
    r"\b(?:is|are|was|were|be|been|has|have|had|do|does|did|may|might|can|could|should|would|will|must|fell|rose|died|"
    r"lost|went|grew|led|met|kept|made|found|gave|took|saw|ran|showed|became|got|cut|brought|put|held|left|began|shrank|"
    r"\w+ed|\w{3,}s|\w+en)\b",
    re.IGNORECASE,
)
_STRENGTHS = re.compile(
    r"\b(?:(?:is|are|was|were) (?:not )?(?:recommended|indicated|contraindicated)"
    r"|(?:should|may|might|can|must)(?: not)? be (?:considered|recommended|offered|performed|used|given|avoided)"
    r"|(?:is|are) reasonable)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<![\w-])[^\W\d_][\w’'-]*")
_NOTATION = frozenset("hr or rr ci sd iqr nnt rct rcts i² p n mmhg ml dl pg mg kg mm cm iia iib iii iv".split())
"""Shorthand of statistics, units and classes: it names no study and no thing."""
_CONTINENTS = {"european": ("esc", "eacts", "europe"), "american": ("acc", "aha", "hfsa", "america")}
"""What the guideline of a society may be called."""


def flaw(text: str, evidence: str, titles: str = "") -> str | None:
    """Why `text` may not be shown, as a sentence's end; None when it may.

    `evidence` are the passages it cites, `titles` what its sources are called: a name may stand in either.
    """
    return unfit(text, evidence) or _shapeless(text) or brought_along(text, evidence, titles)


def unfit(text: str, evidence: str) -> str | None:
    """Why `text` may not be shown on a page, whatever it says: its length, markup, or signs that cannot be seen."""
    if len(text) > MAX_CLAIM:
        return f"it is longer than {MAX_CLAIM} characters"
    if _ADDRESS.search(text):
        return "it holds an address or markup"
    strange = sorted({ch for ch in text if not ch.isascii() and ch not in evidence and ch not in _PRINTED})
    if strange:
        return f"it holds characters that its passages do not: {', '.join(f'U+{ord(ch):04X}' for ch in strange[:5])}"
    if any(unicodedata.category(ch) in _HIDDEN for ch in text):
        return "it holds invisible characters"
    return None


def _shapeless(text: str) -> str | None:
    words = text.split()
    opens = text[:1].isupper() or text[:1].isdigit() or (words and any(ch.isupper() for ch in words[0]))
    if len(words) < FEWEST_WORDS or not opens or not _VERB.search(text) or _BROKEN.search(text):
        return "it is not a whole sentence"
    return None


def brought_along(text: str, evidence: str, titles: str = "") -> str | None:
    """The number, name or strength of recommendation that `text` has and `evidence` has not, in words; None: none."""
    if absent := absent_numbers(text, [evidence]):
        return f"its passages do not give {', '.join(absent)}"
    nearest = _nearest(text, evidence)
    for said in _STRENGTHS.finditer(text):
        if said[0].casefold() not in nearest and not levels(said[0]) & levels(nearest):
            return f"the sentence it rests on does not say “{said[0]}”"
    known = {word.casefold() for word in _NAME.findall(f"{evidence} {titles}")}
    pieces = {piece for word in known for piece in word.split("-")}
    for found in _NAME.finditer(text):
        word = found[0]
        inner = any(ch.isupper() for ch in word[1:])
        opening = not text[: found.start()].strip(" “‘\"'(")
        named = inner or (word[:1].isupper() and not opening)
        bare = re.sub(r"['’]s$", "", word)
        there = bare.casefold() in known or set(bare.casefold().split("-")) <= pieces
        if named and not there and not _is_another_name(bare, evidence, known):
            return f"its passages do not name {word}"
    return None


def _is_another_name(word: str, evidence: str, known: set[str]) -> bool:
    """Whether the evidence says the same in its long form ("LVEF"), or `word` is notation."""
    if word.casefold() in _NOTATION or any(name in known for name in _CONTINENTS.get(word.casefold(), ())):
        return True
    concepts = concepts_in(word)
    if concepts and set(concepts) <= set(covered(evidence)):
        return True
    told = " ".join(folded(evidence))
    return any(" ".join(folded(long)) in told for long in FIELD.get(word.upper(), ()))


def _nearest(text: str, evidence: str) -> str:
    """The sentence of the evidence that shares most words with `text`, case and white space folded; "" if none."""
    mine = set(re.findall(r"\w+", text.casefold()))
    lines = [" ".join(evidence[start:end].casefold().split()) for start, end in sentence_spans(evidence)]
    return max(lines, key=lambda line: len(mine & set(re.findall(r"\w+", line))), default="")
