"""How a record's facts are said: one sentence for each, in Chordae's own words, figures spelt as in the record."""

from __future__ import annotations

import re
from collections.abc import Iterator

from domain.evidence import EvidenceRecord, Fact, Outcome

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
_UNITS = {"mo": "month", "y": "year", "d": "day"}
_NOTHING = re.compile(r"(none|not applicable|observation(al)?)\b", re.IGNORECASE)
_PLURAL = re.compile(r"(events|complications|criteria|volumes and \w+)$")
_EVENTS = re.compile(
    r"death|hospitalisation|mortality|events|complications|bleeding|fibrillation|[Rr]eintervention|failure|recurrence"
)
_RATE = re.compile(r"rate|[Ff]reedom|success")
_FROM_TO = re.compile(r"(about |median )?[+-]?\d[^,;]*? to (about )?[+-]?\d")
_ACRONYM = re.compile(r"\w*[A-Z0-9]\w*[A-Z0-9]")


def study(record: EvidenceRecord) -> str:
    """The study's name as a sentence says it: "COAPT (2018)", "2025 ESC/EACTS valve guideline"."""
    name = record.short or record.title.partition(":")[0]
    return name if record.year is None or re.search(r"\b(19|20)\d\d\b", name) else f"{name} ({record.year})"


def design_sentence(record: EvidenceRecord) -> str:
    """Design, number of patients, arms, comparison and follow-up."""
    kind = _DESIGNS[record.kind]
    size = f" of {record.n} {'patient' if record.n == 1 else 'patients'}" if record.n is not None else ""
    arms = ", ".join(f"{name} {count}" for name, count in record.arms.items())
    parts = [f"{study(record)} is {kind}{size}" + (f" ({arms})" if arms else "")]
    if record.intervention and not _NOTHING.match(record.intervention):
        parts.append(f"studied: {record.intervention}")
    if record.comparator and not _NOTHING.match(record.comparator):
        parts.append(f"compared with: {record.comparator}")
    if record.follow_up and not _NOTHING.match(record.follow_up):
        parts.append(f"follow-up: {record.follow_up}")
    return "; ".join(parts) + "."


def criteria_sentences(record: EvidenceRecord) -> Iterator[tuple[int, str]]:
    """Who was studied, in sentences of a few criteria each, with the place of the first criterion (0-based)."""
    first, held = 0, list[str]()
    for place, criterion in enumerate(record.criteria):
        if held and len(" ".join([*held, criterion]).split()) > CRITERIA_WORDS:
            yield first, f"{study(record)}, who was studied: {'; '.join(held)}."
            first, held = place, []
        held.append(criterion)
    if held:
        yield first, f"{study(record)}, who was studied: {'; '.join(held)}."


def baseline_sentence(record: EvidenceRecord) -> str:
    """The patients at baseline; empty when the record gives nothing."""
    values = ", ".join(f"{name} {value}" for name, value in record.baseline.items())
    return f"{study(record)}, patients at baseline: {values}." if values else ""


def fact_sentence(record: EvidenceRecord, fact: Fact) -> str:
    """A key point or a limit, under the study's name."""
    text = fact.fact.rstrip(".")
    joint = " –" if ":" in text.partition(";")[0] else ":"
    return f"{study(record)}{joint} {text}."


def recommendation_sentence(record: EvidenceRecord, outcome: Outcome) -> str:
    """What is recommended, how strongly, on what evidence, for whom; and whether it still holds."""
    strength = f"class {outcome.class_cor}" + (f", level {outcome.level_loe}" if outcome.level_loe else "")
    said = f"{outcome.society} {outcome.guideline_year} ({strength}): {outcome.value}"
    said += f"; for {outcome.population}" if outcome.population else ""
    said += f"; {_times(outcome.note)}" if outcome.note else ""
    if outcome.superseded_by:
        year = f" in {outcome.superseded_by.year}" if outcome.superseded_by.year else ""
        said += f" (superseded{year})"
    return f"{said}."


def outcome_sentence(record: EvidenceRecord, outcome: Outcome) -> str:
    """One result: measure, time point, figures by arm, effect with interval and p."""
    stats = _stats(outcome)
    clause = _told(record, outcome, stats) if outcome.wording else _clause(record, outcome, stats)
    note = f"; {_times(outcome.note)}" if outcome.note and not outcome.wording else ""
    return f"In {study(record)}, {clause}{note}."


def _told(record: EvidenceRecord, outcome: Outcome, stats: str) -> str:
    first, second = _arms(record, outcome)
    clause = (outcome.wording or "").replace("{value}", _times(outcome.value or ""))
    clause = clause.replace("{time}", time_phrase(outcome.timepoint)).replace("{a}", first).replace("{b}", second)
    return clause.replace("{stats}", stats) if "{stats}" in clause else f"{clause} {stats}".rstrip()


def _clause(record: EvidenceRecord, outcome: Outcome, stats: str) -> str:
    measure = measure_phrase(outcome.measure)
    population = f" ({outcome.population})" if outcome.population else ""
    value = _times(outcome.value or "")
    time = time_phrase(outcome.timepoint)
    subject = f"{measure}{population} {time}".rstrip()
    comparison = outcome.comparison or ""
    if not value:
        effect = outcome.effect or ""
        article = "a " if re.match(r"[a-z]{2,}", effect) and not effect.startswith("z ") else ""
        effect = re.sub(r"^((?:[a-z]{2,} ?)+)(?=[-\d])", lambda found: f"{found.group(1).strip()} of ", effect)
        inner = _joined(_interval(outcome), _p_value(outcome.p))
        return f"{subject} came out at {article}{effect}{f' ({inner})' if inner else ''} {_against(record, outcome)}"
    parts, arms = value.split(" vs "), comparison.split(" vs ")
    if len(parts) == len(arms) == 2 and all(arms):
        left, right = _share_unit(*parts)
        first, second = _arms(record, outcome)
        return f"{subject} {_verb(measure, left)} {left} {first} vs {right} {second} {stats}".rstrip()
    verb = "went from" if _FROM_TO.match(value) else _verb(measure, value)
    tail = f" ({comparison})" if comparison and comparison != "before vs after" else ""
    return f"{subject} {verb} {value}{tail} {stats}".rstrip()


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
    article = "the " if measure.endswith((" rate", "diameter", "ratio", "width")) else ""
    return article + _lower(measure)


def time_phrase(timepoint: str | None) -> str:
    """A time point as a sentence says it: "24 mo" is "at 24 months"; empty when there is none."""
    if not timepoint or timepoint == "before vs after":
        return ""
    said = _times(timepoint)
    if re.match(r"(mean|median) ", said):
        return f"over a {said.replace(' ', ' of ', 1)}"
    if re.match(r"(after|before|during|up to|acutely|in) ", said):
        return said
    if re.match(r"(procedure|follow-up|lifetime|long term|acute|periprocedural|perioperative)$", said):
        return {
            "procedure": "at the procedure",
            "follow-up": "during follow-up",
            "lifetime": "over a lifetime",
            "long term": "in the long term",
            "acute": "acutely",
        }.get(said, "around the procedure")
    return f"in {said}" if re.match(r"((19|20)\d\d\b|[A-Z][a-z]+ (19|20)\d\d$)", said) else f"at {said}"


def _arms(record: EvidenceRecord, outcome: Outcome) -> tuple[str, str]:
    """Both arms as the sentence says them, "with GDMT alone"; empty words where there are not two."""
    names = (outcome.comparison or "").split(" vs ")
    if len(names) != 2:
        return "", ""
    first, second = (record.arm_words.get(name, f"({name})" if name else "") for name in names)
    return first, second


def _against(record: EvidenceRecord, outcome: Outcome) -> str:
    """The comparison of an effect: "with TEER vs GDMT alone"."""
    comparison = outcome.comparison or ""
    first, second = _arms(record, outcome)
    if not first or first.startswith("("):
        return f"({comparison})" if comparison and not comparison.startswith("vs ") else comparison
    before, _, rest = second.partition(" ")
    return f"{first} vs {rest if before == first.split()[0] else second}"


def _verb(measure: str, value: str) -> str:
    if "%" in value and _EVENTS.search(measure) and not _RATE.search(measure) and re.match(r"[\d.]+ ?(\(|%)", value):
        return "occurred in"
    return "were" if _PLURAL.search(measure) else "was"


def _share_unit(left: str, right: str) -> tuple[str, str]:
    """Give the first figure the unit that is printed once, after the second: "-9 vs +3 mL/m2"."""
    unit = re.search(r"[^\d.)]*$", right)
    words = unit.group().strip() if unit else ""
    if words.startswith("%"):
        words = words.removeprefix("%").strip()
    if words and not left.endswith(words) and re.search(r"[\d.%)]$", left):
        return f"{left} {words}", right
    return left, right


def _stats(outcome: Outcome) -> str:
    inner = _joined(outcome.effect or "", _interval(outcome), _p_value(outcome.p))
    return f"({inner})" if inner else ""


def _interval(outcome: Outcome) -> str:
    return f"95% CI {outcome.ci_95}" if outcome.ci_95 else ""


def _p_value(p: str | None) -> str:
    return "" if not p else f"p{_times(p)}" if p[0] in "<>=" else f"p={_times(p)}"


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _times(text: str) -> str:
    """Spell out the units of time after a figure: "30 d" is "30 days"."""

    def spelt(found: re.Match[str]) -> str:
        number, unit = found.groups()
        return f"{number} {_UNITS[unit]}{'' if number == '1' else 's'}"

    return re.sub(r"(?<![\w.])(\d[\d.]*(?:-\d[\d.]*)?) (mo|y|d)\b(?! ?/)", spelt, text)


def _lower(text: str) -> str:
    return text if _ACRONYM.match(text) else text[0].lower() + text[1:]
