"""An item that an educator has changed, checked again at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from domain.quiz import Flaw, QuizItem
from kb import Base
from qa.quiz.duplicates import same_question
from qa.quiz.figures import figure, same
from qa.quiz.proof import Prover
from qa.quiz.rules import flaws, lead_in
from qa.quiz.wording import pretty

PROOF = "Chordae: the key is carried by a cited passage"
_SETTLED = frozenset(
    {"two-trials", "interval-of-four", "trend", "extreme-of-four", "strongest-association", "limitation"}
)
"""Templates whose key is concluded from several passages; their key is checked by what it was concluded from."""
_NUMBER = re.compile(r"[<>≤≥]?\s?[+\-−]?\d+(?:[.,]\d+)*\s?(?:%|mm²|cm²|mm2|cm2|mL|m\b)?")


def recheck(item: QuizItem, base: Base, *, among: Sequence[QuizItem] = ()) -> tuple[Flaw, ...]:
    """Everything that speaks against handing out `item`: broken rules, an unproved key, a second right option.

    `among` are the other items of the set, for duplicates. Empty: nothing speaks against it.
    """
    found = list(flaws(item))
    prover = Prover(base, base.embedder)
    evidence = tuple(citation.quote for citation in item.citations)
    found += _moved(item, base)
    found += _key(item, evidence, prover)
    found += _second_right(item, evidence, prover)
    for other in among:
        if other.item_id != item.item_id and (why := same_question(other, item)) is not None:
            found.append(Flaw(rule="duplicate", source="Chordae", why=f"{why}: “{other.stem}”"))
    return tuple(found)


def edited(
    item: QuizItem,
    *,
    stem: str | None = None,
    options: Sequence[str] | None = None,
    answer: int | str | None = None,
    rationale: str | None = None,
) -> QuizItem:
    """The item with what was changed; its id follows. ValueError as for any item.

    Notes on distractors that were reworded are dropped, for they spoke of other words.
    """
    words = tuple(item.options if options is None else options)
    kept = {option: note for option, note in zip(item.options, item.distractor_notes, strict=False)}
    return replace(
        item,
        stem=item.stem if stem is None else stem,
        options=words,
        answer=item.answer if answer is None else answer,
        rationale=item.rationale if rationale is None else rationale,
        distractor_notes=tuple(kept.get(option, "") for option in words) if item.distractor_notes else (),
    )


def _moved(item: QuizItem, base: Base) -> list[Flaw]:
    known = {document.doc_id for document in base.documents()}
    gone = [citation for citation in item.citations if citation.document.doc_id not in known]
    return [
        Flaw(rule="source-gone", source="Chordae", why=f"“{citation.document.title}” is no longer in the base")
        for citation in gone
    ]


def _key(item: QuizItem, evidence: tuple[str, ...], prover: Prover) -> list[Flaw]:
    """The proof still holds, and the key is still the one it proves."""
    problems = []
    for sentence in item.proofs:
        if not any(prover.supports(sentence, (quote,)) for quote in evidence):
            problems.append(Flaw(rule="key-proof", source=PROOF, why=f"no cited passage carries “{sentence}”"))
    key = item.options[item.answer] if isinstance(item.answer, int) and item.options else str(item.answer)
    if item.kind == "tf":
        statement = lead_in(item.stem)
        held = prover.supports(statement, evidence)
        if held != (key == "True") and any(char.isdigit() for char in statement):
            problems.append(
                Flaw(rule="key-proof", source=PROOF, why="the statement and its answer do not agree with the passage")
            )
    elif item.template not in _SETTLED and (number := figure(key)) is not None and not _printed(number.value, item):
        why = f"{key} stands in none of the cited passages"
        problems.append(Flaw(rule="key-proof", source=PROOF, why=why))
    return problems


def _printed(value: float, item: QuizItem) -> bool:
    """Whether the figure stands in what is cited, or is worked out from it by the item's own rationale."""
    texts = [citation.quote for citation in item.citations]
    if item.bloom == "apply":
        texts.append(item.rationale)
    for text in texts:
        for found in _NUMBER.findall(text):
            one = figure(found.strip().lstrip("<>≤≥ "))
            if one is not None and abs(one.value) == abs(value):
                return True
    return False


def _second_right(item: QuizItem, evidence: tuple[str, ...], prover: Prover) -> list[Flaw]:
    if not item.options or item.kind == "tf" or item.bloom != "remember" or not isinstance(item.answer, int):
        return []
    key = figure(item.options[item.answer])
    problems = []
    for at, option in enumerate(item.options):
        other = figure(option)
        if at == item.answer or other is None or key is None or same(key, other):
            continue
        right = item.options[item.answer]
        claims = [pretty(one).replace(right, option) for one in item.proofs if right in pretty(one)]
        if any(prover.supports(claim, (quote,)) for claim in claims for quote in evidence):
            why = f"“{option}” is carried by a cited passage as well"
            problems.append(Flaw(rule="second-right-option", source=PROOF, why=why))
    return problems
