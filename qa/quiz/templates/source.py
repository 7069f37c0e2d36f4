"""Questions that give a finding and ask whose it is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from domain.evidence import EvidenceRecord
from qa.quiz.draft import Draft, Template, Wrong
from qa.quiz.shelf import Card, Shelf, is_contrast, share_topic
from qa.quiz.wording import family, full_label, pick, pretty, sentence, study, study_name

FEWEST, MOST = 6, 32
"""Words of a finding that says enough to be known again and is still read at one go."""
ALIKE = 0.5
"""Two findings that share this part of their words may be the same finding."""
_OF_OTHERS = re.compile(
    r"guideline|review|commenta|predecessor|earlier|another|meta-analys|separate|related|quoted|congress|news|summary|document"
    r"|\b(19|20)\d\d\b|\bPMID\b|\bdoi\b|[A-Z][a-z]+ [A-Z]{1,2},",
    re.IGNORECASE,
)
_FIGURE = re.compile(r"\d+(?:\.\d+)?\s?%|\d+:\d+|\b\d+ of \d+\b|\b\d+\.\d+ (?:cm|mm|mL)")
"""Only a finding with a figure is one study's own; what is said in words alone, others may have found as well."""
_KINDS = frozenset({"rct", "registry", "cohort", "case-series"})


def findings(shelf: Shelf) -> Iterator[Draft]:
    """Which of four studies reported a finding that its record tells in a sentence."""
    everyone = [one for one in shelf.records(everywhere=True) if one.kind in _KINDS and shelf.is_one_study(one)]
    for record in shelf.records():
        if record not in everyone:
            continue
        for card in shelf.of(record.record_id, "key_points"):
            if card.fact is not None and _tells(card.fact.fact, record):
                others = [one for one in everyone if _other(shelf, one, card)]
                others.sort(key=lambda one: _aptness(one, card))
                if len(others) >= 3:
                    yield _finding(shelf, card, others[:6])


def _tells(fact: str, record: EvidenceRecord) -> bool:
    names = [word for word in re.findall(r"[\w-]+", study_name(record)) if len(word) > 3]
    told = fact.casefold()
    return (
        _FIGURE.search(fact) is not None
        and FEWEST <= len(fact.split()) <= MOST
        and not _OF_OTHERS.search(fact)
        and not any(name.casefold() in told for name in names)
        and re.search(r"[A-Z]{2,}-?[A-Z]*(?: FMR| II)? (?:trial|study)", fact) is None
    )


def _other(shelf: Shelf, other: EvidenceRecord, card: Card) -> bool:
    """Whether another study may stand as a wrong answer: another trial, which tells nothing alike."""
    if family(other) == family(card.record) or is_contrast(other) or card.fact is None:
        return False
    own = _words(card.fact.fact)
    figures = _FIGURE.findall(card.fact.fact)
    if _speaks_of(shelf, other, card.record) or _speaks_of(shelf, card.record, other):
        return False
    for told in shelf.by_record[other.record_id]:
        if any(figure in told.passage.text for figure in figures):
            return False
        theirs = _words(told.passage.text)
        if len(own & theirs) >= ALIKE * len(own):
            return False
    return True


def _speaks_of(shelf: Shelf, one: EvidenceRecord, other: EvidenceRecord) -> bool:
    """Whether a record names the other study or its first author: it may then say the same of it."""
    author = (other.first_author or "").split(" ")[0]
    names = [name for name in (study_name(other), author) if len(name) > 3]
    return any(name in told.passage.text for told in shelf.by_record[one.record_id] for name in names)


def _words(text: str) -> set[str]:
    return {word[:6] for word in re.findall(r"[\w%]+", text.casefold()) if len(word) > 3}


def _aptness(other: EvidenceRecord, card: Card) -> tuple[int, bool, bool, int]:
    apart = abs(len(full_label(other)) - len(full_label(card.record))) // 10
    return (
        apart,
        not share_topic(other, card.record),
        other.kind != card.record.kind,
        pick(range(997), card.fact_id, other.record_id),
    )


def _finding(shelf: Shelf, card: Card, others: list[EvidenceRecord]) -> Draft:
    assert card.fact is not None
    told = pretty(card.fact.fact.rstrip("."))
    wrongs = []
    for one in others:
        population = shelf.of(one.record_id, "population")
        where = f" {population[0].ref}" if population else ""
        note = f"{sentence(study(one))} reports no such finding in this base; it is another study{where}."
        wrongs.append(Wrong(text=full_label(one), note=note))
    return Draft(
        template="whose-finding",
        kind="mcq",
        stem=f"A study of patients with MR or heart failure reported the following: {told}. Which study was it?",
        key=full_label(card.record),
        proofs=((card.passage.text, card),),
        cards=(card,),
        rationale=f"{sentence(study(card.record))} reported it {card.ref}.",
        bloom="remember",
        wrongs=tuple(wrongs),
    )


TEMPLATES = (Template(name="whose-finding", about="Whose finding it is", bloom="remember", make=findings),)
