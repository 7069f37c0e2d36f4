"""A recommendation as a question needs it: what, for whom, how strongly, and what else the document says of it."""

from __future__ import annotations

import re

from domain.evidence import Outcome
from qa.quiz.populations import exclusive, traits
from qa.quiz.shelf import Card, Shelf
from qa.quiz.wording import named, pretty

EUROPEAN, AMERICAN = ("I", "IIa", "IIb", "III"), ("1", "2a", "2b", "3")
"""The classes of the two families of guidelines, strongest first."""
_RANK = {name: at for names in (EUROPEAN, AMERICAN) for at, name in enumerate(names)}
_STRENGTH = re.compile(
    r"\s*,?\s*\b(?:is |are )?(?:not recommended|recommended|should be considered|may be considered|is reasonable"
    r"|reasonable|indicated|may be reasonable)\b,?",
    re.IGNORECASE,
)
_LONG_NAMES = {"TEER": "Transcatheter edge-to-edge repair", "Mitral TEER": "Transcatheter edge-to-edge repair"}


def usable(card: Card) -> bool:
    """Whether it is a recommendation with a class, and not one that stands here for contrast only."""
    if card.outcome and (card.outcome.population or "").startswith("contrast:"):
        return False
    return bool(card.outcome and card.outcome.value and class_of(card) in _RANK)


def current(card: Card) -> bool:
    """Whether it still holds: neither it nor its whole document was superseded."""
    replaced = any("superseded by" in one.fact.casefold() for one in card.record.caveats)
    return usable(card) and card.outcome is not None and card.outcome.superseded_by is None and not replaced


def class_of(card: Card) -> str:
    """The class as printed, "IIa"; "3: no benefit" is "3"."""
    return (card.outcome.class_cor or "").split(":")[0] if card.outcome else ""


def level_of(card: Card) -> str:
    """The level of evidence as printed; empty when it was not seen."""
    return (card.outcome.level_loe or "") if card.outcome else ""


def grade(card: Card) -> tuple[str, str]:
    """Class and level together."""
    return class_of(card), level_of(card)


def rank(card: Card) -> int:
    """0 for the strongest class."""
    return _RANK[class_of(card)]


def scale(card: Card) -> tuple[str, ...]:
    """The classes of the family of guidelines it belongs to, strongest first."""
    return EUROPEAN if class_of(card) in EUROPEAN else AMERICAN


def action(outcome: Outcome) -> str:
    """What is recommended, without the words that give its class away: "Mitral surgery together with CABG"."""
    text = " ".join(_STRENGTH.sub(" ", outcome.value or "").split())
    text = re.sub(r"(?<!addition) (?:to|for|when|after|unless|if|in)\b(?! addition| MR re).*$", "", text)
    text = re.sub(r"^Optimi[sz]e ", "Optimisation of ", re.sub(r"\s*\([^()]*\)", "", text).strip(" ,;"))
    return pretty(text[:1].upper() + text[1:])


def step(outcome: Outcome) -> str:
    """What is recommended, as an option."""
    return _LONG_NAMES.get(action(outcome), action(outcome))


def population(outcome: Outcome) -> str:
    """For whom; empty where the record does not say."""
    text = re.sub(r"\s*\(Recommendation Table \d+\)", "", outcome.population or "").rstrip(".")
    condition = re.search(r"\b(?:when|unless|if) .*$", outcome.value or "")
    if text and condition and not traits(whole(outcome)).items() <= traits(text).items():
        text += f", {condition[0].rstrip('.')}"
    return pretty(text)


def whole(outcome: Outcome) -> str:
    """Everything that is said of the patients, in the recommendation and in its population."""
    return f"{outcome.value} for {outcome.population}"


def _graded(card: Card) -> str:
    return f"class {card.outcome.class_cor if card.outcome else ''}" + (
        f", level {one}" if (one := level_of(card)) else ""
    )


def said(card: Card) -> str:
    """The recommendation as a statement that its passage must carry."""
    assert card.outcome is not None
    whom = f", in {card.outcome.population}" if card.outcome.population else ""
    return f"{named(card.record)} ({_graded(card)}): {card.outcome.value}{whom}."


def line(card: Card) -> str:
    """The recommendation in a line, with its reference."""
    assert card.outcome is not None
    return f"{named(card.record)}: {pretty(card.outcome.value or '')} ({_graded(card)}) {card.ref}"


def rivals(shelf: Shelf, card: Card) -> list[Card]:
    """The other recommendations of this document on the same act, for patients who could be the same."""
    assert card.outcome is not None
    mine = action(card.outcome).casefold()
    found = []
    for other in shelf.by_record[card.record.record_id]:
        if other is card or not usable(other) or other.outcome is None:
            continue
        theirs = action(other.outcome).casefold()
        if (theirs in mine or mine in theirs) and exclusive(whole(card.outcome), whole(other.outcome)) is None:
            found.append(other)
    return found
