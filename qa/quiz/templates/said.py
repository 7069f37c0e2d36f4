"""A result said again: as a line with its reference, and as a statement that its passage must carry."""

from __future__ import annotations

from qa.quiz.shelf import Card
from qa.quiz.templates.figures_of import effect_name
from qa.quiz.wording import arm, named, pretty, study, subject, versus, when


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
