"""Who and what a text names: trials, devices, drugs, centres, populations, societies, arms, measures, time points."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from kb.library import measures
from kb.words import STOPWORDS
from qa.quantities import quantities
from qa.units import DAYS_PER_MONTH

EntityKind = Literal[
    "trial",
    "device",
    "drug",
    "society",
    "centre",
    "population",
    "severity",
    "arm",
    "measure",
    "generic_measure",
    "timepoint",
]
_GAZETTEER = Path(__file__).with_name("gazetteer.toml")

_NOT_A_TRIAL = frozenset(
    """TAPSE LVESD LVEDD LVEDV LVESV LVEDVI LVESVI EROA KCCQ NYHA LVEF LBBB MLHFQ MACE MACCE STEMI NSTEMI ECMO IABP
    PASP SPAP RVSP VTILVOT PISA HFREF HFPEF HFMREF ACEI SGLT GDMT TEER TMVR TMVI TAVI TAVR CABG COPD EGFR DOAC NOAC
    BACKGROUND METHODS METHOD RESULTS RESULT CONCLUSION CONCLUSIONS OBJECTIVE OBJECTIVES INTRODUCTION DISCUSSION AIMS
    PURPOSE DESIGN SETTING PATIENTS ABSTRACT FIGURE TABLE CASE REPORT REFERENCES FUNDING INTERPRETATION FINDINGS
    IMPORTANCE INTERVENTION INTERVENTIONS OUTCOMES PARTICIPANTS TRIAL STUDY REGISTRATION DISEASE CHARACTERISTICS
    ECHO DOPPLER COVID NICE AIDS HIV PCR ELISA RNA DNA MRNA ANOVA ANCOVA CONSORT PRISMA GRADE COCHRANE MEDLINE EMBASE
    PUBMED BMI ICU FDA WHO NSAID NSAIDS QALY ICER RECIST ECOG WISE SOFA APACHE BIPAP CPAP LASSO AUC ROC""".split()
)
_TRIAL_NAME = (
    r"[A-Z][A-Z0-9]{2,}(?:-[A-Z]{1,3}\d?|-\d)?(?:-(?:Reduced|Preserved))?(?: (?:II?I?D?|IV|[2-9]|FMR|HF)(?![\w-]))?"
)
_TRIAL_IN_CONTEXT = re.compile(
    rf"(?<![\w-])(?P<name>{_TRIAL_NAME}|[A-Z][a-z]+[A-Z]\w+)"
    r"(?= (?:[a-z]+ )?(?:trial|study|registry|investigators|programme|program))"
    rf"|(?:trial|study|registry) (?:called|named|known as) (?P<named>{_TRIAL_NAME})"
)
_TRIAL_ALONE = re.compile(r"(?<![\w-])(?P<name>[A-Z]{4,}(?:-[A-Z]{1,3}\d?|-\d)?(?: (?:II|III|IID|IV))?)(?![\w-])")
_NCT = re.compile(r"\bNCT\d{8}\b")

_CENTRE_NOUN = (
    r"Clinics?|Hospitals?|University|Universit[ée]|Medical (?:Center|Centre|School|University)|Institute|Infirmary|"
    r"Heart (?:Center|Centre|Institute)|Cancer (?:Center|Centre)|Klinik|Klinikum"
)
_PROPER = r"(?:[A-Z][\w'’.&-]*|St\.?|de|of|the)"
_CENTRE = re.compile(
    rf"(?<!\w)(?P<a>(?:[A-Z][\w'’&-]+\.? )(?:{_PROPER} ){{0,4}}?(?:{_CENTRE_NOUN})(?: (?:{_CENTRE_NOUN}))*)(?!\w)"
    r"|(?P<b>(?:University|Hospital|Institute) (?:Hospital )?of (?:[A-Z][\w'’-]+ ?){1,3})"
)
_CENTRE_LOWER = re.compile(r"(?<!\w)(?P<a>[a-z]{4,} (?:clinic|university hospital|university))(?!\w)")
_COMMON_PLACES = frozenset(
    """another this that same other each every outpatient heart failure failing valve general private public tertiary
    referral local regional district academic teaching community large small specialised specialized cardiology
    cardiac university our their from single national international american european canadian french german""".split()
)
_NOT_A_MEASURE = frozenset(
    """Mitral surgery|Transplantation|Heart failure|Aetiology|Mechanism|Anatomy|Prevalence|Prognostic association
    |Responder|Cost
    |Severity threshold|Trial endpoint|Procedural failure|Patient profile""".replace("\n    ", "").split("|")
)
"""Names of the controlled list that a sentence also uses for a treatment, a disease or a part of a study."""
_SEVERITY = re.compile(
    r"\b(?P<how>(?:mild|moderate)(?:[- ](?:to|or)[- ]|-)(?:moderate|severe)|trivial|mild|moderate|severe)\b"
    r"(?=(?:[\s,]+(?!mild|moderate|severe)[\w-]+){0,4}?\s+(?:MR|FMR|SMR|IMR|regurgitation|insufficiency)\b)",
    re.IGNORECASE,
)
_BEFORE_A_NAME = STOPWORDS | {"mean", "median", "patients", "data", "one"}
_AT_TIME = re.compile(
    r"\b(?:baseline|discharge|in-hospital|at admission|post-?operative(?:ly)?|pre-?operative(?:ly)?)\b", re.I
)
_TIME_WORDS = {
    "baseline": "baseline",
    "discharge": "discharge",
    "in-hospital": "in-hospital",
    "at admission": "baseline",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """One name at the half-open span `start:end`; `name` is the same for every way of writing the same thing.

    A time point's name is in months or days ("24 mo", "30 d"); a measure's is that of the controlled list; a
    "generic_measure" is a family of them ("mortality" without saying which).
    """

    kind: EntityKind
    name: str
    text: str
    start: int
    end: int


@lru_cache(maxsize=1)
def gazetteer() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Kind → name → other ways of writing it, the measures of the library included."""
    raw = tomllib.loads(_GAZETTEER.read_text(encoding="utf-8"))
    table = {kind: {name: (name, *others) for name, others in entries.items()} for kind, entries in raw.items()}
    table["members"] = {name: tuple(members) for name, members in raw["members"].items()}
    more = raw["more_measure"]
    table["measure"] = {m.name: (*m.names, *more.get(m.name, ())) for m in measures() if m.name not in _NOT_A_MEASURE}
    return table


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[str, re.Pattern[str], Mapping[str, str]], ...]:
    made = []
    for kind, entries in gazetteer().items():
        if kind in ("members", "more_measure"):
            continue
        names: dict[str, str] = {}
        for name, ways in entries.items():
            for way in ways:
                names.setdefault(_key(way), name)
        ordered = sorted(names, key=lambda key: (-len(key), key))
        body = "|".join(_flexible(key) for key in ordered)
        made.append((kind, re.compile(rf"(?<![\w])(?:{body})(?![\w])"), names))
    return tuple(made)


def _key(way: str) -> str:
    """Short capitals keep their case ("SAVE" is a trial, "save" a verb); everything else is lower case."""
    return way if _is_capitals(way) else _plain(way)


def _is_capitals(way: str) -> bool:
    return way.isupper() and len(way) <= 9 and " " not in way and not any(char.isdigit() for char in way)


def _plain(text: str) -> str:
    return re.sub(r"[\s\u00a0-]+", " ", text.lower()).strip()


def _flexible(key: str) -> str:
    if key.isupper():
        return re.escape(key)
    return "(?i:" + r"[\s-]+".join(re.escape(word) for word in key.split(" ")) + ")"


@lru_cache(maxsize=8192)
def entities(text: str, abbreviations: tuple[tuple[str, str], ...] = ()) -> tuple[Entity, ...]:
    """What `text` names, in order; of two overlapping names of one kind the longer is kept.

    `abbreviations` are (short, long) pairs that the document itself defines: a short form is read as its long form.
    Trials, devices and centres that no list knows are recognised by how they are written.
    """
    found = [entity for entity in _listed(text)]
    known = [entity for entity in found if entity.kind in ("device", "drug")]
    found += [trial for trial in _unlisted_trials(text) if not _overlapped(trial.start, trial.end, known)]
    found += list(_centres(text, [entity for entity in found if entity.kind == "centre"]))
    found += _timepoints(text)
    found += _severities(text)
    found += _abbreviated(text, abbreviations)
    found.sort(key=lambda entity: (entity.kind, entity.start, -entity.end))
    kept: list[Entity] = []
    for entity in found:
        if not kept or kept[-1].kind != entity.kind or entity.start >= kept[-1].end:
            kept.append(entity)
    return tuple(sorted(kept, key=lambda entity: (entity.start, entity.end, entity.kind)))


def names(text: str, kind: EntityKind, abbreviations: tuple[tuple[str, str], ...] = ()) -> frozenset[str]:
    """The names of one kind in `text`."""
    return frozenset(entity.name for entity in entities(text, abbreviations) if entity.kind == kind)


def _listed(text: str) -> Iterator[Entity]:
    for kind, pattern, known in _patterns():
        for match in pattern.finditer(text):
            printed = match.group()
            name = known.get(printed) or known.get(_plain(printed))
            if name is not None and not (kind == "generic_measure" and _JOINED_A_STUDY.match(text, match.start())):
                yield Entity(kind=kind, name=name, text=printed, start=match.start(), end=match.end())  # type: ignore[arg-type]


_JOINED_A_STUDY = re.compile(
    r"(?i:admitted|admission) (?i:to|into) (?:the |this )?(?:[A-Z]{3,}|(?i:trial|study|registry))"
)
"""Who was "admitted to COAPT" was not in hospital for it."""


def _unlisted_trials(text: str) -> Iterator[Entity]:
    for match in _NCT.finditer(text):
        yield Entity(kind="trial", name=match.group(), text=match.group(), start=match.start(), end=match.end())
    letters = [char for char in text if char.isalpha()]
    if not letters or sum(char.isupper() for char in letters) > 0.5 * len(letters):
        return
    known = _capitals_that_are_not_trials()
    for match in _TRIAL_IN_CONTEXT.finditer(text):
        group = "name" if match["name"] else "named"
        name = match[group]
        if name.upper() not in known and name.upper().split("-")[0].split(" ")[0] not in known:
            yield Entity(kind="trial", name=name.upper(), text=name, start=match.start(group), end=match.end(group))
    for match in _TRIAL_ALONE.finditer(text):
        name = match["name"]
        stem = re.split(r"[- ]", name)[0]
        word_like = len(stem) >= 5 and sum(char in "AEIOUY" for char in stem) >= 2
        if stem in known or name in known or not (word_like or re.search(r"-[A-Z]{1,3}\d|-FR\b| II", name)):
            continue
        if text[match.end() : match.end() + 1] == ")" and text[match.start() - 1 : match.start()] == "(":
            continue  # "(LAVIMAX)" defines an abbreviation
        yield Entity(kind="trial", name=name, text=name, start=match.start("name"), end=match.end("name"))


@lru_cache(maxsize=1)
def _capitals_that_are_not_trials() -> frozenset[str]:
    listed = {
        way.upper()
        for kind, entries in gazetteer().items()
        if kind != "trial"
        for ways in entries.values()
        for way in ways
    }
    return frozenset(listed | _NOT_A_TRIAL)


def _centres(text: str, known: Sequence[Entity]) -> Iterator[Entity]:
    """Centres by how they are written; `known` are those that the list already found."""
    for match in _CENTRE.finditer(text):
        group = "a" if match["a"] else "b"
        name = _proper(match[group].strip())
        if _overlapped(match.start(group), match.end(group), known):
            continue
        if " " not in name or (group == "a" and name.split(" ")[0].lower() in _COMMON_PLACES):
            continue
        yield Entity(
            kind="centre", name=_centre_name(name), text=name, start=match.end(group) - len(name), end=match.end(group)
        )
    for match in _CENTRE_LOWER.finditer(text):
        name = match["a"]
        if name.split(" ")[0] not in _COMMON_PLACES and not _overlapped(match.start(), match.end(), known):
            yield Entity(kind="centre", name=_centre_name(name), text=name, start=match.start(), end=match.end())


def _overlapped(start: int, end: int, known: Sequence[Entity]) -> bool:
    return any(entity.start < end and start < entity.end for entity in known)


def _proper(name: str) -> str:
    """The name without the words that only stand before it: "In the Duke University" is Duke University."""
    words = name.split(" ")
    while len(words) > 1 and words[0].casefold() in _BEFORE_A_NAME:
        words = words[1:]
    return " ".join(words)


def _centre_name(name: str) -> str:
    return " ".join(
        word.capitalize() if word.islower() and word not in ("of", "the") else word for word in name.split()
    )


def _timepoints(text: str) -> Iterator[Entity]:
    for quantity in quantities(text):
        if quantity.kind == "duration" and len(quantity.values) == 1 and quantity.canonical[0] >= 1:
            name = timepoint_name(quantity.canonical[0])
            yield Entity(kind="timepoint", name=name, text=quantity.text, start=quantity.start, end=quantity.end)
    for match in _AT_TIME.finditer(text):
        word = match.group().lower()
        name = _TIME_WORDS.get(word, "postoperative" if word.startswith("post") else "preoperative")
        yield Entity(kind="timepoint", name=name, text=match.group(), start=match.start(), end=match.end())


def _severities(text: str) -> Iterator[Entity]:
    for match in _SEVERITY.finditer(text):
        name = re.sub(r"[\s-]+(?:to[\s-]+|or[\s-]+)?", "-to-", match["how"].lower())
        yield Entity(kind="severity", name=name, text=match.group(), start=match.start(), end=match.end())


def timepoint_name(days: float) -> str:
    """A time in one form: months where it is a whole number of them ("24 mo" for two years), else days ("30 d")."""
    months = days / DAYS_PER_MONTH
    if months >= 1 and abs(months - round(months)) < 0.02 * months:
        return f"{round(months)} mo"
    return f"{days:g} d"


def _abbreviated(text: str, abbreviations: Iterable[tuple[str, str]]) -> Iterator[Entity]:
    for short, long in abbreviations:
        meant = [entity for entity in _listed(long) if entity.end - entity.start >= 0.6 * len(long)]
        if not meant:
            continue
        for match in re.finditer(rf"(?<!\w){re.escape(short)}(?!\w)", text):
            for entity in meant:
                yield Entity(kind=entity.kind, name=entity.name, text=short, start=match.start(), end=match.end())


@lru_cache(maxsize=1)
def measure_families() -> Mapping[str, frozenset[str]]:
    """Generic measure → the listed measures that are of its family ("mortality" → "All-cause death", …)."""
    table = gazetteer()
    families = {}
    for generic, ways in table["generic_measure"].items():
        patterns = [re.compile(rf"(?<!\w){re.escape(way)}(?!\w)", re.I) for way in ways]
        families[generic] = frozenset(
            name
            for name, others in table["measure"].items()
            if any(pattern.search(other) for pattern in patterns for other in others)
        )
    return families


@lru_cache(maxsize=1024)
def families_of(measure: str) -> tuple[str, ...]:
    """The generic measures that a listed measure belongs to, sorted."""
    return tuple(sorted(generic for generic, members in measure_families().items() if measure in members))
