"""What kind of evidence a document is, from what it says of itself."""

from __future__ import annotations

import re
from collections.abc import Sequence

from domain.document import Kind
from ingest.draft import Block, plain
from ingest.headings import part_of

_BY_TITLE: tuple[tuple[Kind, str], ...] = (
    ("case-series", r"\bcase series\b|\bseries of \w+ cases\b"),
    ("case-report", r"\bcase reports?\b|\ba case of\b|\ban? unusual case\b|\b(?:a|rare) case\b"),
    ("meta-analysis", r"\bmeta-?\s?analys[ie]s\b|\bsystematic review\b|\bpooled analysis\b"),
    ("guideline", r"\bguidelines?\b|\bpractice (?:standards?|recommendations?)\b"),
    ("consensus", r"\bconsensus\b|\bposition (?:paper|statement)\b|\bscientific statement\b|\bexpert opinion\b"),
    ("rct", r"\brandomi[sz]ed\b|\brandomi[sz]ation\b|\bplacebo-controlled\b"),
    ("registry", r"\bregistry\b|\bregister\b"),
    ("cohort", r"\bcohort\b|\bprospective\b|\bretrospective\b|\blongitudinal\b|\bfollow-up study\b|\bobservational\b"),
    ("review", r"\breview\b|\bstate[- ]of[- ]the[- ]art\b|\boverview\b|\bupdate\b"),
)
_BY_ABSTRACT: tuple[tuple[Kind, str], ...] = (
    (
        "meta-analysis",
        r"\bmeta-?analys[ie]s (?:of|was|were)\b|\bwe (?:conducted|performed) a (?:systematic review|meta)",
    ),
    (
        "rct",
        r"\bwere randomi[sz]ed\b|\brandomly (?:assigned|allocated)\b|\brandomi[sz]ed (?:controlled|clinical) trial\b",
    ),
    (
        "case-report",
        r"\bwe (?:report|describe|present) (?:the|a) (?:\w+ ){0,3}case\b"
        r"|\b\d{1,3}[- ]year[- ]old (?:\w+ )?(?:man|woman|male|female|patient|boy|girl)\b",
    ),
    ("registry", r"\bregistry\b"),
    ("cohort", r"\b(?:prospective|retrospective) (?:\w+ ){0,3}(?:cohort|study|analysis)\b|\bcohort study\b"),
)


def guess_kind(title: str, blocks: Sequence[Block]) -> Kind:
    """The kind its title, then its headings, then its abstract state; "other" when none of them does."""
    found = kind_of_words(title, _BY_TITLE)
    if found:
        return found
    headings = [plain(block.text) for block in blocks if block.role == "heading"]
    if any(part_of(heading) == "case" for heading in headings):
        return "case-series" if any("series" in heading.casefold() for heading in headings) else "case-report"
    return kind_of_words(_abstract(blocks), _BY_ABSTRACT) or "other"


def kind_of_words(words: str, rules: tuple[tuple[Kind, str], ...] = _BY_TITLE) -> Kind | None:
    """The first kind whose rule finds its words; None when none does."""
    return next((kind for kind, rule in rules if re.search(rule, words, re.IGNORECASE)), None)


def _abstract(blocks: Sequence[Block]) -> str:
    words: list[str] = []
    inside = False
    for block in blocks:
        if block.role == "heading":
            if inside and block.level == 1:
                break
            inside = inside or part_of(plain(block.text)) == "abstract"
        elif inside and block.role == "prose":
            words.append(plain(block.text))
    return " ".join(words)
