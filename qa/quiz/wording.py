"""How a quiz says what a record writes tersely: studies, arms, measures, time points, signs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256
from typing import TypeVar

from domain.evidence import EvidenceRecord, Outcome
from qa.entities import names
from qa.quiz.results import Result

T = TypeVar("T")

_UNITS = {"mo": "month", "y": "year", "d": "day", "h": "hour"}
_EVENTS = frozenset(
    {
        "All-cause death",
        "Cardiovascular death",
        "Cardiac death",
        "HF hospitalisation",
        "CV hospitalisation",
        "All-cause hospitalisation",
        "Death or HF hospitalisation",
        "CV death or HF hospitalisation",
        "CV hospitalisation or death",
        "Death or heart failure",
        "MR recurrence",
        "Reintervention",
        "Major adverse events",
        "Serious adverse events",
        "Major bleeding",
        "New atrial fibrillation",
        "Neurologic events",
        "Heart failure",
        "Right heart failure",
        "Residual MR",
        "Procedural success",
        "Procedural failure",
        "Procedural complications",
        "Device-related complications",
    }
)
"""Measures that are counted, of which one says the rate."""
_SUBJECTS = {
    "Composite endpoint": "the rate of the composite endpoint",
    "HF hospitalisation rate": "the HF hospitalisation rate",
    "6MWT change": "the change in 6MWT distance",
    "KCCQ": "the KCCQ score",
    "MLHFQ change": "the change in the Minnesota (MLHFQ) score",
    "Prognostic association": "the association",
    "Days lost": "the share of follow-up time lost",
    "Clips per patient": "the mean number of clips per patient",
    "NNT": "the number needed to treat",
}
LONGEST_CRITERION = 110
"""Characters of an entry criterion that a stem still takes."""
CRITERIA = 4
"""Entry criteria that a vignette takes over."""
SHORT_NAME = 26
"""Characters; a shorter name would stand out among options that name whole cohorts."""
_CLINICAL = re.compile(
    r"\b(MR|FMR|SMR|HF|HFrEF|HFpEF|LVEF|NYHA|CAD|IMR|cardiomyopathy|infarction|regurgitation|TEER|MitraClip)\b"
)
_NOT_WHO = re.compile(
    r"\b(planned|sites?|centres?|centers?|randomi[sz]ation|countries|excluded|population$|as CTSN"
    r"|(January|February|March|April|May|June|July|August|September|October|November|December) (19|20)\d\d)\b",
    re.I,
)
_YEARS = re.compile(r"\s*\(?(19|20)\d\d ?- ?(19|20)\d\d\)?")
_COUNTS = re.compile(r"\d+%.*\d+%|^\w+[^:,]{0,25}:")
"""A list of shares, or what is said of one part of the patients, tells nothing of who could enter."""
_NOTHING = re.compile(r"(none|not applicable|observation(al)?|before/after)\b", re.IGNORECASE)
_NO_ARTICLE = re.compile(r"^(?:the |The )|^\S*[A-Z0-9]\S*[A-Z0-9]|\band colleagues\b|'s\b|\betal\b")


def pick(choices: Sequence[T], *seeds: object) -> T:
    """One of `choices`, always the same for the same seeds."""
    digest = sha256("\x1f".join(str(seed) for seed in seeds).encode()).digest()
    return choices[int.from_bytes(digest[:4], "big") % len(choices)]


def pretty(text: str) -> str:
    """`text` with the signs of print: ≤, ≥, cm², m³."""
    text = text.replace("<=", "≤").replace(">=", "≥")
    return re.sub(r"(?<=m)([23])(?!\w)", lambda found: {"2": "²", "3": "³"}[found[1]], text)


def study(record: EvidenceRecord) -> str:
    """The study's name with its year, "COAPT (2018)"; without a name, its first author's."""
    name = record.short or study_name(record)
    return name if record.year is None or re.search(r"\b(19|20)\d\d\b", name) else f"{name} ({record.year})"


def label(record: EvidenceRecord) -> str:
    """The study's name as an option: without an article, with a capital."""
    return sentence(study(record).removeprefix("the ").removeprefix("The "))


def full_label(record: EvidenceRecord) -> str:
    """A study as one option among studies: a short name is followed by what was given, "COAPT (2018), MitraClip"."""
    name = label(record)
    given = re.split(r" \+ |, then |,| via ", in_sentence(record.intervention))[0]
    return name if len(name) >= SHORT_NAME or not given or len(given) > SHORT_NAME + 10 else f"{name}, {given}"


def sentence(text: str) -> str:
    """`text` with a capital, as a sentence or an option begins."""
    return text[:1].upper() + text[1:]


def named(record: EvidenceRecord) -> str:
    """The study's name as a sentence takes it: with an article where it is no proper name."""
    name = study(record)
    return name if _NO_ARTICLE.search(name) else f"the {name[0].lower() + name[1:] if _plain(name) else name}"


def _plain(name: str) -> bool:
    first = name.split()[0]
    return first.islower() or (first[1:].islower() and first.rstrip("s").casefold() in _LOWERED)


_LOWERED = frozenset("pooled cohort series study meta-analysis single other echo health effect".split())


def study_name(record: EvidenceRecord) -> str:
    """The study's name alone: the record's short name, else what its title begins with, else its first author."""
    if record.short:
        return re.sub(r"^[Tt]he ", "", record.short)
    head = re.split(r"[:,;(]", record.title)[0].strip()
    if re.match(r"[A-Z][A-Z-]{2,}", head):
        return head
    if record.first_author and len(head.split()) > 3:
        return f"{record.first_author.split()[0]} and colleagues"
    return head


def family(record: EvidenceRecord) -> str:
    """What reports of one trial have in common: its name without the length of follow-up."""
    head = re.split(r"[:,;(]| at \d| —| - ", record.short or record.title)[0]
    return re.sub(r"\b\d+[- ]?(?:year|yr|month|mo|y)s?\b.*$", "", head).strip().casefold()


def setting(record: EvidenceRecord) -> str:
    """One sentence that says who was studied and against what: where a stem begins."""
    subject = sentence(named(record))
    whom = people(record)
    given, against = in_sentence(record.intervention), in_sentence(record.comparator)
    if record.kind == "rct" and given and against:
        return f"{subject} randomised {whom} to {given} or {against}."
    if record.kind == "meta-analysis":
        return f"{subject} pooled {whom}" + (f" to compare {given} with {against}." if given and against else ".")
    if given and against and " vs " not in against and ";" not in against and record.kind in {"cohort", "case-series"}:
        return f"{subject} studied {whom}, comparing {given} with {against}."
    if given:
        return f"{subject} studied {whom} treated with {given}."
    return f"{subject} followed {whom}."


def people(record: EvidenceRecord) -> str:
    """How many patients, and of what kind where the record says it briefly."""
    size = f"{record.n} patients" if record.n and record.n > 1 else "one patient" if record.n == 1 else "patients"
    given = in_sentence(record.intervention).split(" ")[0]
    for criterion in record.criteria:
        parts = (_YEARS.sub("", part) for part in criterion.split(", "))
        said = ", ".join(part for part in parts if part and part != given and not _NOT_WHO.search(part))
        if said and len(said) <= LONGEST_CRITERION and _CLINICAL.search(said) and not _COUNTS.search(said):
            return f"{size} ({pretty(said)})"
    return size


def clinical(record: EvidenceRecord) -> list[str]:
    """The first entry criteria that describe a patient, at most CRITERIA of them."""
    kept = [
        one for one in record.criteria if _CLINICAL.search(one) and not _NOT_WHO.search(one) and not _COUNTS.search(one)
    ]
    return [pretty(one) for one in kept[:CRITERIA]]


def in_sentence(text: str | None) -> str:
    """An intervention or a comparator inside a sentence: without remarks, a common word without its capital."""
    said = without_remarks(text)
    first = said.split()[0] if said else ""
    common = first[:1].isupper() and first[1:].islower() and not names(first, "device")
    return said[0].lower() + said[1:] if common else said


def without_remarks(text: str | None) -> str:
    """An intervention or a comparator without what stands in brackets; empty where there is none."""
    if not text or _NOTHING.match(text):
        return ""
    return pretty(" ".join(re.sub(r"\([^()]*\)", "", text).split()).rstrip(" ;,"))


def without_repeats(asked: str, told: str) -> str:
    """`asked` without brackets that only repeat words of `told`."""
    known = set(re.findall(r"\w+", told.casefold()))

    def kept(found: re.Match[str]) -> str:
        return "" if set(re.findall(r"\w+", found[1].casefold())) <= known else found[0]

    return re.sub(r" \(([^()]*)\)", kept, asked)


def when(timepoint: str | None) -> str:
    """A time point as a question says it, "at 24 months"; empty when there is none or it says nothing."""
    if not timepoint or re.search(
        r"procedure|before|after|baseline|follow-up|lifetime|long term|acute|admission", timepoint
    ):
        return ""
    said = re.sub(
        r"(?<![\w.])(\d[\d.]*(?:-\d+)?) (mo|y|d|h)\b",
        lambda found: f"{found[1]} {_UNITS[found[2]]}{'' if found[1] == '1' else 's'}",
        timepoint,
    )
    if re.match(r"(mean|median) \d", said):
        return f"over a {said.replace(' ', ' of ', 1)}"
    return (
        f"at {said}"
        if re.match(r"\d|discharge$", said)
        else said
        if re.match(r"(in|during|up to|after) ", said)
        else f"({said})"
    )


def subject(outcome: Outcome) -> str:
    """What was measured, as the words after "what was": "the rate of all-cause death"."""
    measure = outcome.measure
    if (outcome.population or "").casefold().startswith("freedom from"):
        return f"the event-free proportion{_whom(outcome)}"
    if measure in _SUBJECTS:
        said = _SUBJECTS[measure]
    elif measure in _EVENTS:
        said = f"the rate of {_lower(measure)}"
    elif measure.startswith(("MR <=", "MR >=")):
        said = f"the proportion of patients with MR {pretty(measure[3:])}"
    elif measure.startswith("NYHA I"):
        said = f"the proportion of patients in NYHA class {measure.removeprefix('NYHA ')}"
    elif measure.endswith((" responder", " improvement", " worsening")):
        what, _, change = measure.rpartition(" ")
        verb = {"responder": "a response in", "improvement": "an improvement in", "worsening": "a worsening of"}[change]
        said = f"the proportion of patients with {verb} {'NYHA class' if what == 'NYHA' else _lower(what)}"
    elif measure.endswith(" change"):
        said = f"the change in {_lower(measure.removesuffix(' change'))}"
    elif measure.startswith(("Freedom", "Survival", "Transplant-free")):
        said = _lower(measure)
    else:
        said = f"the {_lower(measure)}"
    return said + _whom(outcome)


def _whom(outcome: Outcome) -> str:
    """The population in brackets, without what the comparison says already."""
    compared = (outcome.comparison or "").casefold()
    parts = [one.strip() for one in (outcome.population or "").split(";")]
    kept = [one for one in parts if one and " vs " not in one and one.casefold() not in compared]
    return f" ({pretty('; '.join(kept))})" if kept else ""


def event(outcome: Outcome) -> str:
    """What an effect is an effect on: "all-cause death"; the measure itself where it is no event."""
    if outcome.measure in _EVENTS:
        return _lower(outcome.measure) + _whom(outcome)
    if outcome.measure == "HF hospitalisation rate":
        return "HF hospitalisation" + _whom(outcome)
    if outcome.measure == "Prognostic association":
        factor, _, what = (outcome.population or "").rpartition(" and ")
        return pretty(f"{what} with {factor}")
    said = re.sub(r"^the (rate of (the )?)?", "", subject(outcome).split(" (")[0])
    return said + _whom(outcome)


def arm(record: EvidenceRecord, name: str) -> str:
    """An arm with its preposition: "with MitraClip + GDMT"; "in the device arm" where the record gives no words."""
    if name in record.arm_words:
        return pretty(record.arm_words[name])
    return f"in the {name} {'arm' if record.kind == 'rct' else 'group'}"


def versus(record: EvidenceRecord, result: Result) -> str:
    """The comparison an effect stands for: "device versus control", "versus no or mild SMR"."""
    if result.arms:
        first, second = (_bare(record, one) for one in result.arms)
        return f"{first} versus {second}"
    return f"versus {pretty(result.against)}" if result.against else ""


def _bare(record: EvidenceRecord, name: str) -> str:
    words = re.sub(r"^without ", "no ", record.arm_words.get(name, ""))
    bare = re.sub(r"^(with|in|after|on|at|for)( the| an?)? ", "", words)
    return pretty(bare or name)


def bare_arm(record: EvidenceRecord, name: str) -> str:
    """An arm's name alone: "MitraClip + GDMT"."""
    return _bare(record, name)


def _lower(text: str) -> str:
    return text if re.match(r"\w*[A-Z0-9]\w*[A-Z0-9]", text) else text[0].lower() + text[1:]
