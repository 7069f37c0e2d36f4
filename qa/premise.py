"""What a question takes for granted, held against the answer's own passages: "Why did the trial show …?"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from domain.claim import Citation, Claim
from qa.parsed import parse, sentences
from qa.remark import Remark
from qa.verify import find

_WHY = re.compile(
    r"^\s*(?:so\s+|and\s+)?(?:why|how come)\s+(?:did|does|do|is|are|was|were|has|have|had|would|should|can|could)\s+"
    r"(?P<premise>\w.*?)[\s?!.]*$",
    re.IGNORECASE,
)
_TURNED = frozenset({"direction", "negation", "strength", "contrast"})
"""Checks by which a premise may be wrong; a figure or a name that a question leaves out is no error of it."""


def premise_remarks(question: str, claims: Sequence[Claim], citations: Sequence[Citation]) -> list[Remark]:
    """At most one remark: that the passages which the answer cites say otherwise than a "why" takes for granted."""
    asked = _WHY.match(question)
    if asked is None:
        return []
    premise = parse(asked["premise"] + ".")
    told = [sentence for claim in claims for sentence in sentences(claim.text)]
    wrong = [f for f in find(premise, told) if f.weight == "contradicted" and f.check in _TURNED]
    if not wrong:
        return []
    reason = wrong[0].reason.replace("The claim", "The question").replace("the claim", "the question")
    text = f"The question takes for granted what these passages do not say. {reason}"
    by_number = {citation.n: citation for citation in citations}
    cited = dict.fromkeys(n for claim in claims for n in claim.citations)
    return [Remark(kind="premise", text=text, spans=tuple(Remark.span(by_number[n]) for n in cited))]
