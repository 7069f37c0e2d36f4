"""An item that an educator has changed, checked again at once."""

from __future__ import annotations

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
    if item.proved_key and _bare(key) != _bare(item.proved_key):
        why = f"the key is now “{key}”; what is cited proves “{item.proved_key}”"
        problems.append(Flaw(rule="key-proof", source=PROOF, why=why))
    if item.kind == "tf" and not problems:
        statement = lead_in(item.stem)
        right = any(prover.supports(statement, (quote,)) for quote in evidence)
        wrong = any(prover.verdict(statement, (quote,)).support == "contradicted" for quote in evidence)
        if (key == "True" and wrong and not right) or (key == "False" and right and not wrong):
            why = f"the passage does not make the statement {key.lower()}"
            problems.append(Flaw(rule="key-proof", source=PROOF, why=why))
    return problems


def _bare(text: str) -> str:
    """The words of a key, whatever their case, spacing and signs of print."""
    return " ".join(pretty(text).casefold().rstrip(".").split())


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
