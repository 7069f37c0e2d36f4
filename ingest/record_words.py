"""How a record's facts are said: one sentence for each, in Chordae's own words, figures spelt as in the record."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from domain.evidence import EvidenceRecord, Fact, Outcome

NAME_WORDS = 6
"""A title with more words before its colon is not used as a name."""
CRITERIA_WORDS = 28
"""Entry criteria are told in sentences of about this many words, so that one can be quoted on its own."""

_DESIGNS = {
    "guideline": "a guideline",
    "consensus": "a consensus document",
    "meta-analysis": "a meta-analysis",
    "rct": "a randomised trial",
    "registry": "a registry study",
    "cohort": "a cohort study",
    "case-series": "a case series",
    "case-report": "a case report",
    "review": "a review",
    "other": "a report",
}
_PATIENT_STUDIES = frozenset({"rct", "registry", "cohort", "case-series", "case-report"})
_UNITS = {"mo": "month", "y": "year", "d": "day"}
_NOTHING = re.compile(r"(none|not applicable|observation(al)?)\b", re.IGNORECASE)
_PLURAL = re.compile(r"^(?!freedom).*(events|complications|criteria|volumes and \w+)$")
_EVENTS = re.compile(
    r"death|hospitalisation|mortality|events|complications|bleeding|fibrillation|[Rr]eintervention|failure|recurrence"
)
_RATE = re.compile(r"rate|[Ff]reedom|success")
_TREATED = frozenset({"active", "device", "intervention", "treatment"})
_COMPARED = frozenset({"comparator", "control", "placebo", "sham"})
_FROM_TO = re.compile(r"(about |median )?[+-]?\d[^,;]*? to (about )?[+-]?\d")
_UNSAID_IS = re.compile(r"(?<!be )(?<!is )(?<!if )(?<!not )\b(not )?(recommended|reasonable|indicated)\b(?!,)")
_FIGURE = re.compile(r"(?:[a-z]+ )?[+-]?\d[\d.,]*(?: \([^)]*\))?")
_ACRONYM = re.compile(r"\w*[A-Z0-9]\w*[A-Z0-9]")


def study(record: EvidenceRecord, *, opening: bool = False) -> str:
    """The study's name as a sentence says it: "COAPT (2018)", "the 2025 ESC/EACTS valve guideline".

    `opening` gives it the capital of a sentence's first word.
    """
    name = record.short or _name_from_citation(record)
    if opening:
        name = name[0].upper() + name[1:]
    return name if record.year is None or re.search(r"\b(19|20)\d\d\b", name) else f"{name} ({record.year})"


def _name_from_citation(record: EvidenceRecord) -> str:
    """The title up to its colon; where that is a sentence and not a name, "the Stone cohort study"."""
    name = record.title.partition(":")[0].strip() or record.record_id
    if record.first_author and len(name.split()) > NAME_WORDS:
        surname = re.sub(r" [A-Z]{1,3}$", "", record.first_author)
        return f"the {surname} {_DESIGNS[record.kind].removeprefix('a ')}"
    return name


def design_sentence(record: EvidenceRecord) -> str:
    """Design, number of patients, arms, comparison and follow-up."""
    size = f" of {record.n} {'patient' if record.n == 1 else 'patients'}" if record.n is not None else ""
    design = record.design or f"{_DESIGNS[record.kind]}{size}"
    arms = ", ".join(f"{name}: {count}" for name, count in record.arms.items())
    said = f"{study(record, opening=True)} is {design}" + (f" ({arms})" if arms else "")
    if treated := _stated(record.intervention):
        said += f": {treated}"
    if compared := _stated(record.comparator):
        said += f"; comparator: {compared}"
    if followed := _stated(record.follow_up):
        said += f"; follow-up: {followed}"
    return f"{said}."


def criteria_sentences(record: EvidenceRecord) -> Iterator[tuple[int, str]]:
    """Who was studied, in sentences of a few criteria each, with the place of the first criterion (0-based)."""
    label = "who was studied" if record.kind in _PATIENT_STUDIES else "scope"
    opening = f"{study(record, opening=True)}, {label}"
    first, held = 0, list[str]()
    for place, criterion in enumerate(record.criteria):
        if held and len(" ".join([*held, criterion]).split()) > CRITERIA_WORDS:
            yield first, f"{opening}: {'; '.join(held)}."
            first, held = place, []
        held.append(criterion)
    if held:
        yield first, f"{opening}: {'; '.join(held)}."


def baseline_sentence(record: EvidenceRecord) -> str:
    """The patients at baseline; empty when the record gives nothing."""
    values = ", ".join(f"{name} {spelt_times(value)}" for name, value in record.baseline.items())
    return f"{study(record, opening=True)}, patients at baseline: {values}." if values else ""


def fact_sentence(record: EvidenceRecord, fact: Fact) -> str:
    """A key point or a limit, under the study's name."""
    text = fact.fact.rstrip(".")
    joint = " –" if ":" in text.partition(";")[0] else ":"
    return f"{study(record, opening=True)}{joint} {text}."


def recommendation_sentence(record: EvidenceRecord, outcome: Outcome) -> str:
    """What is recommended, how strongly, on what evidence, for whom; and whether it still holds."""
    value = _UNSAID_IS.sub(r"is \g<0>", outcome.value or "", count=1)
    strength = f"class {outcome.class_cor}" + (f", level {outcome.level_loe}" if outcome.level_loe else "")
    if later := outcome.superseded_by:
        strength += f"; superseded in {later.year}" if later.year else "; superseded"
    named = str(outcome.guideline_year) in (record.short or "")
    guideline = study(record, opening=True) if named else f"{outcome.society} {outcome.guideline_year}"
    if outcome.wording:
        return f"{guideline} ({strength}): {_filled(replace(outcome, value=value))}."
    told = f"{guideline} ({strength}): {value}"
    if outcome.population and outcome.population not in value:
        told += f"; population: {outcome.population}"
    return f"{told}{_note(outcome)}."


def outcome_sentence(record: EvidenceRecord, outcome: Outcome) -> str:
    """One result: measure, time point, figures by arm, effect with interval and p."""
    if outcome.wording:
        told = _filled(outcome)
        return f"{told}." if told[0].isupper() and not _ACRONYM.match(told) else f"In {study(record)}, {told}."
    return f"In {study(record)}, {_clause(record, outcome)}{_note(outcome)}."


def measure_phrase(measure: str) -> str:
    """A measure of the controlled list as a noun phrase: "MR <=1+" is the share of patients with it."""
    if measure.endswith(" change"):
        return f"the change in {_lower(measure.removesuffix(' change'))}"
    if measure.startswith(("MR <=", "MR >=")):
        return f"the share of patients with {measure}"
    if measure.startswith("NYHA I"):
        return f"the share of patients in NYHA class {measure.removeprefix('NYHA ')}"
    if measure.endswith((" responder", " improvement", " worsening")):
        what, _, change = measure.rpartition(" ")
        return f"the share of patients with {_lower(what)} {change.replace('responder', 'response')}"
    article = "the " if measure.endswith((" rate", "diameter", "ratio", "width", "endpoint")) else ""
    return article + _lower(measure)


def time_phrase(timepoint: str | None) -> str:
    """A time point as a sentence says it: "24 mo" is "at 24 months"; empty when there is none."""
    if not timepoint or timepoint == "before vs after":
        return ""
    said = spelt_times(timepoint)
    plain = {
        "procedure": "at the procedure",
        "follow-up": "during follow-up",
        "lifetime": "over a lifetime",
        "long term": "in the long term",
        "acute": "acutely",
        "periprocedural": "around the procedure",
    }
    if said in plain:
        return plain[said]
    if re.match(r"(mean|median) ", said):
        return f"over a {said.replace(' ', ' of ', 1)}"
    if re.match(r"(after|before|during|up to|in|from|between) ", said):
        return said
    return f"in {said}" if re.match(r"(19|20)\d\d\b|[A-Z][a-z]+ (19|20)\d\d$", said) else f"at {said}"


def _clause(record: EvidenceRecord, outcome: Outcome) -> str:
    """The usual wording of a result."""
    value, comparison = spelt_times(outcome.value or ""), outcome.comparison or ""
    population = f" ({outcome.population})" if outcome.population else ""
    time = "" if says_when(outcome) else f" {time_phrase(outcome.timepoint)}".rstrip()
    if not value:
        about = measure_phrase(outcome.measure.removesuffix(" change"))
        return f"the effect on {about}{population}{time} was {_effect(outcome)}{_against(record, comparison)}"
    measure = measure_phrase(outcome.measure)
    subject, stats = f"{measure}{population}{time}", stats_phrase(outcome)
    parts, names = value.split(" vs "), comparison.split(" vs ")
    if len(parts) == len(names) == 2 and all(names):
        left, right = _share_unit(*parts)
        first, second = (_arm(record, name) or f"({name})" for name in names)
        return f"{subject} {_verb(measure, left)} {left} {first} vs {right} {second}{stats}"
    verb = "went from" if _FROM_TO.match(value) else _verb(measure, value)
    if comparison and comparison != "before vs after":
        stats = f" ({comparison}; {stats[2:]}" if stats else f" ({comparison})"
    return f"{subject} {verb} {value}{stats}"


def _filled(outcome: Outcome) -> str:
    """The record's own wording with its figures filled in."""
    told = outcome.wording or ""
    figures = _joined(outcome.effect or "", interval_phrase(outcome), _p_value(outcome.p))
    for name, words in {
        "{value}": spelt_times(outcome.value or ""),
        "{time}": time_phrase(outcome.timepoint),
        "{stats}": f"({figures})" if figures else "",
        "{figures}": figures,
    }.items():
        told = told.replace(name, words)
    return " ".join(told.split())


def _effect(outcome: Outcome) -> str:
    """An effect that stands alone: "HR 0.76 (95% CI 0.57-1.01, p=0.056)", "a mean difference of -7 mL/m2 (…)"."""
    effect = re.sub(r"^((?:[a-z]{2,} )+)(?=[-\d])", lambda words: f"a {words.group(1)}of ", outcome.effect or "")
    inner = _joined(interval_phrase(outcome), _p_value(outcome.p))
    return f"{effect} ({inner})" if inner else effect


def _against(record: EvidenceRecord, comparison: str) -> str:
    """The arms of an effect: " with TEER + GDMT vs GDMT alone"."""
    names = comparison.split(" vs ")
    first, second = (_arm(record, name) for name in names) if len(names) == 2 else ("", "")
    if not first or not second:
        return f", {comparison}" if comparison and not comparison.startswith("vs ") else f" {comparison}".rstrip()
    joint, _, rest = second.partition(" ")
    return f" {first} vs {rest if joint == first.split()[0] else second}"


def _arm(record: EvidenceRecord, name: str) -> str:
    """An arm with its preposition, "with GDMT alone"; empty when neither words nor treatments tell what it is."""
    if name in record.arm_words:
        return record.arm_words[name]
    treatment = record.intervention if name in _TREATED else record.comparator if name in _COMPARED else None
    return f"with {re.sub(r' [(].*[)]$', '', treatment)}" if treatment and not _NOTHING.match(treatment) else ""


def _verb(measure: str, value: str) -> str:
    if "%" in value and _EVENTS.search(measure) and not _RATE.search(measure) and re.match(r"[\d.]+ ?(\(|%)", value):
        return "occurred in"
    return "were" if _PLURAL.match(measure) else "was"


def says_when(outcome: Outcome) -> bool:
    """Whether the measure or the value already names the time point."""
    if outcome.timepoint == "procedure":
        return outcome.measure.startswith("Procedural")
    days = outcome.timepoint == "30 d" and outcome.measure.startswith("30-day")
    return days or re.search(r"\b(at|by) \d+ (mo|y|d|month)", outcome.value or "") is not None


def _share_unit(left: str, right: str) -> tuple[str, str]:
    """Give the first figure the unit that is printed once, after the second: "-9 vs +3 mL/m2"."""
    first, second = _FIGURE.fullmatch(left.rstrip("%")), _FIGURE.match(right)
    unit = right[second.end() :].lstrip("%").strip() if second else ""
    return (f"{left} {unit}", right) if first and unit else (left, right)


def stats_phrase(outcome: Outcome) -> str:
    """Effect, interval and p in parentheses after a space, " (HR 0.53, 95% CI 0.40-0.70, p<0.001)"; or nothing."""
    inner = _joined(outcome.effect or "", interval_phrase(outcome), _p_value(outcome.p))
    return f" ({inner})" if inner else ""


def interval_phrase(outcome: Outcome) -> str:
    """The interval, "95% CI 0.40-0.70"; empty without one."""
    return f"95% CI {outcome.ci_95}" if outcome.ci_95 else ""


def _p_value(p: str | None) -> str:
    return "" if not p else f"p{spelt_times(p)}" if p[0] in "<>=" else f"p={spelt_times(p)}"


def _note(outcome: Outcome) -> str:
    return f"; {spelt_times(outcome.note)}" if outcome.note else ""


def _stated(text: str | None) -> str:
    """The text; empty when it says that there is nothing to state."""
    return text if text and not _NOTHING.match(text) else ""


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def spelt_times(text: str) -> str:
    """Spell out the units of time after a figure: "30 d" is "30 days"."""

    def spelt(found: re.Match[str]) -> str:
        number, unit = found.groups()
        return f"{number} {_UNITS[unit]}{'' if number == '1' else 's'}"

    return re.sub(r"(?<![\w.])(\d[\d.]*(?:-\d[\d.]*)?) (mo|y|d)\b(?! ?/)", spelt, text)


def _lower(text: str) -> str:
    """A measure's name as inside a sentence: its first letter small, unless it opens with an abbreviation."""
    return text if _ACRONYM.match(text) else text[0].lower() + text[1:]
