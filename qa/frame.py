"""A comparison as a claim states it: who, what, against whom."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from qa.parsed import Parsed, coverage, weighted_terms

_BETWEEN = re.compile(
    r"difference[s]?\s+(?:in|of|for)\s+(?P<what>.*?)\s+between\s+(?P<who>.*?)\s+(?:and|versus|vs\.?)\s+(?P<whom>.*)$",
    re.I,
)
COMPARED = re.compile(
    r"\b(?:(?:as |when )?compared?\s+(?:with|to)|versus|vs\.?|than(?: that| those)?(?: in| of| with)?|relative to"
    r"|in comparison (?:with|to)|over|against)\s+",
    re.I,
)
_IN_GROUP = re.compile(
    r"\b(?:in|for|with|among|of|by) (?:the )?((?:[\w-]+ ){0,3}?[\w-]+) "
    r"(?:group|arm|patient|participant|women|men|subject)s?\b",
    re.I,
)
_CONTROL = frozenset(
    "control placebo usual standard sham convent untreat no without alon comparison convention".split()
)
_FLIPPED_BELOW = -0.2
"""Orientation below which a comparison is read as standing the other way round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """`who` is said to do better or worse in `what` against `whom`; any part may be empty."""

    who: str
    what: str
    whom: str


def frame(claim: Parsed) -> Frame:
    """The comparison that the claim makes; all of it is `what` when it makes none."""
    text = claim.text
    between = _BETWEEN.search(text)
    if between:
        return Frame(who=between["who"], what=between["what"], whom=between["whom"])
    compared = None
    for compared in COMPARED.finditer(text):  # noqa: B007  (the last one)
        pass
    head, whom = (text[: compared.start()], text[compared.end() :]) if compared else (text, "")
    verb = next((s for s in claim.signals if s.sense in ("up", "down", "good", "bad") and s.end <= len(head)), None)
    if verb is None:
        return Frame(who="", what=head, whom=whom)
    return Frame(who=head[: verb.start], what=head[verb.end :], whom=whom)


def reversed_in(claim: Frame, sentence: str, start: int, end: int) -> bool:
    """Whether the clause `start:end` of a sentence compares the claim's two sides the other way round."""
    if not claim.who or not claim.whom:
        return False
    compared = COMPARED.search(sentence, start)
    ours, theirs = weighted_terms(claim.who), weighted_terms(claim.whom)
    if compared:
        after = weighted_terms(sentence[compared.end() : compared.end() + 60])
        before = weighted_terms(sentence[start : compared.start()])
        towards = _share(after, theirs) - _share(after, ours) + _share(before, ours) - _share(before, theirs)
        if _CONTROL & set(after):
            towards += 1.0 if _CONTROL & set(theirs) else (-1.0 if _CONTROL & set(ours) else 0.0)
        return towards < _FLIPPED_BELOW
    group = _IN_GROUP.search(sentence, start, end)
    if not group:
        return False
    named = weighted_terms(group.group(1))
    towards = _share(named, ours) - _share(named, theirs)
    if _CONTROL & set(named) and _CONTROL & set(theirs):
        towards -= 1.0
    return towards < _FLIPPED_BELOW


def _share(part: Mapping[str, float], whole: Mapping[str, float]) -> float:
    return coverage(part, whole) if part else 0.0
