"""Findings that are told in a sentence of their own: those of overviews, pooled analyses, subsets and single cases."""

from __future__ import annotations

import re
from collections.abc import Iterator

from qa.quiz.draft import OPTIONS, Wrong
from qa.quiz.results import Value
from qa.quiz.rules import BLANK
from qa.quiz.shelf import DOUBTFUL, NO_FIGURE, NO_RATE, Card, Shelf
from qa.quiz.templates.figures_of import figure_of, rivals, unheard
from qa.quiz.templates.recall import Asked, template
from qa.quiz.wording import arm, pretty, when

SHORTEST, LONGEST = 50, 260
"""Characters of a finding that stands on its own and is still read at one go."""
_INTERVAL = re.compile(r",? ?\b95% CI [-−+]?\d+(?:\.\d+)?(?:-| to )[-−+]?\d+(?:\.\d+)?")
_EMPTY = re.compile(r" ?\(\s*[,;]?\s*\)| \(\w+(?: \w+)? section\)")
_GIVEN_AWAY = re.compile(r"^ ?\(\d+/\d+\)")
"""A count beside a percentage, from which it could be worked out."""
_IN_DOUBT = re.compile(r"as printed|misprint|cannot be|although|not stated|left out here", re.IGNORECASE)


def told(shelf: Shelf) -> Iterator[Asked]:
    """Findings whose passage says by itself in whom, when and in which study they were found."""
    for card in shelf.figures():
        outcome = card.outcome
        if card.askable or outcome is None or outcome.measure in NO_FIGURE:
            continue
        if card.record.record_id not in shelf.on_topic or NO_RATE.search(outcome.population or ""):
            continue
        text = card.passage.text
        if not SHORTEST <= len(text) <= LONGEST or _IN_DOUBT.search(text) or DOUBTFUL.search(outcome.note or ""):
            continue
        key = _key(card)
        if key is None or _printed(text, key.text) != 1:
            continue
        yield _asked(shelf, card, key)


def _key(card: Card) -> Value | None:
    """The figure to ask for: the effect, the later value of a change, the first arm's, or the only one."""
    result = card.result
    if result is None:
        return None
    chosen = result.effect or (result.change[1] if result.change else None)
    chosen = chosen or (result.values[0] if result.values else result.single)
    return chosen if chosen and chosen.number else None


def _printed(text: str, figure: str) -> int:
    return len(re.findall(rf"(?<![\d.]){re.escape(figure)}(?![\d]|\.\d)", text))


def _asked(shelf: Shelf, card: Card, key: Value) -> Asked:
    before, _, after = card.passage.text.partition(key.text)
    statement = f"{_spared(before)}{{}}{_spared(_GIVEN_AWAY.sub('', after))}"
    wrongs = [*_beside(shelf, card, key, statement), *rivals(shelf, card, key, statement)]
    if 0 < len(wrongs) < OPTIONS:
        wrongs += unheard(shelf, card, key, statement)
    return Asked(
        template="told-figure",
        card=card,
        cards=(card, *shelf.of(card.record.record_id, "population")[:1]),
        stem=f"Which figure completes this finding? {pretty(statement.format(BLANK))}",
        statement=statement,
        key=key.text,
        wrongs=tuple(wrongs),
        alone=True,
    )


def _spared(text: str) -> str:
    """The text without intervals, which would give an effect away, and without the brackets that they leave."""
    return _EMPTY.sub("", _INTERVAL.sub("", text).replace("(, ", "(")).replace("{", "").replace("}", "")


def _beside(shelf: Shelf, card: Card, key: Value, claim: str) -> Iterator[Wrong]:
    """The figures that the record gives for the same measure: of the other arm, at another time, in another subset."""
    assert card.outcome is not None and card.result is not None
    result = card.result
    others = [(card, value, f" {arm(card.record, name)}") for value, name in _arms(card) if value is not key]
    if result.change:
        others.append((card, result.change[0], " before treatment"))
    for other in shelf.by_record[card.record.record_id]:
        if other is card or other.outcome is None or other.result is None:
            continue
        if other.outcome.measure == card.outcome.measure and (theirs := _key(other)) is not None:
            others.append((other, theirs, f" {when(other.outcome.timepoint)}".rstrip()))
    for other, value, whose in others:
        assert other.result is not None
        shown = pretty(value.text)
        apart = other.result.is_ratio and (value.number < 1) != (key.number < 1)
        if value.unit == key.unit and value.number != key.number and shown not in claim and not apart:
            note = f"{shown} is {figure_of(other, value)}{whose} {other.ref}."
            yield Wrong(text=shown, note=note, claim=claim.format(value.text))


def _arms(card: Card) -> Iterator[tuple[Value, str]]:
    result = card.result
    if result is not None and result.values and result.arms:
        yield from zip(result.values, result.arms, strict=True)


TEMPLATES = (template("told-figure", "The figure of a finding told in full", told),)
