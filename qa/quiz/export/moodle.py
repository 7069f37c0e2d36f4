"""Moodle XML: the question bank's own form, with feedback per option."""

from __future__ import annotations

import html
from xml.etree import ElementTree as ET

from domain.quiz import QuizItem, QuizSet
from qa.quiz.export.words import clean, feedback, option_note


def moodle_xml(quiz: QuizSet, title: str) -> bytes:
    """The set as a Moodle question file; texts are HTML, escaped once for HTML and once for XML.

    An item's id stands as its `idnumber`, so that Moodle recognises it again.
    """
    root = ET.Element("quiz")
    category = ET.SubElement(root, "question", type="category")
    place = ET.SubElement(category, "category")
    ET.SubElement(place, "text").text = f"$course$/top/{clean(title).replace('/', '//')}"
    for item in quiz.items:
        _question(root, item)
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _question(root: ET.Element, item: QuizItem) -> None:
    kind = "truefalse" if item.kind == "tf" else "multichoice" if item.options else "shortanswer"
    question = ET.SubElement(root, "question", type=kind)
    name = ET.SubElement(question, "name")
    ET.SubElement(name, "text").text = clean(" ".join(item.stem.split())[:80])
    _html(question, "questiontext", item.stem)
    _html(question, "generalfeedback", "\n".join(feedback(item)))
    ET.SubElement(question, "defaultgrade").text = "1"
    ET.SubElement(question, "penalty").text = "1" if kind == "truefalse" else "0.3333333"
    ET.SubElement(question, "hidden").text = "0"
    ET.SubElement(question, "idnumber").text = item.item_id
    if kind == "multichoice":
        ET.SubElement(question, "single").text = "true"
        ET.SubElement(question, "shuffleanswers").text = "false"
        ET.SubElement(question, "answernumbering").text = "ABCD"
    elif kind == "shortanswer":
        ET.SubElement(question, "usecase").text = "0"
    if isinstance(item.answer, str):
        _answer(question, item.answer.replace("*", r"\*"), True, "", plain=True)
    for at, option in enumerate(item.options):
        shown = option.lower() if kind == "truefalse" else option
        _answer(question, shown, at == item.answer, option_note(item, at), plain=kind == "truefalse")
    tags = ET.SubElement(question, "tags")
    for tag in (item.topic, item.difficulty, item.bloom):
        if tag:
            ET.SubElement(ET.SubElement(tags, "tag"), "text").text = clean(tag)


def _answer(question: ET.Element, text: str, right: bool, note: str, *, plain: bool) -> None:
    answer = ET.SubElement(
        question, "answer", fraction="100" if right else "0", format="moodle_auto_format" if plain else "html"
    )
    ET.SubElement(answer, "text").text = clean(text) if plain else _markup(text)
    _html(answer, "feedback", note)


def _html(parent: ET.Element, tag: str, text: str) -> None:
    held = ET.SubElement(parent, tag, format="html")
    ET.SubElement(held, "text").text = _markup(text)


def _markup(text: str) -> str:
    return "<br>".join(html.escape(line, quote=False) for line in clean(text).split("\n"))
