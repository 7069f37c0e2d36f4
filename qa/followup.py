"""A follow-up question made to stand alone: "and in ischaemic disease?" takes the rest from the question before."""

from __future__ import annotations

import re
from collections.abc import Sequence

import prompts
from domain.errors import ModelError
from qa.chatmodel import Asker
from qa.entities import Entity, entities

PROMPT = "followup.v1"
LONGEST = 300
"""Characters of a rewritten question; a longer one is not a question any more."""
FRAGMENT_WORDS = 5
"""A follow-up without a verb of its own has at most this many words ("the same with PASCAL")."""

_LEAD = re.compile(
    r"^\s*(?:(?:and|but|so|then|also|or|ok(?:ay)?|yes|no|right|thanks|thank you|sorry|well|hm+)\b[\s,.:;–-]*)*"
    r"(?:(?:what|how) about\b[\s,:]*|what if (?:it is|it's)\b\s*|the same (?:for|in|with|at)?\b\s*)?",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"^(?:what|which|who|whom|whose|when|where|why|how|is|are|was|were|do|does|did|can|could|should|would|will|has|have|had)\b",
    re.IGNORECASE,
)
_PREPOSITION = re.compile(
    r"^(?:in|at|for|with|without|after|before|among|on|under|over|by|during|within|versus|vs\.?|compared)\b",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"^(?:the|a|an)\s+", re.IGNORECASE)
_PRONOUN = re.compile(
    r"\b(?:it|they|them|those|these|(?:this|that|the)\s+(?:same\s+)?(?:trial|study|device|drug|therapy|treatment|registry|"
    r"procedure|approach|patients|population))\b(?!\s+(?:recommended|said|reported|known|possible|true)\s+that)",
    re.IGNORECASE,
)
_POSSESSIVE = re.compile(r"\b(?:its|their)\b", re.IGNORECASE)
_SUBJECTS = ("trial", "device", "drug", "centre", "society", "population")
"""What a pronoun may stand for, the likeliest first."""
_SWAPPED = (*_SUBJECTS, "timepoint", "severity", "measure")


def stand_alone(question: str, earlier: Sequence[str], ask: Asker | None = None) -> str:
    """`question` as it would be put to someone who did not hear `earlier` (oldest first, each standing alone).

    By the model when `ask` is given and its line is usable, by rule otherwise. A question that stands alone comes
    back as it is. Never fails.
    """
    if not earlier or not question.strip():
        return question
    if ask is not None and (rewritten := _by_model(question, earlier, ask)) is not None:
        return rewritten
    return by_rule(question, earlier[-1])


def by_rule(question: str, before: str) -> str:
    """The follow-up completed from the question before it; a question of its own comes back unchanged."""
    lead = _LEAD.match(question)
    core = question[lead.end() if lead else 0 :].strip().rstrip("?!. ").strip()
    led = core != question.strip().rstrip("?!. ").strip()
    if not core:
        return before
    if _ASKS.fullmatch(core):
        return f"{_ended(before)}, and {core.lower()}?"
    if _ASKS.match(core):
        return _completed(core, before) if led or _refers(core) else question
    if _refers(core):
        return _completed(core, before)
    if led or _PREPOSITION.match(core) or len(core.split()) <= FRAGMENT_WORDS:
        return _exchanged(core, before)
    return question


def _refers(core: str) -> bool:
    return bool(_PRONOUN.search(core) or _POSSESSIVE.search(core))


def _completed(core: str, before: str) -> str:
    """A whole question with its pronouns resolved, or with the subject that it left out."""
    subject = _subject(before)
    if subject is None:
        return f"{_opened(core)}? ({_ended(before)})" if _refers(core) else f"{_opened(core)}?"
    if _refers(core):
        told = _POSSESSIVE.sub(subject.text + "'s", core, count=1)
        return f"{_opened(_PRONOUN.sub(subject.text, told, count=1))}?"
    if any(found.kind in _SUBJECTS for found in entities(core)):
        return f"{_opened(core)}?"
    return f"{_opened(core)} ({subject.text})?"


def _exchanged(core: str, before: str) -> str:
    """The question before, with the thing of the same kind exchanged, or else with the fragment added."""
    bare = _ended(before)
    placed = _PREPOSITION.match(core)
    new = entities(core)
    for kind in _SWAPPED:
        mine = next((found for found in new if found.kind == kind), None)
        theirs = [found for found in entities(bare) if found.kind == kind]
        if mine is None or len({found.name for found in theirs}) != 1 or theirs[0].name == mine.name:
            continue
        if placed and kind == "population":
            continue  # "in ischaemic disease" narrows "functional MR", it does not replace it
        start, end = theirs[0].start, theirs[0].end
        opens = re.search(rf"{_PREPOSITION.pattern[1:]}\s+$", bare[:start], re.IGNORECASE)
        if placed and opens:
            start = opens.start()
        stub = core if not placed or opens else core[mine.start :]
        return f"{bare[:start]}{_ARTICLE.sub('', stub) if not placed else stub}{bare[end:]}?"
    if placed:
        return f"{bare} {core}?"
    return f"{bare}, regarding {core}?"


def _subject(before: str) -> Entity | None:
    found = entities(before)
    return next((entity for kind in _SUBJECTS for entity in found if entity.kind == kind), None)


def _by_model(question: str, earlier: Sequence[str], ask: Asker) -> str | None:
    system, user = prompts.load(PROMPT).render(
        earlier="\n".join(f"- {' '.join(asked.split())}" for asked in earlier[-5:]), question=" ".join(question.split())
    )
    try:
        lines = ask(system, user).strip().splitlines()
    except ModelError:
        return None
    told = " ".join(lines[0].split()).strip("\"'` ") if len(lines) == 1 else ""
    figures = re.findall(r"\d+(?:[.,]\d+)*", told)
    asked = " ".join([question, *earlier])
    plain = bool(told) and len(told) <= LONGEST and told.endswith("?") and told.isprintable()
    return told if plain and all(figure in asked for figure in figures) else None


def _opened(text: str) -> str:
    return text[:1].upper() + text[1:]


def _ended(text: str) -> str:
    return text.strip().rstrip("?!. ")
