"""From candidates to an answer's sentences: rank, decide whether it is enough, choose up to four."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files

import numpy as np

from qa.candidates import Candidate
from qa.question import Need, Question, missing

MAX_CLAIMS = 4
MAX_WORDS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What `chordae eval calibrate` fitted, read from qa/answering.json.

    `ranker` and `decision` are logistic regressions by feature name, with "intercept"; `threshold` is the probability
    (0-1) from which a question counts as answerable; `novelty`, `redundancy` and `reach` steer the choice of further
    sentences: what a newly covered need adds, what likeness to a chosen sentence costs, and how far below the best a
    sentence may lie (all in the ranker's log-odds).
    """

    ranker: Mapping[str, float]
    decision: Mapping[str, float]
    threshold: float
    novelty: float
    redundancy: float
    reach: float


@lru_cache(maxsize=1)
def calibration() -> Calibration:
    """The committed calibration."""
    data = json.loads(files("qa").joinpath("answering.json").read_text(encoding="utf-8"))
    return Calibration(**{name: data[name] for name in Calibration.__dataclass_fields__})


def linear(weights: Mapping[str, float], features: Mapping[str, float]) -> float:
    """The log-odds of a logistic regression; a feature without a weight counts nothing."""
    return weights.get("intercept", 0.0) + sum(weights.get(name, 0.0) * value for name, value in features.items())


def rank(found: Sequence[Candidate], model: Calibration) -> list[Candidate]:
    """The candidates with their score (log-odds of carrying the asked-for fact), best first, ties by place."""
    scored = [replace(candidate, score=linear(model.ranker, candidate.features)) for candidate in found]
    return sorted(scored, key=lambda candidate: (-candidate.score, candidate.key))


def decision_features(question: Question, ranked: Sequence[Candidate]) -> dict[str, float]:
    """What speaks for and against answering, from the ranked candidates (at least one)."""
    head = ranked[:HEAD]
    weights = [[need.weight for need in lacking] for lacking in lacks(question, ranked)]
    total = sum(need.weight for need in question.needs) or 1.0
    return {
        "best": head[0].score,
        "mean_of_three": sum(c.score for c in head[:3]) / len(head[:3]),
        "cosine": max(c.features["cosine"] for c in head),
        "coverage": 1.0 - min(map(sum, weights)) / total,
        "coverage_of_best": 1.0 - sum(weights[0]) / total,
        "heaviest_missing": min(max(w, default=0.0) for w in weights),
        "heavy_missing": min(sum(1 for x in w if x >= HEAVY) for w in weights),
        "unspoken": max((need.weight for need in unspoken(question, ranked)), default=0.0),
        "unspoken_heavy": float(sum(need.weight >= HEAVY for need in unspoken(question, ranked))),
        "asked_for": math.log1p(total),
        "figure_missing": float(
            question.wants == "figure" and not any(ch.isdigit() for c in head[:2] for ch in c.text)
        ),
    }


def lacks(question: Question, ranked: Sequence[Candidate]) -> list[tuple[Need, ...]]:
    """What each of the best candidates does not speak of, with its context.

    Of several names asked for together ("AMADEUS and TITAN") each may stand in a candidate of its own.
    """
    names = question.names
    told: set[Need] = set()
    if len(names) > 1:
        wide = ranked[:WIDE]
        told = {need for need in names if any(need not in missing(question, f"{c.text} . {c.context}") for c in wide)}
    return [
        tuple(need for need in missing(question, f"{c.text} . {c.context}") if need not in told) for c in ranked[:HEAD]
    ]


def unspoken(question: Question, ranked: Sequence[Candidate]) -> tuple[Need, ...]:
    """What none of the better candidates speaks of, with its context, heaviest first."""
    left = {need: True for need in question.needs}
    for candidate in ranked[:WIDE]:
        lacking = missing(question, f"{candidate.text} . {candidate.context}")
        left = {need: True for need in left if need in lacking}
    return tuple(sorted(left, key=lambda need: (-need.weight, need.words)))


HEAD = 8
"""Candidates that are looked at when deciding whether the question can be answered."""
WIDE = 24
"""Candidates among which each of several names may stand."""
HEAVY = 0.8
"""From this weight on, a need that no candidate speaks of is a subject of the question and not its form."""


def probability(question: Question, ranked: Sequence[Candidate], model: Calibration) -> float:
    """How likely it is that the ranked candidates answer the question, 0-1."""
    return 1.0 / (1.0 + math.exp(-linear(model.decision, decision_features(question, ranked))))


def choose(question: Question, ranked: Sequence[Candidate], model: Calibration) -> list[Candidate]:
    """One to four candidates, at most 120 words in all: the best first, then what adds most and repeats least."""
    chosen: list[Candidate] = []
    words = 0
    pool = [c for c in ranked if c.score >= ranked[0].score - model.reach]
    brief = _in_brief(question, ranked)
    while pool and len(chosen) < MAX_CLAIMS:
        best = max(pool, key=lambda c: (_gain(question, c, chosen, model), [-ord(ch) for ch in c.key[0]], -c.key[1]))
        if brief is not None and len(chosen) == 1 and brief not in chosen:
            best = brief
        if best in pool:
            pool.remove(best)
        length = len(best.text.split())
        if chosen and (words + length > MAX_WORDS or _repeats(best, chosen)):
            continue
        chosen.append(best)
        words += length
    return chosen


def on_subject(question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
    """Where a study is named, what is said of that study; all candidates where none of them is about it."""
    names = question.names
    if not names:
        return list(ranked)
    about = [
        c
        for c in ranked
        if c.features["subject"]
        or (c.hit.document.origin == "document" and any(need not in missing(question, c.text) for need in names))
    ]
    return about or list(ranked)


def _in_brief(question: Question, ranked: Sequence[Candidate]) -> Candidate | None:
    """The main results of the best candidate's study, where the question is broad."""
    if question.wants not in BROAD:
        return None
    doc_id = ranked[0].hit.passage.doc_id
    digests = [c for c in ranked if c.hit.passage.fact == "digest"]
    timely = [c for c in digests if c.features["time_agrees"]] if question.times else []
    return next((c for c in timely or digests if timely or c.hit.passage.doc_id == doc_id), None)


BROAD = frozenset({"general", "comparison", "yes-no"})
"""What a question wants when it asks how a study came out rather than for one figure, reason or rule."""


def _gain(question: Question, candidate: Candidate, chosen: Sequence[Candidate], model: Calibration) -> float:
    if not chosen:
        return candidate.score
    said = " . ".join(f"{c.text} . {c.hit.document.title}" for c in chosen)
    lacking = missing(question, said)
    still = missing(question, f"{candidate.text} . {candidate.hit.document.title}")
    added = sum(need.weight for need in lacking if need not in still)
    likeness = max((_cosine(candidate, c) for c in chosen), default=0.0)
    return candidate.score + model.novelty * added - model.redundancy * likeness


def _cosine(a: Candidate, b: Candidate) -> float:
    if a.vector is None or b.vector is None:
        return 0.5
    return float(np.dot(a.vector, b.vector))


_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def _repeats(candidate: Candidate, chosen: Sequence[Candidate]) -> bool:
    """The same words again, or only figures that the same source has given already."""
    said = " ".join(c.text for c in chosen if c.hit.passage.doc_id == candidate.hit.passage.doc_id)
    figures = set(_NUMBER.findall(candidate.text))
    if len(figures) > 1 and figures <= set(_NUMBER.findall(said)):
        return True
    mine = set(candidate.text.casefold().split())
    return any(len(mine & set(c.text.casefold().split())) >= 0.8 * len(mine) for c in chosen)
