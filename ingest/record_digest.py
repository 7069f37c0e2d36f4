"""A record in brief: passages that tell several of its facts together, so that a short answer can give them all.

The study in brief gives the main results in the record's order, which is that of their weight: what the study was
about first. It comes in two lengths. Further digests give the results of one theme, the key points, or the limits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from domain.evidence import EvidenceRecord, Fact, Outcome
from domain.passage import Confidence
from ingest.record_words import interval_phrase, measure_phrase, says_when, spelt_times, study, time_phrase

DIGEST_WORDS = 45
"""A digest is cut at about this many words, so that an answer has room for it and two facts more."""
BRIEF_WORDS, SHORT_WORDS = 58, 40
"""The study in brief at its full length, half an answer; and so short that three fit into one."""
MAX_RESULTS = 4
THEMES = (
    (
        "deaths and admissions",
        re.compile(r"death|mortality|survival|hospitalisation|composite|days lost|^heart failure|nnt"),
    ),
    ("MR and the ventricle", re.compile(r"^mr |residual mr|eroa|regurgitant|vena|lv|^la |^rv |annulus|jet")),
    ("symptoms and function", re.compile(r"kccq|mlhfq|nyha|6mwt|vo2|mpap|bnp|responder")),
    (
        "procedure and safety",
        re.compile(
            r"adverse|complication|bleed|success|failure$|reinterv|clips|stay|neurolog|fibrillation|mitral surgery"
        ),
    ),
    ("prognosis", re.compile(r"prognostic")),
    ("costs", re.compile(r"cost|icer")),
)
"""The themes under which a study's results are told together, each with the measures that belong to it."""

_LADDER: tuple[Confidence, ...] = ("primary", "society", "secondary")
_DOUBT = re.compile(r"as printed|not seen|cannot|impossible|not confirmed")
"""A figure that needs its caveat stays out of a digest, which has no room for it."""
NOTE_WORDS = 12
"""A result with a longer note stays out of digests: it is told with what limits it, or not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """One digest: its place ("digest", "digest.limits.0"), the places of the facts it tells, the weakest confidence."""

    place: str
    text: str
    facts: tuple[str, ...]
    confidence: Confidence


def digests(record: EvidenceRecord) -> Iterator[Digest]:
    """The digests of a record.

    No digest tells fewer than two facts, and none tells only what the study in brief has told. Unverified facts and
    recommendations are in none.
    """
    in_brief: list[Outcome] = []
    arms = _common_arms(record)
    opening = _opening(record, arms)
    for place, length in (("digest", BRIEF_WORDS), ("digest.short", SHORT_WORDS)):
        parts = _told(_with_figures(record), arms, length - len(opening.split()), MAX_RESULTS)
        if parts and parts[0][1] != in_brief:
            text, told = parts[0]
            in_brief = in_brief or told
            yield _digest(record, place, f"{opening}: {text}.", told)
    for theme, measures in THEMES:
        outcomes = [outcome for outcome in _results(record) if measures.search(outcome.measure.casefold())]
        if all(outcome in in_brief for outcome in outcomes):
            continue
        named = _named(record, arms)
        opening = f"{study(record, opening=True)}, {theme}" + (f", {named}" if named else "")
        for number, (text, told) in enumerate(_told(outcomes, arms, DIGEST_WORDS - len(opening.split()))):
            if len(told) > 1:
                yield _digest(record, f"digest.{theme.split()[0].casefold()}.{number}", f"{opening}: {text}.", told)
    yield from _joined(record, "points", record.key_points)
    yield from _joined(record, "limits", record.caveats)


def _told(
    outcomes: Sequence[Outcome], arms: str, room: int, most: int | None = None
) -> list[tuple[str, list[Outcome]]]:
    """The results in telegraph style, `room` words at a time; with `most`, only the first, passing over long ones.

    Fewer than two results in all are none.
    """
    parts: list[tuple[list[str], list[Outcome]]] = [([], [])]
    words, last_time = 0, ""
    seen: set[tuple[str, str | None, str | None]] = set()
    for outcome in outcomes:
        key = (outcome.measure, outcome.timepoint, outcome.population)
        if most is not None and (key in seen or len(parts[0][1]) == most):
            continue
        clause, time = _result(outcome, arms, last_time)
        if parts[-1][0] and words + len(clause.split()) > room:
            if most is not None:
                continue
            clause, time = _result(outcome, arms, "")
            parts.append(([], []))
            words = 0
        seen.add(key)
        parts[-1][0].append(clause)
        parts[-1][1].append(outcome)
        words, last_time = words + len(clause.split()), time
    if sum(len(told) for _, told in parts) < 2:
        return []
    return [("; ".join(clauses), told) for clauses, told in parts]


def _joined(record: EvidenceRecord, name: str, facts: Sequence[Fact]) -> Iterator[Digest]:
    """Key points or limits told together, a digest's worth at a time."""
    opening = study(record, opening=True) + (", limits" if name == "limits" else "")
    parts: list[list[Fact]] = [[]]
    for fact in facts:
        if fact.confidence == "unverified":
            continue
        told = " ".join(one.fact for one in [*parts[-1], fact])
        if parts[-1] and len(f"{opening} {told}".split()) > DIGEST_WORDS:
            parts.append([])
        parts[-1].append(fact)
    for number, part in enumerate(parts):
        if len(part) > 1:
            text = ". ".join(fact.fact.rstrip(".") for fact in part)
            yield _digest(record, f"digest.{name}.{number}", f"{opening} – {text}.", part)


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
    told = f"{said} {spelt_times(outcome.value)}" if outcome.value else said
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
