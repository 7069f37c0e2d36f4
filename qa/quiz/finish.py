"""From a proved draft to an item: options in order, numbers for its sources, the rationale a teacher needs."""

from __future__ import annotations

from domain.claim import Citation
from domain.quiz import QuizItem
from domain.reference import byline
from kb.library import conflicts
from qa.quiz.draft import REF, Draft, Wrong
from qa.quiz.figures import figure
from qa.quiz.levels import difficulty, rule
from qa.quiz.shelf import Card, Ground, Shelf
from qa.quiz.wording import pick, sentence

OTHER_SIDES = 2
"""How many other sides of a disagreement an item tells."""
_WORDING = "Chordae's wording of the source"
SECOND_HAND = "Secondary source: the figure was read in a summary, not in the paper itself."
"""The label that a fact known only from news or digests carries wherever it is shown."""


def finish(draft: Draft, wrongs: tuple[Wrong, ...], shelf: Shelf) -> QuizItem:
    """The item; ValueError when the draft cannot be one (two options alike, nothing cited)."""
    options, answer = _ordered(draft, wrongs)
    notes = {wrong.text: wrong.note for wrong in wrongs}
    caveat = _caveat(draft, shelf)
    cited = _cited(draft, wrongs, caveat, shelf)
    numbers = {ground.fact_id: n for n, ground in enumerate(cited, 1)}

    def numbered(text: str) -> str:
        return sentence(REF.sub(lambda found: f"[{numbers[found[1]]}]", text))

    return QuizItem(
        kind=draft.kind,
        stem=draft.stem,
        answer=answer if options else draft.key,
        options=options,
        rationale=numbered(f"{draft.rationale} {_evidence(draft)}"),
        distractor_notes=tuple(numbered(notes.get(option, "")) for option in options),
        citations=tuple(_citation(n, ground) for n, ground in enumerate(cited, 1)),
        difficulty=difficulty(draft),
        bloom=draft.bloom,
        level_rule=rule(draft),
        topic=draft.topic or _topic(draft.ground),
        template=draft.template,
        proofs=tuple(claim for claim, _ in draft.proofs),
        proved_key=draft.key,
        caveat=numbered(caveat),
        facts=tuple(dict.fromkeys(ground.fact_id for _, ground in draft.proofs)),
    )


def _ordered(draft: Draft, wrongs: tuple[Wrong, ...]) -> tuple[tuple[str, ...], int]:
    if not wrongs:
        return (), 0
    texts = [wrong.text for wrong in wrongs]
    if draft.order == "size" and all(figure(text) for text in (draft.key, *texts)):
        ranked = sorted([draft.key, *texts], key=lambda text: (one.value if (one := figure(text)) else 0.0, text))
        return tuple(ranked), ranked.index(draft.key)
    at = draft.key_at if draft.order == "given" else pick(range(len(texts) + 1), draft.stem, draft.key)
    at = min(at, len(texts))
    return (*texts[:at], draft.key, *texts[at:]), at


def _cited(draft: Draft, wrongs: tuple[Wrong, ...], caveat: str, shelf: Shelf) -> list[Ground]:
    """What is cited, in order of use: the passages of the key, the study's population, those that texts point at."""
    own = {ground.fact_id: ground for ground in (*(one for _, one in draft.proofs), *draft.cards)}
    used = [ground.fact_id for _, ground in draft.proofs]
    used += [ground.fact_id for ground in draft.cards if "#population" in ground.fact_id]
    used += REF.findall(" ".join((draft.rationale, *(wrong.note for wrong in wrongs), caveat)))
    return [own[one] if one in own else shelf.cards[one] for one in dict.fromkeys(used)]


def _citation(n: int, ground: Ground) -> Citation:
    return Citation(n=n, document=ground.document, passage=ground.passage, start=ground.start, end=ground.end)


def _evidence(draft: Draft) -> str:
    """The passage of the key with its place, and what stands behind it."""
    ground = draft.ground
    document = ground.document
    page = document.page_at(ground.start)
    where = byline(document) or document.title
    where += f", page {page.label or page.number}" if page else ""
    text = " ".join(ground.text.split())
    said = f"{_WORDING}: {text}" if document.origin == "record" else f"“{text}”"
    label = f" {SECOND_HAND}" if any(one.passage.confidence == "secondary" for _, one in draft.proofs) else ""
    return f"{said} {ground.ref} ({where}).{label}"


def _topic(ground: Ground) -> str:
    topics = ground.document.topics
    return next(
        (one for one in topics if one not in {"rct", "registry", "guideline", "meta-analysis"}),
        topics[0] if topics else "",
    )


def _caveat(draft: Draft, shelf: Shelf) -> str:
    """What a teacher should know: the draft's own remark, what other sources say, a limit of the study."""
    parts = [draft.caveat] if draft.caveat else []
    used = {ground.fact_id for _, ground in draft.proofs}
    for conflict in conflicts():
        sides = [[fact for fact in position.facts if fact in shelf.cards] for position in conflict.positions]
        if not conflict.shown or not any(used & set(side) for side in sides):
            continue
        others = [side[0] for side in sides if side and not used & set(side)]
        if others:
            told = " ".join(f"{shelf.cards[one].passage.text} {shelf.cards[one].ref}" for one in others[:OTHER_SIDES])
            parts.append(f"Sources disagree ({conflict.topic.rstrip('?.')}). {told}")
            break
    ground = draft.ground
    if isinstance(ground, Card) and draft.template != "limitation" and ground.record.kind != "guideline":
        limit = next(iter(shelf.of(ground.record.record_id, "caveats")), None)
        if limit is not None and limit.fact is not None:
            parts.append(f"Limit of the study: {limit.fact.fact.rstrip('.')} {limit.ref}.")
    return " ".join(parts)
