"""The item-writing rules that examiners publish, each a check of one item that says what is wrong with it.

Sources: the NBME Item-Writing Guide (National Board of Medical Examiners, Constructing Written Test Questions for the
Health Sciences, 2021); Haladyna TM, Downing SM, Rodriguez MC, Appl Meas Educ 2002;15:309-334 (31 guidelines);
Tarrant M, Knierim A, Hayes SK, Ware J, Nurse Educ Pract 2006;6:354-363 (flaws counted in real examinations).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from domain.quiz import Flaw, QuizItem
from domain.sentences import sentence_spans
from qa.quiz.figures import Figure, figures, same

NBME = "NBME Item-Writing Guide"
HALADYNA = "Haladyna, Downing and Rodriguez 2002"
TARRANT = "Tarrant and colleagues 2006"

BLANK = "_____"
MAX_STEM_WORDS = 130
"""The longest vignettes of the NBME guide's samples have about 120 words."""
MAX_OPTION_WORDS = 28
KEY_TOO_LONG = 1.35
"""The key may be this many times as long as the longest distractor before it gives itself away."""
UNEVEN = 2.6
"""The longest option may be this many times as long as the shortest, once options are phrases."""

_NEGATIVE = re.compile(
    r"\bNOT\b|\bEXCEPT\b|\bexcept\b|\bleast (?:likely|appropriate|often)\b|\bincorrect\b|\bfalse\b|\buntrue\b"
    r"|^(?:Which|What|Who|When|Where|How)\b[^,;]*?\b(?:is|are|was|were|does|do|did|has|have|had|would|should|can|could)"
    r"(?: not\b|n't\b)"
)
_ABSOLUTE = re.compile(
    r"\b(always|never|all(?!-| of the above)|every|only|completely|entirely|invariably|must)\b", re.I
)
_VAGUE = re.compile(
    r"\b(often|usually|sometimes|frequently|rarely|occasionally|commonly|generally|mostly|typically)\b", re.I
)
_OF_THE_ABOVE = re.compile(r"\b(all|none|both|neither|any|some) of (?:the above|these|them)\b", re.I)
_COMBINED = re.compile(r"^(?:both )?\(?[A-E1-5]\)?(?:,? (?:and|or) \(?[A-E1-5]\)?)+(?: only)?$", re.I)
_QUESTION = re.compile(r"\b(which|what|who|when|where|how|by how much|on which|in which|against which)\b", re.I)
_UNFOCUSED = re.compile(
    r"\bwhich (?:of the following(?: statements?)?|statements?) (?:is|are) (?:true|correct|right)\s*\??$",
    re.I,
)
_PEOPLE = re.compile(
    r"\b(patients?|participants|recipients|adults|women|men|woman|man|people|candidates|year-old|survivors|controls?"
    r"|arm|cohort|population|hearts|cases?|series|heart failure|HF|MR|SMR|FMR|regurgitation|students|children|subjects"
    r"|volunteers|infants|individuals|adolescents|smokers|users|mice|rats|animals|samples)\b"
)
_NOT_A_UNIT_QUESTION = re.compile(
    r"\b(ratio|number needed to treat|NNT|number of|how many|percentage|proportion|per cent|class|grade|score"
    r"|EUR|USD|CNY|HR|OR|RR|chi-square|points?)\b|\(%\)|%",
    re.I,
)
_WORD = re.compile(r"[A-Za-zÀ-ÿ][A-Za-zÀ-ÿ'-]*")
_ABBREVIATION = re.compile(r"[A-Z]{3,4}")
_EVERYDAY = frozenset("SMR FMR LVEF NYHA GDMT TEER EROA KCCQ LVAD".split())
_COMMON = frozenset(
    "about after against among because before between compared could during effect group heart higher lower mitral"
    " months other outcome patients point reported result should study than their there these those trial trials under"
    " versus were when where which while with without would years hazard ratio death treatment therapy failure rate"
    " regurgitation secondary functional".split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A named rule: who published it, and a check that returns what is wrong in a sentence, or None."""

    name: str
    source: str
    check: Callable[[QuizItem], str | None]


def flaws(item: QuizItem) -> tuple[Flaw, ...]:
    """Every rule that `item` breaks, in the order of RULES; empty for an item that may be handed out."""
    found = ((rule, rule.check(item)) for rule in RULES)
    return tuple(Flaw(rule=rule.name, source=rule.source, why=why) for rule, why in found if why is not None)


def lead_in(stem: str) -> str:
    """The last sentence of a stem: what is asked."""
    spans = sentence_spans(stem)
    return stem[spans[-1][0] : spans[-1][1]] if spans else stem


def _focused(item: QuizItem) -> str | None:
    asked = lead_in(item.stem)
    if item.kind == "cloze" or BLANK in item.stem:
        return None if BLANK in item.stem else "a cloze item needs its blank"
    if item.kind == "tf":
        return None if asked.endswith(".") else "a true/false item is a statement and ends with a period"
    if not asked.endswith("?") or not _QUESTION.search(asked):
        return "the lead-in is not a question that can be answered with the options covered"
    if _UNFOCUSED.search(asked.strip()):
        return "the lead-in asks which statement is true, so it cannot be answered with the options covered"
    return None


def _negative(item: QuizItem) -> str | None:
    asked = lead_in(item.stem)
    if item.kind == "tf":
        return "a true/false statement in the negative" if re.search(r"\b(not|never|no)\b", asked) else None
    match = _NEGATIVE.search(asked)
    return f"the lead-in asks in the negative (“{match.group().split()[-1]}”)" if match else None


def _of_the_above(item: QuizItem) -> str | None:
    hit = next((option for option in item.options if _OF_THE_ABOVE.search(option)), None)
    return f"the option “{hit}” refers to the other options" if hit else None


def _combined(item: QuizItem) -> str | None:
    hit = next((option for option in item.options if _COMBINED.match(option.strip())), None)
    return f"the option “{hit}” combines other options" if hit else None


def _absolute(item: QuizItem) -> str | None:
    for text in item.options if item.options and item.kind != "tf" else (lead_in(item.stem),):
        if match := _ABSOLUTE.search(text):
            return f"“{match.group()}” is an absolute term that test-wise students rule out: “{text}”"
    return None


def _vague(item: QuizItem) -> str | None:
    for text in item.options:
        if match := _VAGUE.search(text):
            return f"“{match.group()}” says no definite frequency: “{text}”"
    return None


def _option_count(item: QuizItem) -> str | None:
    if item.kind in {"mcq", "vignette"} and not 3 <= len(item.options) <= 5:
        return f"{len(item.options)} options; three to five can be written well"
    if item.kind == "tf" and item.options not in {(), ("True", "False")}:
        return "a true/false item has the options True and False"
    return None


def _grammar(item: QuizItem) -> str | None:
    if len(item.options) < 3:
        return None
    numeric = [figures((option,)) is not None for option in item.options]
    if any(numeric) and not all(numeric):
        return "some options are figures and others are not"
    if len({option.rstrip()[-1] == "." for option in item.options}) > 1:
        return "some options end with a period and others do not"
    if len({option[0].islower() for option in item.options if option[0].isalpha()}) > 1:
        return "some options begin in lower case and others do not"
    found = figures(item.options)
    if found is not None and len({one.unit for one in found}) > 1:
        return "the options have different units"
    return None


def _article_cue(item: QuizItem) -> str | None:
    match = re.search(r"\b(an?)\s*(?:_+)?\s*[?:.]?$", lead_in(item.stem))
    if not match or not item.options:
        return None
    fits = [option[0].lower() in "aeiou" for option in item.options]
    return "the article before the options fits some of them only" if len(set(fits)) > 1 else None


def _even_length(item: QuizItem) -> str | None:
    lengths = [len(option) for option in item.options]
    if len(lengths) < 3 or max(lengths) <= 24 or figures(item.options) is not None:
        return None
    if max(lengths) > UNEVEN * min(lengths):
        return f"the longest option has {max(lengths)} characters, the shortest {min(lengths)}"
    return None


def _longest_key(item: QuizItem) -> str | None:
    if len(item.options) < 3 or not isinstance(item.answer, int):
        return None
    key = len(item.options[item.answer])
    rest = max(len(option) for at, option in enumerate(item.options) if at != item.answer)
    if key > 24 and key > KEY_TOO_LONG * rest:
        return f"the key has {key} characters, the longest distractor {rest}: the longest option is the key"
    return None


def _echo(item: QuizItem) -> str | None:
    if len(item.options) < 3 or not isinstance(item.answer, int):
        return None
    stem = _stems(item.stem)
    others: set[str] = set()
    for at, option in enumerate(item.options):
        if at != item.answer:
            others |= _stems(option)
    echoed = sorted((_stems(item.options[item.answer]) & stem) - others)
    return f"“{echoed[0]}…” stands in the stem and in the key, and in no distractor" if echoed else None


def _stems(text: str) -> set[str]:
    """The beginnings of the telling words, and the abbreviations that are no everyday words of the field."""
    words = _WORD.findall(text)
    telling = {word.casefold()[:6] for word in words if len(word) >= 5 and word.casefold() not in _COMMON}
    return telling | {word for word in words if _ABBREVIATION.fullmatch(word) and word not in _EVERYDAY}


def _ordered(item: QuizItem) -> str | None:
    found = figures(item.options)
    if found is None or len(found) < 3:
        return None
    values = [one.value for one in found]
    return None if values in (sorted(values), sorted(values, reverse=True)) else "the figures are not in order of size"


def _distinct(item: QuizItem) -> str | None:
    found = figures(item.options)
    if found is None:
        return None
    for at, one in enumerate(found):
        for other in found[at + 1 :]:
            if same(one, other):
                return f"{_print(one)} and {_print(other)} are the same after rounding"
    return None


def _print(one: Figure) -> str:
    return f"{one.value:.{one.decimals}f}"


_INTERVAL = re.compile(r"^\s*[A-Za-z ]*?(\d+(?:\.\d+)?)\s*(?:-|–|to)\s*(\d+(?:\.\d+)?)\s*\S*\s*$")


def _overlap(item: QuizItem) -> str | None:
    spans = [match for option in item.options if (match := _INTERVAL.match(option))]
    if len(item.options) < 3 or len(spans) != len(item.options):
        return None
    bounds = sorted((float(match[1]), float(match[2])) for match in spans)
    for (_, high), (low, _) in pairwise(bounds):
        if low < high:
            return "the ranges overlap, so a value can lie in two options"
    return None


def _one_idea(item: QuizItem) -> str | None:
    asked = lead_in(item.stem)
    if item.stem.count("?") > 1:
        return "the stem asks more than one question"
    if re.search(r"\band (?:which|what|how|why|when|who)\b", asked):
        return "the lead-in asks two things at once"
    if item.stem.count(BLANK) > 1:
        return "the item has more than one blank"
    return None


def _units(item: QuizItem) -> str | None:
    found = figures(item.options)
    if found is None or len(found) < 3:
        return None
    if all(one.unit for one in found) or all(one.lead for one in found):
        return None
    if _NOT_A_UNIT_QUESTION.search(lead_in(item.stem)):
        return None
    return "the options are bare figures and the lead-in names no unit"


def _population(item: QuizItem) -> str | None:
    return None if _PEOPLE.search(item.stem) else "the stem does not say in whom"


def _repeated(item: QuizItem) -> str | None:
    if len(item.options) < 3:
        return None
    heads = {" ".join(option.split()[:4]).casefold() for option in item.options}
    if len(heads) == 1 and all(len(option.split()) > 6 for option in item.options):
        return f"every option begins “{' '.join(item.options[0].split()[:4])}”, which belongs in the stem"
    return None


def _brevity(item: QuizItem) -> str | None:
    if (words := len(item.stem.split())) > MAX_STEM_WORDS:
        return f"the stem has {words} words"
    longest = max((len(option.split()) for option in item.options), default=0)
    return f"an option has {longest} words" if longest > MAX_OPTION_WORDS else None


def _key_shown(item: QuizItem) -> str | None:
    key = item.options[item.answer] if isinstance(item.answer, int) and item.options else str(item.answer)
    if item.kind == "tf" or len(key) < 4 or re.fullmatch(r"[\d.%]+", key):
        return None
    if re.search(rf"(?<![\w.]){re.escape(key.casefold())}(?![\w.])", item.stem.casefold()):
        others = [option for option in item.options if option != key]
        if not others or not all(other.casefold() in item.stem.casefold() for other in others):
            return "the key stands in the stem"
    return None


RULES: tuple[Rule, ...] = (
    Rule(name="answerable-lead-in", source=f"{NBME} (cover-the-options rule); {HALADYNA} no. 14", check=_focused),
    Rule(name="negative-stem", source=f"{HALADYNA} no. 17; {TARRANT}", check=_negative),
    Rule(name="all-or-none-of-the-above", source=f"{HALADYNA} no. 25; {TARRANT}", check=_of_the_above),
    Rule(name="combined-options", source=f"{HALADYNA} no. 9 (complex multiple choice); {TARRANT}", check=_combined),
    Rule(name="absolute-terms", source=f"{NBME}; {HALADYNA} no. 28a; {TARRANT}", check=_absolute),
    Rule(name="vague-frequency", source=f"{NBME}; {TARRANT}", check=_vague),
    Rule(name="option-count", source=f"{HALADYNA} no. 18", check=_option_count),
    Rule(name="homogeneous-grammar", source=f"{NBME}; {HALADYNA} no. 23", check=_grammar),
    Rule(name="article-cue", source=f"{NBME} (grammatical cues); {HALADYNA} no. 28c", check=_article_cue),
    Rule(name="homogeneous-length", source=f"{HALADYNA} no. 24", check=_even_length),
    Rule(name="longest-option-is-key", source=f"{NBME}; {TARRANT}", check=_longest_key),
    Rule(name="word-echo", source=f"{NBME} (word repeats); {HALADYNA} no. 28b (clang)", check=_echo),
    Rule(name="key-in-stem", source=f"{NBME} (cues); {HALADYNA} no. 28", check=_key_shown),
    Rule(name="numeric-order", source=f"{NBME}; {HALADYNA} no. 21", check=_ordered),
    Rule(name="numeric-distinct", source=f"{HALADYNA} no. 22; {TARRANT}", check=_distinct),
    Rule(
        name="numeric-overlap",
        source=f"{NBME} (numeric data not stated consistently); {HALADYNA} no. 22",
        check=_overlap,
    ),
    Rule(name="one-idea", source=f"{HALADYNA} no. 1", check=_one_idea),
    Rule(name="units-given", source=f"{NBME} (numeric data not stated consistently)", check=_units),
    Rule(name="population-stated", source=f"{NBME} (stem holds all that is needed)", check=_population),
    Rule(
        name="repeated-opening", source=f"{NBME} (common words belong in the stem); {HALADYNA} no. 16", check=_repeated
    ),
    Rule(name="brevity", source=f"{HALADYNA} no. 13 and 16", check=_brevity),
)
