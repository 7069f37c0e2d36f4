"""The same facts as true/false, cloze and short-answer items."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from qa.quiz.draft import Draft, Template, Wrong
from qa.quiz.rules import BLANK
from qa.quiz.shelf import Shelf
from qa.quiz.templates.figures_of import UNHEARD
from qa.quiz.templates.recall import Asked, asked
from qa.quiz.templates.told import told
from qa.quiz.wording import named, pick, pretty, sentence, setting, without_repeats


def _cloze(one: Asked) -> Draft:
    return Draft(
        template=f"cloze-{one.template}",
        kind="cloze",
        stem=_told(one, BLANK),
        key=pretty(one.key),
        proofs=((one.statement.format(one.key), one.card),),
        cards=one.cards,
        rationale=f"{sentence(pretty(one.statement.format(one.key)))}",
        bloom="remember",
    )


def _short(one: Asked) -> Draft:
    return Draft(
        template=f"short-{one.template}",
        kind="short",
        stem=one.stem,
        key=pretty(one.key),
        proofs=((one.statement.format(one.key), one.card),),
        cards=one.cards,
        rationale=f"{sentence(pretty(one.statement.format(one.key)))}",
        bloom="remember",
    )


def _true_false(one: Asked) -> Draft | None:
    """True as it stands, or false with the figure of the other arm or of another study."""
    real = next((wrong for wrong in one.wrongs if not wrong.note.startswith(UNHEARD)), None)
    truth = sentence(pretty(one.statement.format(one.key)))
    holds = real is None or pick((True, False), one.card.fact_id, "holds")
    shown = one.key if holds or real is None else real.text
    claim = None if holds else one.statement.format(shown)
    note = (
        f"The statement is as published {one.card.ref}."
        if holds
        else f"{real.note if real else ''} {truth} {one.card.ref}"
    )
    return Draft(
        template=f"tf-{one.template}",
        kind="tf",
        stem=_told(one, shown),
        key="True" if holds else "False",
        proofs=((one.statement.format(one.key), one.card),),
        cards=one.cards,
        rationale=truth,
        bloom="remember",
        wrongs=(Wrong(text="False" if holds else "True", note=note, claim=claim),),
        order="given",
        key_at=0 if holds else 1,
    )


def _told(one: Asked, figure: str) -> str:
    """Who was studied, then the statement with `figure` in it."""
    record = one.card.record
    if one.alone:
        return sentence(pretty(one.statement.format(figure)))
    statement = pretty(one.statement.format(figure)).removeprefix(f"In {named(record)}, ")
    return f"{setting(record)} {sentence(without_repeats(statement, setting(record)))}"


def _facts(shelf: Shelf) -> Iterator[Asked]:
    return chain(asked(shelf), told(shelf))


def _plain(one: Asked) -> bool:
    return "{" not in one.statement.replace("{}", "")


def clozes(shelf: Shelf) -> Iterator[Draft]:
    """A statement with its figure left out."""
    return (_cloze(one) for one in _facts(shelf) if _plain(one))


def shorts(shelf: Shelf) -> Iterator[Draft]:
    """A question whose answer is written in."""
    return (_short(one) for one in _facts(shelf) if _plain(one))


def statements(shelf: Shelf) -> Iterator[Draft]:
    """A statement to be judged true or false."""
    return (draft for one in _facts(shelf) if _plain(one) and (draft := _true_false(one)) is not None)


TEMPLATES = (
    Template(name="cloze", about="A published figure to fill in", bloom="remember", make=clozes),
    Template(name="short", about="A published figure to write", bloom="remember", make=shorts),
    Template(name="true-false", about="A published figure to judge", bloom="remember", make=statements),
)
