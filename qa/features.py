"""What speaks for a sentence as an answer: the features that the ranker sees."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from domain.document import KINDS
from domain.hit import Hit
from qa.bearing import Bearing, Known, bears, nearness, share
from qa.concepts import covered, named
from qa.question import Need, Question, covering, missing, read_question, same_time, times

FIGURES_HELP = frozenset({"figure", "comparison", "general", "yes-no"})
"""What a question wants when a figure serves it."""
MEASURES = frozenset(
    """death operative-death hospitalisation length-of-stay quality-of-life nyha walk remodelling mr-severity eroa rvol
    lvef complications success cost reintervention stroke lvesd lvesvi lvedv lvesv lvedd vo2 prevalence
    natriuretic-peptide vena-contracta""".split()
)
"""Concepts that are measured: a question that names one asks for it and not for another."""
BROAD_WEIGHT = 0.5
"""A question that asks no more than this beyond naming a study is a broad question about the study."""
LEAD_WORDS = 3
"""A sentence of a record opens with its study's name: a name within so many words is its subject, not a mention."""


def led_by(question: Question, text: str, hit: Hit) -> frozenset[Need]:
    """The studies asked for that are the subject of the sentence, of its document's title, or its first author."""
    if not question.studies:
        return frozenset()
    document = hit.document
    places = (
        " ".join(text.split()[:LEAD_WORDS]),
        " ".join(document.title.split()[: LEAD_WORDS + 1]),
        (document.first_author or "").split(" ")[0],
    )
    return _leading(question.text, places)


@lru_cache(maxsize=20_000)
def _leading(asked: str, places: tuple[str, ...]) -> frozenset[Need]:
    question = read_question(asked)
    lacking = [set(missing(question, place)) for place in places]
    return frozenset(need for need in question.studies if any(need not in lack for lack in lacking))


def _primary_only(text: str) -> bool:
    """Whether a text, a title or a sentence, is about primary MR and not about secondary MR as well."""
    about = covered(text)
    return "primary-mr" in about and not SECONDARY & set(about)


_KINDS = {kind: re.compile(rf"\b{kind} (?:[SF]?MR|secondary|functional)\b", re.I) for kind in ("atrial", "ventricular")}


@lru_cache(maxsize=20_000)
def _kinds(text: str) -> frozenset[str]:
    return frozenset(kind for kind, words in _KINDS.items() if words.search(text))


def _another_kind(asked: str, text: str) -> bool:
    """Whether a sentence is about atrial secondary MR alone where ventricular is asked for, or the other way round."""
    wanted, told = _kinds(asked), _kinds(text)
    return len(wanted) == 1 and bool(told) and not wanted & told


SECONDARY = frozenset({"secondary-mr", "ischaemic-mr", "atrial-mr"})
"""The kinds of MR that are this field's own."""
_VALUE = re.compile(
    r"(?P<measure>[A-Za-z][\w-]*)\s*(?:(?:of|is|at|was)\s+)?(?:an?\s+)?(?:about\s+)?(?P<value>\d+(?:\.\d+)?)"
)
_LIMIT = re.compile(
    r"(?P<measure>[A-Za-z][\w-]*)\s*(?:of\s+)?"
    r"(?:(?P<operator>[<>≥≤]=?|above|below|over|under|at least|at most)\s*(?P<bound>\d+(?:\.\d+)?)"
    r"|(?P<low>\d+(?:\.\d+)?)\s*(?:-|–|to)\s*(?P<high>\d+(?:\.\d+)?))"
)
_UPPER = frozenset({"<", "<=", "≤", "below", "under", "at most"})


@lru_cache(maxsize=20_000)
def _measured(text: str, *, limits: bool) -> frozenset[str]:
    """The measures that a text gives a value for, or, with `limits`, a threshold or a range, in lower case."""
    return frozenset(match["measure"].casefold() for match in (_LIMIT if limits else _VALUE).finditer(text))


def outside(asked: str, told: str) -> bool:
    """Whether a value that a question gives lies outside a limit or a range that a text sets for the same measure.

    An LVEF of 15% is outside "LVEF 20-50%" and inside "LVEF <50%"; figures are compared as printed.
    """
    values = {match["measure"].casefold(): float(match["value"]) for match in _VALUE.finditer(asked)}
    for match in _LIMIT.finditer(told):
        value = values.get(match["measure"].casefold())
        if value is None:
            continue
        if match["low"]:
            if not float(match["low"]) <= value <= float(match["high"]):
                return True
        elif (value > float(match["bound"])) if match["operator"] in _UPPER else (value < float(match["bound"])):
            return True
    return False


def _subject(question: Question, text: str, hit: Hit) -> tuple[float, float]:
    """Whether one of the asked-for names is the subject, and whether none is (0 or 1 each; 0, 0 without names)."""
    led = bool(led_by(question, text, hit))
    return float(led), float(bool(question.studies) and not led)


_FIGURE = re.compile(r"\d")
_RESULTS_WANTED = re.compile(
    r"\b(?:outcomes?|results?|show(?:ed|n|s)?|find(?:ings?)?|found|effects?|benefits?|help(?:s|ed)?|works?)\b",
    re.IGNORECASE,
)
_EFFECT = re.compile(r"\b(?:HR|OR|RR|hazard ratio|odds ratio|risk ratio|CI|p\s*[<=])", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A span of a passage that may become a claim.

    `features` are what the ranker sees, by name; `context` is what the reader is told anyway (title, section, who was
    studied); `vector` is the sentence's embedding (unit length), None before it is needed; `likest` is the clinical
    question of its record most like the one asked, None where none is near.
    """

    hit: Hit
    start: int
    end: int
    text: str
    context: str
    features: Mapping[str, float] = field(default_factory=dict)
    vector: NDArray[np.float32] | None = None
    score: float = 0.0
    likest: Known | None = None

    @property
    def key(self) -> tuple[str, int]:
        """What breaks a tie: the document and where the sentence stands."""
        return (self.hit.passage.doc_id, self.start)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question with what its candidates are held against.

    `vector` embeds the question as asked, `canonical` in the field's own words; `top` is the best hit's score,
    `documents` the share (0-1) of the best document's score that each document has; `bearing` how the records bear on
    the question, `nearest` the cosine of the clinical question nearest to it, `likest` the score of the one most like.
    """

    question: Question
    vector: NDArray[np.float32]
    canonical: NDArray[np.float32]
    top: float
    documents: Mapping[str, float]
    bearing: Bearing
    nearest: float
    likest: float


def features(asked: Asked, candidate: Candidate, own: NDArray[np.float32] | None) -> dict[str, float]:
    """The features by name; `own` is the sentence's embedding, None where it has none yet."""
    question, hit, text = asked.question, candidate.hit, candidate.text
    cosine = float(own @ asked.vector) if own is not None else 0.6 * (hit.dense or 0.0)
    _, _, index = (hit.passage.fact or "").partition(".")
    early = 1.0 / (1.0 + int(index)) if index.isdigit() else 0.0
    role = role_of(hit)
    spoken = times(text)
    timed = bool(question.times) and bool(spoken)
    agrees = timed and any(same_time(a, b) for a in question.times for b in spoken)
    has_figure = bool(_FIGURE.search(text))
    subject, other = _subject(question, text, hit)
    names = question.names
    lacking, unplaced = missing(question, text), missing(question, candidate.context)
    untold = tuple(need for need in lacking if need in unplaced)
    lacking_names = [need for need in untold if need.name]
    year = hit.document.year or 0
    about = (*covered(text), *(covered(candidate.context) if hit.document.origin == "record" else ()))
    values = _measured(question.text, limits=False)
    asked_of = share(asked.bearing, hit.passage.doc_id)
    near = nearness(asked.bearing, hit.passage.doc_id)
    first, part, apt = bears(asked.bearing, hit.passage)
    special = _special(unplaced)
    asked_beyond = sum(need.weight for need in special)
    broad = asked_beyond < BROAD_WEIGHT
    primary = _primary_only(hit.document.title) or (hit.document.origin == "record" and _primary_only(text))
    elsewhere = (primary and "primary-mr" not in named(question.text)) or _another_kind(question.text, text)
    secondary_asked = bool(SECONDARY & set(named(question.text)))
    wanted, told, led = (MEASURES & set(scan) for scan in (named(question.text), covered(text), covered(_lead(text))))
    return {
        "cosine": cosine,
        "canonical": float(own @ asked.canonical) if own is not None else cosine,
        "answers first": first,
        "answers in part": part,
        "answers aptly": apt,
        "record asked": asked_of,
        "likely answers first": _log(first),
        "likely answers in part": _log(part),
        "likely answers aptly": _log(apt),
        "likely record asked": _log(asked_of),
        "likest": asked.likest,
        "unindexed": float(not asked.bearing),
        "record bears": near,
        "record bears less": asked.nearest - near,
        "coverage": covering(question, lacking),
        "coverage_in_context": covering(question, untold),
        "special": sum(n.weight for n in special if n not in lacking) / asked_beyond if not broad else 0.0,
        "names": 1.0 - len(lacking_names) / len(names) if names else 1.0,
        "passage": hit.score / asked.top,
        "document": asked.documents[hit.passage.doc_id],
        "title": covering(question, missing(question, hit.document.title)),
        "time_agrees": float(agrees),
        "time_differs": float(timed and not agrees),
        "figure_wanted_and_there": float(question.wants in FIGURES_HELP and has_figure),
        "figure_wanted_and_absent": float(question.wants == "figure" and not has_figure),
        "effect": float(bool(_EFFECT.search(text)) and question.wants in FIGURES_HELP),
        "measure_told": len(wanted & told) / len(wanted) if wanted else 0.0,
        "measure_leads": len(wanted & led) / len(wanted) if wanted else 0.0,
        "measure_other": float(bool(wanted and told) and not wanted & told),
        "recommendation_wanted": float(question.wants == "recommendation" and role == "recommendation"),
        "limit_wanted": float(question.wants == "limitation" and role == "limit"),
        "definition_wanted": float(question.wants == "definition" and role in {"design", "criteria", "point"}),
        "explanation_wanted": float(question.wants in {"reason", "yes-no"} and role == "point"),
        "brief_wanted": float(question.wants in BROAD and role in {"brief", "short"}),
        "subject": subject,
        "other_subject": other,
        "studied": covering(question, unplaced),
        "secondary": float(secondary_asked and bool(SECONDARY & set(about)) and not elsewhere),
        "threshold": float(bool(values & _measured(text, limits=True))),
        "no threshold": float(bool(values) and not values & _measured(text, limits=True)),
        "year_agrees": float(any(y == year or str(y) in text for y in question.years)),
        "other_valve": float(elsewhere and not subject),
        "other_valve_asked": float(elsewhere and secondary_asked and not subject),
        "results_wanted_and_absent": float(
            role in {"design", "criteria", "baseline"} and bool(_RESULTS_WANTED.search(question.text))
        ),
        "superseded": float("supersede" in text.casefold()),
        "caption": float(hit.passage.is_searched and hit.passage.role != "prose"),
        "rung": 1.0 - KINDS.index(hit.document.kind) / (len(KINDS) - 1),
        "long": max(0.0, len(text.split()) - 35) / 35,
        **_of_role(role, early, broad=broad),
    }


@lru_cache(maxsize=1024)
def _of_role(role: str, early: float, *, broad: bool) -> dict[str, float]:
    return {
        **{f"early {one}": early if role == one else 0.0 for one in ("result", "recommendation", "point", "limit")},
        **{f"is {one}": float(role == one) for one in ROLES},
        **{f"broad, {one}": float(role == one and broad) for one in ROLES},
    }


def _log(share: float) -> float:
    return math.log(LEAST_SHARE + share)


LEAST_SHARE = 0.01
"""What a share counts at least before its logarithm is taken."""


ROLES = (
    "brief", "short", "answer", "result", "recommendation", "point", "limit", "design", "criteria", "baseline",
)  # fmt: skip
"""What a passage of a record is; a sentence of a document is none of them."""
BROAD = frozenset({"general", "comparison", "yes-no"})
"""What a question wants when it asks how a study came out rather than for one figure, reason or rule."""
_PLANNED = re.compile(r"\bendpoint\b[^.;]{0,40}\bis\b")
"""What a trial will count: no result yet."""
_FACTS = {"outcomes": "result", "key_points": "point", "caveats": "limit"}
_POPULATION = {"population": "design", "population.baseline": "baseline"}


def role_of(hit: Hit) -> str:
    """One of `ROLES`; empty for a sentence of a document."""
    fact = hit.passage.fact or ""
    kind, _, place = fact.partition(".")
    if kind == "digest":
        return place.partition(".")[0] or "brief"
    if kind == "outcomes" and "recommend" in hit.passage.heading.casefold():
        return "recommendation"
    if kind == "outcomes" and _PLANNED.search(hit.passage.text):
        return "design"
    return _FACTS.get(kind) or _POPULATION.get(fact) or ("criteria" if kind == "population" else "")


def _special(unplaced: Iterable[Need]) -> tuple[Need, ...]:
    """What is asked beyond what the whole document is about: with "COAPT" told, "quality of life"."""
    return tuple(need for need in unplaced if need.weight >= LIGHT and not need.name)


LIGHT = 0.2
"""Needs below this weight are the form of a question."""


def _lead(text: str) -> str:
    """What a record's sentence opens with, behind its study's name: the measure it reports."""
    return re.split(r"[(;]", text.split(", ", 1)[-1])[0]
