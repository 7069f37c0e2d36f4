"""A figure of the evidence with what it belongs to, as the checks of a claim's figures look at it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qa.bindings import Bound, bindings
from qa.parsed import Parsed, coverage, parse
from qa.quantity import Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A figure of the evidence; `rows` are the labels of its table's rows, where it stands in one."""

    bound: Bound
    sentence: Parsed
    subject: float
    rows: tuple[str, ...] = ()


JOINED = re.compile(r"\bor\b|\band/or\b|\b(?:composite|combined|end-?points?|events?|either|alive|free)\b|/", re.I)
"""Words by which a claim may speak of several events together."""
EARLY = re.compile(
    r"\s*(?:\([^()]*\)\s*)?(?:at (?:baseline|admission|entry|inclusion)|before\b|initially|pre-?operatively)", re.I
)
LATE = re.compile(
    r"\s*(?:\([^()]*\)\s*)?(?:at (?:follow-?up|the end)|after\b|afterwards|later|post-?operatively)", re.I
)
"""Behind a figure, which end of a change it is: "58 mmHg before", "44 mmHg at follow-up"."""


def found_in(evidence: Sequence[Parsed], subject: dict[str, float]) -> Iterator[Found]:
    """Every figure of the evidence; `subject` are the terms of the claim's clause: each sentence has a share of them.

    A figure in a table knows the labels of the table's rows.
    """
    rows = tuple(sentence.text.partition("|")[0] for sentence in evidence if "|" in sentence.text)
    for sentence in evidence:
        share = coverage(subject, {**parse(sentence.heading).terms, **sentence.terms})
        own = rows if "|" in sentence.text else ()
        for bound in bindings(sentence.text, sentence.heading):
            yield Found(bound=bound, sentence=sentence, subject=share, rows=own)


def listed(names: frozenset[str]) -> str:
    """Names as a reason tells them."""
    return " or ".join(sorted(names))


def printed(figure: Quantity) -> str:
    """The figure as printed, with a shared unit added."""
    text = " ".join(figure.text.split())
    return f"{text} {figure.printed_unit}".strip() if figure.shared and figure.printed_unit else text
