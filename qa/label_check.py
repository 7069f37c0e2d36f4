"""Whether what is told has changed its bearer: figures that changed places, opposites, multiples from nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations, pairwise, permutations, product

from qa.bindings import bindings, names_in
from qa.compatible import compatible
from qa.finding import Finding
from qa.frame import COMPARED, frame
from qa.parsed import Parsed, weighted_terms
from qa.quantity import Quantity
from qa.same_value import same_value

_SUCCESS, _FAILURE = (
    re.compile(r"\bsucce(?:ss|ed)\w*", re.I),
    re.compile(
        r"(?<!heart )(?<!cardiac )(?<!renal )(?<!kidney )\b(?:fail|unsuccess)\w*"
        r"\b(?! (?:hearts?|kidneys?|ventricles?)\b)",
        re.I,
    ),
)
_MULTIPLES = (
    (re.compile(r"\bhal(?:v(?:ed|es|ing)|f as(?! (?:high|much|many|long) again))\b", re.I), "halve", 0.5),
    (re.compile(r"\b(?:doubl(?:ed|es|ing)|twice (?:as|the|that))\b", re.I), "double", 2.0),
    (re.compile(r"\b(?:tripl(?:ed|es|ing)|trebl(?:ed|es|ing))\b", re.I), "triple", 3.0),
)
"""Words of a claim, the verb by which a passage may bid the same ("double the dose every two weeks"), the factor."""
_ROUGHLY = 0.15
"""How far from a half, the double or the triple a figure may lie that is called so."""
_BEYOND = re.compile(r"\b(?:more|less|better) than\s+$", re.I)
_MORE_THAN = 0.35
"""How far beyond the double or the triple a figure may lie that is called more than that."""
_RESPECTIVELY = re.compile(
    r"\b(?:with|in|for|among|on|after|at|of)\s+(?:the\s+)?(?P<a>[^,;()]{2,60}?)\s+and\s+(?P<b>[^,;()]{2,60}?),?\s+respectively",
    re.I,
)
_LISTED_BEFORE = re.compile(
    r"(?P<a>[\w-]+(?: [\w-]+){0,2}) and (?P<b>[\w-]+(?: [\w-]+){0,2}?) "
    r"(?:was|were|is|are|had|ranged|averaged|reached|amounted|came|died|occurred)\b[^.;\d]{0,40}$",
    re.I,
)
"""The two sides named before their figures: "age at tagging and recapture ranged from … and from …, respectively"."""
_AND_ONLY = re.compile(r"\s*(?:years?|months?|days?)?\s*(?:\([^()]*\)\s*)?(?:and|vs\.?|versus)\s*(?:from\s*)?")
_JOINT = re.compile(r"\band\b|;|\b(?:while|whereas|but)\b", re.I)
_SUPERIOR = re.compile(r"(?<!non)(?<!non-)(?<!not )\bsuperior(?:ity)?\b", re.I)
_NON_INFERIOR = re.compile(r"\bnon-?inferior(?:ity)?\b", re.I)
_FREE = re.compile(r"\b([A-Za-z]{5,})-free\b")
_FREED = re.compile(r"\b(?:not|no|none|never|without|free(?:dom)?)\b|-free\b", re.I)
"""Words by which a claim says that something did not happen."""
_FREE_FROM = re.compile(r"\bfree(?:dom)? (?:from|of)\b", re.I)
_SPARED = re.compile(
    r"\b(?:not|no|none|never|neither|nor|without|free(?:dom)?|surviv\w*|alive|lived|avoid\w*|escap\w*|dodg\w*|spared|remain\w*|\w+n't)\b|-free\b",
    re.I,
)
_PREFIXES = ("un", "in", "non", "a", "dis")
_WORD = re.compile(r"[a-z]{5,}", re.I)
_CONTEXT = 90
"""Characters on either side of a figure in which what it is told of is looked for."""
_TIED = re.compile(r"\s*(?:\([^()]*\)\s*)?(?:of (?:the )?(?:patients|those) )?(?:with|in|on|for|among|under)\s", re.I)
_BESIDE = 3
"""Characters between a figure and what is printed beside it: "53% (29/55)"."""


def check_labels(claim: Parsed, evidence: Sequence[Parsed]) -> list[Finding]:
    """At most one finding of each kind: figures that changed places, an opposite, a multiple that stands nowhere."""
    crossed = _of_the_other_group(claim, evidence)
    for told, c, d in _readings(claim, evidence):
        if min(told) <= -2 and -min(told) > max(told):
            reason = f"The passage gives {c.text} and {d.text} the other way round."
            crossed = crossed or Finding(check="arm", weight="contradicted", reason=reason)
    return [found for found in (crossed, _turned(claim, evidence), _multiplied(claim, evidence)) if found]


def _readings(claim: Parsed, evidence: Sequence[Parsed]) -> Iterator[tuple[list[int], Quantity, Quantity]]:
    """For each two figures that claim and a sentence share: how their words meet, and the sentence's two figures.

    What a figure is told of stands before it or behind it, in the whole sentence alike: so there are four ways to read
    claim and sentence, and the one in which most words meet decides.
    """
    for a, b in combinations(claim.figures, 2):
        if not _one_kind(a, b) or same_value(a, b):
            continue
        for sentence in evidence:
            pairs = [(c, d) for c, d in product(sentence.figures, repeat=2) if same_value(a, c) and same_value(b, d)]
            for c, d in pairs[:1]:
                if compared := _compared(sentence, c, d) or _respectively(sentence, c, d):
                    ours = [[_told_of(claim, one, side) for one in (a, b)] for side in _sides(claim, a, b)]
                    yield [_met(told, compared) for told in ours], c, d
                    continue
                sides = product(_sides(claim, a, b), _sides(sentence, c, d))
                yield [_meeting(claim, (a, b), one, sentence, (c, d), other) for one, other in sides], c, d


def _sides(sentence: Parsed, a: Quantity, b: Quantity) -> tuple[int, ...]:
    """Where two figures are told of: behind them in "20% with a clip and 2% with surgery", else it is left open."""
    behind = [_told_of(sentence, figure, 1) for figure in (a, b)]
    tied = all(_TIED.match(sentence.text, figure.end) for figure in (a, b))
    return (1,) if tied and behind[0] - behind[1] and behind[1] - behind[0] else (0, 1)


def _of_the_other_group(claim: Parsed, evidence: Sequence[Parsed]) -> Finding | None:
    """One figure of "15% with a clip vs 55% with surgery", told of the other group alone."""
    compared = COMPARED.search(claim.text)
    said = frozenset(weighted_terms(claim.text[: compared.start()] if compared else claim.text))
    for sentence in evidence:
        for c, d in pairwise(f for f in sentence.figures if f.role in ("first", "second")):
            if (c.role, d.role) != ("first", "second") or c.group != d.group or _sides(sentence, c, d) != (1,):
                continue
            groups = [_told_of(sentence, figure, 1) for figure in (c, d)]
            held = [any(same_value(figure, one) for figure in claim.figures) for one in (c, d)]
            if all(held) or not any(held):
                continue
            own, other = groups if held[0] else groups[::-1]
            if said & (other - own) and not said & (own - other):
                figure = c if held[0] else d
                reason = f"In the passage {figure.text} belongs to the other group."
                return Finding(check="arm", weight="contradicted", reason=reason)
    return None


def _one_kind(a: Quantity, b: Quantity) -> bool:
    """Whether two figures are of one kind and unit; a bare number takes the unit of the other."""
    if any(one.text.isalpha() and not one.unit and other.unit for one, other in ((a, b), (b, a))):
        return False  # "two populations" beside "51,000 years"
    bare = {a.unit, b.unit} - {a.unit} == {""} or {a.unit, b.unit} - {b.unit} == {""}
    return (a.kind == b.kind and a.unit == b.unit) or (bare and "number" in (a.kind, b.kind))


def _respectively(sentence: Parsed, c: Quantity, d: Quantity) -> list[frozenset[str]] | None:
    """The words of the two sides in "1.9 and 2.8 with the device and the drug, respectively"."""
    first, second = sorted((c, d), key=lambda figure: figure.start)
    between = sentence.text[first.end : second.start]
    told = _RESPECTIVELY.search(sentence.text, second.end)
    if told is None and re.match(r"[^.;,]{0,12},? respectively", sentence.text[second.end :]):
        told = _LISTED_BEFORE.search(sentence.text[: first.start])
    if told is None or not _AND_ONLY.fullmatch(between):
        return None
    sides = [frozenset(weighted_terms(part)) for part in (told["a"], told["b"])]
    if not all(side - other for side, other in (sides, sides[::-1])):
        return None
    return sides if first is c else sides[::-1]


def _compared(sentence: Parsed, c: Quantity, d: Quantity) -> list[frozenset[str]] | None:
    """The words of the two sides in "early surgery was followed by better survival than waiting (86% vs 69%)"."""
    first, second = (c, d) if c.role == "first" else (d, c)
    if (first.role, second.role) != ("first", "second") or first.group != second.group:
        return None
    opened = sentence.text.rfind("(", 0, first.start)
    if opened < 0 or sentence.text[opened + 1 : first.start].strip() not in ("", "median", "mean"):
        return None
    compared = frame(replace(sentence, text=sentence.text[:opened]))
    sides = [frozenset(weighted_terms(part)) for part in (compared.who, compared.whom)]
    if not all(side - other for side, other in (sides, sides[::-1])):
        return None
    return sides if first is c else sides[::-1]


def _multiplied(claim: Parsed, evidence: Sequence[Parsed]) -> Finding | None:
    """A claim that something halved, doubled or tripled, where no words and no figures of the evidence show it."""
    for words, bidden, factor in _MULTIPLES:
        said = words.search(claim.text)
        if said is None or any(words.search(s.text) or bidden in s.text.casefold().split() for s in evidence):
            continue
        shown: list[tuple[float, frozenset[str]]] = []
        for one in (bound for s in evidence for bound in bindings(s.text, s.heading)):
            f, of = one.figure, one.slots.get("measure", frozenset())
            if f.kind == "ratio" or f.unit == "fold":
                shown.append((f.value, of))
            if f.unit == "%":
                shown.append((1 - f.value / 100 if factor < 1 else 1 + f.value / 100, of))
        shown += [
            (b.canonical[0] / a.canonical[0], frozenset())
            for s in evidence
            for a, b in permutations(s.figures, 2)
            if a.unit == b.unit and a.canonical and b.canonical and a.canonical[0]
        ]
        low, high = (1 - _ROUGHLY) * factor, (1 + _ROUGHLY) * factor
        if _BEYOND.search(claim.text[: said.start()]):
            low, high = (factor, (1 + _MORE_THAN) * factor) if factor > 1 else (0.0, factor)
        near = [of for value, of in shown if low <= value <= high]
        ours = frozenset(name.name for name in names_in(claim, "measure"))
        if near and ours and all(of and not compatible("measure", ours, of) for of in near):
            reason = f"The claim says “{said.group()}”, the passage tells that of another measure."
            return Finding(check="measure", weight="contradicted", reason=reason)
        if not near:
            reason = f"The claim says “{said.group()}”, no figure of the passage shows that."
            return Finding(check="figure", weight="unsupported", reason=reason)
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
    return _met(
        [_told_of(claim, figure, our_side) for figure in ours], [_told_of(sentence, figure, side) for figure in theirs]
    )


def _met(ours: Sequence[frozenset[str]], theirs: Sequence[frozenset[str]]) -> int:
    """The same for the words that claim and sentence have for each of their two figures."""
    (a, b), (c, d) = ours, theirs
    a, b, c, d = a - b, b - a, c - d, d - c
    straight, across = (len(a & c), len(b & d)), (len(a & d), len(b & c))
    if all(across) and not all(straight) and sum(across) >= sum(straight) + 2:
        return -2 * min(across)
    return 2 * min(straight) if all(straight) else sum(straight)


def _told_of(sentence: Parsed, figure: Quantity, side: int) -> frozenset[str]:
    """The terms before (0) or behind (1) a figure, up to the next figure and no further than an "and" on the way."""
    text = sentence.text
    if side == 0:
        start = max((other.end for other in sentence.figures if other.end <= figure.start), default=0)
        before = text[max(start, figure.start - _CONTEXT) : figure.start]
        return frozenset(weighted_terms(_JOINT.split(before)[-1] if start else before))
    start, end, more = figure.end, len(text), False
    for other in sentence.figures:
        if other.start >= start:
            if other.start - start > _BESIDE:
                end, more = other.start, True
                break
            start = other.end
    behind = text[start : min(end, start + _CONTEXT)]
    return frozenset(weighted_terms(_JOINT.split(behind)[0] if more else behind))


def _freed(claim: Parsed, evidence: Sequence[Parsed]) -> Finding | None:
    """A share that the evidence gives as free from something, told by the claim as the share that had it."""
    if _SPARED.search(claim.text):
        return None
    for sentence in evidence:
        for free in _FREE_FROM.finditer(sentence.text):
            near = [f for f in sentence.figures if 0 <= f.start - free.end() <= _CONTEXT and f.kind == "percent"]
            for figure in near[:1]:
                if any(same_value(one, figure) for one in claim.figures):
                    reason = f"In the passage {figure.text} were {free.group()}, in the claim nothing says so."
                    return Finding(check="negation", weight="contradicted", reason=reason)
    return None


def _turned(claim: Parsed, evidence: Sequence[Parsed]) -> Finding | None:
    """A word of the claim that stands in the evidence only as its opposite: "symptomatic" for "asymptomatic"."""
    ours = {word.lower() for word in _WORD.findall(claim.text)}
    text = " ".join(sentence.text for sentence in evidence)
    theirs = {word.lower() for word in _WORD.findall(text)}
    for here, there in ((ours, theirs), (theirs, ours)):
        for word in sorted(here - there):
            for prefix in _PREFIXES:
                if prefix + word not in there - here or (prefix == "a" and word.endswith("ing")):
                    continue  # "waiting" is no opposite of "awaiting"
                own = claim.text if here is ours else text
                if re.search(rf"\b(?:not|no)\b(?:\W+\w+){{0,2}}\W+{word}\b", own, re.I):
                    continue  # "not device related" is unrelated
                said, found = (word, prefix + word) if here is ours else (prefix + word, word)
                reason = f"The claim says “{said}”, the passage “{found}”."
                return Finding(check="negation", weight="contradicted", reason=reason)
    beyond = _SUPERIOR.search(claim.text)
    if beyond and _NON_INFERIOR.search(text) and not _SUPERIOR.search(text):
        reason = f"The claim says “{beyond.group()}”, the passage only that it was non-inferior."
        return Finding(check="negation", weight="contradicted", reason=reason)
    for free in _FREE.finditer(text):
        told = free[1].lower() in ours and not _FREED.search(claim.text)
        if told and any(
            same_value(a, b) for s in evidence if free[0] in s.text for a in claim.figures for b in s.figures
        ):
            reason = f"The passage says “{free[0]}”, the claim does not."
            return Finding(check="negation", weight="contradicted", reason=reason)
    if freed := _freed(claim, evidence):
        return freed
    if not claim.figures:
        return None
    carrying = " ".join(s.text for s in evidence if any(same_value(a, b) for a in claim.figures for b in s.figures))
    for one, other in ((_SUCCESS, _FAILURE), (_FAILURE, _SUCCESS)):
        said = one.search(claim.text)
        if said and not other.search(claim.text) and other.search(carrying) and not one.search(text):
            reason = f"The claim says “{said.group()}”, the passage the opposite."
            return Finding(check="negation", weight="contradicted", reason=reason)
    return None
