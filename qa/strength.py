"""How strongly something is recommended, on one ordinal scale."""

from __future__ import annotations

import re

from qa.finding import Finding
from qa.parsed import Parsed

AGAINST, MAY, SHOULD_CONSIDER, RECOMMENDED = 0, 1, 2, 3
"""Class III, IIb, IIa and I of the societies' scale."""
_WORDS = {
    AGAINST: "not recommended",
    MAY: "may be considered",
    SHOULD_CONSIDER: "should be considered",
    RECOMMENDED: "recommended",
}
_PHRASES: dict[int, str] = {
    AGAINST: r"\b(?:(?:does|do|did) not recommend|no longer (?:[\w-]+ )?(?:recommend|indicat|advis)\w*"
    r"|ceased to be (?:recommended|advised)|(?:not|never) (?:be )?(?:routinely |generally )?"
    r"(?:recommended|indicated|advised|"
    r"be (?:used|performed|done|offered|considered))|should not|must not"
    r"|(?<!unless )(?<!not )contra-?indicated|recommends? against|"
    r"advis\w+ against|recommend(?:s|ed|ation)? not to|class III\b|no benefit|not to be used)",
    SHOULD_CONSIDER: r"\b(?:should (?:also )?be considered|(?:is|are) (?:considered )?reasonable|"
    r"ought to be considered|class (?:IIa|2a)\b|deserves? consideration|can be (?:useful|beneficial))",
    MAY: r"\b(?:(?:may|might|could|can) (?:also |then |still )?"
    r"be (?:considered|reasonable|used|offered|given|administered|tried|performed|added|an option)"
    r"|may (?:receive|undergo|have|get)|is an option"
    r"|class (?:IIb|2b)\b|(?:may|might) consider)",
    RECOMMENDED: r"\b(?:recommended\b|recommends? (?!against|not)|(?:is|are) indicated\b"
    r"|should (?:[\w-]+ly )?be (?!considered)\w+|must be|"
    r"should (?:receive|undergo|have|get)|class (?:I|1)\b(?!-)|is (?:mandatory|required))",
}
_PATTERNS = {level: re.compile(words, re.IGNORECASE) for level, words in _PHRASES.items()}
"""In the order in which they are read: words read as one level are not read again as another."""


_GRADE = {
    "strong": re.compile(r"\bstrong(?:ly)? recommend\w*", re.I),
    "conditional": re.compile(r"\b(?:conditional|weak) recommendation|\bconditionally recommend\w*", re.I),
}
"""The two strengths of the GRADE working group (BMJ 2008;336:924)."""
_CLASS = re.compile(r"\b(?:class|COR)\s+(?:III|IIa|IIb|I|2a|2b|1|3)\b(?:\s+recommend\w+)?", re.I)


def levels(text: str, *, classes: bool = True) -> frozenset[int]:
    """Every level of recommendation in `text`, 0 (against) to 3 (recommended); `classes` reads "class IIa" as one."""
    if not classes:
        text = _CLASS.sub(" ", text)
    found: set[int] = set()
    rest = text
    for level, pattern in _PATTERNS.items():
        if pattern.search(rest):
            found.add(level)
            rest = pattern.sub(" ", rest)
    return frozenset(found)


def check_strength(claim: Parsed, evidence: Parsed) -> list[Finding]:
    """What speaks against the claim's strength, given the sentence that carries it."""
    graded = {strength for strength, words in _GRADE.items() if words.search(claim.text)}
    given_as = {strength for strength, words in _GRADE.items() if words.search(evidence.text)}
    if len(graded) == len(given_as) == 1 and graded != given_as:
        reason = f"The passage gives a {given_as.pop()} recommendation, the claim a {graded.pop()} one."
        return [Finding(check="strength", weight="contradicted", reason=reason)]
    ours, theirs = levels(claim.text, classes=False), levels(evidence.text, classes=False)
    if not ours or not theirs:
        ours, theirs = levels(claim.text), levels(evidence.text)
    if not ours or not theirs or ours & theirs:
        return []
    claimed, given = max(ours), max(theirs, key=lambda level: (-min(abs(level - one) for one in ours), level))
    said = f"The passage says “{_WORDS[given]}”, the claim “{_WORDS[claimed]}”"
    if AGAINST in (claimed, given):
        return [Finding(check="strength", weight="contradicted", reason=f"{said}: the opposite.")]
    return [
        Finding(
            check="strength",
            weight="partial",
            reason=f"{said}: {'stronger' if claimed > given else 'weaker'} than its source.",
        )
    ]
