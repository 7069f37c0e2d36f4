"""From candidates to an answer's sentences: rank, decide whether it is enough, choose up to four."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice

import numpy as np

from qa.bearing import Known, told
from qa.calibration import Calibration, grown, linear, linear_all
from qa.concepts import named
from qa.features import BROAD, MEASURES, ROLES, Candidate, led_by, outside, role_of
from qa.question import Need, Question, missing

MAX_CLAIMS = 4
MAX_WORDS = 120


def rank(found: Sequence[Candidate], model: Calibration) -> list[Candidate]:
    """The candidates with their score (log-odds of carrying the asked-for fact), best first, ties by place."""
    scores = linear_all(model.ranker, [candidate.features for candidate in found])
    scored = [replace(candidate, score=float(score)) for candidate, score in zip(found, scores, strict=True)]
    return sorted(scored, key=lambda candidate: (-candidate.score, candidate.key))


def decision_features(question: Question, ranked: Sequence[Candidate]) -> dict[str, float]:
    """What speaks for and against answering, from the ranked candidates (at least one)."""
    head = ranked[:HEAD]
    weights = [[need.weight for need in lacking] for lacking in lacks(question, ranked)]
    total = sum(need.weight for need in question.needs) or 1.0
    told = [
        [need.weight for need in missing(question, c.text, c.hit.document.title)]
        for c in head
        if role_of(c.hit) not in ENROLLED
    ] or [[need.weight for need in question.needs]]
    return {
        "best": head[0].score,
        "mean_of_three": sum(c.score for c in head[:3]) / len(head[:3]),
        "cosine": max(c.features["cosine"] for c in head),
        "record bears": max(c.features["record bears"] for c in head),
        "likest": head[0].features["likest"],
        "unindexed": head[0].features["unindexed"],
        "record asked": head[0].features["record asked"],
        "answers aptly": max(c.features["answers aptly"] for c in head),
        "coverage": 1.0 - min(map(sum, weights)) / total,
        "coverage_of_best": 1.0 - sum(weights[0]) / total,
        "heaviest_missing": min(max(w, default=0.0) for w in weights),
        "heavy_missing": min(sum(1 for x in w if x >= HEAVY) for w in weights),
        "unspoken": max((need.weight for need in unspoken(question, ranked)), default=0.0),
        "unspoken_heavy": float(sum(need.weight >= HEAVY for need in unspoken(question, ranked))),
        "coverage_told": 1.0 - min(map(sum, told)) / total,
        "heaviest_untold": min(max(w, default=0.0) for w in told),
        "heaviest_untold_first": max(told[0], default=0.0),
        "measure_told": max(c.features["measure_told"] for c in head),
        "measure_told_first": head[0].features["measure_told"],
        "measure_leads": max(c.features["measure_leads"] for c in head),
        "measure_other": head[0].features["measure_other"],
        "title": head[0].features["title"],
        **_lacking_by_kind(lacks(question, ranked)),
        "figure_missing": float(
            question.wants == "figure" and not any(ch.isdigit() for c in head[:2] for ch in c.text)
        ),
    }


def _lacking_by_kind(lacking: Sequence[Sequence[Need]]) -> dict[str, float]:
    """What the best candidate lacks, and the one that lacks least: ideas, technical words, rarer and plainer words."""
    found: dict[str, float] = {}
    for kind in ("idea", "technical", "rarer", "plainer"):
        weights = [sum(need.weight for need in needs if _kind(need) == kind) for needs in lacking]
        found[f"lacking first, {kind}"], found[f"lacking, {kind}"] = weights[0], min(weights)
    return found


def _kind(need: Need) -> str:
    if need.name:
        return "name"
    if need.concept:
        return "idea"
    return "technical" if need.weight >= TECHNICAL else "rarer" if need.weight >= HEAVY else "plainer"


TECHNICAL = 0.97
"""From this weight on, a word is hardly one of plain English."""


def lacks(question: Question, ranked: Sequence[Candidate]) -> list[tuple[Need, ...]]:
    """What each of the best candidates does not speak of, with its context.

    Of several names asked for together ("AMADEUS and TITAN") each may stand in a candidate of its own.
    """
    names = question.names
    told: set[Need] = set()
    if len(names) > 1:
        wide = ranked[:WIDE]
        told = {need for need in names if any(need not in missing(question, c.text, c.context) for c in wide)}
    return [tuple(need for need in missing(question, c.text, c.context) if need not in told) for c in ranked[:HEAD]]


def unspoken(question: Question, ranked: Sequence[Candidate]) -> tuple[Need, ...]:
    """What none of the better candidates speaks of, with its context, heaviest first."""
    left = {need: True for need in question.needs}
    for candidate in ranked[:WIDE]:
        lacking = missing(question, candidate.text, candidate.context)
        left = {need: True for need in left if need in lacking}
    return tuple(sorted(left, key=lambda need: (-need.weight, need.words)))


ENROLLED = frozenset({"design", "criteria", "baseline"})
"""What a passage tells of who was studied and how, not of what came out."""
HEAD = 8
"""Candidates that are looked at when deciding whether the question can be answered."""
WIDE = 24
"""Candidates among which each of several names may stand."""
HEAVY = 0.8
"""From this weight on, a need that no candidate speaks of is a subject of the question and not its form."""


def probability(question: Question, ranked: Sequence[Candidate], model: Calibration) -> float:
    """How likely it is that the ranked candidates answer the question, 0-1."""
    return grown(model.decision, decision_features(question, ranked))


def choose(question: Question, ranked: Sequence[Candidate], model: Calibration) -> list[Candidate]:
    """One to four candidates, at most 120 words in all.

    Each study that is named opens with what best answers for it; a broad question gets the study in brief. Then comes
    what answers the clinical question most like the one asked. What is left goes to the candidates that most likely add
    an asked-for fact.
    """
    chosen: list[Candidate] = []
    for opening in _openings(question, ranked):
        if _fits(opening, chosen) and _apt(question, opening, chosen):
            chosen.append(opening)
    for answer in _answers(ranked):
        if _fits(answer, chosen) and _apt(question, answer, chosen):
            chosen.append(answer)
    pool = [c for c in ranked if c.score >= ranked[0].score - model.reach][:POOL]
    while len(chosen) < MAX_CLAIMS:
        pool = [c for c in pool if c not in chosen and _fits(c, chosen) and _apt(question, c, chosen)]
        if not pool:
            break
        added = additions(question, pool, chosen)
        gains = [c.score + linear(model.selector, gain) for c, gain in zip(pool, added, strict=True)]
        chosen.append(pool[min(range(len(pool)), key=lambda at: (-gains[at], pool[at].key))])
    return chosen


def _fits(candidate: Candidate, chosen: Sequence[Candidate]) -> bool:
    words = sum(len(c.text.split()) for c in [*chosen, candidate])
    return not chosen or (words <= MAX_WORDS and len(chosen) < MAX_CLAIMS and not _repeats(candidate, chosen))


def _apt(question: Question, candidate: Candidate, chosen: Sequence[Candidate]) -> bool:
    """Whether a sentence speaks of every subject of the question that the first one does, or of one not yet told."""
    if not chosen:
        return True

    def lacks_of(c: Candidate) -> set[Need]:
        return {need for need in missing(question, c.text, c.context) if need.weight >= HEAVY}

    first = chosen[0]
    far = first.features["record bears"] - candidate.features["record bears"] > BEARS_LESS
    told = {need for c in chosen for need in led_by(question, c.text, c.hit)}
    untold_study = led_by(question, candidate.text, candidate.hit) - told
    if far and first.hit.document.origin == "record" and not untold_study:
        return False
    if candidate.score >= first.score - ALIKE:
        return True
    lacking = lacks_of(candidate)
    untold = set.intersection(*(lacks_of(c) for c in chosen))
    return lacking <= lacks_of(first) or bool(untold - lacking)


ALIKE = 1.0
"""A sentence that is so nearly as good as the first needs no further sign that it fits."""
BEARS_LESS = 0.15
"""A record whose clinical questions are so much less like the one asked than those of the first is about another."""


def _openings(question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
    """What an answer opens with.

    For each named study, in the order of asking, what answers for it, behind the best sentence of all where that speaks
    of more; a broad question without a name gets its best sentence, then that study and the next best in brief.
    """
    groups: list[list[Candidate]] = []
    for need in question.studies:
        about = [c for c in ranked if need in led_by(question, c.text, c.hit)]
        if about and not any(about[0].hit.passage.doc_id == group[0].hit.passage.doc_id for group in groups):
            groups.append(about)
    wide = len(groups) > 1
    if groups:
        each = [_opening(question, group, wide=wide) for group in groups]
        told = _subjects(question, ranked[0])
        return [ranked[0], *each] if all(_subjects(question, c) < told for c in each) else each
    if question.wants == "figure":
        opening = _figure(question, [c for c in ranked if _apt(question, c, ranked[:1])])
        return [opening] if opening else []
    if question.wants == "recommendation":
        return _recommendation(question, ranked)
    if question.wants not in BROAD or ranked[0].hit.document.origin != "record":
        return []
    sources = list(dict.fromkeys(c.hit.passage.doc_id for c in ranked if c.hit.document.origin == "record"))[:2]
    briefs = [
        _brief([c for c in ranked if c.hit.passage.doc_id == doc_id], short=at > 0) for at, doc_id in enumerate(sources)
    ]
    return [ranked[0], *(brief for brief in briefs if brief is not None)]


def _answers(ranked: Sequence[Candidate]) -> Iterator[Candidate]:
    """What answers the clinical question most like the one asked, as far as there is room.

    Then what answers it in other records, where the same question is the one most like; of each record first the most,
    told together if it can be, then the further facts.
    """
    asked = max((c.likest for c in ranked if c.likest), key=lambda one: one.share, default=None)
    if asked is None:
        return
    same = dict.fromkeys([asked, *(c.likest for c in ranked if c.likest and c.likest.text == asked.text)])
    each = [_answering(one, ranked) for one in same]
    yield from [first for answers in each for first in islice(answers, 1)]
    yield from chain.from_iterable(each)


def _answering(asked: Known, ranked: Sequence[Candidate]) -> Iterator[Candidate]:
    near = [c for c in ranked if c.hit.passage.doc_id == asked.doc_id and c.score >= ranked[0].score - ANSWERS_NEAR]
    together = [c for c in near if c.hit.passage.role == "answer" and set(c.hit.passage.facts) <= set(asked.facts)]
    yield from sorted(together, key=lambda c: -len(c.hit.passage.facts))[:1]
    for fact in asked.facts:
        yield from [c for c in near if not c.hit.passage.facts and fact in told(c.hit.passage)][:1]


ANSWERS_NEAR = 10.0
"""How far below the best sentence what answers that clinical question may lie, in log-odds."""


def _figure(question: Question, ranked: Sequence[Candidate]) -> Candidate | None:
    """The best sentence that gives a figure; one about the asked-for measure alone before one that gives many."""
    giving = [c for c in ranked if _gives_figure(question, c)]
    near = [c for c in giving if c.score >= giving[0].score - NEAR and role_of(c.hit) == "result"]
    return next((c for c in near if c.features["measure_leads"]), giving[0] if giving else None)


NEAR = 8.0
"""How far below the best a result of the asked-for measure alone may lie and still open the answer, in log-odds."""


def _gives_figure(question: Question, candidate: Candidate) -> bool:
    """Whether the sentence gives a figure behind its study's name, at the time asked for if one is."""
    text = re.sub(r"\((?:19|20)\d\d\b", "(", candidate.text)
    timely = not question.times or bool(candidate.features["time_agrees"])
    return timely and bool(_NUMBER.search(text)) and not candidate.features["measure_other"]


def _recommendation(question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
    """The best recommendation in force that speaks of what the best sentence speaks of; none where there is none.

    Behind it a guideline's criteria that a value of the question lies outside of, whatever sentence is best (then what
    is recommended for those who do not meet criteria goes first), and what the same guideline recommends besides.
    """
    best = ranked[0].score - NEAR
    in_force = [c for c in ranked if c.score >= best and not c.features["superseded"]]
    near = [c for c in in_force if _apt(question, c, ranked[:1])]
    advice = [c for c in near if role_of(c.hit) == "recommendation"]
    limits = [
        c
        for c in in_force
        if c.hit.document.kind == "guideline" and _CRITERIA.search(c.text) and outside(question.text, c.text)
    ]
    for limit in limits:  # advice for those who do not meet the criteria fits better than advice for those who do
        others = [c for c in ranked if _for_others(question, c, limit)][:1]
        if others:
            advice, limits = others + advice, [limit]
            break
    if not advice:
        return []
    lacking = set(missing(question, advice[0].text))
    besides = [
        c
        for c in advice[1:]
        if c.hit.passage.doc_id == advice[0].hit.passage.doc_id and set(missing(question, c.text)) <= lacking
    ]
    behind = [near[:1], besides[:BESIDES]]
    if near and near[0].hit.passage.doc_id != advice[0].hit.passage.doc_id:
        behind.reverse()
    return [advice[0], *limits[:1], *chain.from_iterable(behind)]


BESIDES = 1
"""Further recommendations of a guideline told behind the one that fits best."""


def _for_others(question: Question, candidate: Candidate, limits: Candidate) -> bool:
    """Whether this is what the guideline of the limits recommends where its criteria are not met, on what is asked."""
    same = candidate.hit.passage.doc_id == limits.hit.passage.doc_id and not candidate.features["superseded"]
    advice = same and role_of(candidate.hit) == "recommendation" and bool(_UNMET.search(candidate.text))
    return advice and bool(_subjects(question, candidate))


_CRITERIA = re.compile(r"\b(?:criteri|eligib)", re.IGNORECASE)
_UNMET = re.compile(
    r"\bcriteria (?:are |were )?(?:not|un)[ -]?(?:met|fulfilled)\b|\bdo not (?:meet|fulfil)", re.IGNORECASE
)


def _primary(question: Question, about: Sequence[Candidate]) -> list[Candidate]:
    """The candidates of the report that is asked for: it speaks of most, at the time asked for, or else came first."""
    timely = {c.hit.passage.doc_id for c in about if c.features["time_agrees"]}
    lacking: dict[str, float] = {}
    for c in about:
        weights = [need.weight for need in missing(question, c.text, c.context) if need.weight >= HEAVY]
        lacking[c.hit.passage.doc_id] = min(sum(weights), lacking.get(c.hit.passage.doc_id, math.inf))

    def place(c: Candidate) -> tuple[float, bool, bool, int]:
        doc_id, name = c.hit.passage.doc_id, c.hit.document.title.partition(":")[0].partition(",")[0]
        return (lacking[doc_id], doc_id not in timely, len(name.split()) > NAME_WORDS, c.hit.document.year or 0)

    first = min(about, key=place).hit.passage.doc_id
    return [c for c in about if c.hit.passage.doc_id == first]


NAME_WORDS = 2
"""A title of no more words before its colon is the study's own name: "COAPT", "TITAN II"."""


def _opening(question: Question, group: Sequence[Candidate], *, wide: bool) -> Candidate:
    best = group[0]
    if question.wants == "figure":
        return _figure(question, group) or best
    if question.wants in BROAD and best.features["special"] > 0 and len(MEASURES & set(named(question.text))) == 1:
        return _figure(question, group) or best
    if question.wants not in BROAD or best.features["special"] > 0:
        return best
    brief = _brief(_primary(question, group), short=wide)
    if brief is None or best.score - brief.score > MUCH or _subjects(question, best) - _subjects(question, brief):
        return best
    return brief


MUCH = 3.0
"""A sentence that fits so much better than the study in brief, in log-odds, is told in its place."""


def _subjects(question: Question, candidate: Candidate) -> set[Need]:
    """The subjects of the question, names aside, that a sentence itself speaks of."""
    heavy = {need for need in question.needs if need.weight >= HEAVY and not need.name}
    return heavy - set(missing(question, candidate.text))


def _brief(group: Sequence[Candidate], *, short: bool) -> Candidate | None:
    """A record in brief, or its first result where there is but one; None for a document.

    A `short` one leaves room for two others like it.
    """
    by_role: dict[str, Candidate] = {}
    for c in sorted(group, key=lambda c: c.key):
        by_role.setdefault(role_of(c.hit), c)
    told = [by_role[role] for role in ("short", "brief", "result") if role in by_role]
    if not short:
        return by_role.get("brief") or by_role.get("result")
    return next((c for c in told if 3 * len(c.text.split()) <= MAX_WORDS), told[-1] if told else None)


POOL = 80
"""The best-ranked candidates among which an answer's sentences are chosen."""


def additions(question: Question, pool: Sequence[Candidate], chosen: Sequence[Candidate]) -> Iterator[dict[str, float]]:
    """What each candidate would add to the chosen ones, by feature name; none when none is chosen."""
    said = " . ".join(f"{c.text} . {c.hit.document.title}" for c in chosen)
    lacking = missing(question, said) if chosen else ()
    total = sum(need.weight for need in question.needs) or 1.0
    led = {need for c in chosen for need in led_by(question, c.text, c.hit)}
    sources = {c.hit.passage.doc_id for c in chosen}
    known: dict[str, set[str]] = {}
    for one in chosen:
        known.setdefault(one.hit.passage.doc_id, set()).update(told(one.hit.passage))
    roles = {(c.hit.passage.doc_id, role_of(c.hit)) for c in chosen}
    for c in pool:
        role, source = role_of(c.hit), c.hit.passage.doc_id
        added: dict[str, float] = {}
        if chosen:
            still = missing(question, c.text, c.hit.document.title) if lacking else ()
            figures = set(_NUMBER.findall(c.text))
            given = set(_NUMBER.findall(" ".join(one.text for one in chosen if one.hit.passage.doc_id == source)))
            added = {
                "words": len(c.text.split()) / 40,
                "new needs": sum(need.weight for need in lacking if need not in still) / total,
                "new name": float(bool(led_by(question, c.text, c.hit) - led)),
                "likeness": max(_cosine(c, one) for one in chosen),
                "same source": float(source in sources),
                "same source and role": float((source, role) in roles),
                "told before": len(told(c.hit.passage) & known[source]) / len(told(c.hit.passage))
                if source in known
                else 0.0,
                "new figures": len(figures - given) / len(figures) if figures else 0.0,
                **{f"then {one}": float(role == one) for one in ROLES},
            }
        yield added


def on_subject(question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
    """Where a study is named, what is said of it or speaks of all that is asked; all candidates where there is none.

    A question on secondary MR is not answered by what is told of primary MR alone, nor one on ventricular MR by what is
    told of atrial MR, unless there is nothing else.
    """
    ranked = [c for c in ranked if not c.features["other_valve_asked"]] or ranked
    names = question.names
    if not names:
        return list(ranked)
    about = [
        c
        for c in ranked
        if c.features["subject"]
        or not any(need.weight >= HEAVY for need in missing(question, c.text))
        or (c.hit.document.origin == "document" and any(need not in missing(question, c.text) for need in names))
    ]
    if not about:
        return list(ranked)
    held, best = {c.key for c in about}, about[0].score
    return [c for c in ranked if c.key in held or (c.score > best and _mentions(names, c, question))]


def _mentions(names: Sequence[Need], candidate: Candidate, question: Question) -> bool:
    """Whether a sentence that fits better than all that is said of the studies themselves speaks of each of them."""
    lacking = missing(question, candidate.text)
    return not any(need in lacking for need in names)


def _cosine(a: Candidate, b: Candidate) -> float:
    if a.vector is None or b.vector is None:
        return 0.5
    return float(np.dot(a.vector, b.vector))


_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def _repeats(candidate: Candidate, chosen: Sequence[Candidate]) -> bool:
    """The same words again, or mostly facts or figures that the same source has given already."""
    of_it = [c for c in chosen if c.hit.passage.doc_id == candidate.hit.passage.doc_id]
    facts, known = told(candidate.hit.passage), {fact for c in of_it for fact in told(c.hit.passage)}
    if candidate.hit.document.origin == "record" and len(facts & known) >= MOST_FACTS * len(facts):
        return True
    said = " ".join(c.text for c in of_it)
    figures = set(_NUMBER.findall(candidate.text))
    if len(figures) > 1 and len(figures & set(_NUMBER.findall(said))) >= MOSTLY * len(figures):
        return True
    mine = set(candidate.text.casefold().split())
    return any(len(mine & set(c.text.casefold().split())) >= 0.8 * len(mine) for c in chosen)


MOST_FACTS = 0.6
"""Share of its facts that a source may have given before without repeating itself."""
MOSTLY = 0.7
"""Share of its figures that a source may have given before in the same answer without repeating itself."""
