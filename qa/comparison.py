"""Comparisons in words: who is more or less, better or worse than whom; and whether a claim exchanges the two."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from qa.parsed import Parsed, weighted_terms

DENIED = re.compile(
    r"\b(?:not|no|never|yet to|none|neither|nor|without|cannot|n't|free(?:dom)?|fail(?:s|ed|ing)?)\b"
    r"|n't\b|-free\b",
    re.I,
)
"""Words that turn what they stand beside."""
_MADE_MORE = re.compile(
    r"\b(?P<up>(?:twice|double|triple|[\w.]+ times) the|higher|greater|larger|longer|more(?! than)|commoner|oftener"
    r"|stronger|bigger|faster|quicker|wider|denser|thicker|steeper|deeper|heavier|older|taller)\b"
    r"|\b(?P<down>lower|less(?! than)|fewer(?! than)|smaller|shorter|rarer|weaker|slower|narrower|thinner|shallower"
    r"|lighter|younger)\b"
    r"|\b(?P<good>better|safer|superior)\b|\b(?P<bad>worse|inferior|poorer)\b|\b(?P<preferred>prefer\w*|favou?red)\b",
    re.I,
)
_THAN = re.compile(
    r"\b(?:rather than|than|instead of|(?:that |those )?seen in|that (?:of|in)|in preference to"
    r"|over(?= (?:an? |the )?(?!median|period|month|year|course|follow|first)[a-z-]*[a-z]{5})|(?<=preferred )to)\b",
    re.I,
)
_HARM = re.compile(
    r"\b(?:risk|mortality|deaths?|died|hazard|readmi\w+|complicat\w+|events?|recurr\w+|bleeding|strokes?)\b", re.I
)
_SIDE = 110
"""Characters on either side of a comparison in which its two sides are named."""
_ENDS = re.compile(r"[.;:(](?!\d)|,\s(?=with\b|and\b|but\b|while\b|a\b)|\bwhereas\b|\bwhile\b|\bbut\b")
_OPPOSITE = {"up": "down", "down": "up", "good": "bad", "bad": "good", "preferred": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """`who` is more, less, better, worse (`sense`) than `whom`, each with its words; `harm`: of some harm.

    `near` are the words of `who` behind the comparison: "greater in idiopathic than …".
    """

    who: frozenset[str]
    near: frozenset[str]
    whom: frozenset[str]
    sense: str
    harm: bool
    said: str

    def points(self) -> set[str]:
        """Which way it points: as it says, and as a judgement where more of it is harm."""
        return {self.sense, {"up": "bad", "down": "good"}[self.sense]} if self.harm else {self.sense}


@lru_cache(maxsize=4096)
def _comparisons(text: str) -> tuple[Comparison, ...]:
    """Every comparison that a text makes in words, in order."""
    return tuple(_compared(text))


def _compared(text: str) -> Iterator[Comparison]:
    for than in _THAN.finditer(text):
        opened = [m for m in _MADE_MORE.finditer(text, max(0, than.start() - _SIDE), than.start() + 1)]
        if opened and re.search(r"[.;](?!\d)", text[opened[-1].end() : than.start()]):
            opened = []
        behind = _ENDS.split(text[than.end() : than.end() + _SIDE])[0]
        if opened:
            more = opened[-1]
            before = _ENDS.split(text[max(0, more.start() - _SIDE) : more.start()])[-1]
            behind_it = text[more.end() : than.start()]
            about = f"{before} {behind_it}"
            sense, said = str(more.lastgroup), f"{more.group()} … {than.group()}"
            behind = " ".join(behind.split()[:4]) if sense == "preferred" else behind
        elif than.group().casefold() in ("over", "rather than", "instead of"):
            about, behind = (" ".join(part) for part in (text[: than.start()].split()[-4:], behind.split()[:4]))
            behind_it = ""
            sense, said = "preferred", than.group()
        else:
            continue
        who, whom = _words(about), _words(behind)
        harm = sense in ("up", "down") and bool(_HARM.search(about))
        if who - whom and whom - who:
            near = _words(behind_it) - whom
            yield Comparison(who=who - whom, near=near, whom=whom - who, sense=sense, harm=harm, said=said)


def _words(text: str) -> frozenset[str]:
    return frozenset(weighted_terms(_joined(re.sub(r"\bnon-", "non", text, flags=re.I))))


def _joined(text: str) -> str:
    """What a group lacks as one word: "villages nonnets"."""
    return re.sub(r"\bwithout (?:any )?(\w+)", r"non\1", text, flags=re.I)


def agree(claim: Parsed, evidence: Sequence[Parsed]) -> bool:
    """Whether the claim's comparison is one of the evidence's, told from the other side."""
    said = _comparisons(claim.text)
    if len(said) != 1 or DENIED.search(_joined(claim.text)):
        return False
    ours = said[0]
    for theirs in (one for s in evidence if not DENIED.search(_joined(s.text)) for one in _comparisons(s.text)):
        turned = {_OPPOSITE[sense] for sense in ours.points()} & theirs.points()
        across = ours.whom & theirs.who and ours.who & theirs.whom and not ours.whom & theirs.whom
        if across and turned and not ours.points() & theirs.points():
            return True
    return False


def exchanged(claim: Parsed, evidence: Sequence[Parsed]) -> str:
    """A comparison of the evidence whose two sides changed places."""
    said = _comparisons(claim.text)
    more = list(_MADE_MORE.finditer(claim.text))
    if len(said) > 1 or not (said or len(more) == 1) or DENIED.search(_joined(claim.text)):
        return ""
    comparing = [sentence for sentence in evidence if _comparisons(sentence.text)]
    found = [one for sentence in comparing for one in _comparisons(sentence.text)]
    if any(DENIED.search(_joined(sentence.text)) for sentence in comparing) or not (said or len(found) == 1):
        return ""
    return next(filter(None, (_turned(claim, said, more, theirs) for theirs in found)), "")


def _turned(claim: Parsed, said: Sequence[Comparison], more: Sequence[re.Match[str]], theirs: Comparison) -> str:
    """Why the claim turns one comparison of the evidence round; empty where it does not."""
    if not said:
        only, sense = _words(claim.text), more[0].lastgroup
        if more[0].group().endswith(" the"):
            return ""  # "7.5 times the hazard of their peers" names the other side behind it
        of_the_other = only & theirs.whom and not only & (theirs.near or theirs.who)
        if sense != "preferred" and sense in theirs.points() and of_the_other:
            return f"The claim says “{more[0].group()}” of the side that the passage compares with (“{theirs.said}”)."
        return ""
    ours = said[0]
    straight = (len(ours.who & theirs.who), len(ours.whom & theirs.whom))
    across = (len(ours.who & theirs.whom), len(ours.whom & theirs.who))
    crossed = all(across) and (not all(straight) or sum(across) > sum(straight))
    if crossed and ours.points() & theirs.points():
        return f"The passage compares the two sides the other way round (“{theirs.said}”)."
    if all(straight) and not any(across) and {_OPPOSITE[sense] for sense in ours.points()} & theirs.points():
        return f"The claim says “{ours.said}”, the passage “{theirs.said}”."
    return ""
