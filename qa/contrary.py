"""The contrary of a claim: the same sentence with its direction or its negation turned round."""

from __future__ import annotations

import re
from functools import lru_cache

_PAIRS = """increase decrease|increases decreases|increased decreased|increasing decreasing|higher lower|greater smaller
more less|improve worsen|improves worsens|improved worsened|improving worsening|improvement worsening|reduce increase
reduces increases|reduced increased|reducing increasing|reduction increase|better worse|longer shorter
positive negative|positively negatively|promote inhibit|promotes inhibits|promoted inhibited|activates inhibits
activate inhibit|activation inhibition|enhances impairs|enhance impair|enhanced impaired|protective harmful
effective ineffective|efficient inefficient|superior inferior|high low|elevated reduced|upregulates downregulates
upregulated downregulated|prevents causes|prevent cause|large small|many few|common rare|same different
similar different|most least|included excluded|include exclude|eligible ineligible|can cannot
dependent independent|presence absence|early late|benefit harm|benefits harms|rose fell|rises falls|rise fall
always never|susceptible resistant|stronger weaker|strong weak|decline rise|declined rose|loss gain|lack presence
lowers raises|lower higher|lowered raised|fewer more|allowed prohibited|accepted rejected|required optional
favours disfavours|beneficial detrimental|safe unsafe|survival death|gain loss|gained lost|accelerates slows"""
_FIRST = (
    (re.compile(r"\bno (statistically )?significant (?=\w)", re.I), "a significant "),
    (re.compile(r"\b(is|are|was|were|can|could|does|do|did|has|have|will|would|should|may) not\b", re.I), r"\1"),
    (re.compile(r"\bcannot\b", re.I), "can"),
    (re.compile(r"\b(?:no|none of the|neither)\b", re.I), "some"),
    (re.compile(r"\b(?:not|never)\s", re.I), ""),
    (re.compile(r"\bwithout\b", re.I), "with"),
)
_AUXILIARY = re.compile(r"\b(is|are|was|were|can|could|does|do|did|has|have|will|would|should|may)\b")


@lru_cache(maxsize=1)
def _turned() -> dict[str, str]:
    table: dict[str, str] = {}
    for pair in re.split(r"[|\n]", _PAIRS):
        one, other = pair.split()
        table.setdefault(one, other)
        table.setdefault(other, one)
    return table


@lru_cache(maxsize=4096)
def contrary(claim: str) -> str:
    """The claim turned round: a negation is taken out, else a direction is reversed, else a negation is put in."""
    for pattern, replacement in _FIRST:
        turned = pattern.sub(replacement, claim, count=1)
        if turned != claim:
            return turned
    words = re.split(r"(\w+)", claim)
    for index in range(1, len(words), 2):
        other = _turned().get(words[index].lower())
        if other:
            words[index] = other
            return "".join(words)
    turned = _AUXILIARY.sub(r"\1 not", claim, count=1)
    return turned if turned != claim else f"It is not true that {claim}"
