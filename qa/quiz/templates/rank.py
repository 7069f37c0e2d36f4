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
    bare_arm,
    event,
    named,
    pick,
    pretty,
    sentence,
)

CLEARLY = 1.12
"""The key must exceed every other figure by this factor, so that rounding and chance do not decide the question."""


def _apart(one: Value, other: Value) -> bool:
    low, high = sorted((abs(one.number), abs(other.number)))
    return high >= CLEARLY * max(low, 0.5)


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
    Template(
        name="strongest-association", about="Which factor weighs most", bloom="analyse", make=strongest_association
    ),
)
