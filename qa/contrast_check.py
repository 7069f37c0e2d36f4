"""Whether a claim says the contrary in words of its own: opposites, exchanged sides, a wider reach than the passage."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files

from qa.comparison import DENIED, exchanged
from qa.finding import Finding
from qa.overstatement import BOTH, OVERSTATED
from qa.parsed import Parsed, weighted_terms
from qa.same_value import same_value

_BEFORE = 14
"""Characters before a word in which a negation turns it."""

_NOT_THIS = re.compile(r",\s+(?:and\s+)?not\s+(?:the\s+|an?\s+)?(?P<this>[a-z][\w -]{2,40}?)(?=[.;,)]|$)", re.I)
_PEOPLE = r"(?:people|patients|participants|persons|subjects|women|men|adults|children|cases)"
_OF_WHOM = re.compile(
    rf"\b(?P<all>\d[\d,]*)\s+(?:\w+\s+)?{_PEOPLE}\b[^.;]{{0,40}}?"
    r"\bof (?:whom|these|them)\s+(?P<some>\d[\d,]*)\b(?!\s*%|\.\d)"
)
_MOST = (
    (re.compile(r"\b(?:great|vast|overwhelming|large) majority\b|\bnearly all\b|\balmost all\b", re.I), 70.0, 100.0),
    (re.compile(r"\b(?:most|many) but not all\b", re.I), 50.0, 99.99),
    (re.compile(r"\b(?:a|the) majority\b|\bmost (?:of|patients|people|procedures|cases)\b", re.I), 50.0, 100.0),
    (re.compile(r"\b(?:a|the|small) minority\b", re.I), 0.0, 50.0),
)
"""Words for a share, with the least and the most per cent that they may stand for."""
_ALONE = re.compile(r"\b(?:by itself|by themselves|on (?:its|their) own|alone|in isolation)\b", re.I)
_TWO = re.compile(
    r"\b([\w-]+(?: [\w-]+)?) or (?!(?:more|less|higher|lower|above|below|greater|worse|better|without|not|over)\b)"
    r"([\w-]+(?: [\w-]+)?)\b",
    re.I,
)


def check_contrast(claim: Parsed, evidence: Sequence[Parsed]) -> list[Finding]:
    """At most one finding: the first way in which the claim says the contrary of its evidence, or more than it."""
    for rule in _RULES:
        reason = rule(claim, evidence)
        if reason:
            return [Finding(check="contrast", weight="contradicted", reason=reason)]
    return []


# -- opposites ---------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _opposites() -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    table = tomllib.loads(files("qa").joinpath("opposites.toml").read_text(encoding="utf-8"))
    return tuple((_any_of(entry["one"]), _any_of(entry["other"])) for entry in table.values())


def _any_of(words: Sequence[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{'|'.join(words)})(?![\w-])", re.I)


def _opposed(claim: Parsed, evidence: Sequence[Parsed]) -> str:
    """A word of the claim for which the evidence has only the opposite: "prespecified" for "post hoc"."""
    text = "\n".join(sentence.text for sentence in evidence)
    for pair in _opposites():
        ours = _sides_told(pair, claim.text)
        theirs = _sides_told(pair, text) if len(ours) == 1 else {}  # most claims tell neither side
        if len(theirs) == 1 and not set(ours) & set(theirs):
            return f"The claim says “{next(iter(ours.values()))}”, the passage “{next(iter(theirs.values()))}”."
    return ""


def _sides_told(pair: tuple[re.Pattern[str], re.Pattern[str]], text: str) -> dict[int, str]:
    """Which sides of a pair a text tells, with its words; a negated word tells the other side."""
    told: dict[int, str] = {}
    for side, words in enumerate(pair):
        for match in words.finditer(text):
            before = re.split(r"[.;,\n]", text[max(0, match.start() - _BEFORE) : match.start()])[-1]
            denied = DENIED.search(before)
            if denied and len(before[denied.end() :].split()) > 1:
                denied = None  # "does not bar a woman" speaks of a woman
            told.setdefault(
                1 - side if denied else side, f"{denied.group()} … {match.group()}" if denied else match.group()
            )
    return told


def _both(claim: Parsed, evidence: Sequence[Parsed]) -> str:
    """Two conditions that the evidence joins by "or", told as needed both."""
    if not BOTH.search(claim.text):
        return ""
    for sentence in evidence:
        for c, d in zip(sentence.figures, sentence.figures[1:], strict=False):
            gap = sentence.text[c.end : d.start]
            if not re.search(r"\bor\b", gap) or re.search(r"\band\b", gap):
                continue
            held = [next((f for f in claim.figures if same_value(f, one)), None) for one in (c, d)]
            if held[0] and held[1]:
                first, second = sorted((held[0], held[1]), key=lambda figure: figure.start)
                if re.search(r"\band\b", claim.text[first.end : second.start]):
                    return f"The passage says {c.text} or {d.text}, the claim asks for both."
    return ""


# -- this or that ------------------------------------------------------------------------------------------------------


def _not_this(claim: Parsed, evidence: Sequence[Parsed]) -> str:
    """What the evidence sets aside ("LV volume, not survival"), told in place of what it says."""
    if DENIED.search(claim.text):
        return ""
    ours = set(weighted_terms(claim.text))
    for sentence in evidence:
        for found in _NOT_THIS.finditer(sentence.text):
            instead = re.split(r"[;:,.]\s|\b(?:is|are|was|were)\b", sentence.text[: found.start()])[-1]
            denied, said = set(weighted_terms(found["this"])), set(weighted_terms(instead))
            if denied and denied <= ours and said - denied and not (said - denied) & ours:
                return f"The passage says “{instead.strip()}, not {found['this']}”, the claim “{found['this']}”."
    return ""


def _rather(claim: Parsed, evidence: Sequence[Parsed]) -> str:
    """What the evidence says, set aside by the claim: "a trial rather than a guideline"."""
    text = "\n".join(sentence.text for sentence in evidence)
    for found in _RATHER.finditer(claim.text):
        denied = set(weighted_terms(found["this"]))
        said = set(weighted_terms(claim.text[: found.start()][-40:])) - denied
        theirs = set(weighted_terms(text))
        if denied and denied <= theirs and said and not said & theirs and not _RATHER.search(text):
            return f"The claim says “{found.group()}”, the passage speaks of it."
    return ""


_RATHER = re.compile(r"\b(?:rather than|instead of)\s+(?:an?\s+|the\s+)?(?P<this>[a-z][\w-]+(?: [a-z][\w-]+)?)", re.I)


def _not_word(claim: Parsed, evidence: Sequence[Parsed]) -> str:
    """A word that the evidence has only behind a "not", told by the claim without one: "not validated"."""
    if DENIED.search(claim.text):
        return ""
    ours = set(weighted_terms(claim.text))
    for sentence in evidence:
        for found in _NOT.finditer(sentence.text):
            word = set(weighted_terms(found["word"]))
            if not word or not word <= ours or found["word"].lower().startswith(_ELSEWHERE):
                continue
            if any(word & set(weighted_terms(_NOT.sub(" ", other.text))) for other in evidence):
                continue
            return f"The passage says “{found.group()}”, the claim does not."
    return ""


_ELSEWHERE = ("signif", "differ", "recommend", "consider", "indicat", "advis")
"""What other checks weigh."""
_NOT = re.compile(
    r"\b(?:not|never)\s+(?:yet |been |fully |formally |be |being )*(?P<word>[a-z]{5,}(?:ed|able|ible|al|ent|ive))\b",
    re.I,
)


def _nobody(claim: Parsed, evidence: Sequence[Parsed]) -> str:
    """Some patients in the claim where the evidence says that there was none."""
    said = _SOME_OF_THEM.search(claim.text)
    if said is None or DENIED.search(claim.text):
        return ""
    for sentence in evidence:
        none = _NONE.search(sentence.text)
        if none:
            return f"The claim says “{said.group()}”, the passage “{none.group()}”."
    return ""


_SOME_OF_THEM = re.compile(
    r"\b(?:some|several|many|a few|most|all) (?:of the )?(?:patients|people|participants|women|men|cases)\b", re.I
)
_NONE = re.compile(r"\b(?:no (?:patients?|one|participants?|cases?|woman|man)|none(?: of the \w+)?|nobody)\b", re.I)


# -- shares and parts --------------------------------------------------------------------------------------------------


def _part_above_whole(claim: Parsed, evidence: Sequence[Parsed]) -> str:
    """A part that is greater than its whole: "139 people, of whom 209 …"."""
    for found in _OF_WHOM.finditer(claim.text):
        whole, part = (int(found[name].replace(",", "")) for name in ("all", "some"))
        if part > whole:
            return f"The claim has {part} of {whole}: a part greater than its whole."
    return ""


def _most(claim: Parsed, evidence: Sequence[Parsed]) -> str:
    """A share in words that the only percentage of the evidence does not bear."""
    if any(figure.kind in ("percent", "fraction") for figure in claim.figures):
        return ""
    shares = {figure.value for sentence in evidence for figure in sentence.figures if figure.kind == "percent"}
    for words, least, most in _MOST:
        said = words.search(claim.text)
        if said:
            if len(shares) == 1 and not least <= next(iter(shares)) <= most:
                return f"The claim says “{said.group()}”, the passage {next(iter(shares)):g}%."
            return ""
    return ""


def _alone(claim: Parsed, evidence: Sequence[Parsed]) -> str:
    """A figure that the evidence gives for one thing or another, told of one of them by itself."""
    if not _ALONE.search(claim.text):
        return ""
    ours = set(weighted_terms(claim.text))
    for sentence in evidence:
        for figure in sentence.figures:
            if figure.kind not in ("percent", "count", "fraction") or not any(
                same_value(f, figure) for f in claim.figures
            ):
                continue
            found = _TWO.search(sentence.text, max(0, figure.start - 60), figure.end + 60)
            sides = [set(weighted_terms(side)) for side in found.groups()] if found else []
            if found and sum(bool(side & ours) for side in sides) == 1:
                return f"The passage gives {figure.text} for “{found.group()}” together."
    return ""


_RULES = (
    *OVERSTATED,
    _part_above_whole,
    _opposed,
    exchanged,
    _both,
    _not_this,
    _rather,
    _not_word,
    _nobody,
    _most,
    _alone,
)
