"""Verification: whether the evidence says what the claim says.

`verify` runs named checks (figures, direction and negation, strength of recommendation, names) and weighs what is
left, the wording, by a small model. A check that fails decides the verdict and gives its reason; the score is the
probability that the evidence supports the claim.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from domain.claim import Support, Verdict
from qa.beside import check_beside
from qa.content import features, probability
from qa.contrast_check import check_contrast
from qa.direction_check import carrying, check_direction, topic
from qa.figure_check import check_figures
from qa.finding import ORDER, Finding
from qa.label_check import check_labels
from qa.name_check import check_names
from qa.order_check import check_order
from qa.parallel import check_parallel
from qa.parsed import Parsed, parse, sentences
from qa.registry import registry
from qa.strength import check_strength

if TYPE_CHECKING:
    from kb.embed import Embedder

Scorer = Callable[[str, str], float]
"""(evidence sentence, claim) → probability of support 0-1; replaces the last step, the weighing of the wording."""

SUPPORTED_FROM = 0.5
"""The score from which a claim without findings is supported: the even chance, for every kind of claim."""
_FACTOR = {"partial": 1.0, "unsupported": 0.8, "contradicted": 0.5}
"""What a finding of that weight leaves of the wording's probability; it is kept below SUPPORTED_FROM besides."""
_JUST_BELOW = 0.49
_OPEN = frozenset({"descriptor"})
"""Checks whose finding is shown and makes the verdict partial, but says nothing against the result itself."""
_VERBATIM = 0.99
_SUPPORT: dict[str, Support] = {"partial": "partial", "unsupported": "unsupported", "contradicted": "contradicted"}
_BLANKS = re.compile(r"[^\S\n]{9,}")
"""Longer runs of blanks than any table needs; patterns that skip blanks would crawl through thousands."""
_OPENS_ANEW = re.compile(r"(?:^|[.!?;:\n])[\s\"'“(\[]*$")
_TURNS = re.compile(
    r"\b(?:not|no|none|never|without|neither|nor|if|unless|whether|except|only|may|might|could|denied?|fail\w*"
    r"|reject\w*|refut\w*|disprov\w*|hypothes\w*|assum\w*|unproven|unlikely)\b",
    re.I,
)
_DENIED_BEHIND = re.compile(r"\s+(?:only|(?:in|at|for|with|by|after|on|among) (?:neither|none|no))\b", re.I)
_DOUBTED_BEFORE = re.compile(
    r"\b(?:(?:hypothesis|notion|idea|assumption|belief)|no (?:evidence|proof)|not (?:shown|true|clear)) that\s+$",
    re.I,
)
_ENDS = re.compile(r"[.!?;](?=\s|$)|\n|$")


def verify(
    claim: str,
    evidence: Sequence[str],
    embedder: Embedder | None = None,
    *,
    scorer: Scorer | None = None,
) -> Verdict:
    """The verdict on `claim` given the passages `evidence`; no evidence at all is "unsupported", score 0.

    Without an `embedder` the wording is weighed by its words alone. Reasons are sentences; they are empty for a claim
    that is supported without reserve.
    """
    passages = [_BLANKS.sub(" " * 8, passage) for passage in evidence if passage.strip()]
    if not claim.strip() or not passages:
        return Verdict(support="unsupported", score=0.0, reasons=("There is no passage to support the claim.",))
    if any(is_slice(claim, passage) for passage in passages):
        return Verdict(support="supported", score=_VERBATIM)
    read = parse(" ".join(claim.split()))
    lines = [sentence for passage in passages for sentence in sentences(passage)]
    findings = find(read, lines, passages)
    score = _score(read, lines, findings, embedder, scorer, passages)
    return _verdict(read, lines, findings, score)


def find(claim: Parsed, evidence: Sequence[Parsed], passages: Sequence[str] = ()) -> list[Finding]:
    """Every finding of the checks, the weightiest first.

    Where the passages are a registry's tables of events, sums and differences of their counts are no strange figures:
    only names are checked, and the table is counted instead (`qa.registry_check`).
    """
    if registry("\n".join(passages)).rows:
        return check_names(claim, evidence)
    found = [*check_figures(claim, evidence), *check_labels(claim, evidence), *check_beside(claim, evidence)]
    found += [*check_contrast(claim, evidence), *check_parallel(claim, evidence), *check_order(claim, evidence)]
    found += [*check_names(claim, evidence), *check_direction(claim, evidence), *_cut_short(claim, passages)]
    carriers = carrying(claim, evidence, 0.3)
    if carriers:
        found += check_strength(claim, carriers[0])
    unique = {finding.reason: finding for finding in found}
    return sorted(unique.values(), key=lambda finding: -ORDER.index(finding.weight))


def is_slice(claim: str, passage: str) -> bool:
    """Whether the claim is a verbatim slice of the passage (white space folded) that nothing beside it turns round.

    A whole sentence always is; a part of one where the rest of it neither denies nor doubts.
    """
    wanted, text = " ".join(claim.split()).rstrip("."), " ".join(passage.split())
    at = text.find(wanted)
    while at >= 0:
        end = at + len(wanted)
        whole = not (text[at - 1 : at].isalnum() or text[end : end + 1].isalnum())
        before = text[:at]
        opening = before[max(before.rfind(mark) for mark in (". ", "; ", "? ")) + 1 :]
        close = _ENDS.search(text, end)
        rest = text[end : close.start() if close else end]
        untouched = not _TURNS.search(rest) and (
            bool(_OPENS_ANEW.search(before)) or (len(wanted.split()) >= 4 and not _TURNS.search(opening))
        )
        if whole and untouched:
            return True
        at = text.find(wanted, at + 1)
    return False


def _cut_short(claim: Parsed, passages: Sequence[str]) -> list[Finding]:
    """At most one finding: a claim printed in a passage, without the words right beside it that turn it round."""
    wanted = claim.text.rstrip(".")
    for passage in passages:
        text = " ".join(passage.split())
        at = text.find(wanted)
        left_out = at >= 0 and (_DENIED_BEHIND.match(text, at + len(wanted)) or _DOUBTED_BEFORE.search(text[:at]))
        if left_out:
            reason = f"The passage has “{left_out.group().strip()}” beside these words, the claim leaves it out."
            return [Finding(check="negation", weight="contradicted", reason=reason)]
    return []


def _score(
    claim: Parsed,
    evidence: Sequence[Parsed],
    findings: Sequence[Finding],
    embedder: Embedder | None,
    scorer: Scorer | None,
    passages: Sequence[str],
) -> float:
    if scorer is not None:
        best = carrying(claim, evidence, 0.0)[:3]
        score = max((scorer(sentence.text, claim.text) for sentence in best), default=0.0)
    else:
        score = probability(features(claim, evidence, findings, embedder, passages))
    return held_against(score, findings)


def held_against(score: float, findings: Sequence[Finding]) -> float:
    """What the findings, weightiest first, leave of the wording's probability of support, 0-1."""
    if not findings or all(finding.check in _OPEN for finding in findings):
        return score
    return min(score * _FACTOR[findings[0].weight], _JUST_BELOW)


def _verdict(claim: Parsed, evidence: Sequence[Parsed], findings: Sequence[Finding], score: float) -> Verdict:
    reasons = tuple(finding.reason for finding in findings)
    if findings:
        return Verdict(support=_SUPPORT[findings[0].weight], score=round(score, 4), reasons=reasons)
    if score >= SUPPORTED_FROM:
        return Verdict(support="supported", score=round(score, 4))
    missing = _missing(claim, evidence)
    reason = f"The passage does not speak of {missing}." if missing else "The passage does not clearly say this."
    return Verdict(support="unsupported", score=round(score, 4), reasons=(reason,))


def _missing(claim: Parsed, evidence: Sequence[Parsed]) -> str:
    """The claim's most telling words that no sentence holds, as printed."""
    present = {stem for sentence in evidence for stem in (*sentence.terms, *parse(sentence.heading).terms)}
    absent = [(value, stem) for stem, value in topic(claim).items() if stem not in present]
    words = []
    for _, stem in sorted(absent, key=lambda item: (-item[0], item[1]))[:3]:
        printed = next((w for w in re.findall(r"[\w/-]+", claim.text) if stem in parse(w).terms), None)
        if printed:
            words.append(f"“{printed}”")
    return ", ".join(dict.fromkeys(words))
