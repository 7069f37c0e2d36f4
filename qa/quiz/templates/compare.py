"""Questions that hold two or more studies together."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from itertools import combinations

from domain.evidence import EvidenceRecord
from qa.quiz.draft import Draft, Template, Wrong
from qa.quiz.results import Value
from qa.quiz.shelf import Card, Shelf
from qa.quiz.templates.recall import RATIO_NAMES, effect_name
from qa.quiz.wording import (
    arm,
    event,
    family,
    label,
    named,
    pick,
    pretty,
    sentence,
    study,
    subject,
    versus,
    when,
)

_LABELS = frozenset({"rct", "registry", "meta-analysis", "guideline"})
CLEARLY = 1.12
"""The key must exceed every other figure by this factor, so that rounding and chance do not decide the question."""
STEADY, MOVED = 0.02, 0.12
"""Changes of a log ratio below the first are none, above the second are a change; between them no question is asked."""


def line(card: Card) -> str:
    """A result in a line, with its reference: the effect and its interval, else the figures and p."""
    assert card.outcome is not None and card.result is not None
    result, parts = card.result, []
    if result.effect and result.effect_kind and card.outcome.ci_95:
        parts.append(f"{result.effect_kind} {result.effect.text}, 95% CI {card.outcome.ci_95}")
    else:
        if result.values and result.arms:
            a, b = (arm(card.record, name) for name in result.arms)
            parts.append(f"{result.values[0].text} {a}, {result.values[1].text} {b}")
        elif result.single:
            parts.append(result.single.text)
        elif result.effect:
            parts.append(f"{result.effect_kind} {result.effect.text}")
        if card.outcome.p:
            parts.append(f"p{card.outcome.p}" if card.outcome.p[0] in "<>=" else f"p={card.outcome.p}")
    time = when(card.outcome.timepoint)
    return pretty(f"{study(card.record)}{f' {time}' if time else ''}: {', '.join(parts)} {card.ref}")


def said(card: Card) -> str:
    """The result as a statement that its passage must carry."""
    assert card.outcome is not None and card.result is not None
    result, outcome, record = card.result, card.outcome, card.record
    time = when(outcome.timepoint)
    if result.effect and result.effect_kind:
        interval = f" (95% CI {outcome.ci_95})" if outcome.ci_95 and result.interval else ""
        compared = versus(record, result)
        of = f"the {effect_name(card)} {time}".rstrip()
        return f"In {named(record)}, {of} was {result.effect.text}{interval}{f', {compared}' if compared else ''}."
    if result.values and result.arms:
        first, second = result.values
        both = f"{first.text} {arm(record, result.arms[0])} and {second.text} {arm(record, result.arms[1])}"
        return f"In {named(record)}, {subject(outcome)} {time} was {both}.".replace("  ", " ")
    value = result.single or (result.change[1] if result.change else None)
    assert value is not None
    return f"In {named(record)}, {subject(outcome)} {time} was {value.text}.".replace("  ", " ")


def favours_first(card: Card) -> bool | None:
    """True: significantly fewer events with the first arm; False: no significant difference; None: neither is clear."""
    result = card.result
    if result is None or result.significant is None or not result.arms:
        return None
    if not result.significant:
        return False
    if result.is_ratio and result.effect:
        return True if result.effect.number < 1 else None
    return None


def _treatments(shelf: Shelf, *, everywhere: bool) -> list[Card]:
    return [
        card
        for card in shelf.results(everywhere=everywhere)
        if card.record.kind == "rct"
        and card.result is not None
        and card.result.is_ratio
        and favours_first(card) is not None
        and _only(shelf, card)
    ]


def _only(shelf: Shelf, card: Card) -> bool:
    """Whether every result of this trial for this measure says the same, so that its name alone is no trap."""
    assert card.outcome is not None
    for other in shelf.results(everywhere=True):
        if other is card or other.outcome is None or other.outcome.measure != card.outcome.measure:
            continue
        if other.record.record_id == card.record.record_id and favours_first(other) != favours_first(card):
            return False
    return True


def _share_topic(one: EvidenceRecord, other: EvidenceRecord) -> bool:
    return bool((set(one.topics) & set(other.topics)) - _LABELS)


def two_trials(shelf: Shelf) -> Iterator[Draft]:
    """In which of two trials was the difference significant; one question for each two trials and measure."""
    cards = [card for card in _treatments(shelf, everywhere=False) if not _part(card)]
    pairs = [
        (one, two)
        for one, two in combinations(cards, 2)
        if one.outcome
        and two.outcome
        and one.outcome.measure == two.outcome.measure
        and family(one.record) != family(two.record)
        and _share_topic(one.record, two.record)
    ]
    pairs.sort(key=lambda pair: (favours_first(pair[0]) == favours_first(pair[1]), _time_apart(*pair), pair[0].fact_id))
    seen: set[tuple[str, ...]] = set()
    for pair in pairs:
        assert pair[0].outcome is not None
        about = (*sorted(family(card.record) for card in pair), pair[0].outcome.measure)
        if about not in seen:
            seen.add(about)
            yield _two_trials(*(pair if pick((True, False), pair[0].fact_id, pair[1].fact_id) else pair[::-1]))


def _part(card: Card) -> bool:
    """Whether the result is one of a part of the patients, which a comparison of trials must not take for the whole."""
    return bool(
        re.search(
            r"landmark|subset|event-free|crossover|treated late", (card.outcome and card.outcome.population) or ""
        )
    )


def _time_apart(one: Card, two: Card) -> float:
    assert one.result and two.result
    return abs((one.result.months or 0) - (two.result.months or 0))


def _two_trials(one: Card, two: Card) -> Draft:
    assert one.outcome and two.outcome and one.result and two.result
    a, b = named(one.record), named(two.record)
    texts = {
        (True, False): sentence(f"{a} but not {b}"),
        (False, True): sentence(f"{b} but not {a}"),
        (True, True): f"Both {a} and {b}",
        (False, False): f"Neither {a} nor {b}",
    }
    right = (bool(favours_first(one)), bool(favours_first(two)))
    order = ((True, False), (False, True), (True, True), (False, False))
    found = {card: "significant" if favours_first(card) else "not significant" for card in (one, two)}
    shown = "; ".join(f"{line(card)} ({found[card]})" for card in (one, two))
    stem = (
        f"Two randomised trials in patients with MR reported on {event(one.outcome).split(' (')[0]}: {_compared(one)} and"
        f" {_compared(two)}. Which of them found a statistically significant reduction with the first-named treatment?"
    )
    return Draft(
        template="two-trials",
        kind="mcq",
        stem=stem,
        key=texts[right],
        proofs=((said(one), one), (said(two), two)),
        cards=(one, two),
        rationale=f"{sentence(shown)}.",
        bloom="analyse",
        wrongs=tuple(Wrong(text=texts[held], note=_why_not(one, two, held, right)) for held in order if held != right),
        order="given",
        key_at=order.index(right),
        sources=2,
    )


def _compared(card: Card) -> str:
    assert card.outcome and card.result
    time = when(card.outcome.timepoint)
    return f"{named(card.record)} ({versus(card.record, card.result)}{f', {time}' if time else ''})"


def _why_not(one: Card, two: Card, held: tuple[bool, bool], right: tuple[bool, bool]) -> str:
    wrong = [card for card, a, b in zip((one, two), held, right, strict=True) if a != b]
    return (
        sentence(
            "; ".join(
                f"the difference in {study(card.record)} was {'' if favours_first(card) else 'not '}significant {card.ref}"
                for card in wrong
            )
        )
        + "."
    )


def one_significant(shelf: Shelf) -> Iterator[Draft]:
    """Which one of four studies had an interval that excluded, or that included, 1."""
    everything = [
        card
        for card in shelf.results(everywhere=True)
        if card.result
        and card.result.is_ratio
        and card.result.interval
        and card.result.significant is not None
        and (card.result.arms or card.result.against)
        and _only_interval(shelf, card)
    ]
    own = shelf.on_topic
    groups: dict[tuple[str, str, bool], list[Card]] = {}
    for card in everything:
        assert card.outcome and card.result and card.result.effect_kind
        trial = card.record.kind in {"rct", "meta-analysis"}
        groups.setdefault((card.outcome.measure, card.result.effect_kind, trial), []).append(card)
    for (_, kind, _), cards in sorted(groups.items()):
        for wanted in (True, False):
            for key in cards:
                if key.record.record_id not in own or key.result is None or key.result.significant is not wanted:
                    continue
                others = _one_a_family([c for c in cards if c.result and c.result.significant is not wanted], key)
                if len(others) < 3:
                    continue
                others = sorted(others, key=lambda c: (not _share_topic(c.record, key.record), c.fact_id))[:3]
                yield _one_significant(key, others, RATIO_NAMES[kind], excluded=wanted)


def _only_interval(shelf: Shelf, card: Card) -> bool:
    name = family(card.record)
    for other in shelf.results(everywhere=True):
        if family(other.record) != name or other.outcome is None or card.outcome is None or other.result is None:
            continue
        if other.outcome.measure == card.outcome.measure and card.result:
            if other.result.significant is not card.result.significant:
                return False
    return True


def _one_a_family(cards: list[Card], key: Card) -> list[Card]:
    kept: dict[str, Card] = {}
    for card in cards:
        if family(card.record) != family(key.record):
            kept.setdefault(family(card.record), card)
    return list(kept.values())


def _one_significant(key: Card, others: list[Card], name: str, *, excluded: bool) -> Draft:
    assert key.outcome is not None
    what = event(key.outcome).split(" (")[0]
    verb = "excluded" if excluded else "included"
    stem = (
        f"Each of these studies in patients with MR or heart failure reported a {name} for {what}. Which of them had a"
        f" 95% confidence interval that {verb} 1?"
    )
    held = "includes" if excluded else "excludes"
    return Draft(
        template="interval-of-four",
        kind="mcq",
        stem=stem,
        key=label(key.record),
        proofs=tuple((said(card), card) for card in (key, *others)),
        cards=(key, *others),
        rationale=f"{sentence(line(key))}: its interval {verb} 1, those of the others do the opposite.",
        bloom="analyse",
        wrongs=tuple(
            Wrong(text=label(card.record), note=f"{sentence(line(card))}: the interval {held} 1.") for card in others
        ),
        sources=4,
    )


def extreme(shelf: Shelf) -> Iterator[Draft]:
    """Which of four studies reported the highest, or the lowest, rate at the same time point."""
    groups: dict[tuple[str, int, str], list[tuple[Card, Value]]] = {}
    for card in shelf.results(everywhere=True):
        result, outcome = card.result, card.outcome
        if not result or not outcome or not result.months or outcome.measure == "Composite endpoint":
            continue
        value = result.values[0] if result.values else result.single
        if value is None or value.unit != "%" or card.record.n == 1:
            continue
        groups.setdefault((outcome.measure, round(result.months), value.unit), []).append((card, value))
    for (_, months, _), held in sorted(groups.items()):
        alone = [(c, v) for c, v in held if sum(o.record.record_id == c.record.record_id for o, _ in held) == 1]
        by_family: dict[str, tuple[Card, Value]] = {}
        for card, value in alone:
            by_family.setdefault(family(card.record), (card, value))
        ranked = sorted(by_family.values(), key=lambda one: (one[1].number, one[0].fact_id))
        if len(ranked) < 4:
            continue
        for highest in (True, False):
            ordered = ranked[::-1] if highest else ranked
            for at in range(len(ordered) - 3):
                four = ordered[at : at + 4]
                if four[0][0].record.record_id in shelf.on_topic and _apart(four[0][1], four[1][1]):
                    yield _extreme(four, months, highest=highest)


def _apart(one: Value, other: Value) -> bool:
    low, high = sorted((abs(one.number), abs(other.number)))
    return high >= CLEARLY * max(low, 0.5)


def _extreme(four: list[tuple[Card, Value]], months: int, *, highest: bool) -> Draft:
    (key, value), others = four[0], four[1:]
    assert key.outcome is not None
    what = subject(key.outcome).split(" (")[0]
    length = f"{months} months" if months > 1 else "30 days"
    stem = (
        f"These studies each reported {what} at {length} in their treated patients. Which of them reported the"
        f" {'highest' if highest else 'lowest'} figure?"
    )
    return Draft(
        template="extreme-of-four",
        kind="mcq",
        stem=stem,
        key=label(key.record),
        proofs=tuple((_one_arm(card, held), card) for card, held in four),
        cards=tuple(card for card, _ in four),
        rationale=f"{sentence(study(key.record))} reported {value.text} {key.ref}; populations differ, so the order is no ranking of"
        " treatments.",
        bloom="analyse",
        wrongs=tuple(
            Wrong(text=label(card.record), note=f"{sentence(study(card.record))} reported {held.text} {card.ref}.")
            for card, held in others
        ),
        sources=4,
    )


def _one_arm(card: Card, value: Value) -> str:
    assert card.outcome and card.result
    who = f" {arm(card.record, card.result.arms[0])}" if card.result.values and card.result.arms else ""
    return f"In {named(card.record)}, {subject(card.outcome)}{who} {when(card.outcome.timepoint)} was {value.text}."


def trend(shelf: Shelf) -> Iterator[Draft]:
    """How an effect, or the gap between two arms, changed from an earlier report of a trial to a later one."""
    cards = [card for card in shelf.results(everywhere=True) if card.result and card.result.months and card.result.arms]
    for early, late in combinations(cards, 2):
        if not early.outcome or not late.outcome or not early.result or not late.result:
            continue
        if early.outcome.measure != late.outcome.measure or family(early.record) != family(late.record):
            continue
        if early.record.record_id not in shelf.on_topic or early.result.arms != late.result.arms:
            continue
        if early.record.record_id == late.record.record_id and early.outcome.population != late.outcome.population:
            continue
        if early.record.kind != late.record.kind or not early.result.months or not late.result.months:
            continue
        if early.result.months == late.result.months or _part(early) or _part(late):
            continue
        first, last = (early, late) if early.result.months < late.result.months else (late, early)
        yield from _ratio_trend(first, last)
        yield from _gap_trend(first, last)


def _ratio_trend(early: Card, late: Card) -> Iterator[Draft]:
    assert early.result and late.result and early.outcome and late.outcome
    if not (early.result.is_ratio and early.result.effect_kind == late.result.effect_kind):
        return
    if not early.result.effect or not late.result.effect:
        return
    first, second = math.log(early.result.effect.number), math.log(late.result.effect.number)
    moved = abs(second) - abs(first)
    if first * second < 0 and abs(first - second) > MOVED:
        key = "It crossed 1"
    elif abs(moved) <= STEADY:
        key = "It stayed the same"
    elif abs(moved) < MOVED:
        return
    else:
        key = "It moved closer to 1" if moved < 0 else "It moved further from 1"
    name = RATIO_NAMES[early.result.effect_kind or ""]
    ask = f"How did the {name} for {event(early.outcome)} ({versus(early.record, early.result)}) change"
    yield _trend(
        early, late, ask, key, ("It moved closer to 1", "It moved further from 1", "It stayed the same", "It crossed 1")
    )


def _gap_trend(early: Card, late: Card) -> Iterator[Draft]:
    assert early.result and late.result and early.outcome and late.outcome
    if not early.result.values or not late.result.values or early.result.values[0].unit != "%":
        return
    if late.result.values[0].unit != "%":
        return
    first = early.result.values[0].number - early.result.values[1].number
    second = late.result.values[0].number - late.result.values[1].number
    if abs(first) < 1 and abs(second) < 1:
        return
    if first * second < 0:
        key = "It changed sides"
    elif abs(second) > abs(first) * 1.15 + 0.5:
        key = "It widened"
    elif abs(second) < abs(first) / 1.15 - 0.5:
        key = "It narrowed"
    else:
        return
    ask = f"How did the gap between the arms ({versus(early.record, early.result)}) in {event(early.outcome)} change"
    yield _trend(early, late, ask, key, ("It widened", "It narrowed", "It vanished", "It changed sides"))


def _trend(early: Card, late: Card, ask: str, key: str, options: tuple[str, ...]) -> Draft:
    assert early.outcome and late.outcome
    who = f"{early.record.n} patients" if early.record.n else "patients with MR"
    name = study(early.record) if early.record is late.record else f"{study(early.record)} and {study(late.record)}"
    stem = (
        f"The same trial in {who} was reported {when(early.outcome.timepoint)} and {when(late.outcome.timepoint)} ({name})."
        f" {ask} from the earlier time point to the later one?"
    )
    shown = sentence(f"{_full(early)}; {_full(late)}")
    return Draft(
        template="trend",
        kind="mcq",
        stem=stem,
        key=key,
        proofs=((said(early), early), (said(late), late)),
        cards=(early, late),
        rationale=f"{shown}.",
        bloom="analyse",
        wrongs=tuple(
            Wrong(text=one, note=f"The two reports say otherwise {early.ref} {late.ref}.")
            for one in options
            if one != key
        ),
        order="given",
        key_at=options.index(key),
        sources=2,
    )


def _full(card: Card) -> str:
    assert card.result is not None
    if not card.result.values or not card.result.effect:
        return line(card)
    return line(card).replace(": ", f": {card.result.values[0].text} and {card.result.values[1].text}, ", 1)


def strongest_association(shelf: Shelf) -> Iterator[Draft]:
    """Which of several factors, or treatments, of one study went with the largest or smallest ratio."""
    for record in shelf.records():
        groups: dict[tuple[str, str, str | None], list[Card]] = {}
        for card in shelf.by_record[record.record_id]:
            if card.outcome and card.result and card.result.is_ratio and card.result.effect:
                kind = card.result.effect_kind or ""
                groups.setdefault((card.outcome.measure, kind, card.outcome.timepoint), []).append(card)
        for (_, kind, _), cards in sorted(groups.items(), key=lambda one: one[1][0].fact_id):
            labelled = {_factor(card): card for card in cards if _factor(card)}
            if len(labelled) < 3 or len(labelled) != len(cards):
                continue
            ranked = sorted(labelled.items(), key=lambda one: (one[1].result.effect.number, one[0]))  # type: ignore[union-attr]
            for largest in (True, False):
                ordered = ranked[::-1] if largest else ranked
                chosen = ordered[:4]
                top, second = chosen[0][1].result, chosen[1][1].result
                if top and second and top.effect and second.effect and _apart(top.effect, second.effect):
                    yield _association(record, chosen, RATIO_NAMES[kind], largest=largest)


def _factor(card: Card) -> str:
    assert card.outcome and card.result
    if card.outcome.measure == "Prognostic association":
        return _upper((card.outcome.population or "").removesuffix(" and death"))
    if card.result.arms and card.result.arms[0] not in {"device", "TEER", "combined"} and not card.outcome.population:
        return _upper(card.result.arms[0])
    return ""


def _upper(text: str) -> str:
    return pretty(text[:1].upper() + text[1:])


def _association(record: EvidenceRecord, chosen: list[tuple[str, Card]], name: str, *, largest: bool) -> Draft:
    (key, card), others = chosen[0], chosen[1:]
    assert card.outcome and card.result and card.result.effect
    if card.outcome.measure == "Prognostic association":
        what = "death" if (card.outcome.population or "").endswith(" and death") else "the study's outcome"
    else:
        what = event(card.outcome)
    against = f" against {pretty(card.result.arms[1])}" if card.result.arms else ""
    asks = "Which of these went with" if card.outcome.measure == "Prognostic association" else "Which strategy had"
    stem = (
        f"{sentence(named(record))} included {record.n or 'its'} patients and reported {name}s for {what}{against}. {asks} the"
        f" {'largest' if largest else 'smallest'} {name}?"
    )
    return Draft(
        template="strongest-association",
        kind="mcq",
        stem=stem,
        key=key,
        proofs=tuple((said(one), one) for _, one in chosen),
        cards=tuple(one for _, one in chosen),
        rationale=f"{sentence(line(card))}. An association in an observational study is no proof of cause.",
        bloom="analyse",
        wrongs=tuple(Wrong(text=label, note=f"{label} – {line(one)}.") for label, one in others),
        sources=len(chosen),
    )


TEMPLATES = (
    Template(
        name="two-trials", about="Two trials, one outcome: which was significant", bloom="analyse", make=two_trials
    ),
    Template(name="trend", about="How an effect changed with longer follow-up", bloom="analyse", make=trend),
    Template(name="interval-of-four", about="Which interval excludes 1", bloom="analyse", make=one_significant),
    Template(name="extreme-of-four", about="Which study had the highest or lowest rate", bloom="analyse", make=extreme),
    Template(
        name="strongest-association", about="Which factor weighs most", bloom="analyse", make=strongest_association
    ),
)
