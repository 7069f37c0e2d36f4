"""How hard an item is and what it asks of the mind, by rule, with the rule in words."""

from __future__ import annotations

from qa.quiz.draft import Draft
from qa.quiz.figures import figure

CLOSE = 1.5
"""A distractor within this factor of the key has to be known, not guessed at."""
BLOOM = {
    "remember": "one published fact is recalled",
    "understand": "a published figure or change is interpreted",
    "apply": "a published figure or rule is applied to a case",
    "analyse": "several findings are compared, or a finding is weighed against its limits",
}
"""The levels of Bloom's revised taxonomy (Anderson and Krathwohl 2001) that items here reach, and what places them."""
HIGHER = tuple(level for level in BLOOM if level != "remember")
"""The levels that ask for more than recall."""


def difficulty(draft: Draft) -> str:
    """Easy, medium or hard: how many facts are needed, what is done with them, how near the distractors lie."""
    if draft.sources >= 3 or (draft.bloom == "analyse" and draft.sources >= 2):
        return "hard"
    if draft.bloom != "remember":
        return "medium"
    return "medium" if near(draft) else "easy"


def near(draft: Draft) -> bool:
    """Whether a distractor's figure lies within CLOSE of the key's."""
    own = figure(draft.key)
    if own is None or own.value == 0:
        return False
    for wrong in draft.wrongs[:3]:
        other = figure(wrong.text)
        if other and other.value * own.value > 0 and max(own.value / other.value, other.value / own.value) < CLOSE:
            return True
    return False


def rule(draft: Draft) -> str:
    """The rule that placed it, in words: "apply: a published figure or rule is applied to a case; medium: ..."."""
    hard = {
        "hard": f"{draft.sources} findings have to be held together",
        "medium": "one finding has to be used, or distractors lie close to the key",
        "easy": "one fact, and distractors lie apart from the key",
    }[difficulty(draft)]
    return f"{draft.bloom}: {BLOOM[draft.bloom]}; {difficulty(draft)}: {hard}"
