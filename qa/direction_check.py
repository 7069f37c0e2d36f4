"""Whether a claim points where its evidence points: up or down, better or worse, different or not, negated or not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from kb.library import measures
from qa.bindings import REFERENCE, bindings, names_in
from qa.comparison import agree
from qa.compatible import compatible
from qa.finding import Finding
from qa.frame import frame
from qa.negation_check import check_negation
from qa.parsed import Parsed, coverage, parse, weighted_terms
from qa.polarity import OPPOSITE, Signal
from qa.quantity import RATIOS, Quantity
from qa.same_value import same_value
from qa.significance_check import check_significance

_CARRIES = 0.45
"""Share of the claim's topic that a sentence must hold for its direction to bind the claim."""
_WORDS_OF = {
    "up": "more or higher",
    "down": "less or lower",
    "good": "better",
    "bad": "worse",
    "null": "no difference",
    "difference": "a difference",
}
_DIFFERS = re.compile(r"differ(?:s|ed)?|depend(?:s|ed)?(?: on)?|var(?:y|ies|ied)")
_UP_FROM = re.compile(r"\b(up|down) from\s*(?:[\w~]+\s+){0,3}$", re.I)
_CHANGED_BY = re.compile(r"\b(?:chang|differ|gain)\w*\b[^.;]{0,30}$", re.I)
_STATED = re.compile(r"\b(preserved|normal|high|elevated|increased|reduced|low|depressed|impaired)\s+", re.I)
_STATE = re.compile(
    r"high|low|hyper.*|hypo.*|negativ.*|positiv.*|rare|rarely|scarc.*|most|least|highest|lowest|poor|poorly|limit.*|restrict.*"
    r"|expand.*|extend.*|excess.*|optimal|help.*|useful|safe|older|younger|prevent.*|delay.*|block.*|induc.*|promot.*|spar.*"
    r"|relie.*|depriv.*|activat.*|stimulat.*|inhibit.*|damag.*|success.*|fail.*|adverse.*|toxic.*|danger.*|cure.*"
    r"|recover.*|protect.*|effective.*|efficac.*"
)
"""Words that tell how something is, or what a treatment is, rather than which way an outcome went."""
_REGURGITATION = re.compile(r"\b(?:MR|regurgitation|grades?)\b")
_LIVED = re.compile(r"\b(?:live[ds]?|survived?) longer\b", re.I)
_LIVES = re.compile(r"\b(?:surviv|live[ds]?\b|alive)", re.I)
_NOUN_AHEAD = re.compile(r"\s+(?:[A-Z]{2,}|ejection|left|LV|right|systolic|function|risk|mortality|BNP|NT)")
_BEFORE_NOUN = re.compile(r"(?:^|[,;:(]|\b(?:with|in|of|mildly|severely|moderately|patients|having|has|versus|vs)\.?)$")


def check_direction(claim: Parsed, evidence: Sequence[Parsed]) -> list[Finding]:
    """What speaks against the claim's direction; at most one finding of each kind."""
    claim = _of_death(claim, evidence)
    carriers = carrying(claim, evidence)
    told_so = agree(claim, evidence)
    found = _within(claim) or _against_signs(claim, evidence)
    found = found or ([] if told_so else _against_figures(claim, evidence))
    if carriers and not found and not told_so:
        found = _against_words(claim, carriers) or _against_states(claim, carriers)
    found = found or check_negation(claim, carriers, evidence)
    return found or check_significance(claim, evidence)


def _of_death(claim: Parsed, evidence: Sequence[Parsed]) -> Parsed:
    """The claim, where it says that some "survived longer" and the evidence speaks of death alone, told of death."""
    if not _LIVED.search(claim.text) or any(_LIVES.search(s.text) for s in evidence):
        return claim
    return parse(_LIVED.sub("died less", claim.text), claim.heading)


def topic(sentence: Parsed) -> dict[str, float]:
    """The content words of a sentence without its directions and figures."""
    directional = {stem for signal in sentence.signals for stem in weighted_terms(signal.word)}
    return {s: v for s, v in sentence.terms.items() if s not in directional and not s[:1].isdigit()}


def carrying(claim: Parsed, evidence: Sequence[Parsed], at_least: float = _CARRIES) -> list[Parsed]:
    """The sentences that hold the claim's topic, the fullest first."""
    wanted = topic(claim)
    scored = [
        (coverage(wanted, {**weighted_terms(s.heading), **s.terms}), -index, s) for index, s in enumerate(evidence)
    ]
    best = max((score for score, _, _ in scored), default=0.0)
    return [
        s
        for score, _, s in sorted(scored, key=lambda item: item[:2], reverse=True)
        if score >= max(at_least, 0.8 * best)
    ]


def _within(claim: Parsed) -> list[Finding]:
    """A claim whose verb and figures disagree: "fell from 15% to 25%"."""
    for a in claim.figures:
        if a.role != "from":
            continue
        for b in claim.figures:
            if b.role == "to" and b.group == a.group and a.unit == b.unit:
                verb = _verb_before(claim, a, ("up", "down"))
                if verb and a.canonical[0] != b.canonical[0]:
                    rises = b.canonical[0] > a.canonical[0]
                    if rises != (verb.sense == "up"):
                        return [
                            Finding(
                                check="direction", weight="contradicted",
                                reason=f"The claim says “{verb.word}”, but goes from {a.value:g} to {b.value:g}.",
                            )
                        ]  # fmt: skip
    return _up_from(claim) or _than(claim) or _against_ratio(claim)


def _than(claim: Parsed) -> list[Finding]:
    """A claim whose own two figures go against its comparison: "less common on statins (6%) than in controls (5%)"."""
    said = list(_MORE_THAN.finditer(claim.text))
    if len(said) != 1 or len(_COMPARATIVE.findall(claim.text)) != 1:
        return []
    signal = next((s for s in claim.signals if s.start <= said[0].start() < s.end), None)
    behind = [
        f for f in claim.figures if f.start > said[0].start() and f.kind in ("percent", "measure", "duration", "rate")
    ]
    if len(behind) != 2 or behind[0].unit != behind[1].unit or (signal is not None and signal.negated):
        return []
    a, b = behind
    gap = claim.text[a.end : b.start]
    if a.end > said[0].end() and a.role != "first" and not _OTHER_SIDE.search(gap):
        return []
    first, second = abs(a.canonical[0]), abs(b.canonical[0])
    more = said[0][1].casefold() in _MORE
    if first == second or (first > second) == more:
        return []
    reason = f"The claim says “{said[0][1]}”, but gives {a.text} against {b.text}."
    return [Finding(check="direction", weight="contradicted", reason=reason)]


_MORE = frozenset({"higher", "greater", "larger", "longer", "more"})
_COMPARATIVE = re.compile(r"\b(higher|greater|larger|longer|more|lower|less|fewer|smaller|shorter)\b", re.I)
_MORE_THAN = re.compile(_COMPARATIVE.pattern + r"(?!\s+than\b)(?:[^.;]|\.(?=\d)){1,90}?\bthan\b", re.I)
_OTHER_SIDE = re.compile(r"\b(?:vs\.?|versus|against|compared with|compared to|than)\b", re.I)


def _against_ratio(claim: Parsed) -> list[Finding]:
    """A claim whose ratio and words disagree: "a higher risk of death (HR 0.41)"."""
    ratios = [f for f in claim.figures if f.kind == "ratio" and f.label in RATIOS and f.value != 1]
    told = {s.sense for s in _telling(claim) if s.sense in ("up", "down") and not s.negated}
    names = names_in(claim, "measure")
    control = any(name.name == "control" for name in names_in(claim, "arm"))
    if (
        not ratios
        or len(told) != 1
        or control
        or _LIVED.search(claim.text)
        or any(name.name in _wanted_high() for name in names)
    ):
        return []
    way = "down" if ratios[0].value < 1 else "up"
    if len(ratios) == 1 and way not in told:
        return [
            Finding(
                check="direction", weight="contradicted",
                reason=f"The claim says {_WORDS_OF[OPPOSITE[way]]}, but its {ratios[0].text} means {_WORDS_OF[way]}.",
            )
        ]  # fmt: skip
    return []


@lru_cache(maxsize=1)
def _wanted_high() -> frozenset[str]:
    """The measures of which more is better."""
    return frozenset({m.name for m in measures() if m.direction == "higher"} | {"survival"})


def _up_from(claim: Parsed) -> list[Finding]:
    """A claim such as "63.3%, down from 11.0%": the two figures must go that way."""
    for a, b in pairwise([f for f in claim.figures if f.kind in ("percent", "measure", "rate", "number")]):
        said = _UP_FROM.search(claim.text[a.end : b.start])
        if said and a.unit == b.unit and a.canonical[0] != b.canonical[0]:
            if (a.canonical[0] > b.canonical[0]) != (said.group(1).lower() == "up"):
                return [
                    Finding(
                        check="direction", weight="contradicted",
                        reason=f"The claim says “{said.group(0).strip()}”, but goes from {b.value:g} to {a.value:g}.",
                    )
                ]  # fmt: skip
    return []


def _against_signs(claim: Parsed, evidence: Sequence[Parsed]) -> list[Finding]:
    """A change that the evidence prints with its sign: "rose by 7.1" where it has −7.1."""
    for figure in claim.figures:
        verb = _verb_before(claim, figure)
        if (
            verb is None
            or verb.word.startswith("gain")
            or figure.role in ("from", "to")
            or figure.kind in ("ratio", "p", "ci", "duration", "year")
        ):
            continue
        for sentence in evidence:
            for other in sentence.figures:
                sign = _sign(sentence, other)
                if sign and same_value(figure, other):
                    if sign == OPPOSITE.get(_way(claim, verb, figure)):
                        return [
                            Finding(
                                check="direction", weight="contradicted",
                                reason=f"The claim says “{verb.word}”, the passage gives {other.text.strip()}.",
                            )
                        ]  # fmt: skip
    return []


def _sign(sentence: Parsed, figure: Quantity) -> str:
    """Up or down where the figure is printed as a change, with its sign or with "more" behind it."""
    if figure.value < 0:
        return "down"
    verb = _verb_before(sentence, figure) if figure.role == "by" else None
    if verb:
        return _way(sentence, verb, figure)
    before, after = sentence.text[: figure.start].rstrip(), sentence.text[figure.end : figure.end + 12]
    if (
        before.endswith("+")
        or figure.text.startswith("+")
        or (_CHANGED_BY.search(before) and after.startswith(" more"))
    ):
        return "up"
    return ""


def _way(claim: Parsed, verb: Signal, figure: Quantity) -> str:
    """Up or down, as a judgement ("improved") means it for the measure; empty where that cannot be told."""
    if verb.sense in ("up", "down"):
        return verb.sense
    names = {n.name for n in names_in(claim, "measure")}
    better = {m.direction for m in measures() if m.name in names}
    if not names and _REGURGITATION.search(claim.text):
        return ""  # "MR improved by two grades" fell by them
    if better == {"lower"}:
        return "down" if verb.sense == "good" else "up"
    return "up" if verb.sense == "good" else "down"


def _verb_before(
    claim: Parsed, figure: Quantity, senses: Sequence[str] = ("up", "down", "good", "bad")
) -> Signal | None:
    near = [
        s for s in claim.signals
        if s.sense in senses and not s.negated and s.end <= figure.start and figure.start - s.end <= 30
        and not any(f.start <= s.start < f.end or s.end <= f.start < figure.start for f in claim.figures)
    ]  # fmt: skip
    return near[-1] if near else None


def _against_figures(claim: Parsed, evidence: Sequence[Parsed]) -> list[Finding]:
    """A direction that the evidence's own figures refute: "more deaths" beside 29.1% vs 46.1%."""
    said = _direction_of(claim)
    if said is None:
        return _against_lone_ratio(claim, evidence)
    sense, measure = said
    shown: list[tuple[str, str]] = []
    for sentence in evidence:
        for direction, what, names in _shown_by_figures(sentence):
            if names and measure and compatible("measure", measure, names):
                shown.append((direction, what))
    turned = bool(shown) and all(direction == OPPOSITE[sense] for direction, _ in shown)
    if turned and not _of_whom(claim, evidence):
        return [
            Finding(
                check="direction", weight="contradicted",
                reason=f"The claim says {_WORDS_OF[sense]}, the passage's figures ({shown[0][1]}) "
                f"say {_WORDS_OF[OPPOSITE[sense]]}.",
            )
        ]  # fmt: skip
    return []


def _of_whom(claim: Parsed, evidence: Sequence[Parsed]) -> bool:
    """Whether the first of two figures set against each other is that of the side the claim compares with."""
    compared = frame(claim)
    whom, who = set(weighted_terms(compared.whom)), set(weighted_terms(compared.who))
    for sentence in evidence:
        for a, b in pairwise(sentence.figures):
            if (a.role, b.role) == ("first", "second") and a.group == b.group:
                beside = set(weighted_terms(sentence.text[a.end : b.start]))
                if beside & (whom - who) and not beside & (who - whom):
                    return True
    return False


def _against_lone_ratio(claim: Parsed, evidence: Sequence[Parsed]) -> list[Finding]:
    """A direction told of what no list names, against the only ratio of the evidence: "increased relapse", HR 0.56."""
    told = {s.sense for s in _telling(claim) if s.sense in ("up", "down")}
    ratios = [(f, s) for s in evidence for f in s.figures if f.kind == "ratio" and f.label in RATIOS]
    if len(told) != 1 or len(ratios) != 1 or any(s.negated for s in _telling(claim)) or names_in(claim, "measure"):
        return []
    ratio, sentence = ratios[0]
    spread = [f.values for f in sentence.figures if f.kind == "ci"]
    open_to_both = any(low <= 1 <= high for low, high in (v for v in spread if len(v) == 2))
    words = {s.sense for s in _telling(sentence)} & {"up", "down"}
    way = "down" if ratio.value < 1 else "up"
    if open_to_both or words or ratio.value == 1 or way in told or coverage(topic(claim), sentence.terms) < _CARRIES:
        return []
    return [
        Finding(
            check="direction", weight="contradicted",
            reason=f"The claim says {_WORDS_OF[OPPOSITE[way]]}, the passage's {ratio.label} {ratio.value:g} "
            f"means {_WORDS_OF[way]}.",
        )
    ]  # fmt: skip


def _direction_of(claim: Parsed) -> tuple[str, frozenset[str]] | None:
    """Up or down as the claim says it of one measure, seen from the intervention; None when it says several things."""
    found = names_in(claim, "measure")
    measure = frozenset(name.name for name in found)
    senses = set()
    told = [(a, b) for a, b in claim.clauses if any(a <= name.start < b for name in found)]
    for signal in _telling(claim):
        if told and not any(a <= signal.start < b for a, b in told):
            continue
        sense: str = signal.sense
        if sense in ("good", "bad"):
            better = {m.direction for m in measures() if m.name in measure}
            if better == {"lower"}:
                sense = "down" if sense == "good" else "up"
            elif better == {"higher"}:
                sense = "up" if sense == "good" else "down"
        if sense in ("up", "down"):
            senses.add("none" if signal.negated else sense)
    if len(senses) != 1 or not measure or "none" in senses:
        return None
    sense = str(senses.pop())
    return (OPPOSITE[sense] if _subject_is_control(claim) else sense), measure


def _telling(claim: Parsed) -> list[Signal]:
    """The claim's directions that are neither part of a figure ("more than 40%") nor of a name ("reduced EF")."""
    taken = [(f.start, f.end) for f in claim.figures] + [(n.start, n.end) for n in claim.names]
    return [
        s for s in claim.signals
        if not any(a <= s.start < b for a, b in taken) and not _STATE.fullmatch(s.word) and not _adjective(claim, s)
    ]  # fmt: skip


def _adjective(sentence: Parsed, signal: Signal) -> bool:
    """A state rather than a change: "with reduced LVEF", "elevated BNP"."""
    if not signal.word.endswith("ed"):
        return False
    before, after = sentence.text[: signal.start].rstrip(), sentence.text[signal.end :]
    return bool(_NOUN_AHEAD.match(after) and _BEFORE_NOUN.search(before))


def _subject_is_control(claim: Parsed) -> bool:
    arms = names_in(claim, "arm")
    plain = [a for a in arms if not REFERENCE.search(claim.text[max(0, a.start - 50) : a.start])]
    return bool(plain) and len(arms) > 1 and plain[0].name == "control" and len(plain) < len(arms)


def _shown_by_figures(sentence: Parsed) -> list[tuple[str, str, frozenset[str]]]:
    """Directions shown by pairs (intervention against control, before against after) and by hazard and odds ratios."""
    bound = bindings(sentence.text, sentence.heading)
    made: list[tuple[str, str, frozenset[str]]] = []
    for index, a in enumerate(bound):
        figure = a.figure
        names = a.slots.get("measure", frozenset())
        if figure.kind == "ratio" and figure.label in RATIOS and figure.value != 1:
            interval = bound[index + 1].figure if index + 1 < len(bound) else None
            crosses = interval is not None and interval.kind == "ci" and interval.values[0] <= 1 <= interval.values[-1]
            if not crosses and not names & _wanted_high():  # of survival, a hazard ratio is that of death
                made.append(("down" if figure.value < 1 else "up", figure.text, names))
        for b in bound[index + 1 :]:
            if b.figure.group != figure.group or figure.group < 0 or figure.canonical == b.figure.canonical:
                continue
            first_lower = figure.canonical[0] < b.figure.canonical[0]
            pair = f"{figure.text} and {b.figure.text}"
            if figure.role == "from" and b.figure.role == "to":
                made.append(("up" if first_lower else "down", pair, names))
            elif figure.role == "first" and b.figure.role == "second":
                swapped = a.slots.get("arm") == frozenset({"control"}) and "arm" in a.sure
                made.append(("down" if first_lower != swapped else "up", pair, names))
    return made


def _senses(sentence: Parsed, signals: Sequence[Signal]) -> set[str]:
    found: set[str] = set()
    for signal in signals:
        if signal.sense == "negation":
            continue
        negated = signal.negated and signal.sense in ("up", "down", "good", "bad", "difference")
        found.add("null" if negated else signal.sense)
    return found


def _against_words(claim: Parsed, carriers: Sequence[Parsed]) -> list[Finding]:
    """Directions of the claim that meet only their opposite in the sentences that carry it; common words cancel."""
    told = _telling(claim)
    ours_words = {(s.word, s.negated) for s in told}
    flip = False
    best = carriers[0]
    arms, their_arms = names_in(claim, "arm"), names_in(best, "arm")
    if len({a.name for a in arms}) > 1 and len({a.name for a in their_arms}) > 1:
        flip = _subject_is_control(claim) != _subject_is_control(best)
    theirs: set[str] = set()
    their_words: set[tuple[str, bool]] = set()
    for sentence in carriers:
        kept = _on_topic(claim, sentence)
        their_words |= {(s.word, s.negated) for s in kept}
        theirs |= _senses(sentence, kept)
    left = [s for s in told if (s.word, s.negated) not in their_words]
    ours = _senses(claim, left)
    rest = set()
    for sentence in carriers:
        rest |= _senses(sentence, [s for s in _on_topic(claim, sentence) if (s.word, s.negated) not in ours_words])
    if flip:
        ours = {OPPOSITE.get(sense, sense) for sense in ours}
    for sense in ("up", "down", "good", "bad"):
        if sense in ours and OPPOSITE[sense] in rest and sense not in theirs and not _by_sign(sense, carriers):
            return [_direction(sense, OPPOSITE[sense])]
    moved = {"up", "down", "good", "bad"}
    if "null" in ours and "null" not in theirs and (rest & (moved | {"difference"})) and not _null_by_figures(carriers):
        if rest & moved or "difference" in rest:
            return [_direction("null", sorted(rest & moved or {"difference"})[0])]
    differs = any(_DIFFERS.fullmatch(s.word) and not s.negated for s in left)
    if differs and "null" in rest and not theirs & (moved | {"difference"}):
        return [_direction("difference", "null")]
    if (ours & moved) and "null" in rest and not (theirs & moved):
        return [_direction(sorted(ours & moved)[0], "null")]
    return []


def _by_sign(sense: str, carriers: Sequence[Parsed]) -> bool:
    """Whether a sentence prints a change that way with its sign: "-10.4 mL with the device vs an increase"."""
    return any(_sign(sentence, figure) == sense for sentence in carriers for figure in sentence.figures)


def _on_topic(claim: Parsed, sentence: Parsed) -> list[Signal]:
    """The directions in the clauses that speak of the claim's outcome; all of them where no clause stands out."""
    directional = {stem for signal in claim.signals for stem in weighted_terms(signal.word)}
    named = {term: 1.0 for term in claim.terms if term[1:] in {n.name for n in names_in(claim, "measure")}}
    wanted = named or {s: v for s, v in parse(frame(claim).what).terms.items() if s not in directional} or topic(claim)
    shares = [(coverage(wanted, parse(sentence.text[a:b]).terms), a, b) for a, b in sentence.clauses]
    best = max((share for share, _, _ in shares), default=0.0)
    near = [(a, b) for share, a, b in shares if share >= 0.5 * best]
    return [s for s in _telling(sentence) if any(a <= s.start < b for a, b in near)]


def _null_by_figures(carriers: Sequence[Parsed]) -> bool:
    return any(s.sense == "null" for sentence in carriers for s in sentence.signals)


def _direction(claimed: str, given: str) -> Finding:
    return Finding(
        check="direction", weight="contradicted",
        reason=f"The claim says {_WORDS_OF[claimed]}, the passage {_WORDS_OF[given]}.",
    )  # fmt: skip


def _against_states(claim: Parsed, carriers: Sequence[Parsed]) -> list[Finding]:
    """A population's state turned round: "reduced LVEF" for "preserved LVEF"."""
    theirs = {pair for sentence in carriers for pair in _states(sentence)}
    for noun, state in sorted(_states(claim)):
        if (noun, not state) in theirs and (noun, state) not in theirs and not _elliptic(claim, state, carriers):
            return [
                Finding(
                    check="population", weight="contradicted",
                    reason=f"The claim speaks of {'high or preserved' if state else 'low or reduced'} {noun}, "
                    f"the passage of {'high or preserved' if not state else 'low or reduced'} {noun}.",
                )
            ]  # fmt: skip
    return []


def _states(sentence: Parsed) -> set[tuple[str, bool]]:
    found = set()
    for match in _STATED.finditer(sentence.text):
        names = [n.name for n in sentence.names if n.kind == "measure" and n.start == match.end()]
        if names:
            found.add((names[0], _is_high(match.group(1))))
    return found


def _elliptic(claim: Parsed, state: bool, carriers: Sequence[Parsed]) -> bool:
    """Whether the state stands, without its noun, behind the claim's own figure: "25% with reduced vs 4% with …"."""
    told = []
    for sentence in carriers:
        for figure, after in zip(sentence.figures, [*sentence.figures[1:], None], strict=False):
            word = _STATED.search(sentence.text, figure.end, after.start if after else len(sentence.text))
            if word and any(same_value(ours, figure) for ours in claim.figures):
                told.append(_is_high(word[1]) == state)
    return bool(told) and all(told)


def _is_high(state: str) -> bool:
    return state.lower() in ("preserved", "normal", "high", "elevated", "increased")
