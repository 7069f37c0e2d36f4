"""A study in brief: one passage that gives its main results together, the ones that matter most to patients first."""

from __future__ import annotations

import re

from domain.evidence import EvidenceRecord, Outcome
from domain.passage import Confidence
from ingest.record_words import interval_phrase, measure_phrase, says_when, spelt_times, study, time_phrase

DIGEST_WORDS = 45
"""A digest is cut at about this many words, so that an answer has room for it and two facts more."""
MAX_RESULTS = 4

_IMPORTANCE = (
    (0, re.compile(r"death|mortality|[Ss]urvival|HF hospitalisation|CV hospitalisation|[Cc]omposite|Days lost")),
    (1, re.compile(r"KCCQ|MLHFQ|NYHA|6MWT|dverse events|complications|leeding|success|MR |Regurgitant volume|EROA")),
    (2, re.compile(r"hospitalisation|[Rr]eintervention|NT-proBNP|ICER|Cost|Prevalence|Severity|LVEF|LVE[SD]V")),
)  # fmt: skip
"""Outcomes by importance to patients, critical ones first, surrogates later: the order of GRADE (Guyatt GH et al.,
J Clin Epidemiol 2011;64:395-400)."""
_LADDER: tuple[Confidence, ...] = ("primary", "society", "secondary")
_DOUBT = re.compile(r"as printed|not seen|cannot|impossible|not confirmed")
"""A figure that needs its caveat stays out of a digest, which has no room for it."""
_SHORT_NOTE = 3
_SHORT_POPULATION = 6
_LATER = 0.45
"""What each place further down in the record costs: authors report their main results first."""


def digest(record: EvidenceRecord) -> tuple[str, Confidence] | None:
    """The main results in one sentence and the weakest confidence among them; None with fewer than two to tell."""
    told: list[str] = []
    used: list[Outcome] = []
    seen: set[tuple[str, str | None, str | None]] = set()
    arms = _common_arms(record)
    opening = _opening(record, arms)
    words, last_time = len(opening.split()), ""
    for outcome in _by_importance(record):
        key = (outcome.measure, outcome.timepoint, outcome.population)
        if key in seen or len(told) == MAX_RESULTS:
            continue
        clause, time = _result(outcome, arms, last_time)
        if told and words + len(clause.split()) > DIGEST_WORDS:
            continue
        seen.add(key)
        told.append(clause)
        used.append(outcome)
        words, last_time = words + len(clause.split()), time
    if len(told) < 2:
        return None
    weakest = max((outcome.confidence for outcome in used if outcome.confidence != "unverified"), key=_LADDER.index)
    return f"{opening}: {'; '.join(told)}.", weakest


def _by_importance(record: EvidenceRecord) -> list[Outcome]:
    kept: list[tuple[float, int, Outcome]] = []
    for place, outcome in enumerate(record.outcomes):
        figures = f"{outcome.value or ''} {outcome.effect or ''}"
        if outcome.confidence == "unverified" or outcome.is_recommendation or not re.search(r"\d", figures):
            continue
        if _DOUBT.search(f"{figures} {outcome.note or ''}"):
            continue
        rung = next((rung for rung, pattern in _IMPORTANCE if pattern.search(outcome.measure)), 3)
        again = sum(outcome.measure == earlier.measure for _, _, earlier in kept)
        kept.append((rung + _LATER * place + again, place, outcome))
    return [outcome for _, _, outcome in sorted(kept, key=lambda entry: entry[:2])]


def _common_arms(record: EvidenceRecord) -> str:
    """The comparison that all results share, "device vs control"; empty when they differ or there is none."""
    told = {o.comparison for o in _by_importance(record)[:MAX_RESULTS] if o.comparison and " vs " in o.comparison}
    return next(iter(told)) if len(told) == 1 and "before vs after" not in told else ""


def _opening(record: EvidenceRecord, arms: str) -> str:
    size = f"{record.n} patients" if record.n and record.n > 1 else ""
    parts = [part for part in (size, _named(record, arms)) if part]
    return f"{study(record, opening=True)} in brief" + (f" ({'; '.join(parts)})" if parts else "")


def _named(record: EvidenceRecord, arms: str) -> str:
    names = arms.split(" vs ")
    if len(names) != 2:
        return ""
    first, second = (re.sub(r"^(?:with|in|on|for|after) ", "", record.arm_words.get(name, name)) for name in names)
    return f"{first} vs {second}"


def _result(outcome: Outcome, arms: str, last_time: str) -> tuple[str, str]:
    """One result in telegraph style, and its time phrase."""
    time = "" if says_when(outcome) else time_phrase(outcome.timepoint)
    said = re.sub(r"^the (?:share of patients (?:with|in) )?", "", measure_phrase(outcome.measure))
    composite = outcome.measure == "Composite endpoint"
    if outcome.population and (composite or len(outcome.population.split()) <= _SHORT_POPULATION):
        said += f" ({outcome.population})"
    if time and time != last_time:
        said += f" {time}"
    told = f"{said} {spelt_times(outcome.value)}" if outcome.value else said
    if outcome.comparison and outcome.comparison not in (arms, "before vs after"):
        told += f", {outcome.comparison}"
    if figures := _figures(outcome):
        told += f" ({figures})"
    if outcome.note and len(outcome.note.split()) <= _SHORT_NOTE and not outcome.note.startswith("p "):
        told += f" ({outcome.note})"
    return told, time


def _figures(outcome: Outcome) -> str:
    """Effect and interval; a p value only where nothing else tells how sure the result is, and it needs no words."""
    if outcome.effect:
        return ", ".join(part for part in (outcome.effect, interval_phrase(outcome)) if part)
    if interval_phrase(outcome):
        return interval_phrase(outcome)
    plain = outcome.p and not outcome.wording and re.fullmatch(r"[<>=]?\s*0?\.\d+", outcome.p)
    return "" if not plain or not outcome.p else f"p{outcome.p}" if outcome.p[0] in "<>=" else f"p={outcome.p}"
