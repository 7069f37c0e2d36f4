"""Questions that put several figures in order: studies at one time point, factors within one study."""

from __future__ import annotations

from collections.abc import Iterator

from domain.evidence import EvidenceRecord
from qa.quiz.draft import Draft, Template, Wrong
from qa.quiz.results import Value
from qa.quiz.shelf import Card, Shelf
from qa.quiz.templates.figures_of import RATIO_NAMES
from qa.quiz.templates.said import line, said
from qa.quiz.wording import (
    arm,
    bare_arm,
    event,
    family,
    full_label,
    named,
    pick,
    pretty,
    sentence,
    study,
    subject,
    when,
)

CLEARLY = 1.12
"""The key must exceed every other figure by this factor, so that rounding and chance do not decide the question."""


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
    for (measure, months, _), held in sorted(groups.items()):
        alone = [(c, v) for c, v in held if sum(o.record.record_id == c.record.record_id for o, _ in held) == 1]
        by_family: dict[str, tuple[Card, Value]] = {}
        for card, value in alone:
            by_family.setdefault(family(card.record), (card, value))
        ranked = sorted(by_family.values(), key=lambda one: (one[1].number, one[0].fact_id))
        if len(ranked) < 4:
            continue
        highest = pick((True, False), measure, months)
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
        key=full_label(key.record),
        proofs=tuple((_one_arm(card, held), card) for card, held in four),
        cards=tuple(card for card, _ in four),
        rationale=f"{sentence(study(key.record))} reported {value.text} {key.ref}; populations differ, so the order is"
        " no ranking of treatments.",
        bloom="analyse",
        wrongs=tuple(
            Wrong(text=full_label(card.record), note=f"{sentence(study(card.record))} reported {held.text} {card.ref}.")
            for card, held in others
        ),
        sources=4,
    )


def _one_arm(card: Card, value: Value) -> str:
    assert card.outcome and card.result
    who = f" {arm(card.record, card.result.arms[0])}" if card.result.values and card.result.arms else ""
    return f"In {named(card.record)}, {subject(card.outcome)}{who} {when(card.outcome.timepoint)} was {value.text}."


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
            for largest in pick(((True, False), (False, True)), cards[0].fact_id):
                ordered = ranked[::-1] if largest else ranked
                chosen = ordered[:4]
                top, second = chosen[0][1].result, chosen[1][1].result
                if top and second and top.effect and second.effect and _apart(top.effect, second.effect):
                    yield _association(record, chosen, RATIO_NAMES[kind], largest=largest)
                    break


def _factor(card: Card) -> str:
    assert card.outcome and card.result
    if card.outcome.measure == "Prognostic association":
        factor, _, outcome = (card.outcome.population or "").rpartition(" and ")
        return _upper(factor) if outcome == "death" else ""
    if card.result.arms and card.result.arms[0] not in {"device", "TEER", "combined"} and not card.outcome.population:
        return _upper(card.result.arms[0])
    return ""


def _upper(text: str) -> str:
    return pretty(text[:1].upper() + text[1:])


def _association(record: EvidenceRecord, chosen: list[tuple[str, Card]], name: str, *, largest: bool) -> Draft:
    (key, card), others = chosen[0], chosen[1:]
    assert card.outcome and card.result and card.result.effect
    if card.outcome.measure == "Prognostic association":
        what = "death"
    else:
        what = event(card.outcome)
    against = f" against {bare_arm(record, card.result.arms[1])}" if card.result.arms else ""
    asks = "Which of these went with" if card.outcome.measure == "Prognostic association" else "Which strategy had"
    stem = (
        f"{sentence(named(record))} included {record.n or 'its'} patients and reported {name}s for {what}{against}."
        f" {asks} the {'largest' if largest else 'smallest'} {name}?"
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
    Template(name="extreme-of-four", about="Which study had the highest or lowest rate", bloom="analyse", make=extreme),
    Template(
        name="strongest-association", about="Which factor weighs most", bloom="analyse", make=strongest_association
    ),
)
