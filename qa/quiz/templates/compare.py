"""Questions that hold two or more studies together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

from qa.quiz.draft import Draft, Template, Wrong
from qa.quiz.shelf import Card, Shelf, share_topic
from qa.quiz.templates.figures_of import RATIO_NAMES
from qa.quiz.templates.said import line, said
from qa.quiz.wording import event, family, full_label, named, pick, sentence, study, versus, when


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


def two_trials(shelf: Shelf) -> Iterator[Draft]:
    """In which of two trials was the difference significant; one question for each two trials and measure."""
    cards = [card for card in _treatments(shelf, everywhere=False) if not is_part(card)]
    pairs = [
        (one, two)
        for one, two in combinations(cards, 2)
        if one.outcome
        and two.outcome
        and one.outcome.measure == two.outcome.measure
        and family(one.record) != family(two.record)
        and share_topic(one.record, two.record)
    ]
    pairs.sort(key=lambda pair: (favours_first(pair[0]) == favours_first(pair[1]), _time_apart(*pair), pair[0].fact_id))
    seen: set[tuple[str, ...]] = set()
    for pair in pairs:
        assert pair[0].outcome is not None
        about = (*sorted(family(card.record) for card in pair), pair[0].outcome.measure)
        if about not in seen:
            seen.add(about)
            yield _two_trials(*(pair if pick((True, False), pair[0].fact_id, pair[1].fact_id) else pair[::-1]))


def is_part(card: Card) -> bool:
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
        f"Two randomised trials in patients with MR reported on {event(one.outcome).split(' (')[0]}: {_compared(one)}"
        f" and {_compared(two)}. Which of them found a statistically significant reduction with the first-named"
        " treatment?"
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
                f"the difference in {study(card.record)} was"
                f" {'significant' if favours_first(card) else 'not significant'} {card.ref}"
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
                others.sort(
                    key=lambda one: (_label_apart(one, key), not share_topic(one.record, key.record), one.fact_id)
                )
                yield _one_significant(key, others[:3], RATIO_NAMES[kind], excluded=wanted)


def _only_interval(shelf: Shelf, card: Card) -> bool:
    name = family(card.record)
    for other in shelf.results(everywhere=True):
        if family(other.record) != name or other.outcome is None or card.outcome is None or other.result is None:
            continue
        if other.outcome.measure == card.outcome.measure and card.result:
            if other.result.significant is not card.result.significant:
                return False
    return True


def _label_apart(one: Card, key: Card) -> int:
    """How differently long the names of two studies are, in steps that the eye would notice."""
    return abs(len(full_label(one.record)) - len(full_label(key.record))) // 10


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
        key=full_label(key.record),
        proofs=tuple((said(card), card) for card in (key, *others)),
        cards=(key, *others),
        rationale=f"{sentence(line(key))}: its interval {verb} 1, those of the others do the opposite.",
        bloom="analyse",
        wrongs=tuple(
            Wrong(text=full_label(card.record), note=f"{sentence(line(card))}: the interval {held} 1.")
            for card in others
        ),
        sources=4,
    )


TEMPLATES = (
    Template(
        name="two-trials", about="Two trials, one outcome: which was significant", bloom="analyse", make=two_trials
    ),
    Template(name="interval-of-four", about="Which interval excludes 1", bloom="analyse", make=one_significant),
)
