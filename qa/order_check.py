"""Whether a claim turns an order round: what came before what, and which group had the most or the least.

"Valve intervention comes after drug optimisation" is turned round by "the valve is treated first, after which the drugs
are optimised"; "steepest in children, shallowest in adults" by "adults saw the steepest decline".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from qa.comparison import DENIED
from qa.finding import Finding
from qa.frame import COMPARED
from qa.parsed import Parsed, weighted_terms

_BEFORE = re.compile(
    r"(?P<before>\b(?:after which|and (?:only )?(?:then|afterwards)|before|prior to|ahead of"
    r"|preced(?:ed|es|ing)|followed by"
    r"|until)\b)"
    r"|(?P<after>\b(?:(?:only )?after(?! (?:which|that|this))|once|comes? after|came after|follow(?:ed|s|ing)(?! by)"
    r"|subsequent to|since)\b)",
    re.I,
)
_NOT_A_TIME = re.compile(r"\b(?:patients?|cohort|were|was|be|been|the) $|\b(?:more than|at|all at) $", re.I)
"""Before "followed" or "once" that tells no order: "patients were followed", "more than once"."""
_BOTH_ENDS = re.compile(r"\bbefore\b.*\b(?:after|afterwards|later)\b", re.I | re.S)
"""A value before and after something, which tells a change and no order: "0.38 before and 0.21 afterwards"."""
_SIDE = 70
"""Characters on either side of the word of order in which its two events are named."""
_ENDS = re.compile(
    r"[.;:](?!\d)|\s+and\s+(?=the\b|an?\b|was\b|were\b)|,\s(?=but\b|while\b|whereas\b|although\b)|\b(?:whereas|while|although)\b"
)

_MOST = (
    r"steepest|sharpest|highest|largest|greatest|longest|strongest|biggest"
    r"|commonest|best|most (?:common|frequent|marked"
    r"|pronounced|often)\w*"
)
_LEAST = (
    r"lowest|smallest|shallowest|weakest|shortest|fewest|rarest"
    r"|mildest|worst|least (?:common|frequent|marked|pronounced"
    r"|often)\w*|absent"
)
_RANKED = re.compile(
    rf"\b(?:(?P<most>{_MOST})|(?P<least>{_LEAST}))\s+(?:in|among|for|with)\s+(?P<who>[^,;.()]{{3,60}}?)"
    r"(?=[,;.()]|$|\s(?:and|but|whose|whereas|while)\b)",
    re.I,
)
_SAID = re.compile(rf"\b(?:(?P<most>{_MOST})|(?P<least>{_LEAST}))\b", re.I)
_TOKEN = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """`first` came before `second`, each with its words; `said` is the word of order as printed."""

    first: frozenset[str]
    second: frozenset[str]
    said: str


def check_order(claim: Parsed, evidence: Sequence[Parsed]) -> list[Finding]:
    """At most one finding: two events, or two groups by rank, that the evidence has the other way round."""
    reason = _turned(claim, evidence) or _other_rank(claim, evidence)
    return [Finding(check="contrast", weight="contradicted", reason=reason)] if reason else []


def _turned(claim: Parsed, evidence: Sequence[Parsed]) -> str:
    ours = list(_sequences(claim.text))
    if len(ours) != 1 or DENIED.search(claim.text) or COMPARED.search(claim.text):
        return ""
    plain = [s for s in evidence if not DENIED.search(s.text) and not _BOTH_ENDS.search(s.text)]
    told = [one for sentence in plain for one in _sequences(sentence.text)]
    straight = [one for one in told if _meets(ours[0], one.first, one.second)]
    across = [one for one in told if _meets(ours[0], one.second, one.first, 2 if one.said == ours[0].said else 1)]
    if across and not straight:
        return f"The claim has the order turned round (“{ours[0].said}”), the passage says “{across[0].said}”."
    return ""


def _meets(ours: Order, first: frozenset[str], second: frozenset[str], at_least: int = 1) -> bool:
    """Whether the two events are these in this order, by so many words each, neither told more like the other one."""
    straight = len(ours.first & first), len(ours.second & second)
    crossed = len(ours.first & second), len(ours.second & first)
    return min(straight) >= at_least and sum(straight) > sum(crossed) and not all(crossed)


def _sequences(text: str) -> Iterator[Order]:
    for word in _BEFORE.finditer(text):
        if _NOT_A_TIME.search(text[: word.start()]) and word.group().casefold() in ("followed", "once"):
            continue
        left = _ENDS.split(text[max(0, word.start() - _SIDE) : word.start()])[-1]
        right = _ENDS.split(text[word.end() : word.end() + _SIDE])[0]
        one, other = frozenset(weighted_terms(left)), frozenset(weighted_terms(right))
        if not one - other or not other - one:
            continue
        first, second = (one - other, other - one) if word["before"] else (other - one, one - other)
        yield Order(first=first, second=second, said=word.group())


def _other_rank(claim: Parsed, evidence: Sequence[Parsed]) -> str:
    said = _SAID.search(claim.text)
    if said is None or DENIED.search(claim.text):
        return ""
    rank: Literal["most", "least"] = "most" if said["most"] else "least"
    ours = _group(claim.text)
    for sentence in evidence:
        ranked = list(_RANKED.finditer(sentence.text))
        own = [_group(found["who"]) for found in ranked if found[rank]]
        others = [(_group(found["who"]), found) for found in ranked if not found[rank]]
        if not own or any(one & ours for one in own):
            continue
        for group, found in others:
            if group & ours:
                return f"The claim says “{said.group()}” of what is in the passage “{found.group().strip()}”."
    return ""


def _group(text: str) -> frozenset[str]:
    """The words of a group, its numbers among them: "adults over 40"."""
    return frozenset(weighted_terms(text)) | frozenset(_TOKEN.findall(text))
