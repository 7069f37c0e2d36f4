"""An Anki deck: one note an item, with ids that stay, so that importing again updates and does not double."""

from __future__ import annotations

import hashlib
import html
import tempfile
from pathlib import Path

import genanki

from domain.quiz import QuizItem, QuizSet
from qa.quiz.export.words import LETTERS, answer_words, clean, feedback, option_note

MODEL_ID = 1_730_051_207
"""The note type's id; it never changes, or every user would get a second note type."""
MODEL_NAME = "Chordae question"
_FIELDS = ("Question", "Options", "Answer", "Rationale", "Item")
_CSS = """.card { font-family: system-ui, sans-serif; font-size: 18px; line-height: 1.45; text-align: left;
 max-width: 42em; margin: 1em auto; padding: 0 1em; } ol { list-style: upper-alpha; } .key { font-weight: 600; }
.why { font-size: 15px; opacity: 0.85; }"""


def anki(quiz: QuizSet, title: str) -> bytes:
    """The set as an .apkg file.

    A note's id comes from what the item asks about (its template and facts), not from its wording, so a corrected item
    replaces its earlier version; the deck's id comes from the set's title. The notes carry the time of writing, by
    which Anki knows that they are newer.
    """
    deck = genanki.Deck(_number(f"deck {title}"), clean(title))
    model = _model()
    for item, guid in zip(quiz.items, _guids(quiz), strict=True):
        deck.add_note(genanki.Note(model=model, fields=_fields(item), tags=_tags(item), guid=guid))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "deck.apkg"
        genanki.Package(deck).write_to_file(str(path))
        return path.read_bytes()


def _guids(quiz: QuizSet) -> list[str]:
    seen: dict[str, int] = {}
    guids = []
    for item in quiz.items:
        about = " ".join((item.kind, item.template, *item.facts)) if item.facts else item.item_id
        seen[about] = seen.get(about, 0) + 1
        guids.append(hashlib.sha256(f"{about} {seen[about]}".encode()).hexdigest()[:20])
    return guids


def _model() -> genanki.Model:
    front = "<div>{{Question}}</div>{{Options}}"
    back = '{{FrontSide}}<hr id="answer"><div class="key">{{Answer}}</div><div class="why">{{Rationale}}</div>'
    return genanki.Model(
        MODEL_ID,
        MODEL_NAME,
        fields=[{"name": name} for name in _FIELDS],
        templates=[{"name": "Card", "qfmt": front, "afmt": back}],
        css=_CSS,
    )


def _fields(item: QuizItem) -> list[str]:
    options = "".join(f"<li>{_markup(option)}</li>" for option in item.options)
    letter = f"{LETTERS[item.answer]}. " if isinstance(item.answer, int) and item.kind != "tf" else ""
    notes = [f"{LETTERS[at]}: {note}" for at in range(len(item.options)) if (note := option_note(item, at))]
    said = feedback(item)
    why = "".join(f"<p>{_markup(line)}</p>" for line in (said[0], *notes, *said[1:]))
    return [
        _markup(item.stem),
        f"<ol>{options}</ol>" if options else "",
        _markup(letter + answer_words(item)),
        why,
        item.item_id,
    ]


def _tags(item: QuizItem) -> list[str]:
    return ["chordae", *("-".join(tag.split()) for tag in (item.topic, item.difficulty, item.bloom) if tag)]


def _markup(text: str) -> str:
    """`text` as HTML; braces are written as entities, for Anki reads {{…}} in a field of a cloze card."""
    escaped = html.escape(clean(text), quote=False).replace("{", "&#123;").replace("}", "&#125;")
    return escaped.replace("\n", "<br>")


def _number(text: str) -> int:
    return 1 << 30 | int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") >> 2
