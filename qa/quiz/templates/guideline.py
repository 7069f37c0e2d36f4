"""Questions on recommendations: how strong, for whom, since when, and what to do next."""

from __future__ import annotations

import re
from collections.abc import Iterator

from domain.evidence import EvidenceRecord, Outcome
from qa.quiz.draft import Draft, Template, Wrong
from qa.quiz.populations import exclusive, traits
from qa.quiz.recommendations import (
    EUROPEAN,
    action,
    class_of,
    current,
    grade,
    level_of,
    line,
    population,
    rank,
    rivals,
    said,
    scale,
    step,
    usable,
    whole,
)
from qa.quiz.rules import MAX_OPTION_WORDS
from qa.quiz.shelf import Card, Shelf
from qa.quiz.wording import label, named, pick, sentence

NOT_ONE_PATIENT = re.compile(r"\bpatients\b|multiple valve disease|^(all|no|not)\b", re.IGNORECASE)
"""Populations that do not describe one patient as they stand."""
ADVISED = 1
"""A next step is asked for only where the class is I or IIa; "may be considered" is no advice to act."""


def _mid(text: str) -> str:
    return text if re.match(r"\w*[A-Z]\w*[A-Z]", text) else text[0].lower() + text[1:]


def _class_draft(shelf: Shelf, card: Card, template: str, stem: str, bloom: str) -> Draft | None:
    """The four classes as options; None when another recommendation could give the same patient another class."""
    if any(class_of(other) != class_of(card) for other in rivals(shelf, card)):
        return None
    own = class_of(card)
    others = [other for other in shelf.by_record[card.record.record_id] if usable(other) and other is not card]
    wrongs = []
    for name in scale(card):
        if name == own:
            continue
        example = next((other for other in others if class_of(other) == name and other.outcome), None)
        note = f"{sentence(named(card.record))} gives it class {own} {card.ref}."
        if example is not None and example.outcome is not None:
            note += f" Class {name} goes to {_mid(action(example.outcome))} in other patients {example.ref}."
        wrongs.append(Wrong(text=f"Class {name}", note=note))
    return Draft(
        template=template,
        kind="vignette" if template == "patient-class" else "mcq",
        stem=stem,
        key=f"Class {own}",
        proofs=((said(card), card),),
        cards=(card, *others),
        rationale=f"{sentence(line(card))}.",
        bloom=bloom,
        wrongs=tuple(wrongs),
        order="given",
        key_at=scale(card).index(own),
    )


def _among(whom: str) -> str:
    """For whom, as the words after an act: "in patients with LVEF ≤35%", "in AF patients having surgery"."""
    return f"in {whom}" if "patients" in whom.split(",")[0] else f"in patients with {whom}"


def _seen(card: Card) -> bool:
    """Whether the class was read in the guideline or its society's words, and not inferred from a digest's."""
    return card.outcome is not None and card.outcome.confidence != "secondary"


def classes(shelf: Shelf) -> Iterator[Draft]:
    """The class of a current recommendation."""
    for card in shelf.recommendations():
        if not current(card) or not _seen(card) or card.outcome is None or not population(card.outcome):
            continue
        what, whom, document = _mid(action(card.outcome)), population(card.outcome), named(card.record)
        stem = pick(
            (
                f"{sentence(document)} has a recommendation on {what} {_among(whom)}. Which class does it carry?",
                f"{sentence(_among(whom))}, which class of recommendation does {document} give to {what}?",
            ),
            card.fact_id,
        )
        if draft := _class_draft(shelf, card, "recommendation-class", stem, "remember"):
            yield draft


def patient_class(shelf: Shelf) -> Iterator[Draft]:
    """A patient, a treatment: how strongly is it recommended."""
    for card in shelf.recommendations():
        if not current(card) or not _seen(card) or card.outcome is None or not population(card.outcome):
            continue
        whom = population(card.outcome)
        if NOT_ONE_PATIENT.search(whom):
            continue
        stem = pick(
            (
                f"A patient is presented to the heart team: {whom}. The team discusses {_mid(action(card.outcome))}. By"
                f" {named(card.record)}, how strongly is this recommended?",
                f"You see a patient in clinic: {whom}. {sentence(action(card.outcome))} is proposed. Which class of"
                f" recommendation supports the proposal in {named(card.record)}?",
            ),
            card.fact_id,
        )
        if draft := _class_draft(shelf, card, "patient-class", stem, "apply"):
            yield draft


def next_step(shelf: Shelf) -> Iterator[Draft]:
    """A patient: which of four acts is the most appropriate next step."""
    for card in shelf.recommendations():
        outcome = card.outcome
        if not current(card) or outcome is None or not population(outcome) or rank(card) > ADVISED:
            continue
        if NOT_ONE_PATIENT.search(population(outcome)):
            continue
        own = step(outcome)
        others = [
            one
            for one in shelf.by_record[card.record.record_id]
            if one is not card and current(one) and one.outcome and one.outcome.population
        ]
        if any(
            step(one.outcome) == own and exclusive(whole(outcome), whole(one.outcome)) is None
            for one in others
            if one.outcome
        ):
            continue
        wrongs: list[Wrong] = []
        for other in sorted(
            others, key=lambda one: (abs(len(step(one.outcome)) - len(own)) if one.outcome else 0, one.fact_id)
        ):
            assert other.outcome is not None
            trait, text = exclusive(whole(outcome), whole(other.outcome)), step(other.outcome)
            if any(
                step(one.outcome) == text and exclusive(whole(outcome), whole(one.outcome)) is None
                for one in others
                if one.outcome
            ):
                continue  # the document advises it, in another recommendation, for patients like this one
            if trait is None or any(_alike(text, taken) for taken in (own, *(one.text for one in wrongs))):
                continue
            note = (
                f"It is advised (class {class_of(other)}) for other patients, who differ in {trait}:"
                f" {population(other.outcome)} {other.ref}."
            )
            wrongs.append(Wrong(text=text, note=note))
        if len(wrongs) < 3:
            continue
        stem = pick(
            (
                f"A patient is presented to the heart team: {population(outcome)}. By {named(card.record)}, which of"
                " these is the most appropriate next step?",
                f"You see a patient in clinic: {population(outcome)}. Which of these does {named(card.record)} advise"
                " as the next step?",
            ),
            card.fact_id,
        )
        yield Draft(
            template="next-step",
            kind="vignette",
            stem=stem,
            key=own,
            proofs=((said(card), card),),
            cards=(card, *others),
            rationale=f"{sentence(line(card))}.",
            bloom="apply",
            wrongs=tuple(wrongs),
            sources=2,
        )


def _alike(one: str, other: str) -> bool:
    a, b = set(one.casefold().split()), set(other.casefold().split())
    return len(a & b) / min(len(a), len(b)) >= 0.75


def _series(card: Card) -> str:
    """Which guideline it is, whatever its year: "ESC heart failure guideline"."""
    return re.sub(r"\b(?:19|20)\d\d\s*", "", label(card.record))


def class_change(shelf: Shelf) -> Iterator[Draft]:
    """How a class changed when a later document replaced a recommendation."""
    for old in shelf.recommendations(everywhere=True):
        outcome = old.outcome
        if not usable(old) or outcome is None or outcome.superseded_by is None:
            continue
        later = outcome.superseded_by
        new = next(
            (
                one
                for one in shelf.by_record.get(later.record, [])
                if one.outcome and one.outcome.recommendation_id == later.recommendation_id and usable(one)
            ),
            None,
        )
        if new is None or new.outcome is None or not ({old.record.record_id, new.record.record_id} & shelf.on_topic):
            continue
        if _series(old) != _series(new):
            continue  # a valve guideline does not replace one on heart failure, though it may refer to it
        before, after = class_of(old), class_of(new)
        if before not in EUROPEAN or after not in EUROPEAN:
            continue
        texts = [_move(before, after)]
        for a, b in ((after, before), (before, before), ("IIb", "IIa"), ("IIa", "I"), ("I", "IIa"), ("IIa", "IIb")):
            if _move(a, b) not in texts:
                texts.append(_move(a, b))
        then = f"Class {before} {old.ref} became class {after} {new.ref}."
        if before == after:
            then = f"It was class {before} {old.ref} and is so still {new.ref}."
        stem = (
            f"A recommendation of {named(old.record)} on {_mid(action(new.outcome))} was replaced by one of"
            f" {named(new.record)}; each document sets the criteria for its patients itself. How did the class of"
            " recommendation change from the earlier to the later one?"
        )
        yield Draft(
            template="class-change",
            kind="mcq",
            stem=stem,
            key=texts[0],
            proofs=((said(old), old), (said(new), new)),
            cards=(new, old),
            rationale=f"{then} {sentence(line(old))}; {line(new)}.",
            bloom="understand",
            wrongs=tuple(Wrong(text=one, note=then) for one in texts[1:4]),
            sources=2,
            caveat="The later document may describe the patients more narrowly than the earlier one.",
        )


def _move(before: str, after: str) -> str:
    return f"It stayed in class {before}" if before == after else f"From class {before} to class {after}"


def strongest(shelf: Shelf) -> Iterator[Draft]:
    """Which of four recommendations of one document has the strongest, or the weakest, class."""
    for record in shelf.records():
        cards = [
            card
            for card in shelf.by_record[record.record_id]
            if current(card) and card.outcome and card.outcome.population and _brief(card.outcome)
        ]
        for stronger in (True, False):
            for key in sorted(cards, key=lambda one: pick(range(997), one.fact_id)):
                others = [one for one in cards if (rank(one) > rank(key) if stronger else rank(one) < rank(key))]
                if len(others) >= 3:
                    yield _strongest(record, key, others, stronger=stronger)


def _strongest(record: EvidenceRecord, key: Card, others: list[Card], *, stronger: bool) -> Draft:
    assert key.outcome is not None
    own = _brief(key.outcome)
    ordered = sorted(
        others, key=lambda one: (abs(len(_brief(one.outcome)) - len(own)) if one.outcome else 0, one.fact_id)
    )
    stem = (
        f"{sentence(named(record))} grades each of the following in patients with MR. Which of them has the"
        f" {'strongest' if stronger else 'weakest'} class of recommendation?"
    )
    return Draft(
        template="strongest-of-four",
        kind="mcq",
        stem=stem,
        key=own,
        proofs=((said(key), key), *((said(one), one) for one in ordered[:3])),
        cards=(key, *ordered),
        rationale=f"{sentence(line(key))}.",
        bloom="analyse",
        wrongs=tuple(Wrong(text=_brief(one.outcome), note=f"{sentence(line(one))}.") for one in ordered if one.outcome),
        sources=4,
    )


def _brief(outcome: Outcome) -> str:
    """The act and the patients as an option; empty where an option cannot say who is meant and who is not."""
    who, what = population(outcome), action(outcome)
    for shown in (re.split(r"[,;]", who)[0], who):
        short = re.sub(r"( together)? with CABG$", "", what) if "undergoing CABG" in shown else what
        text = short if shown.casefold() in short.casefold() else f"{short} in {shown}"
        if len(text.split()) <= MAX_OPTION_WORDS and traits(whole(outcome)).items() <= traits(text).items():
            return text
    return ""


def which_document(shelf: Shelf) -> Iterator[Draft]:
    """Which of several documents gives a recommendation a certain class and level."""
    groups: dict[str, list[Card]] = {}
    for card in shelf.recommendations(everywhere=True):
        if usable(card) and card.outcome and card.outcome.recommendation_id and card.outcome.level_loe:
            groups.setdefault(card.outcome.recommendation_id, []).append(card)
    for cards in groups.values():
        for key in cards:
            assert key.outcome is not None
            if any(one is not key and grade(one) == grade(key) for one in cards):
                continue
            others = [one for one in cards if one is not key]
            if len(others) < 3 or key.record.record_id not in shelf.on_topic:
                continue
            if all(class_of(one)[:1].isdigit() != class_of(key)[:1].isdigit() for one in others):
                continue  # "2a" and "IIa": the way of writing it would name the society
            yield Draft(
                template="which-document",
                kind="mcq",
                stem=f"These documents all advise on {_mid(action(key.outcome))} in patients with secondary MR that"
                f" persists on medical therapy. Which of them grades it class {class_of(key)}, level {level_of(key)},"
                f" in patients described as follows: {population(key.outcome)}?",
                key=label(key.record),
                proofs=((said(key), key), *((said(one), one) for one in others[:3])),
                cards=(key, *others),
                rationale=f"{sentence(line(key))}.",
                bloom="analyse",
                wrongs=tuple(Wrong(text=label(one.record), note=f"{sentence(line(one))}.") for one in others),
                sources=4,
            )


TEMPLATES = (
    Template(name="next-step", about="A patient and the most appropriate next step", bloom="apply", make=next_step),
    Template(name="patient-class", about="How strongly a treatment is recommended", bloom="apply", make=patient_class),
    Template(name="class-change", about="How a recommendation changed", bloom="understand", make=class_change),
    Template(name="strongest-of-four", about="Which recommendation is strongest", bloom="analyse", make=strongest),
    Template(name="which-document", about="Which document says so", bloom="analyse", make=which_document),
    Template(name="recommendation-class", about="The class of a recommendation", bloom="remember", make=classes),
)
