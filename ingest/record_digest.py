"""A record in brief: passages that tell several of its facts together, so that a short answer can give them all.

The study in brief gives the main results in the record's order, which is that of their weight: what the study was
about first. It comes in two lengths. Further digests give what answers one of the record's clinical questions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from domain.evidence import EvidenceRecord, Fact, Outcome
from domain.passage import Confidence
from ingest.record_words import interval_phrase, measure_phrase, says_when, spelt_times, study, time_phrase

ANSWERS = "digest.answer"
BRIEF_WORDS, SHORT_WORDS = 58, 40
"""The study in brief at its full length, half an answer; and so short that three fit into one."""
ANSWER_WORDS = 60
"""What answers a clinical question of the record is told in at most so many words: half an answer."""
MAX_RESULTS = 4
_LADDER: tuple[Confidence, ...] = ("primary", "society", "secondary")
_DOUBT = re.compile(r"as printed|not seen|cannot|impossible|not confirmed")
"""A figure that needs its caveat stays out of a digest, which has no room for it."""
NOTE_WORDS = 12
"""A result with a longer note stays out of digests: it is told with what limits it, or not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """One digest: its place ("digest", "digest.answer.0"), the places of the facts it tells, the weakest confidence."""

    place: str
    text: str
    facts: tuple[str, ...]
    confidence: Confidence


def digests(record: EvidenceRecord) -> Iterator[Digest]:
    """The digests of a record.

    No digest tells fewer than two facts, and no two tell the same. Unverified facts and recommendations are in none.
    """
    arms = _common_arms(record)
    opening = _opening(record, arms)
    told: list[Sequence[Outcome | Fact]] = []
    for place, length in (("digest", BRIEF_WORDS), ("digest.short", SHORT_WORDS)):
        text, results = _in_brief(_with_figures(record), arms, length - len(opening.split()))
        if len(results) > 1 and results not in told:
            told.append(results)
            yield _digest(record, place, f"{opening}: {text}.", results)
    yield from _answers(record, arms, opening, told)


def _in_brief(outcomes: Sequence[Outcome], arms: str, room: int) -> tuple[str, list[Outcome]]:
    """The first results in telegraph style that have room in so many words, passing over long ones."""
    clauses, told, last_time = list[str](), list[Outcome](), ""
    seen: set[tuple[str, str | None, str | None]] = set()
    for outcome in outcomes:
        key = (outcome.measure, outcome.timepoint, outcome.population)
        clause, time = _result(outcome, arms, last_time)
        fits = not clauses or len(" ".join([*clauses, clause]).split()) <= room
        if key not in seen and len(told) < MAX_RESULTS and fits:
            seen.add(key)
            clauses.append(clause)
            told.append(outcome)
            last_time = time
    return "; ".join(clauses), told


def _answers(
    record: EvidenceRecord, arms: str, opening: str, briefs: Sequence[Sequence[Outcome | Fact]]
) -> Iterator[Digest]:
    """For each clinical question of the record the facts that answer it, told together in the order of the question."""
    results = _results(record)
    seen = {frozenset(id(fact) for fact in brief) for brief in briefs}
    for number, question in enumerate(record.questions):
        told: list[Outcome | Fact] = []
        text = ""
        for place in question.facts:
            fact = record.fact(place)
            if fact is None or fact.confidence == "unverified" or (isinstance(fact, Outcome) and fact not in results):
                continue
            longer = _answer(record, arms, opening, [*told, fact])
            if len(longer.split()) <= ANSWER_WORDS:
                told, text = [*told, fact], longer
        same = frozenset(id(fact) for fact in told)
        if len(told) > 1 and same not in seen:
            seen.add(same)
            yield _digest(record, f"{ANSWERS}.{number}", text, told)


def _answer(record: EvidenceRecord, arms: str, opening: str, told: Sequence[Outcome | Fact]) -> str:
    """Results first, in telegraph style under the study's size and arms; then what else is told, in sentences."""
    clauses, last_time = list[str](), ""
    for fact in told:
        if isinstance(fact, Outcome):
            clause, last_time = _result(fact, arms, last_time)
            clauses.append(clause)
    sentences = [f"{opening}: {'; '.join(clauses)}"] if clauses else []
    sentences += [fact.fact.rstrip(".") for fact in told if isinstance(fact, Fact)]
    return ". ".join(sentences) + "." if clauses else f"{study(record, opening=True)} – {'. '.join(sentences)}."


def _digest(record: EvidenceRecord, place: str, text: str, told: Sequence[Outcome | Fact]) -> Digest:
    kinds: tuple[tuple[str, Sequence[Outcome | Fact]], ...] = (
        ("outcomes", record.outcomes), ("key_points", record.key_points), ("caveats", record.caveats),
    )  # fmt: skip
    facts = (f"{kind}.{at}" for kind, rows in kinds for at, row in enumerate(rows) if any(row is one for one in told))
    weakest = max((fact.confidence for fact in told if fact.confidence != "unverified"), key=_LADDER.index)
    return Digest(place=place, text=text, facts=tuple(facts), confidence=weakest)


def _results(record: EvidenceRecord) -> list[Outcome]:
    """The results whose caveats a digest has room for, in the order of the record."""
    return [
        outcome
        for outcome in record.outcomes
        if outcome.confidence != "unverified"
        and not outcome.is_recommendation
        and (outcome.value or outcome.effect)
        and not _DOUBT.search(f"{outcome.value or ''} {outcome.effect or ''} {outcome.note or ''}")
        and len(_note(outcome).split()) <= NOTE_WORDS
    ]


def _with_figures(record: EvidenceRecord) -> list[Outcome]:
    """The results with a figure of their own; a number needed to treat is told by its risks."""
    return [o for o in _results(record) if o.measure != "NNT" and re.search(r"\d", f"{o.value or ''} {o.effect or ''}")]


def _common_arms(record: EvidenceRecord) -> str:
    """The comparison that most of the main results share, "device vs control"; empty when there is none."""
    told = [o.comparison for o in _with_figures(record)[: MAX_RESULTS + 1] if o.comparison and " vs " in o.comparison]
    told = [comparison for comparison in told if "before vs after" not in comparison]
    most = max(told, key=lambda comparison: (told.count(comparison), -told.index(comparison)), default="")
    return most if 2 * told.count(most) > len(told) else ""


def _opening(record: EvidenceRecord, arms: str) -> str:
    size = f"{record.n} patients" if record.n and record.n > 1 else ""
    inside = "; ".join(part for part in (size, _named(record, arms)) if part)
    name = study(record, opening=True)
    if not inside:
        return name
    return f"{name[:-1]}; {inside})" if name.endswith(")") else f"{name} ({inside})"


def _named(record: EvidenceRecord, arms: str) -> str:
    names = arms.split(" vs ")
    if len(names) != 2:
        return ""
    first, second = (re.sub(r"^(?:with|in|on|for|after) ", "", record.arm_words.get(name, name)) for name in names)
    return f"{first} vs {second}"


def _result(outcome: Outcome, arms: str, last_time: str) -> tuple[str, str]:
    """One result in telegraph style, with its population and its note, and its time phrase."""
    time = "" if says_when(outcome) else time_phrase(outcome.timepoint)
    said = re.sub(r"^the (?:share of patients (?:with|in) )?", "", measure_phrase(outcome.measure))
    if outcome.population:
        said += f" ({outcome.population})"
    if time and time != last_time:
        said += f" {time}"
    value = spelt_times(outcome.value) if outcome.value else ""
    value = value.removeprefix(f"{said.rpartition(' ')[2]} ")  # "prognostic association", "association absent in …"
    told = f"{said} {value}" if value else said
    if outcome.comparison and outcome.comparison not in (arms, "before vs after"):
        told += f", {outcome.comparison}"
    if figures := _figures(outcome):
        told += f" ({figures})"
    if note := _note(outcome):
        told += f" ({note})"
    return told, time


def _note(outcome: Outcome) -> str:
    """What is noted on a result; empty when it explains the p value, which is then not told either."""
    return "" if not outcome.note or outcome.note.startswith("p ") else spelt_times(outcome.note)


def _figures(outcome: Outcome) -> str:
    """Effect and interval; a p value only where nothing else tells how sure the result is, and it needs no words."""
    if outcome.effect:
        return ", ".join(part for part in (outcome.effect, interval_phrase(outcome)) if part)
    if interval_phrase(outcome):
        return interval_phrase(outcome)
    explained = (outcome.note or "").startswith("p ")
    plain = outcome.p and not outcome.wording and not explained and re.fullmatch(r"[<>=]?\s*0?\.\d+", outcome.p)
    return "" if not plain or not outcome.p else f"p{outcome.p}" if outcome.p[0] in "<>=" else f"p={outcome.p}"
