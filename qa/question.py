"""What a question asks for: its terms, the names that must match, the times, the kind of answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Literal, cast

from kb.words import STOPWORDS, rarity, stem, terms
from qa.concepts import breadth, covered, folded, named

Wants = Literal[
    "figure", "reason", "time", "recommendation", "comparison", "yes-no", "definition", "limitation", "general"
]


def _form_words() -> frozenset[str]:
    lines = files("qa").joinpath("form_words.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(stem(word) for line in lines if not line.startswith("#") for word in line.split())


GENERIC = _form_words()
"""Stems of the words that carry the form of a question rather than its subject (qa/form_words.txt)."""

FIELD = frozenset(
    {
        "mr",
        "secondary-mr",
        "mitral",
        "hf",
        "cardiomyopathy",
        "definition",
        "cause",
        "predictor",
        "follow-up",
        "design",
        "limitation",
        "success",
        "symptoms",
        "ventricle",
        "referral",
    }
)
"""Concepts that the whole field is about, or that carry the form of a question: they tell little apart."""

_NUMBER_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "twelve": 12, "eighteen": 18, "twenty-four": 24, "thirty": 30,
}  # fmt: skip
_DAYS = {"d": 1.0, "w": 7.0, "m": 30.4375, "y": 365.25}
_TIME = re.compile(
    r"(?<![\w.])(?P<n>\d+(?:\.\d+)?|" + "|".join(_NUMBER_WORDS) + r")(?:\s*(?:-|–|to|and|,)\s*(?P<m>\d+))?[\s-]*"
    r"(?P<unit>days?|d|weeks?|wks?|months?|mo|mos|years?|yrs?|y)(?![\w/])"
    r"(?!\s*[- ]?\s*olds?\b)(?!\s+(?:of\s+age|to\s+live))",
    re.IGNORECASE,
)
_HALF_A_YEAR = re.compile(r"\bhalf[ -]a[ -]year\b|\bhalf[ -]year\b", re.IGNORECASE)
_YEAR = re.compile(r"(?<![\w.,])(?:19[89]\d|20[0-4]\d)(?![\w%]|\.\d)")
_NAME = re.compile(
    r"(?<!\w)(?:[A-Z][\w’']*[A-Z0-9][\w’-]*|[A-Z][a-zà-ÿ]{2,})"
    r"(?:\s(?:I{1,3}|IV)\b|\s(?:Clinic|Hospital|University|Institute|Center|Centre|College)\b)?"
)
_INSTITUTION = frozenset(map(stem, ("clinic", "hospital", "university", "institute", "center", "college")))
_TO_LIVE = re.compile(r"\b(?:live|living|life expectancy|survive)\b[^.?!]{0,20}$", re.IGNORECASE)
"""Before a time that a patient has left."""
_LIKE = re.compile(r"[-–](?:like|type|style|eligible|ineligible|era|based|specific)$", re.IGNORECASE)
"""Behind a name, what is like it: "COAPT-like patients"."""
_STRESSED = frozenset("MILD MODERATE SEVERE NOT ONLY NEVER ALL ANY BOTH BEFORE AFTER WITH WITHOUT MORE LESS".split())
"""Words in capitals for stress, not because they name a study."""
_STAGE = re.compile(r"I{1,3}|IV|(?:I{1,3}|IV)[-–/](?:I{1,3}|IV)")

WEIGHT_CONCEPT = 1.0
WEIGHT_GENERIC = 0.15
WEIGHT_NAME = 1.0
WEIGHT_DESCRIBED = 0.5
"""A word that describes a patient before the question about them is put: no name of a study, nor what is asked."""
_PATIENT = re.compile(
    r"\s*(?i:my|our|an?)\b[^.?!]*\b(?i:patient|lady|man|woman|gentleman|person)\b.*[.!;](?=\s+[A-Z][^.?!]*\?\s*$)",
    re.DOTALL,
)
_MEASURED = re.compile(r"[^?!:]*\d[^?!:]*:(?=\s+[^?:]*\?\s*$)")
"""A patient in values before the question: "LVEF 32%, EROA 0.35, NYHA III: TEER?"."""
_CONTRACTED = re.compile(r"\w*n['’]t|(?:i|you|he|she|it|we|they|who|what|there|that)['’]\w+", re.IGNORECASE)
"""A contraction carries the form of a question, whatever it is made of."""
_CONTEXT = re.compile(r".*[.!](?=\s+[A-Z][^.?!]*\?\s*$)", re.DOTALL)
"""What is told before the question is put: "I keep hearing that … What was the average EROA?"."""
_LEAD_IN = re.compile(r"\s*[A-Za-z' ]{3,40}?(?::| [-–])\s")
"""Who asks, or what for: "For a talk: what share …"."""
_ITS_VALUE = re.compile(r"\b([A-Za-z][\w-]*)(?:\s+(?:class|of|is|at))*\s*[<>≥≤~]?=?\s*(?:\d|I{1,3}\b|IV\b)")
"""A measure with the value that a described patient has: what is asked is not asked of it."""
_HOW_OFTEN = frozenset(map(stem, ("often", "common", "commoner", "commonest", "frequent")))
"""What asks for the frequency of something else that is named: "how often is surgery needed"."""
WEIGHT_INNER = 0.3
"""A concept named only inside a longer one: the MR in "secondary MR", the HF in "HF admissions"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One thing an answer must speak of: a concept or a word, with its weight (0-1) and the words it was asked in.

    `capitals` marks a name that is a plain word but for its capitals, as trials like to have them: "the PRIMARY trial"
    is not met by "primary MR".
    """

    words: str
    weight: float
    concept: str | None = None
    stems: tuple[str, ...] = ()
    name: bool = False
    capitals: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question, read. `times` are days after the start, `years` calendar years; both empty when none is asked."""

    text: str
    wants: Wants
    needs: tuple[Need, ...]
    times: tuple[float, ...]
    years: tuple[int, ...]

    @property
    def weight(self) -> float:
        """What all the needs weigh together."""
        return sum(need.weight for need in self.needs)

    @property
    def names(self) -> tuple[Need, ...]:
        """The proper names asked for: trials, devices, centres, people, places."""
        return tuple(need for need in self.needs if need.name)

    @property
    def studies(self) -> tuple[Need, ...]:
        """The names that are no word of the field: not a device or a drug, which many studies are about."""
        return _studies(self.names)


@lru_cache(maxsize=4096)
def _studies(names: tuple[Need, ...]) -> tuple[Need, ...]:
    return tuple(need for need in names if not set(need.stems) <= frozenset().union(*named(need.words).values()))


_WANTS: tuple[tuple[Wants, re.Pattern[str]], ...] = tuple(
    (cast(Wants, wants), re.compile(pattern, re.IGNORECASE))
    for wants, pattern in (
        (
            "recommendation",
            r"\b(?:my|our) (?:\w+ )?(?:patient|lady|man|woman)\b|\b(?:can|should|shall|may|would) (?:i|we|you)\b",
        ),
        ("limitation", r"\b(limitation|limits? (?:the|of|this)|caveat|weakness|drawback|criticism|bias)"),
        (
            "definition",
            r"\b(defin|criteri|threshold|cut-?off|eligib|entry|who (?:was|were) (?:studied|included|enrolled)|"
            r"(?:patients?|whom?)\b[^.?]{0,30}\b(?:enrol|exclud|includ|recruit))",
        ),
        ("recommendation", r"\b(should|recommend|class of|indicated|indication|guideline|advis|COR\b|LOE\b)"),
        ("reason", r"^\s*why\b|\b(mechanism|reason|explain|how come|what causes?)\b"),
        (
            "figure",
            r"\b(how (?:many|much|often|large|big|long|high|low|common|frequent|risky|wide|old|far|severe|likely)|"
            r"what (?:percentage|proportion|share|fraction|rate|number)|mortality|rate|risk|incidence|prevalence|"
            r"hazard ratio|odds ratio|percentage|volume|fraction|diameter|size|area|duration|cost|dose|score|EROA|LVEF|"
            r"EF|ejection fraction|distance|p[- ]value|interval|NNT|number)\b",
        ),
        ("time", r"^\s*when\b|\b(what year|which year|what date)\b"),
        ("comparison", r"\b(compare|comparison|versus|vs\.?|better than|or)\b"),
        ("yes-no", r"^\s*(is|are|was|were|do|does|did|can|could|has|have|had|will|would)\b"),
    )
)


@lru_cache(maxsize=4096)
def times(text: str) -> tuple[float, ...]:
    """The time points named in `text`, in days, ascending; ages ("64-year-old") are not time points."""
    found: set[float] = set()
    for match in _TIME.finditer(text):
        if _TO_LIVE.search(text[: match.start()]):
            continue
        unit = _DAYS[match["unit"][0].lower()]
        for number in (match["n"], match["m"]):
            if number:
                found.add(round(float(_NUMBER_WORDS.get(number.lower(), number)) * unit))
    if _HALF_A_YEAR.search(text):
        found.add(round(_DAYS["y"] / 2))
    for match in re.finditer(r"((?:\d+(?:\.\d+)?,\s*)+)(\d+)(?:\s*,?\s*and\s*(\d+))\s*(d|mo|y|months|years)\b", text):
        unit = _DAYS[match[4][0].lower()]
        found.update(round(float(number) * unit) for number in re.findall(r"\d+(?:\.\d+)?", match[0]))
    return tuple(sorted(found))


def same_time(a: float, b: float) -> bool:
    """Whether two time points, in days, are the same follow-up visit (within a tenth: 24 months is 2 years)."""
    return abs(a - b) <= 0.1 * max(a, b)


@lru_cache(maxsize=4096)
def read_question(text: str) -> Question:
    """Read a question; never fails, an empty text has no needs."""
    concepts = named(text)
    described = _described(text)
    context = _told_before(text)
    asked = set(folded(text[context:]))
    names = [span for span in _name_spans(text) if span[0] >= described]
    values = frozenset(stem for match in _ITS_VALUE.finditer(text[:described]) for stem in folded(match[1]))
    needs: list[Need] = []
    seen: set[str] = set()
    for concept, stems in concepts.items():
        words = " ".join(term.word for term in terms(text) if term.stem in stems) or concept
        weight = WEIGHT_INNER if concept in FIELD or _said_by_another(concept, concepts) else WEIGHT_CONCEPT
        weight *= WEIGHT_DESCRIBED if stems <= values or not stems & asked else 1.0
        needs.append(Need(words=words, weight=weight, concept=concept, stems=tuple(sorted(stems))))
        seen.update(stems)
    time_spans = [match.span() for match in _TIME.finditer(text)]
    for start, end in names:
        unit = folded(_LIKE.sub("", text[start:end]))
        capitals = text != text.upper() and _in_capitals(text[start:end])
        if unit and (capitals or not set(unit) <= seen):
            needs.append(Need(words=text[start:end], weight=WEIGHT_NAME, stems=unit, name=True, capitals=capitals))
    seen.update(word for need in needs if need.name for word in need.stems)
    for term in terms(text):
        if any(start <= term.start < end for start, end in time_spans) or _YEAR.fullmatch(term.word):
            continue
        if term.stem in seen or set(folded(term.word)) <= seen or not re.search(r"[^\W\d]", term.word):
            continue
        if _CONTRACTED.fullmatch(term.word):
            continue
        seen.add(term.stem)
        seen.update(folded(term.word))
        weight = _weight(term.word) * (WEIGHT_DESCRIBED if term.start < max(described, context) else 1.0)
        needs.append(Need(words=term.word, weight=weight, stems=folded(term.word)))
    return Question(
        text=text,
        wants="recommendation" if text[:described].endswith(":") else _wanted(text),
        needs=tuple(needs),
        times=times(text),
        years=tuple(sorted({int(match.group()) for match in _YEAR.finditer(text)})),
    )


def _described(text: str) -> int:
    """Where the description of a patient ends; 0 where there is none.

    Behind a colon where it is two of the field's measures, or more, with a value each.
    """
    told = _PATIENT.match(text) or _MEASURED.match(text)
    if told is None or (told.re is _MEASURED and not _gives_measures(told.group())):
        return 0
    return told.end()


def _gives_measures(text: str) -> bool:
    return sum(bool(named(match[1])) for match in _ITS_VALUE.finditer(text)) > 1


def _wanted(text: str) -> Wants:
    return next((kind for kind, pattern in _WANTS if pattern.search(text)), "general")


def _told_before(text: str) -> int:
    """Where what is told before the question ends; 0 where it begins with the question."""
    told, lead = _CONTEXT.match(text), _LEAD_IN.match(text)
    return told.end() if told else lead.end() if lead and _is_lead_in(lead.group()) else 0


def _is_lead_in(text: str) -> bool:
    """Whether what stands before a colon is neither a name nor a subject."""
    words = re.findall(r"[A-Za-z']+", text)
    return not named(text) and all(word.lower() in STOPWORDS or rarity(word.lower()) < 1.0 for word in words)


def _in_capitals(name: str) -> bool:
    """Whether a name is a word of plain English that only its capitals make a name."""
    first = name.split()[0]
    return len(first) >= SHOUTED and first.isupper() and rarity(first.lower()) < 1.0


SHOUTED = 5
"""Letters from which a plain word in capitals is a name and not an abbreviation ("TEER", "CABG")."""


def _said_by_another(concept: str, concepts: Mapping[str, frozenset[str]]) -> bool:
    """Whether a longer concept holds the words of this one, the same words name a closer one, or it is "how often"."""
    stems = concepts[concept]
    others = [(one, its) for one, its in concepts.items() if one != concept]
    if concept == "prevalence" and stems & _HOW_OFTEN and any(one not in FIELD for one, _ in others):
        return True
    return any(stems < its or (stems == its and breadth(one) < breadth(concept)) for one, its in others)


def _weight(word: str) -> float:
    """How heavy a word without a concept is: of a compound its heaviest part; a count and a plain word weigh little."""
    parts = re.split(r"[-/]", word)
    return max(
        WEIGHT_GENERIC if stem(part) in GENERIC or part.isdigit() else rarity(part.lower()) for part in parts if part
    )


def _name_spans(text: str) -> list[tuple[int, int]]:
    """Spans of the proper names: capitalised inside the sentence, or with a capital or figure inside the word."""
    spans: list[tuple[int, int]] = []
    for match in _NAME.finditer(text):
        first = match.group().split()[0]
        opens = not text[: match.start()].strip() or text[: match.start()].rstrip()[-1:] in ".?!:"
        if opens and first.casefold() in STOPWORDS | {"repair", "which", "whose"}:
            continue
        listed = re.match(r",|['’]s\b|\s(?:and|or|versus|vs)\b", text[match.end() :]) and rarity(first.lower()) >= 1.0
        if opens and re.fullmatch(r"[A-Z][a-zà-ÿ]+", match.group()) and not (listed and not named(first)):
            continue
        if text == text.upper() and rarity(first.lower()) < 1.0:
            continue
        if stem(first) in GENERIC and rarity(first.lower()) >= 1.0:
            continue  # "RCT", "MV": no study
        if first in _STRESSED:
            continue
        if _STAGE.fullmatch(match.group()) or (named(first) and re.search(r"\sI{1,3}V?$|\sIV$", match.group())):
            continue  # "NYHA III": a class of a measure
        spans.append(match.span())
    return spans


def missing(question: Question, *texts: str) -> tuple[Need, ...]:
    """The needs that none of the texts (one at least) speaks of, heaviest first.

    A name must stand as a phrase; where the question has a longer name with the same beginning ("TITAN II" beside
    "TITAN"), an occurrence of the longer is none of the shorter.
    """
    lacking = _missing(question.text, texts[0])
    for text in texts[1:]:
        also = _missing(question.text, text)
        lacking = tuple(need for need in lacking if need in also)
    return lacking


@lru_cache(maxsize=20_000)
def _missing(asked: str, text: str) -> tuple[Need, ...]:
    question = read_question(asked)
    stems, have = folded(text), _heard(text)
    concepts = covered(text)
    longer = [need.stems for need in question.needs if need.name]
    lacking = [
        need
        for need in question.needs
        if not _speaks(need, stems, have, concepts, longer) or (need.capitals and need.words.split()[0] not in text)
    ]
    return tuple(sorted(lacking, key=lambda need: (-need.weight, need.words)))


@lru_cache(maxsize=20_000)
def _heard(text: str) -> frozenset[str]:
    return frozenset(folded(text))


def _speaks(
    need: Need,
    stems: tuple[str, ...],
    have: frozenset[str],
    concepts: dict[str, frozenset[str]],
    names: Sequence[tuple[str, ...]],
) -> bool:
    if need.concept:
        return need.concept in concepts
    if need.name and len(need.stems) > 1 and need.stems[-1] in _INSTITUTION and have.issuperset(need.stems[:-1]):
        return True  # "the Mayo cohort" is the Mayo Clinic's
    if not have.issuperset(need.stems):
        return False
    if not need.name or len(need.stems) > 3:
        return True
    size = len(need.stems)
    rivals = [name for name in names if len(name) > size and name[:size] == need.stems]
    places = [at for at in range(len(stems) - size + 1) if stems[at : at + size] == need.stems]
    return any(all(stems[at : at + len(rival)] != rival for rival in rivals) for at in places)


def coverage(question: Question, *texts: str) -> float:
    """The weighted share of the needs that one of the texts speaks of, 0-1; 1 when the question needs nothing."""
    return covering(question, missing(question, *texts))


def covering(question: Question, lacking: Iterable[Need]) -> float:
    """The weighted share of the needs that are not among those lacking, 0-1; 1 when the question needs nothing."""
    total = question.weight
    return 1.0 - sum(need.weight for need in lacking) / total if total else 1.0
