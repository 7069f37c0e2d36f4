"""In which order a text says that two treatments were given."""

from __future__ import annotations

import re
from dataclasses import dataclass

from domain.document import Document
from domain.sentences import sentence_spans
from qa.entities import entities

_AFTER = re.compile(r"\b(?:after|following)\b(?! (?:this|that|which))", re.IGNORECASE)
_BEFORE = re.compile(r"\b(?:followed by|before|prior to)\b", re.IGNORECASE)
_NEAR = 60
"""Characters between the word of order and the treatment that it governs."""
_PROCEDURES = {
    "CABG": r"\bCABG\b|coronary artery bypass",
    "ablation": r"\b(?:catheter )?ablation\b",
    "PCI": r"\bPCI\b|percutaneous coronary intervention",
    "TAVI": r"\bTAV[IR]\b|transcatheter aortic valve",
    "ECMO": r"\bECMO\b|extracorporeal membrane oxygenation",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderClaim:
    """`first` was given before `second`, says the sentence at the half-open span; `abstract` tells where it stands."""

    first: str
    second: str
    abstract: bool
    start: int
    end: int


def order_claims(document: Document) -> tuple[OrderClaim, ...]:
    """Every sentence of the prose that puts two treatments in order with after, following, before or followed by."""
    found: list[OrderClaim] = []
    for section in document.sections:
        if section.role != "prose":
            continue
        abstract = "abstract" in section.heading.casefold() or "summary" in section.heading.casefold()
        for start, end in sentence_spans(document.text, section.start, section.end):
            pair = ordered(document.text[start:end])
            if pair is not None:
                found.append(OrderClaim(first=pair[0], second=pair[1], abstract=abstract, start=start, end=end))
    return tuple(found)


def ordered(sentence: str) -> tuple[str, str] | None:
    """The two treatments in the order of their giving; None where the sentence does not tell exactly that."""
    words = [(match, True) for match in _AFTER.finditer(sentence)]
    words += [(match, False) for match in _BEFORE.finditer(sentence)]
    if len(words) != 1:
        return None
    word, turned = words[0]
    named = _treatments(sentence)
    left = [name for name, start, end in named if end <= word.start()]
    right = [name for name, start, end in named if 0 <= start - word.end() <= _NEAR]
    if not left or not right or len(set(left)) != 1 or left[-1] == right[0]:
        return None
    return (right[0], left[-1]) if turned else (left[-1], right[0])


def _treatments(sentence: str) -> list[tuple[str, int, int]]:
    found = [(e.name, e.start, e.end) for e in entities(sentence) if e.kind == "device"]
    for name, words in _PROCEDURES.items():
        found += [(name, match.start(), match.end()) for match in re.finditer(words, sentence)]
    return sorted(found, key=lambda item: (item[1], item[2]))
