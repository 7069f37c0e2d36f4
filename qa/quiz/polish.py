"""Polish: a language model rewords the stems of a set, and a stem that asks anything else is not taken.

item ─ prompt ─► model ─► stem ─ same figures, names, direction? ─ the rules and the proof again ─► item
                                  else: the item stays as it was, and the refused stem is listed with the reason
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import prompts
from domain.errors import CallError, ModelError
from domain.quiz import Flaw, QuizItem, QuizSet, RejectedDraft
from domain.sentences import sentence_spans
from domain.settings import Settings
from kb import Base
from kb.embed import Embedder
from qa.chatmodel import STEM_SCHEMA, Asker, asker
from qa.claimform import brought_along, unfit
from qa.quiz.recheck import edited, recheck
from qa.reply import read_text
from qa.verify import verify

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

PROMPT = "polish.v1"
RULE = "polish"
"""The rule by which a reworded stem is listed among the rejected drafts."""
SURE = 0.5
"""Least support that each of two stems gives the other before they are taken to ask the same."""
BLANK = "_____"
_TURN = re.compile(
    r"\b(?:not|no|never|without|against|except|unless|wrong|incorrect|false|avoid\w*|contraindicated|before|after|"
    r"most|least|highest|lowest|largest|smallest|longest|shortest|strongest|weakest|more|less|fewer|first|last|mild|moderate|severe|atrial|ventricular)\b",
    re.IGNORECASE,
)
"""Words that turn a question round or change which answer is right; both stems have the same ones."""

Progress = Callable[[int, int], None]


def polish(
    quiz: QuizSet,
    base: Base,
    settings: Settings,
    *,
    progress: Progress | None = None,
    model: BaseChatModel | None = None,
) -> QuizSet:
    """The set with its stems reworded by the model of `settings.llm` (or `model`, a LangChain chat model).

    Options, key, proofs and citations stay. A refused stem is added to `rejected` under the rule "polish", and its
    item stays as it was. `progress` is called with the items looked at and all. Raises CallError when no model was
    chosen, ModelError when the user must mend something (key, package, name); a model that fails in passing leaves
    what is left of the set as it was, with the reason.
    """
    if settings.llm is None and model is None:
        raise CallError("no language model was chosen. Give --llm NAME, or set CHORDAE_LLM.")
    ask = asker(settings.llm or type(model).__name__, timeout=settings.llm_timeout, model=model)
    items, refused = list(quiz.items), []
    for at, item in enumerate(quiz.items):
        try:
            stem = _reworded(item, ask)
        except ModelError as failure:
            if not failure.retryable:
                raise
            refused.append(RejectedDraft(stem=item.stem, rule=RULE, why=str(failure)))
            break
        if stem is None:
            refused.append(RejectedDraft(stem=item.stem, rule=RULE, why="the model sent no stem"))
        elif stem != item.stem:
            why = objection(item, stem, base, among=items)
            if why is None:
                items[at] = edited(item, stem=stem)
            else:
                refused.append(RejectedDraft(stem=stem, rule=RULE, why=why))
        if progress is not None:
            progress(at + 1, len(items))
    return replace(quiz, items=tuple(items), rejected=(*quiz.rejected, *refused))


def objection(item: QuizItem, stem: str, base: Base, *, among: list[QuizItem]) -> str | None:
    """Why `stem` may not stand in the place of the item's own; None when it asks the same and breaks no rule."""
    return _another_question(item.stem, stem, base.embedder) or next(_new_flaws(item, stem, base, among), None)


def _reworded(item: QuizItem, ask: Asker) -> str | None:
    key = item.options[item.answer] if isinstance(item.answer, int) else item.answer
    options = "; ".join(item.options) or "none"
    system, user = prompts.load(PROMPT).render(kind=item.kind, stem=item.stem, options=options, key=key)
    return read_text(ask(system, user, schema=STEM_SCHEMA), "stem")


def _another_question(own: str, stem: str, embedder: Embedder | None) -> str | None:
    """What the reworded stem adds, drops or turns round."""
    if (why := unfit(stem, own)) is not None:
        return why
    if stem.count(BLANK) != own.count(BLANK):
        return "the blank is not where it was"
    if turns := _turns(stem) ^ _turns(own):
        return f"only one of the two stems says “{min(turns)}”"
    if (why := _brought_along(stem, own)) is not None:
        return f"reworded, it says more than the stem: {why}"
    if (why := _brought_along(own, stem)) is not None:
        return f"reworded, it says less than the stem: {why}"
    for one, other in ((stem, own), (own, stem)):
        for said in (one, *_sentences(one)):
            verdict = verify(said, [other], embedder)
            if verdict.support == "contradicted" or verdict.score < SURE:
                return f"it may ask something else: {'; '.join(verdict.reasons) or 'too little is the same'}"
    return None


def _sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


def _turns(text: str) -> set[str]:
    return {found.casefold() for found in _TURN.findall(text)}


def _brought_along(text: str, other: str) -> str | None:
    return next((why for one in _sentences(text) if (why := brought_along(one, other)) is not None), None)


def _new_flaws(item: QuizItem, stem: str, base: Base, among: list[QuizItem]) -> Iterator[str]:
    try:
        changed = edited(item, stem=stem)
    except ValueError as error:
        yield str(error)
        return
    others = [one for one in among if one is not item]
    known = {(flaw.rule, flaw.why) for flaw in recheck(item, base, among=others)}
    for flaw in recheck(changed, base, among=others):
        if (flaw.rule, flaw.why) not in known:
            yield _said(flaw)


def _said(flaw: Flaw) -> str:
    return f"{flaw.rule}: {flaw.why}"
