"""The ledger of a document: what was measured, how much, in whom it can be told, and when."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from domain.document import Document, Section
from domain.sentences import sentence_spans
from qa.quantities import Quantity, quantities

Phase = Literal["before", "after", "both", ""]


@dataclass(frozen=True, slots=True, kw_only=True)
class Yardstick:
    """A measure as it is printed, with what is physically possible.

    `low` and `high` bound a living adult's value in the common unit of `qa.units` (mm, mm2, mL, mg/mL, %); they are
    wide on purpose, several times beyond any published value, so that what is outside cannot be right.
    """

    name: str
    words: str
    unit: str
    low: float
    high: float


YARDSTICKS: tuple[Yardstick, ...] = (
    Yardstick(
        name="EROA",
        words=r"(?i:effective regurgitant orifice(?: area)?)|EROA?|(?i:regurgitant orifice area)",
        unit="mm2",
        low=1,
        high=300,
    ),
    Yardstick(name="regurgitant volume", words=r"(?i:regurgitant volume)|RVol|R\.?Vol", unit="mL", low=0.5, high=400),
    Yardstick(
        name="vena contracta", words=r"(?i:vena contracta(?: width| diameter)?)|VCW", unit="mm", low=0.99, high=40
    ),
    Yardstick(
        name="mitral annulus",
        words=r"(?i:mitral (?:valve )?annul(?:us|ar)(?: size| diameter| dimension)?)",
        unit="mm",
        low=9,
        high=120,
    ),
    Yardstick(
        name="LVEF",
        words=r"(?i:(?:left ventricular )?ejection fraction)|LVEF|EF",
        unit="%",
        low=2,
        high=100,
    ),
    Yardstick(
        name="LVESD",
        words=r"(?i:(?:left ventricular |LV )?end-systolic (?:diameter|dimension))|LVESD|LVIDs",
        unit="mm",
        low=9,
        high=150,
    ),
    Yardstick(
        name="LVEDD",
        words=r"(?i:(?:left ventricular |LV )?end-diastolic (?:diameter|dimension))|LVEDD|LVIDd",
        unit="mm",
        low=14,
        high=170,
    ),
    Yardstick(
        name="LVESV",
        words=r"(?i:(?:left ventricular |LV )?end-systolic volume(?! ind))|LVESV",
        unit="mL",
        low=4,
        high=1000,
    ),
    Yardstick(
        name="LVEDV",
        words=r"(?i:(?:left ventricular |LV )?end-diastolic volume(?! ind))|LVEDV",
        unit="mL",
        low=10,
        high=1200,
    ),
    Yardstick(name="jet area ratio", words=r"(?i:jet area(?: ratio)?)", unit="%", low=0, high=100),
    Yardstick(
        name="6-minute walk",
        words=r"(?i:(?:6|six)[- ]min(?:ute)?[- ]walk(?:ing)?(?: test)?(?: distance)?)|6MWT|6MWD",
        unit="mm",
        low=1_000,
        high=1_500_000,
    ),
    Yardstick(name="KCCQ", words=r"KCCQ(?:-OS)?(?: score)?", unit="point", low=0, high=100),
    Yardstick(name="NT-proBNP", words=r"NT-?pro-?BNP", unit="mg/mL", low=1e-10, high=1e-3),
    Yardstick(
        name="BNP", words=r"(?<!pro)(?<!pro-)BNP|(?i:brain natriuretic peptide)", unit="mg/mL", low=1e-10, high=1e-4
    ),
    Yardstick(
        name="pulmonary artery systolic pressure",
        words=r"PASP|SPAP|RVSP|(?i:systolic pulmonary (?:artery|arterial) pressure|pulmonary artery systolic pressure)",
        unit="mmHg",
        low=3,
        high=250,
    ),
    Yardstick(
        name="QRS duration", words=r"QRS(?i: (?:duration|width|complex))?", unit="d", low=20 / 86.4e6, high=500 / 86.4e6
    ),
    Yardstick(
        name="mortality",
        words=r"(?i:(?:in-hospital |operative |perioperative |30-day |all-cause |cardiovascular )?mortality(?: rate)?)",
        unit="%",
        low=0,
        high=100,
    ),
    Yardstick(name="NYHA class", words=r"NYHA(?i: functional)?(?i: class)?", unit="", low=1, high=4),
)
"""The measures that the ledger keeps; the bounds are limits of anatomy, of the scale, or of arithmetic."""

BY_NAME = {stick.name: stick for stick in YARDSTICKS}
_MENTION = re.compile("|".join(rf"(?P<m{n}>(?<![\w-])(?:{y.words})(?![\w]))" for n, y in enumerate(YARDSTICKS)))
_BETWEEN = re.compile(
    r"(?:[\s,:;=()\[]|\([A-Za-z0-9 -]{1,12}\)"
    r"|\b(?:of|was|were|is|are|measuring|measured|measures|from|to|at|decreased|increased|improved"
    r"|worsened|fell|dropped|rose|reduced|remained|remains|stayed|unchanged|stable|estimated|calculated|about|only|a|an"
    r"|the|size|width|diameter|area|ratio|value|level|baseline|further|markedly|significantly|slightly|severely"
    r"|depressed|low|with|still|had|has|been)\b)*"
)
_BEFORE_MEASURE = re.compile(r"\s+(?:wide\s+|left ventricular\s+|LV\s+|mean\s+)?")
_NOT_A_LEVEL = re.compile(
    r"\b(?:change|difference|per|each|every|increment|threshold|cut-?off|criteri|eligib|limit|defined|normal range"
    r"|reference (?:range|value)|(?:absolute|relative|percent) (?:increase|decrease|reduction)"
    r"|interobserver|intraobserver|variability|error|resolution|accuracy|score of|SD|standard deviation|correlat)",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"\b(?:after|following|post-?(?:operative|procedur|interven|implant|discharge)\w*|follow-?up|later|at discharge"
    r"|(?:at|by) (?:\d+|one|two|three|six|nine|twelve)[- ](?:day|week|month|year)s?|subsequent\w*|finally|final)\b",
    re.I,
)
_BEFORE = re.compile(
    r"\b(?:before|prior to|baseline|pre-?(?:operative|procedur|interven|implant|treatment)\w*|on admission"
    r"|at presentation|initial(?:ly)?)\b",
    re.IGNORECASE,
)
_DONE = re.compile(
    r"\b(?:was|were|had been|been) (?:successfully )?(?:implanted|deployed|performed|placed|replaced|repaired)"
    r"|\bunderwent|\bwe (?:implanted|performed|placed|deployed|used)|\btaken for\b|\bsuccessfully\b",
    re.IGNORECASE,
)
_STAY = re.compile(r"\b(?:unchanged|remained (?:stable|the same)|did not change)\b", re.IGNORECASE)
_STORY = re.compile(r"\b(?:case|patient|presentation|history|investigation)", re.IGNORECASE)
_TIME = re.compile(
    r"\b(\d+|one|two|three|four|five|six|nine|ten|twelve|eighteen|twenty-four)[- ](day|week|month|year)s?\b(?![- ]old)",
    re.IGNORECASE,
)
_NUMBERS = {"one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "nine": "9", "ten": "10"}
_NUMBERS |= {"twelve": "12", "eighteen": "18", "twenty-four": "24"}
_METHOD = {
    "transoesophageal echo": re.compile(r"\bTEE\b|\bTOE\b|trans-?o?esophageal", re.I),
    "transthoracic echo": re.compile(r"\bTTE\b|transthoracic", re.I),
    "magnetic resonance": re.compile(r"\bC?MRI\b|\bCMR\b|magnetic resonance", re.I),
    "computed tomography": re.compile(r"\bCT\b|tomograph", re.I),
    "angiography": re.compile(r"ventriculogra|catheteri[sz]ation", re.I),
    "nuclear": re.compile(r"scintigra|\bSPECT\b|\bMUGA\b|radionuclide", re.I),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One value of one measure; `start:end` is its sentence in the document's text, half-open.

    `phase` tells whether it was measured before or after treatment ("both" where the text says it did not change),
    empty where the text does not tell; `time` is the named time ("6 month"), `methods` how it was measured, both empty
    where nothing is named.
    """

    measure: str
    quantity: Quantity
    phase: Phase
    time: str
    methods: tuple[str, ...]
    section: Section
    start: int
    end: int

    @property
    def printed(self) -> str:
        """The figure as a reader saw it, with its unit where that stands beside a neighbour."""
        number = f"{self.quantity.value:.{self.quantity.decimals}f}"
        unit = self.quantity.printed_unit
        return f"{number}{'' if unit == '%' else ' '}{unit}".strip()


def measures_in(text: str) -> tuple[str, ...]:
    """The measures that `text` names, each once, in the order of their first mention."""
    return tuple(dict.fromkeys(_name(match) for match in _MENTION.finditer(text)))


def ledger(document: Document) -> tuple[Measurement, ...]:
    """Every value that the prose and the captions of `document` bind to a measure, in order of its place."""
    found: list[Measurement] = []
    for section in document.sections:
        if section.role not in ("prose", "caption"):
            continue
        time, done = "", False
        story = bool(_STORY.search(section.heading)) and document.kind == "case-report"
        for start, end in sentence_spans(document.text, section.start, section.end):
            sentence = document.text[start:end]
            named = _TIME.search(sentence) if _AFTER.search(sentence) else None
            time = _time(named) if named else time
            done = done or bool(_DONE.search(sentence))
            if not _MENTION.search(sentence) or not any(char.isdigit() for char in sentence):
                continue
            methods = tuple(name for name, pattern in _METHOD.items() if pattern.search(sentence))
            for measure, quantity in bound(sentence):
                found.append(
                    Measurement(
                        measure=measure,
                        quantity=quantity,
                        phase=_phase(sentence, quantity, before=story and not done),
                        time=time,
                        methods=methods,
                        section=section,
                        start=start,
                        end=end,
                    )
                )
    return tuple(found)


def bound(sentence: str) -> list[tuple[str, Quantity]]:
    """The figures of a sentence that are levels of a measure it names; changes, cut-offs and spreads are left out."""
    figures = [q for q in quantities(sentence) if q.kind in ("measure", "percent", "number", "duration", "rate")]
    mentions = list(_MENTION.finditer(sentence))
    made: list[tuple[str, Quantity]] = []
    named: dict[int, str] = {}
    for quantity in figures:
        if quantity.operator != "=" or quantity.role == "by":
            continue
        measure = named.get(quantity.group) if quantity.role == "to" and quantity.group >= 0 else None
        if measure is None:
            measure = _measure_of(sentence, quantity, mentions)
        if measure is None or quantity.unit != BY_NAME[measure].unit:
            continue
        if quantity.group >= 0:
            named[quantity.group] = measure
        made.append((measure, quantity))
    return made


def _measure_of(sentence: str, quantity: Quantity, mentions: list[re.Match[str]]) -> str | None:
    before = [match for match in mentions if match.end() <= quantity.start]
    if before and _BETWEEN.fullmatch(sentence, before[-1].end(), quantity.start):
        mention = before[-1]
        around = sentence[max(0, mention.start() - 40) : quantity.start]
        return None if _NOT_A_LEVEL.search(around) else _name(mention)
    for match in mentions:
        if match.start() >= quantity.end:
            close = _BEFORE_MEASURE.fullmatch(sentence, quantity.end, match.start())
            if close and not _NOT_A_LEVEL.search(sentence[max(0, quantity.start - 40) : match.start()]):
                return _name(match)
            break
    return None


def _name(match: re.Match[str]) -> str:
    return YARDSTICKS[int(str(match.lastgroup)[1:])].name


def _phase(sentence: str, quantity: Quantity, *, before: bool) -> Phase:
    if quantity.role == "from":
        return "before"
    if quantity.role == "to":
        return "after"
    if _STAY.search(sentence[max(0, quantity.start - 40) : quantity.end]):
        return "both"
    if _AFTER.search(sentence):
        return "" if _BEFORE.search(sentence) else "after"
    if _BEFORE.search(sentence) or before:
        return "before"
    return ""


def _time(match: re.Match[str]) -> str:
    number = match[1].lower()
    return f"{_NUMBERS.get(number, number)} {match[2].lower()}"
