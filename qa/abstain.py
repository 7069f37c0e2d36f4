"""Whether the candidates are enough to answer from; and if not, what is missing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from domain.answer import Reason
from qa.calibration import Calibration
from qa.compose import HEAD, HEAVY, lacks, probability
from qa.concepts import covered, named
from qa.entities import entities
from qa.features import MEASURES, Candidate, led_by
from qa.question import Need, Question, missing, same_time, times

OFF_TOPIC_COSINE = 0.25
"""Below this likeness of the question to the best sentence nothing of the subject is in the base."""
_NOTHING = re.compile(r"\b(no results? (?:is|are|were|was) |not (?:yet )?(?:been )?reported|must not be quoted)", re.I)
"""A source that says it has no result is shown as the nearest passage, not as an answer."""
_OWN = re.compile(
    r"\b(?:our|my) (?:own )?(?:hospital|cent(?:re|er)|unit|clinic|department|institution|programme|program|lab)\b", re.I
)
"""The asker's own house, of whose figures no publication tells."""
_NO_RESULTS = re.compile(r"\bno results? (?:is|are) (?:yet )?available\b", re.I)
_RESULT = re.compile(
    r"\b(?:outcomes?|results?|show|shown|find|found|findings?|effects?|effective|efficacy|benefits?|help|work|safe"
    r"|reduc\w+|lower\w*|improv\w+|prolong\w*|prevent\w*|better|worse|superior|surviv\w+)\b",
    re.I,
)
_PLANNED = re.compile(r"\b(?:end ?points?|design|measure[ds]?|testing|planned|primary outcome)\b", re.I)
"""What asks for how a study is made rather than for what came out."""
_CENTRE = re.compile(r"\b(clinic|hospital|university|centre|center|institute|infirmary|college|registry)\b", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """Why a question is not answered: the reason, what was asked and is not there, and which slot that is."""

    reason: Reason
    missing: str | None
    slot: str | None


def enough(question: Question, ranked: Sequence[Candidate], model: Calibration) -> Lack | None:
    """None when the ranked candidates carry an answer; else what they lack."""
    if not ranked:
        return Lack(reason="off-topic", missing=None, slot="topic")
    head = ranked[:HEAD]
    lacking = _least_lacking(question, ranked)
    bars = _barred(question, ranked, lacking)
    if bars is None and (_tells_all(question, ranked[0]) or probability(question, ranked, model) >= model.threshold):
        return None
    if max(c.features["cosine"] for c in head) < OFF_TOPIC_COSINE:
        return Lack(reason="off-topic", missing=_words(lacking), slot="topic")
    if bars is not None and bars.slot is not None:
        return bars
    heavy = [need for need in lacking if need.weight >= HEAVY]
    if question.wants == "figure" and not heavy:
        return Lack(reason="figure-not-found", missing=_words(lacking) or "the figure asked for", slot="measure")
    return Lack(reason="not-covered", missing=_words(heavy or lacking), slot="topic" if len(heavy) > 1 else "measure")


def _tells_all(question: Question, best: Candidate) -> bool:
    """Whether the best sentence is of a named study and tells the measure asked for and all else that is asked."""
    asked = bool(question.names) and best.features["measure_told"] == 1.0
    return asked and not missing(question, best.text, best.context)


def barred(question: Question, ranked: Sequence[Candidate]) -> Lack | None:
    """What refuses whatever the trees say, None where nothing does; at least one candidate.

    A name that nobody speaks of, a device that is only mentioned, a figure of the asker's own hospital, a time at which
    the subject is not told, and a best passage that says there is no result (then without a slot).
    """
    return _barred(question, ranked, _least_lacking(question, ranked))


def _barred(question: Question, ranked: Sequence[Candidate], lacking: Sequence[Need]) -> Lack | None:
    head = ranked[:HEAD]
    names = [need for need in lacking if need.name and need.weight >= HEAVY]
    names = names or _another_device(question, head)
    if names:
        return Lack(reason="not-covered", missing=_words(names), slot=_name_slot(question, names))
    own = _OWN.search(question.text)
    if own and (question.wants == "figure" or MEASURES & set(named(question.text))):
        return Lack(reason="not-covered", missing=own[0], slot="centre")
    untimed = _time_missing(question, ranked)
    if untimed:
        return Lack(reason="not-covered", missing=untimed, slot="time point")
    return Lack(reason="not-covered", missing=None, slot=None) if _has_no_result(question, ranked) else None


def _has_no_result(question: Question, ranked: Sequence[Candidate]) -> bool:
    """Whether the best sentence says so itself, or its record does where a result is asked for and not what is planned.

    What tells several facts together may say it of one of them alone.
    """
    first = ranked[0]
    if not first.hit.passage.facts and _NOTHING.search(first.text):
        return True
    if first.hit.document.origin != "record" or not _RESULT.search(question.text):
        return False
    its = [c for c in ranked if c.hit.passage.doc_id == first.hit.passage.doc_id]
    return not _PLANNED.search(question.text) and any(_NO_RESULTS.search(c.text) for c in its)


def _least_lacking(question: Question, ranked: Sequence[Candidate]) -> tuple[Need, ...]:
    return min(lacks(question, ranked), key=lambda needs: sum(need.weight for need in needs))


def _another_device(question: Question, head: Sequence[Candidate]) -> list[Need]:
    """The asked-for devices, where the best sentence speaks of another one and what it tells is not told of them."""
    asked = _devices(question.text)
    best = (_devices(head[0].text) or _devices(head[0].hit.document.title)) if asked else frozenset[str]()
    if not best or best & asked:
        return []
    wanted = [need for need in question.needs if _devices(need.words) & asked]
    if not set(wanted) & set(missing(question, head[0].text, head[0].hit.document.title)):  # by a narrower name
        return []
    told = set(question.needs) - set(missing(question, head[0].text)) - set(wanted)
    for candidate in head:
        if _devices(candidate.text) & asked and not told & set(missing(question, candidate.text)):
            return []
    return wanted


@lru_cache(maxsize=4096)
def _devices(text: str) -> frozenset[str]:
    return frozenset(name.name for name in entities(text) if name.kind == "device")


def _time_missing(question: Question, ranked: Sequence[Candidate]) -> str | None:
    """The asked-for time point when the subject is told at other times only; None when it is there or none is asked."""
    around = [f"{c.text} . {c.context}" for c in ranked[:HEAD]]
    if question.years and not any(str(year) in text for text in around for year in question.years):
        return str(question.years[-1])
    if not question.times:
        return None
    told = [times(text) for text in _of_the_study(question, ranked) or around]
    if any(same_time(a, b) for spoken in told for a in question.times for b in spoken):
        return None
    days = question.times[-1]
    unit, length = ("years", 365.25) if days >= 365 else ("months", 30.4375) if days >= 60 else ("days", 1.0)
    return f"{round(days / length, 1):g} {unit}"


def _of_the_study(question: Question, ranked: Sequence[Candidate]) -> list[str]:
    """What single facts of a record tell of the asked-for measure in the one study that is named; none without."""
    wanted = MEASURES & set(named(question.text))
    if len(question.studies) != 1 or not wanted:
        return []
    return [
        c.text
        for c in ranked
        if c.hit.document.origin == "record"
        and not c.hit.passage.facts
        and led_by(question, c.text, c.hit)
        and wanted & set(covered(c.text))
    ]


def _words(needs: Sequence[Need]) -> str | None:
    return ", ".join(dict.fromkeys(need.words for need in needs)) or None


def _name_slot(question: Question, names: Sequence[Need]) -> str:
    first = names[0].words
    at = question.text.find(first)
    if _CENTRE.search(question.text[at : at + len(first) + 40]):
        return "centre"
    return "trial" if re.search(r"[A-Z]{3}", first) else "device"
