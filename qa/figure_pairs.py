"""A pair of figures of the claim that stands the other way round in the evidence."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from qa.bindings import Bound
from qa.figure_found import printed
from qa.finding import Finding
from qa.parsed import Parsed, weighted_terms
from qa.quantity import Quantity
from qa.same_value import same_value


def check_pairs(claim: Parsed, bound: Sequence[Bound], evidence: Sequence[Parsed]) -> list[Finding]:
    """A pair "a vs b" of the claim that stands the other way round in the evidence, where the claim names no arms."""
    for index in range(len(bound) - 1):
        a, b = bound[index], bound[index + 1]
        turned = _turned(claim, a.figure, b.figure, evidence)
        if turned is False:
            continue
        if turned:
            return [
                Finding(
                    check="arm", weight="contradicted",
                    reason=f"In the passage {printed(a.figure)} and {printed(b.figure)} belong to the other group "
                    "each.",
                )
            ]  # fmt: skip
        if a.figure.role != "first" or b.figure.role != "second" or a.figure.group != b.figure.group:
            continue
        if "arm" in a.sure or "arm" in b.sure or "trial" in a.sure or "time" in a.sure or "population" in a.sure:
            continue
        for sentence in evidence:
            figures = sentence.figures
            straight = any(same_value(a.figure, f) and f.role == "first" for f in figures)
            crossed = [f for f in figures if same_value(a.figure, f) and f.role == "second"]
            if crossed and not straight and any(same_value(b.figure, f) and f.role == "first" for f in figures):
                return [
                    Finding(
                        check="arm", weight="contradicted",
                        reason=f"The passage has {printed(b.figure)} first and {printed(a.figure)} second, "
                        "the claim the other way round.",
                    )
                ]  # fmt: skip
    return []


def _turned(claim: Parsed, a: Quantity, b: Quantity, evidence: Sequence[Parsed]) -> bool | None:
    """Whether the claim's pair stands with the wrong groups, told by words that only one of them has beside it.

    None when no words tell the two groups of the evidence apart, or the claim has none of them before its pair.
    """
    if a.role != "first" or b.role != "second" or a.group != b.group:
        return None
    opened = next((start for start, end in claim.clauses if start <= a.start < end), 0)
    subject = set(weighted_terms(claim.text[opened : a.start])) or set(weighted_terms(claim.text[: a.start]))
    for sentence in evidence:
        for x, y in pairwise(sentence.figures):
            if x.group < 0 or x.group != y.group or (x.role, y.role) != ("first", "second"):
                continue
            straight, crossed = same_value(a, x) and same_value(b, y), same_value(a, y) and same_value(b, x)
            one, other = sentence.text[x.end : y.start], sentence.text[y.end : y.end + 40].split(";")[0].split("(")[0]
            first, second = set(weighted_terms(one)), set(weighted_terms(other))
            told = bool(subject & (second - first)) - bool(subject & (first - second))
            if (straight or crossed) and told:
                return (told > 0) == straight
    return None
