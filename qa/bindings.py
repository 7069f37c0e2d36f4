"""What each figure of a sentence belongs to: its measure, arm, time point, trial, centre, population."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from kb.library import measures
from qa.entities import Entity
from qa.parsed import Parsed, parse
from qa.quantity import Quantity
from qa.units import read_unit

SLOTS = ("measure", "arm", "time", "trial", "centre", "population", "severity")
_KIND_OF_SLOT = {
    "measure": ("measure", "generic_measure"),
    "arm": ("arm", "device", "drug"),
    "time": ("timepoint",),
    "trial": ("trial",),
    "centre": ("centre",),
    "population": ("population",),
    "severity": ("severity",),
}
_GROUP = re.compile(
    r"\b(?:the |in |with )?((?:[\w+/-]+ ){0,2}[\w+/.-]+) (?:group|arm|cohort)s?\b(?:\s+([A-Z0-9]{1,3}|I{1,3})\b)?", re.I
)
_GROUP_LABEL = re.compile(r"\b(?:group|arm|cohort|stratum) (?!the\b)([A-Z0-9]{1,3}|I{1,3})\b", re.I)
_OUTCOME_GROUP = re.compile(r"\b(non-?)?(responder|survivor|carrier|user|smoker)s\b", re.I)
"""Groups that an outcome or a habit makes; "non-" makes the other one."""
_NOT_A_GROUP = frozenset(
    """the a an each both either this that two all one other another in of for and per age between these those three
    four""".split()
)
REFERENCE = re.compile(
    r"\b(?:compared (?:with|to)|than(?: (?:in|with|for|after))?|versus|vs\.?|against|relative to|over|rather than)"
    r"\s+(?:the\s+|in\s+|with\s+|those\s+|in the\s+|with the\s+|patients (?:on|with|in|receiving)\s+)*$",
    re.I,
)
_AFTER = re.compile(
    r"^[\s)\]]*(?:\([^()]*\)\s*)?"
    r"(?:(?:of|in) (?:all )?(?:the )?(?:patients|those|participants|subjects|cases|survivors)\s+)?"
    r"(?:in|with|for|of|among|on|after|under|at|by|receiving|treated with|assigned to|given|who (?:had|received)|from)"
    r"\s+(?:(?:the|all|those|patients|an?|their|assigned|treated|randomi[sz]ed|to|with|in|receiving|on|who|had|received)\s+)*$",
    re.I,
)
_BEFORE = re.compile(r"^(?:\s*\([^()]*\))?\s*(?:group|arm|patients|cohort)?\s*(?::|,|=|\(|–|-)?\s*[\w\s'’/()+-]{0,60}$")
_RUN_GAP = re.compile(
    r"[\s,;/]*(?:\([^()]*\))?[\s,;/]*(?:and|or|vs\.?|versus|to|against|compared with)?\s*(?:\([^()]*\))?\s*"
)
_LISTED = re.compile(r"[\s,;/]*(?:\([^()]*\))?[\s,;/]*(?:and|or|vs\.?|versus|to|-|–)?\s*")
_OF_BOTH_ARMS = ("ratio", "ci", "p", "duration", "year")
_COMPARED_MEASURE = re.compile(
    r"\s*(?:relative(?:ly)? |absolute(?:ly)? )?(?:higher|lower|greater|smaller|less|fewer|more|increased?|reduced|"
    r"reduction in|increase in|excess)\s+"
    r"(?:(?:the|adjusted|relative|overall|risk|rate|hazard|odds|likelihood|of|in|for)\s+)*",
    re.I,
)
"""Between a figure and the measure that it is more or less of: "an 18% higher mortality"."""
_COUNTED = re.compile(r"\s*(?:(?:cases?|episodes?|instances?|events?) of )?(?:an? )?", re.I)
"""Between a count and what is counted: "four cases of acute kidney injury"."""
_COUNTED_THING = re.compile(r"\s+(?!patients?\b|of\b|in\b|with\b|and\b|or\b|at\b|vs\b|versus\b|for\b)[a-z]{4,}")
_CUT = re.compile(
    r";|\bthat is\b|\bi\.e\.|\bnamely\b|\b(?:vs\.?|versus|whereas|while|but|against|compared)\b|\s(?:than)\s"
)

_MATCHED_AFTER = re.compile(r"(?:-|,)?(?: and (?:sex|gender))?-? ?(?:matched|adjusted)", re.I)
_MATCHED_BEFORE = re.compile(
    r"\b(?:matched|adjust\w+|allow\w+|correct\w+) (?:for|by|on) (?:[\w-]+,? (?:and )?){0,4}$", re.I
)
"""Where an age is what groups were matched by."""
_LATER = re.compile(
    r"\b(?:an?|one|two|three|four|five|six|\d+) (?:further |more )?(?:day|week|month|year)s? "
    r"(?:later|on|after that|afterwards)\b",
    re.I,
)
"""A time told by how long after another it is: "a week later"."""
_DIFFERENCE_OF = re.compile(r"\bdifferences?(?: of| was| is|:|,)?\s*$", re.I)
"""Before a figure that lies between two arms and is neither's."""
_WHOSE = re.compile(r"\s*(?:patients?\s+)?(?:with|having)\s", re.I)
"""Behind a count of people whose state is then told: "one of 44 patients with an LVEF below 35%"."""
_WITHOUT = re.compile(r"\bwithout(?=\s*(?:[.;,(]|$|(?:it|them|one)\b))", re.I)
"""The other group, named by what it lacks: "49% with annuloplasty vs 41% without"."""
_WITH_AND_WITHOUT = re.compile(
    r"\bwith [^.;,()\d]{2,50}?[^.;]*?"
    r"\b(?:vs\.?|versus|against|compared (?:with|to)|than|and|but|while|whereas)\s[^.;]{0,30}?"
    r"(?P<without>\bwithout (?:any )?(?P<lacking>\w+))",
    re.I,
)
"""The same where the other group is named in full: "38% with ischaemic MR, compared with 61% without MR"."""
_FREE_OF = re.compile(r"\b(?:those|patients|people) (?:free of|lacking|with no) \w+", re.I)
"""The same in other words: "29% of those free of MR"."""
_HEADER = re.compile(r"\((?:[^()]*;\s*)?(?P<one>[^();:]{2,60}?) vs\.? (?P<other>[^();:]{2,60})\):")
"""The two arms that stand ahead of a list of results: "(2024; 210 patients; TEER vs surgery): …"."""
_ENDPOINT = re.compile(r"\b(?:death|died|mortality|stroke|transplant\w*|hospitali[sz]ation),\s*(?:an? )?$", re.I)
"""Before a device that is one of a list of events: "death, LVAD or transplantation"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A figure with what it belongs to. `slots` maps a slot to the names that fit; a missing slot says nothing.

    `sure` are the slots that are tied to this very figure (its own words, or its place in a list), not merely named
    once in the sentence.
    """

    figure: Quantity
    slots: Mapping[str, frozenset[str]]
    sure: frozenset[str]


@lru_cache(maxsize=16384)
def bindings(text: str, heading: str = "") -> tuple[Bound, ...]:
    """Every figure of the sentence with its slots, in order."""
    sentence = parse(text, heading)
    tied = {slot: _tie(sentence, slot) for slot in SLOTS}
    made = []
    for index, figure in enumerate(sentence.figures):
        slots: dict[str, frozenset[str]] = {}
        sure = set()
        for slot in SLOTS:
            names, certain = tied[slot][index]
            if names:
                slots[slot] = names
            if certain:
                sure.add(slot)
        made.append(Bound(figure=figure, slots=slots, sure=frozenset(sure)))
    return tuple(made)


def names_in(sentence: Parsed, slot: str) -> list[Entity]:
    """The names of one slot in order of place, groups that no list knows ("group A") among the arms."""
    found = [name for name in sentence.names if name.kind in _KIND_OF_SLOT[slot]]
    if slot == "measure":
        exact = [name for name in found if name.kind == "measure"]
        found = [
            name
            for name in found
            if name.kind == "measure" or not any(e.start <= name.start and name.end <= e.end for e in exact)
        ]
    if slot == "arm":
        found += [
            group
            for group in _groups(sentence.text)
            if not any(g.start < group.end and group.start < g.end for g in found)
        ]
        arms = [name for name in found if name.kind == "arm"]
        found = [
            name
            for name in found
            if (name.kind == "arm" or not any(a.start <= name.start and name.end <= a.end for a in arms))
            and not any(o is not name and o.kind != "arm" and _holds(o, name) for o in found)
            and not _ENDPOINT.search(sentence.text[: name.start])
        ]
    if slot == "measure":
        found = [
            name
            for name in found
            if name.name.casefold() != "age"
            or not (
                _MATCHED_AFTER.match(sentence.text, name.end) or _MATCHED_BEFORE.search(sentence.text[: name.start])
            )
        ]
    if slot == "time":
        ages = re.compile(r"\b(?:aged?|old|older|younger)\b", re.I)
        found = [name for name in found if not ages.search(sentence.text[max(0, name.start - 18) : name.end + 6])]
    return sorted(found, key=lambda name: (name.start, name.end))


def _holds(longer: Entity, name: Entity) -> bool:
    """Whether a name lies inside a longer one: the repair in "edge-to-edge repair"."""
    return longer.start <= name.start and name.end <= longer.end and longer.end - longer.start > name.end - name.start


def _groups(text: str) -> list[Entity]:
    made = [
        Entity(kind="arm", name="control", text=match.group(), start=match.start(), end=match.end())
        for match in _WITHOUT.finditer(text)
    ]
    for match in _WITH_AND_WITHOUT.finditer(text):
        if match["lacking"].casefold() in match.group()[: match.start("without") - match.start()].casefold().split():
            start, end = match.span("without")
            made.append(Entity(kind="arm", name="control", text=match["without"], start=start, end=end))
    for match in _FREE_OF.finditer(text):
        if not any(m.start < match.end() and match.start() < m.end for m in made):
            made.append(Entity(kind="arm", name="control", text=match.group(), start=match.start(), end=match.end()))
    for match in _GROUP_LABEL.finditer(text):
        made.append(
            Entity(
                kind="arm",
                name=f"group {match.group(1).upper()}",
                text=match.group(),
                start=match.start(),
                end=match.end(),
            )
        )
    for match in _OUTCOME_GROUP.finditer(text):
        name = f"{'non-' if match[1] else ''}{match[2].lower()}s"
        made.append(Entity(kind="arm", name=name, text=match.group(), start=match.start(), end=match.end()))
    for match in _GROUP.finditer(text):
        words = match.group(1).split()
        if words[-1].lower() not in _NOT_A_GROUP and not any(
            m.start < match.end() and match.start() < m.end for m in made
        ):
            name = words[-1].lower()
            made.append(Entity(kind="arm", name=name, text=match.group(1), start=match.start(1), end=match.end()))
    return made


def _tie(sentence: Parsed, slot: str) -> list[tuple[frozenset[str], bool]]:
    """For each figure of the sentence: its names of the slot, and whether they are its own."""
    figures = sentence.figures
    names = names_in(sentence, slot)
    if slot == "time":
        names = [name for name in names if name.kind == "timepoint"]
    distinct = {name.name for name in names}
    if not distinct:
        return [(frozenset(), False)] * len(figures)
    if len(distinct) == 1 and slot != "measure":
        only = frozenset(distinct)
        later = _LATER.search(sentence.text, names[0].end) if slot == "time" else None
        if later:
            return [(only if figure.start < later.start() else frozenset(), False) for figure in figures]
        return [(only, slot == "arm" and bool(_own(sentence, slot, figure, names))) for figure in figures]
    own = [_own(sentence, slot, figure, names) for figure in figures]
    if slot != "measure":
        _zip_lists(sentence, slot, names, own)
    return [(name, True) if name else (frozenset(), False) for name in own]


def _own(sentence: Parsed, slot: str, figure: Quantity, names: Sequence[Entity]) -> frozenset[str]:
    """The name tied to this figure by its own words; empty when none is."""
    text = sentence.text
    others = [f for f in sentence.figures if f is not figure and not _in_brackets(text, f)]
    after = [n for n in names if n.start >= figure.end]
    before = [n for n in names if n.end <= figure.start]
    if (slot == "time" and figure.kind == "duration") or (slot == "arm" and figure.kind in _OF_BOTH_ARMS):
        return frozenset()
    if slot == "arm" and _DIFFERENCE_OF.search(text[: figure.start]):
        return frozenset()
    if slot == "measure":
        return _own_measure(sentence, figure, before, after)
    inside = [n for n in names if figure.start <= n.start and n.end <= figure.end]
    if inside:
        return frozenset({inside[-1].name})  # "94 of 152 controls"
    if after:
        gap = text[figure.end : after[0].start]
        if (
            len(gap) <= 60
            and (not re.sub(r"\([^()]*\)", "", gap).strip() or _AFTER.match(gap))
            and not _figure_between(others, figure.end, after[0].start, slot)
        ):
            return frozenset({after[0].name})
    if before:
        last = before[-1]
        gap = text[last.end : figure.start]
        plain = _BEFORE.match(gap) and not _CUT.search(gap)
        if plain and not _figure_between(others, last.end, figure.start, slot):
            reference = REFERENCE.search(text[max(0, last.start - 50) : last.start])
            if not (reference and figure.role == "first"):
                return frozenset({last.name})
    return frozenset()


def _in_brackets(text: str, figure: Quantity) -> bool:
    """Whether it is a count put in brackets behind its share: the 62 of "49% (62)"."""
    around = text[max(0, figure.start - 1) : figure.start] + text[figure.end : figure.end + 1]
    return figure.kind in ("number", "count") and around == "()"


def _figure_between(others: Sequence[Quantity], start: int, end: int, slot: str) -> bool:
    """Another result stands between (a time point does not count when arms are tied, nor a count in brackets)."""
    beside = ("ci", "p", "iqr", "class", "level", "fraction", *(() if slot == "time" else ("duration",)))
    return any(start <= figure.start < end and figure.kind not in beside for figure in others)


def _own_measure(
    sentence: Parsed, figure: Quantity, before: Sequence[Entity], after: Sequence[Entity]
) -> frozenset[str]:
    """The measure whose words stand in the figure's own stretch, else the last one named before it."""
    text = sentence.text
    stop = min(
        (f.start for f in sentence.figures if f.start >= figure.end and f.kind not in ("ci", "p", "iqr", "fraction")),
        default=len(text),
    )
    direct = next((n for n in after if not any(figure.end <= f.start < n.start for f in sentence.figures)), None)
    if direct is not None:
        gap = text[figure.end : direct.start]
        counted = figure.kind in ("number", "count") and not figure.printed_unit and _COUNTED.fullmatch(gap)
        if counted or (figure.kind in ("percent", "ratio", "number") and _COMPARED_MEASURE.fullmatch(gap)):
            return _joined(text, direct, after[after.index(direct) + 1 :])
    if any(_fits(name.name, figure) for name in (*before, *after)):
        before = [name for name in before if _fits(name.name, figure)]
        after = [name for name in after if _fits(name.name, figure)]
    near_after = [
        n
        for n in after
        if n.start < min(stop, figure.end + 70)
        and not re.search(r"[;:]|,\s|\b(?:and|nor)\b", text[figure.end : n.start])
        and not any(s.sense in ("up", "down") and figure.end <= s.start < n.start for s in sentence.signals)
        and not (figure.kind in ("count", "fraction") and _WHOSE.match(text, figure.end))
    ]
    of = figure.text.endswith(("cases", "case", "episodes", "events")) and text.startswith(" of ", figure.end)
    if (of or _COUNTED_THING.match(text, figure.end)) and figure.kind in ("number", "count") and before:
        if re.search(r",|\band\b", text[before[-1].end : figure.start]) and not near_after:
            return frozenset()  # "one stroke, six major bleeds": what is counted stands behind, in words of its own
    free = [name for name in before if not _has_its_figure(sentence, name, figure)]
    if free:
        last = free[-1]
        gap = text[last.end : figure.start]
        crossed = [f for f in sentence.figures if last.end <= f.start < figure.start and f.group != figure.group]
        results = [f for f in crossed if f.kind in ("percent", "measure", "rate", "ratio", "fraction")]
        beside = near_after and near_after[0].start - figure.end <= 18 and re.search(r",|\band\b|\bwhile\b", gap)
        if near_after and (results or ";" in gap or beside):
            return _joined(text, near_after[0], near_after[1:])
        if any(f.unit != figure.unit and f.kind != "ratio" for f in results) and figure.kind not in _OF_BOTH_ARMS:
            return frozenset()
        if ";" not in gap:
            return _joined(text, last, before[: before.index(last)][::-1])
    return _joined(text, near_after[0], near_after[1:]) if near_after else frozenset()


EVENT = re.compile(
    r"surviv|mortal|death|stroke|interven|hospital|bleed|follow|event|success|complic|transplant|\bage\b", re.I
)
"""Measures that are counted, or are times: they have no size in millimetres."""


@lru_cache(maxsize=1)
def _units() -> Mapping[str, str]:
    """The dimension of each measure of the controlled list that has one that can be read ("mm2", "%")."""
    found = {}
    for measure in measures():
        unit = read_unit(measure.unit or "", 0)
        if unit.dimension:
            found[measure.name] = unit.dimension
    return found


def _fits(measure: str, figure: Quantity) -> bool:
    """Whether the figure's unit can be the measure's: an area in mm² is no ejection fraction, and no death."""
    if figure.kind != "measure" or figure.unit in ("", "%", "pp", "point"):
        return True
    known = _units().get(measure)
    return known == figure.unit if known else not EVENT.search(measure)


def _has_its_figure(sentence: Parsed, name: Entity, figure: Quantity) -> bool:
    """Whether a qualifier's figure stands right behind the name ("with LVEF <35%"): later figures are not its own."""
    for other in sentence.figures:
        if other.start >= figure.start:
            return False
        if 0 <= other.start - name.end <= 12 and (other.kind != "duration" or other.operator != "="):
            listed = _LISTED.fullmatch(sentence.text[other.end : figure.start]) and other.unit == figure.unit
            return other.operator != "=" and not listed
    return False


def _joined(text: str, name: Entity, neighbours: Sequence[Entity]) -> frozenset[str]:
    """The measure, and those joined to it by "or": "died, were hospitalised or needed a transplant"."""
    first, together, chosen = name, {name.name}, False
    for other in neighbours:
        a, b = sorted((name, other), key=lambda entity: entity.start)
        gap = re.fullmatch(r"(?:[\s,/]*(or|and/or|/)|,)\s+(?:\w+\s+){0,3}", text[a.end : b.start])
        if gap is None:
            break
        chosen = chosen or bool(gap[1])
        together.add(other.name)
        name = other
    return frozenset(together) if chosen else frozenset({first.name})


def _zip_lists(sentence: Parsed, slot: str, names: Sequence[Entity], own: list[frozenset[str]]) -> None:
    """Figures and names in two lists of one length belong together in order ("86%, 67% at 2 and 5 years")."""
    text = sentence.text
    if slot == "arm":
        references = [n for n in names if REFERENCE.search(text[max(0, n.start - 50) : n.start])]
        listed = _distinct([*(n for n in names if n not in references), *references])
    headed = _headed(sentence, names) if slot == "arm" else []
    for run in _runs(sentence):
        if slot == "arm" and sentence.figures[run[0]].kind in _OF_BOTH_ARMS:
            continue
        if slot == "arm" and {sentence.figures[index].role for index in run} == {"from", "to"}:
            whose = next((own[index] for index in run if own[index]), frozenset[str]())
            for index in run:
                own[index] = whose  # a change from one figure to the other is one group's
            continue
        if slot == "time":
            first, last = sentence.figures[run[0]].start, sentence.figures[run[-1]].end
            following = _distinct([n for n in names if n.start >= last])
            preceding = _distinct([n for n in names if n.end <= first])
            listed = following if len(following) == len(run) else preceding
            if not _is_list(sentence, [n for n in names if n.name in listed]):
                continue
        elif slot != "arm":
            listed = _distinct(names)
        if headed and len(run) == 2 and not any(own[index] for index in run):
            roles = [sentence.figures[index].role for index in run]
            if roles == ["first", "second"] and sentence.figures[run[0]].start > headed[1].end:
                for index, named in zip(run, headed, strict=True):
                    own[index] = frozenset({named.name})
                continue
        if len(listed) != len(run):
            continue
        tied = [index for index in run if own[index]]
        before = slot == "arm" and all(n.end <= sentence.figures[run[0]].start for n in names)
        if slot == "time" or before or not tied:
            for index, name in zip(run, listed, strict=True):
                own[index] = frozenset({name})
        elif len(run) == 2 and len(tied) == 1:
            other = run[0] if tied[0] == run[1] else run[1]
            own[other] = frozenset(name for name in listed if name not in own[tied[0]])


def _headed(sentence: Parsed, names: Sequence[Entity]) -> list[Entity]:
    """The two arms of a heading such as "(TEER vs surgery):"; empty where a side names none, or both the same."""
    header = _HEADER.search(sentence.text)
    if header is None:
        return []
    sides = []
    for side in ("one", "other"):
        start, end = header.span(side)
        inside = [n for n in names if start <= n.start and n.end <= end]
        control = next((n for n in inside if n.name == "control"), None)
        if not inside:
            return []
        sides.append(control or inside[0])
    return sides if sides[0].name != sides[1].name else []


def _is_list(sentence: Parsed, names: Sequence[Entity]) -> bool:
    """Whether the names stand together as a list: "at 1, 2 and 5 years"."""
    return all(b.start - a.end <= 12 for a, b in pairwise(names))


def _distinct(names: Sequence[Entity]) -> list[str]:
    return list(dict.fromkeys(name.name for name in names))


def _runs(sentence: Parsed) -> list[list[int]]:
    """Indices of figures of one kind and unit that follow each other as a list or comparison."""
    runs: list[list[int]] = []
    for index, figure in enumerate(sentence.figures):
        if figure.kind in ("ci", "p", "iqr", "year", "class", "level"):
            continue
        last = runs[-1] if runs else None
        if last is not None:
            before = sentence.figures[last[-1]]
            gap = sentence.text[before.end : figure.start]
            listed = len(gap) <= 45 and _RUN_GAP.fullmatch(gap)
            if (
                before.unit == figure.unit
                and before.kind == figure.kind
                and (listed or (figure.group >= 0 and figure.group == before.group))
            ):
                last.append(index)
                continue
        runs.append([index])
    return [run for run in runs if len(run) > 1]
