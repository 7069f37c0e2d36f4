"""Whose a figure is, by the words that stand right beside it: for groups that no list of names knows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from qa.finding import Finding
from qa.parsed import Parsed, as_printed, parse, weighted_terms
from qa.quantity import Quantity
from qa.same_value import same_value

_KINDS = frozenset({"percent", "measure", "rate", "fraction", "count", "ratio", "number"})
_END = r"(?=$|[,;:.()\[]|\s(?:and|or|but|vs|versus|than|against|compared|while|whereas|respectively)\b)"
_AFTER = re.compile(
    r"\)?(?:\s{0,2}\([^()]*\)){0,2}\s{0,2}(?:of (?:the )?(?:patients|those|cases|participants|subjects)\s+)?"
    r"(?:(?:had|have|were|was|has)\s+)?(?:\w+ed\s+)?"
    r"(?:in|with|on|for|among|of|under|after|by|without)\s+(?P<who>[^,;.()\[]{2,70}?)" + _END,
    re.IGNORECASE,
)
_FRONTED = re.compile(
    r"(?:^|[,;.]\s*|\b(?:and|while|whereas|but)\s+)(?:among|in|with|for|on|under|after|without)\s+(?P<who>[^,;.]{2,70}?),?\s"
    r"(?:[^,;]{0,60}\s)?\(?$",
    re.IGNORECASE,
)
_HEADED = re.compile(
    r"(?:^|[,;:.]\s*|\b(?:and|or|identified|but|vs\.?|versus)\s+)(?P<who>[^\W\d][^\d,;.()]{2,45}?)"
    r"\s*\((?:[A-Za-z ]{1,14}[ =])?$"
)
_NUMBERS = r"\b(?:no|one|two|three|four|five|single|both|alone)\b"
_NEAR = 160
"""Characters on either side of a figure in which its group is looked for."""
_COMMON = frozenset("patient group arm cohort case individual person subject participant treat receiv assign".split())


def check_beside(claim: Parsed, evidence: Sequence[Parsed]) -> list[Finding]:
    """A figure that the claim puts beside words that the passage has beside another figure of its kind."""
    for figure in claim.figures:
        ours = _who(claim.text, figure, claim.figures)
        if figure.kind not in _KINDS or not ours:
            continue
        found = [
            _crossed(ours, figure, mine, sentence)
            for sentence in evidence
            for mine in sentence.figures
            if same_value(figure, mine) and _who(sentence.text, mine, sentence.figures)
        ]
        if found and found[0] and all(found):
            return [found[0]]
    return []


def _crossed(ours: frozenset[str], figure: Quantity, mine: Quantity, sentence: Parsed) -> Finding | None:
    own = _who(sentence.text, mine, sentence.figures)
    for other in sentence.figures:
        shares = {other.kind, mine.kind} <= {"percent", "fraction"}
        alike = shares or (other.kind == mine.kind and other.unit == mine.unit)
        if other is mine or not alike or same_value(figure, other):
            continue
        theirs = _who(sentence.text, other, sentence.figures)
        shared = as_printed(ours & (theirs - own), sentence.text) if ours & (theirs - own) else ""
        if own and theirs and shared and not ours & (own - theirs):
            return Finding(
                check="arm", weight="contradicted",
                reason=f"In the passage {other.text.strip()} stands beside “{shared}”, "
                f"in the claim {figure.text.strip()} does.",
            )  # fmt: skip
    return None


@lru_cache(maxsize=8192)
def _words(text: str) -> frozenset[str]:
    """Content words, known names and number words, for "two drugs" are not "three drugs"."""
    words = {*parse(text).terms, *weighted_terms(text), *re.findall(_NUMBERS, text.lower())}
    return frozenset(word for word in words if not word[0].isdigit()) - _COMMON


def _who(text: str, figure: Quantity, figures: Sequence[Quantity]) -> frozenset[str]:
    """The content words of the group named right behind the figure, before it in brackets, or ahead of its clause."""
    rivals = [f for f in figures if f is not figure and f.kind == figure.kind]
    stop = min((f.start for f in rivals if f.start >= figure.end), default=len(text))
    start = max((f.end for f in rivals if f.end <= figure.start), default=0)
    after = _AFTER.match(text[figure.end : min(stop, figure.end + _NEAR)])
    if after:
        return _words(after["who"])
    before = text[max(start, figure.start - _NEAR) : figure.start]
    headed = _HEADED.search(before)
    if headed and not re.match(r"[^()]*\band\b|[^()]*\bvs\b", text[figure.end :].split(")")[0]):
        return _words(headed["who"])
    fronted = _FRONTED.search(before)
    return _words(fronted["who"]) if fronted else frozenset()
