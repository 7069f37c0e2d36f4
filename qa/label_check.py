"""Whether what a figure is told of has changed: two figures that changed places, or a word turned into its opposite."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations, product

from qa.figure_check import same_value
from qa.finding import Finding
from qa.parsed import Parsed, weighted_terms
from qa.quantity import Quantity

_SUCCESS, _FAILURE = re.compile(r"\bsucce(?:ss|ed)\w*", re.I), re.compile(r"\b(?:fail|unsuccess)\w*", re.I)
_PREFIXES = ("un", "in", "non", "a", "dis")
_WORD = re.compile(r"[a-z]{5,}", re.I)
_CONTEXT = 90
"""Characters on either side of a figure in which what it is told of is looked for."""
_BESIDE = 3
"""Characters between a figure and what is printed beside it: "53% (29/55)"."""


def check_labels(claim: Parsed, evidence: Sequence[Parsed]) -> list[Finding]:
    """At most one finding of each kind: figures that changed places, a word that became its opposite."""
    return [found for found in (_crossed(claim, evidence), _turned(claim, evidence)) if found]


def _crossed(claim: Parsed, evidence: Sequence[Parsed]) -> Finding | None:
    """The claim tells of X the figure that a sentence tells of Y, and of Y that of X, whatever X and Y are called.

    What a figure is told of stands before it or behind it, in the whole sentence alike; of the four ways to read claim
    and sentence, the one in which most words meet decides.
    """
    for a, b in combinations(claim.figures, 2):
        if a.kind != b.kind or a.unit != b.unit or same_value(a, b):
            continue
        for sentence in evidence:
            pairs = [(c, d) for c, d in product(sentence.figures, repeat=2) if same_value(a, c) and same_value(b, d)]
            for c, d in pairs[:1]:
                told = [
                    _meeting(claim, (a, b), ours, sentence, (c, d), theirs) for ours, theirs in product((0, 1), (0, 1))
                ]
                if min(told) <= -2 and -min(told) > max(told):
                    reason = f"The passage gives {c.text} and {d.text} the other way round."
                    return Finding(check="arm", weight="contradicted", reason=reason)
    return None


def _meeting(
    claim: Parsed,
    ours: tuple[Quantity, Quantity],
    our_side: int,
    sentence: Parsed,
    theirs: tuple[Quantity, Quantity],
    side: int,
) -> int:
    """How many words two figures are told of alike in claim and sentence, less those told of the other figure."""
    a, b = (_told_of(claim, figure, our_side) for figure in ours)
    c, d = (_told_of(sentence, figure, side) for figure in theirs)
    a, b, c, d = a - b, b - a, c - d, d - c
    straight, across = (len(a & c), len(b & d)), (len(a & d), len(b & c))
    if all(across) and not any(straight):
        return -2 * min(across)
    return 2 * min(straight) if all(straight) else sum(straight)


def _told_of(sentence: Parsed, figure: Quantity, side: int) -> frozenset[str]:
    """The terms before (0) or behind (1) a figure, up to the next figure."""
    if side == 0:
        start = max((other.end for other in sentence.figures if other.end <= figure.start), default=0)
        text = sentence.text[max(start, figure.start - _CONTEXT) : figure.start]
    else:
        start, end = figure.end, len(sentence.text)
        for other in sentence.figures:
            if other.start >= start:
                if other.start - start > _BESIDE:
                    end = other.start
                    break
                start = other.end
        text = sentence.text[start : min(end, start + _CONTEXT)]
    return frozenset(weighted_terms(text))


def _turned(claim: Parsed, evidence: Sequence[Parsed]) -> Finding | None:
    """A word of the claim that stands in the evidence only as its opposite: "symptomatic" for "asymptomatic"."""
    ours = {word.lower() for word in _WORD.findall(claim.text)}
    text = " ".join(sentence.text for sentence in evidence)
    theirs = {word.lower() for word in _WORD.findall(text)}
    for here, there in ((ours, theirs), (theirs, ours)):
        for word in sorted(here - there):
            for prefix in _PREFIXES:
                if prefix + word in there - here:
                    said, found = (word, prefix + word) if here is ours else (prefix + word, word)
                    reason = f"The claim says “{said}”, the passage “{found}”."
                    return Finding(check="negation", weight="contradicted", reason=reason)
    if not claim.figures:
        return None
    carrying = " ".join(s.text for s in evidence if any(same_value(a, b) for a in claim.figures for b in s.figures))
    for one, other in ((_SUCCESS, _FAILURE), (_FAILURE, _SUCCESS)):
        said = one.search(claim.text)
        if said and not other.search(claim.text) and other.search(carrying) and not one.search(text):
            reason = f"The claim says “{said.group()}”, the passage the opposite."
            return Finding(check="negation", weight="contradicted", reason=reason)
    return None
