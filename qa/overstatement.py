"""Whether a claim says more than its passage: of more people, more surely, as shown, as a cause, as found.

Each rule gives the reason, a sentence, or an empty string.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.comparison import DENIED
from qa.parsed import Parsed, coverage, weighted_terms
from qa.same_value import same_value

_EVERYONE = re.compile(
    r"\b(?:whether or not|regardless of|irrespective of|no matter|or not\b|all comers"
    r"|(?:anyone|everyone)(?! (?:who|whose|with|without|in|on)\b)|unconditional\w*"
    r"|(?:every|any|all) (?:patients?|person|people)|without (?:restriction|condition)s?|with or without)\b",
    re.I,
)
_SOME = re.compile(
    r"\b(?:only|solely|where (?:indicated|appropriate|needed)|if|selected|subject to|under coverage|provided|unless"
    r"|on condition|limited to|restricted to|symptomatic)\b",
    re.I,
)
_EITHER_WAY = re.compile(r"\b(?:whether or not|with or without|regardless|irrespective|or not|independent\w*)\b", re.I)
_IN_ALL = re.compile(r"\b(?:in|of|for|by) (?:them )?all\b(?! (?:but|except))|\ball (?:had|were|of)\b", re.I)
_ONLY = re.compile(r"\b(?:only|solely|exclusively)\b", re.I)
BOTH = re.compile(r"\bboth\b|\ball (?:three|present|needed|required|met)\b", re.I)
_KINDS = tuple(
    (re.compile(rf"(?<!non)(?<!non-)\b(?:{one})\b", re.I), re.compile(rf"\b(?:{other})\b", re.I))
    for one, other in (
        ("atrial", "ventricular"), ("isch(?:a)?emic", "non-?isch(?:a)?emic"),
        ("primary|degenerative", "secondary|functional"),
        ("wom[ae]n", "m[ae]n"), ("children", "adults"),
    )
)  # fmt: skip


def _widened(claim: Parsed, evidence: Sequence[Parsed]) -> str:
    """A claim about everyone where the evidence sets a condition."""
    text = "\n".join(sentence.text for sentence in evidence)
    said = _EVERYONE.search(claim.text)
    if said and not _EVERYONE.search(text) and not _IN_ALL.search(text) and not _EITHER_WAY.search(text):
        condition = _SOME.search(text)
        if condition:
            return f"The claim says “{said.group()}”, the passage sets a condition (“{condition.group()}”)."
    only = _ONLY.search(text)
    for one, other in _KINDS:
        ours = [bool(side.search(claim.text)) for side in (one, other)]
        theirs = [bool(side.search(text)) for side in (one, other)]
        if only and all(ours) and any(theirs) and not all(theirs):
            if BOTH.search(claim.text) and not _ONLY.search(claim.text):
                return f"The passage says “{only.group()}” of one kind, the claim speaks of both."
    return ""


_ALWAYS = re.compile(
    r"\b(?:all|every|each|always|invariably)\b(?![ -](?:but|except|cause|other|day|year|month|week|the more))", re.I
)
_PARTLY = re.compile(
    r"\b(?:some|several|many|most|a majority|a minority|a few|half|part) of (?:the |these |all )?|\bsome (?=\w+s\b)"
    r"|\b(?:all but|all except|almost all|nearly all|not all|with the exception)\b|\bof \d[\d,]* [\w -]{3,60}?, \d",
    re.I,
)
_WHOLLY = re.compile(
    r"\b(?:all|every|each|always|invariably|everyone|any|whole|entire|100\s?%)\b(?! (?:but|except))", re.I
)
_SAME = 0.5
"""Share of the claim's words that a sentence must hold to be what the claim is about."""


def _everyone(claim: Parsed, evidence: Sequence[Parsed]) -> str:
    """Said of all where the evidence says it of a part: "in all but three", "some patients"."""
    said = _ALWAYS.search(claim.text)
    if said is None or DENIED.search(claim.text) or _PARTLY.search(claim.text):
        return ""
    for sentence in evidence:
        part = _PARTLY.search(sentence.text)
        held = coverage(claim.terms, sentence.terms) >= _SAME
        if (
            part
            and held
            and not _WHOLLY.search(re.sub(r"\b(?:al)?most all\b|\bnearly all\b|\bnot all\b", "", sentence.text))
        ):
            return f"The claim says “{said.group()}”, the passage “{part.group().strip()}”."
    return ""


_WHOLE = re.compile(
    r"\b(?:(?:entire|whole|full|overall|total) (?:[\w-]+ ){0,2}?"
    r"(?:sample|cohort|population|group|series|study|registry|trial)"
    r"|all (?:the )?(?:\d[\d,]* )?(?:patients|people|participants|women|men|adults|children)"
    r"|as a whole|everyone|everybody)\b",
    re.I,
)
_PART_ONLY = re.compile(
    r"\s*(?:\([^()]*\)\s*)?(?:of|in|among|for) (?:those|the (?:sub)?group|patients|participants|people"
    r"|women|men|adults|children)\b"
    r"[^,;.]*",
    re.I,
)
_PART_BEFORE = re.compile(
    r"(?:^|[.;,]\s)(?:In|Among|For) (?:the )?(?:those|patients|participants|people"
    r"|women|men|adults|children)\b[^,;.]{3,60},[^,;.]*$"
)


def _of_the_whole(claim: Parsed, evidence: Sequence[Parsed]) -> str:
    """The figure of a part of the patients told of the whole, which has another one."""
    said = _WHOLE.search(claim.text)
    if said is None or DENIED.search(claim.text):
        return ""
    ours = set(weighted_terms(claim.text))
    for sentence in evidence:
        for figure in sentence.figures:
            if not any(one.kind == figure.kind and same_value(one, figure) for one in claim.figures):
                continue
            part = _PART_ONLY.match(sentence.text, figure.end) or _PART_BEFORE.search(sentence.text[: figure.start])
            words = set(weighted_terms(part.group())) if part else set()
            rivals = [
                f
                for each in evidence
                for f in each.figures
                if (f.kind, f.unit) == (figure.kind, figure.unit) and f.value != figure.value
            ]
            if (
                words - ours
                and len(words - ours) * 2 >= len(words)
                and rivals
                and figure.kind in ("percent", "measure", "rate")
            ):
                told = " ".join(part.group().split()) if part else ""
                return f"The claim says “{said.group()}”, the passage gives {figure.text} “{told}”."
    return ""


_OPEN = re.compile(
    r"\b(?:does|do|did|can|could) ?(?:not|n't) (?:show|prove|establish|demonstrate|mean|imply|support|confirm|tell)\b"
    r"|\bcannot (?:show|prove|establish|demonstrate|tell)\b"
    r"|\bno (?:proven|established|demonstrated|confirmed)\b|\bunprove[nd]\b"
    r"|\bnot (?:\w+ )?(?:established|proven|proved|shown|demonstrated|confirmed|known)\b",
    re.I,
)
_SHOWN = re.compile(
    r"\b(?:shows?|showed|shown|proves?|proved|proven|establish(?:es|ed)?|demonstrat(?:es|ed)|confirm(?:s|ed)?)\b", re.I
)


def _unshown(claim: Parsed, evidence: Sequence[Parsed]) -> str:
    """Something that the evidence calls not shown, told as shown."""
    said = _SHOWN.search(claim.text)
    if said is None or DENIED.search(claim.text):
        return ""
    for sentence in evidence:
        left_open = _OPEN.search(sentence.text)
        if left_open and not _SHOWN.search(_OPEN.sub("", sentence.text)):
            return f"The claim says “{said.group()}”, the passage “{left_open.group()}”."
    return ""


_PROVED = re.compile(
    r"\b(?:prove[sdn]?|proof|established|demonstrated|confirmed|certain(?:ly)?|definite(?:ly)?"
    r"|(?:has|have) shown|shown (?:that|to)|known to)\b",
    re.I,
)
_MAYBE = re.compile(
    r"\b(?:may|might|could|speculat\w*|hypothes\w+|possibl[ey]|perhaps|unclear|uncertain|unknown|suggest(?:s|ed)?|conceivabl[ey]"
    r"|remains? to be|awaited|not (?:yet )?been (?:tested|shown|studied|proven))\b",
    re.I,
)


def _maybe(claim: Parsed, evidence: Sequence[Parsed]) -> str:
    """Told as proven where the evidence supposes it."""
    return _only_theirs(claim, evidence, said=_PROVED, theirs=_MAYBE, too=_PROVED)


def _only_theirs(
    claim: Parsed, evidence: Sequence[Parsed], *, said: re.Pattern[str], theirs: re.Pattern[str], too: re.Pattern[str]
) -> str:
    """The claim says a strong word; the evidence a weaker one, which the claim has not, and none of the strong ones."""
    strong = said.search(claim.text)
    if strong is None or DENIED.search(claim.text) or theirs.search(claim.text):
        return ""
    text = "\n".join(sentence.text for sentence in evidence)
    weak = theirs.search(text)
    if weak and not too.search(theirs.sub("", text)):
        return f"The claim says “{strong.group()}”, the passage “{weak.group()}”."
    return ""


_UNDECIDED = re.compile(
    r"\b(?:unclear|unknown|uncertain|undecided|unresolved|not known|not clear|debated|disputed|controversial)\b"
    r"(?: (?:if|whether|how))?"
    r"|\bremains? to be (?:seen|shown|determined|established|proven)\b",
    re.I,
)
_OPEN_TOO = re.compile(
    r"\b(?:unclear|unknown|uncertain\w*|undecided|unresolved|unproven|known|clear|may|might|could|possibl[ey]|perhaps|whether|question\w*"
    r"|open|debat\w+|disput\w+|controvers\w+|doubt\w*|yet|settled|sure)\b",
    re.I,
)


def _undecided(claim: Parsed, evidence: Sequence[Parsed]) -> str:
    """Told as a fact where the evidence leaves it undecided."""
    if _OPEN_TOO.search(claim.text) or DENIED.search(claim.text):
        return ""
    for sentence in evidence:
        left_open = _UNDECIDED.search(sentence.text)
        behind = sentence.text[left_open.end() :] if left_open else ""
        if left_open and coverage(claim.terms, weighted_terms(behind)) >= _SAME:
            return f"The passage calls it “{left_open.group()}”, the claim tells it as a fact."
    return ""


_CAUSE = re.compile(
    r"\b(?:caus(?:e[sd]?|ing)|prevent(?:s|ed|ing)?|make[s]? (?:[\w-]+ )+\w+|is responsible for|brings? about)\b", re.I
)
_WENT_ALONG = re.compile(
    r"\b(?:associat\w+|correlat\w+|link(?:ed|s)? (?:to|with)|predict\w+|observational|retrospective"
    r"|confound\w+|cross-sectional)\b",
    re.I,
)
_CAUSAL = re.compile(
    r"\b(?:caus\w+|due to|because|led to|leads? to|result(?:s|ed)? in|prevent\w*|randomi[sz]\w+|induc\w+|trial"
    r"|make[s]?|brings?)\b",
    re.I,
)


def _cause(claim: Parsed, evidence: Sequence[Parsed]) -> str:
    """An association told as a cause."""
    return _only_theirs(claim, evidence, said=_CAUSE, theirs=_WENT_ALONG, too=_CAUSAL)


_ASSUMED = re.compile(
    r"\b(?:assum\w+|expect\w+|anticipat\w+|hypothesi[sz]\w+|projected|will be|would be|sample size"
    r"|powered (?:to|for))\b",
    re.I,
)
_CAME_OUT = re.compile(
    r"\b(?:found|showed|observed|saw|demonstrated|achieved|turned out|as (?:this|the) \w+ (?:found|shows?))\b", re.I
)


def _assumed(claim: Parsed, evidence: Sequence[Parsed]) -> str:
    """A figure that was assumed beforehand, told as what came out."""
    said = _CAME_OUT.search(claim.text)
    if said is None or _ASSUMED.search(claim.text):
        return ""
    held = [
        s.text[a:b]
        for s in evidence
        for a, b in s.clauses
        if any(same_value(f, g) and a <= g.start < b for f in claim.figures for g in s.figures if f.kind == "percent")
    ]
    found = [_ASSUMED.search(clause) for clause in held]
    if found and found[0] and all(found):
        return f"The claim says “{said.group()}”, the passage “{found[0].group()}”."
    return ""


OVERSTATED = (_widened, _everyone, _of_the_whole, _unshown, _maybe, _undecided, _cause, _assumed)
"""The rules, in the order in which they are asked."""
