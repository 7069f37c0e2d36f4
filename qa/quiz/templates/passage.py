"""Questions from ordinary passages: a sentence of an article with its figure left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from domain.document import Document
from domain.passage import Passage
from domain.reference import byline
from domain.sentences import sentence_spans
from qa.quantities import quantities
from qa.quantity import Quantity
from qa.quiz.draft import OPTIONS, Draft, Template, Wrong, choose
from qa.quiz.rules import BLANK
from qa.quiz.shelf import Ground, Shelf, topic_hits, topic_words
from qa.quiz.templates.figures_of import FARTHEST, NEAREST, SPREAD
from qa.quiz.wording import pick, pretty

SHORTEST, LONGEST = 60, 280
"""Characters of a sentence that stands on its own and is still read at one go."""
LONGEST_TITLE = 80
MOST_SENTENCES = 400
"""Sentences looked at for one quiz; the first ones of the topic's passages."""
_ASKED = frozenset({"percent", "measure", "ratio", "rate"})
_LEANS_ON = re.compile(
    r"^(It|This|These|Those|They|He|She|His|Her|Their|Its|We|Our|However|Thus|Therefore|Moreover|But|And|Such|Here|Another)\b"
)
_NOISE = re.compile(
    r"https?:|\bdoi\b|©|\b(Fig(ure)?|Table|Appendix|Supplement\w*)\b|\.\.\.|…|\||\brespectively\b|^[^ ]+( [^ ]+)?:",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sentence:
    """A sentence of an article with the figure that is asked for, and the other figures of the article."""

    ground: Ground
    text: str
    asked: Quantity
    others: tuple[tuple[Quantity, str, Ground], ...]

    @property
    def blanked(self) -> str:
        """The sentence without the figure."""
        at, end = self.asked.start, self.asked.end
        return f"{self.text[:at]}{BLANK}{self.text[end:]}"

    def put(self, figure: str) -> str:
        """The sentence with another figure in its place."""
        return self.blanked.replace(BLANK, figure, 1)


def source(ground: Ground) -> str:
    """Who says so, as a stem names it: first author and year, else the title."""
    document = ground.document
    if document.first_author:
        return byline(document)
    title = document.title
    if len(title) > LONGEST_TITLE:
        title = f"{title[:LONGEST_TITLE].rsplit(' ', 1)[0]}…"
    return f"“{title}”"


def _passages(shelf: Shelf) -> Iterator[tuple[Document, Passage]]:
    if topic_words(shelf.topic):
        for hit in topic_hits(shelf.base, shelf.topic):
            if hit.document.origin == "document" and hit.passage.role == "prose":
                yield hit.document, hit.passage
        return
    for document in sorted(shelf.base.documents(), key=lambda one: one.doc_id):
        if document.origin == "document" and document.retraction is None:
            for passage in shelf.base.passages(document.doc_id):
                if passage.role == "prose":
                    yield document, passage


def grounds(shelf: Shelf) -> list[Ground]:
    """The sentences of the topic's articles that stand on their own, the first MOST_SENTENCES of them."""
    found: list[Ground] = []
    for document, passage in _passages(shelf):
        for start, end in sentence_spans(document.text, passage.start, passage.end):
            text = document.text[start:end]
            if SHORTEST <= len(text) <= LONGEST and "\n" not in text and text.endswith(".") and text[0].isupper():
                if not _LEANS_ON.match(text) and not _NOISE.search(text):
                    name = f"{passage.passage_id}:{start}-{end}"
                    found.append(Ground(fact_id=name, document=document, passage=passage, span=(start, end)))
        if len(found) >= MOST_SENTENCES:
            break
    return found


def _sentences(shelf: Shelf) -> Iterator[_Sentence]:
    told = grounds(shelf)
    figures = [(one, ground.text[one.start : one.end], ground) for ground in told for one in quantities(ground.text)]
    for ground in told:
        asked = [
            one for one in quantities(ground.text) if one.kind in _ASKED and one.operator == "=" and one.spread is None
        ]
        if asked:
            chosen = pick(asked, ground.fact_id)
            others = tuple(one for one in figures if _rival(one[0], chosen, one[2], ground))
            yield _Sentence(ground=ground, text=ground.text, asked=chosen, others=others)


def _rival(other: Quantity, asked: Quantity, where: Ground, ground: Ground) -> bool:
    if other.kind != asked.kind or other.printed_unit != asked.printed_unit or other.label != asked.label:
        return False
    if other.spread is not None or other.operator != "=" or not asked.value or not other.value:
        return False
    if where.document.doc_id != ground.document.doc_id and other.kind == "percent":
        return False
    return NEAREST <= other.value / asked.value <= FARTHEST


def _wrongs(one: _Sentence) -> list[Wrong]:
    found = [
        Wrong(text=text, note=f"{text} stands elsewhere: “{ground.text}” {ground.ref}", claim=one.put(text))
        for _, text, ground in one.others
        if text != one.text[one.asked.start : one.asked.end]
    ]
    if 0 < len(found) < OPTIONS:
        printed = one.text[one.asked.start : one.asked.end]
        for times in SPREAD:
            number = f"{one.asked.value * times:.{one.asked.decimals}f}"
            text = re.sub(r"\d+(?:[.,]\d+)?", number, printed, count=1)
            if one.asked.unit != "%" or float(number) < 100:
                found.append(
                    Wrong(text=text, note=f"The sentence does not give {text} {one.ground.ref}.", claim=one.put(text))
                )
    return found


def figures_in_prose(shelf: Shelf) -> Iterator[Draft]:
    """Which figure completes a sentence of an article."""
    for one in _sentences(shelf):
        key = one.text[one.asked.start : one.asked.end]
        wrongs = choose(key, _wrongs(one), seed=one.ground.fact_id)
        yield Draft(
            template="sentence-figure",
            kind="mcq",
            stem=f"Which figure completes this sentence from {source(one.ground)}? “{one.blanked}”",
            key=key,
            proofs=((one.text, one.ground),),
            cards=(one.ground, *(ground for _, _, ground in one.others)),
            rationale=f"The article gives {key} {one.ground.ref}.",
            bloom="remember",
            wrongs=wrongs,
            order="size",
        )


def gaps(shelf: Shelf) -> Iterator[Draft]:
    """A sentence of an article to complete."""
    for one in _sentences(shelf):
        key = one.text[one.asked.start : one.asked.end]
        yield Draft(
            template="sentence-gap",
            kind="cloze",
            stem=f"{source(one.ground)}: “{one.blanked}”",
            key=key,
            proofs=((one.text, one.ground),),
            cards=(one.ground,),
            rationale=f"The article gives {key} {one.ground.ref}.",
            bloom="remember",
        )


def judged(shelf: Shelf) -> Iterator[Draft]:
    """A sentence of an article, as it stands or with another figure of the article in it."""
    for one in _sentences(shelf):
        wrongs = _wrongs(one)
        holds = not wrongs or pick((True, False), one.ground.fact_id, "holds")
        shown = one.text if holds else one.put(wrongs[0].text)
        note = f"The article gives {one.text[one.asked.start : one.asked.end]} {one.ground.ref}."
        yield Draft(
            template="sentence-judged",
            kind="tf",
            stem=f"By {source(one.ground)}: {pretty(shown)}",
            key="True" if holds else "False",
            proofs=((one.text, one.ground),),
            cards=(one.ground, *(ground for _, _, ground in one.others)),
            rationale=note,
            bloom="remember",
            wrongs=(Wrong(text="False" if holds else "True", note=note, claim=None if holds else shown),),
            order="given",
            key_at=0 if holds else 1,
        )


TEMPLATES = (
    Template(name="sentence-figure", about="The figure of a sentence", bloom="remember", make=figures_in_prose),
    Template(name="sentence-gap", about="A sentence to complete", bloom="remember", make=gaps),
    Template(name="sentence-judged", about="A sentence to judge", bloom="remember", make=judged),
)
