"""Moodle's GIFT: plain text, one item a paragraph, its own signs escaped."""

from __future__ import annotations

import re

from domain.quiz import QuizItem, QuizSet
from qa.quiz.export.words import clean, feedback, option_note

_SIGNS = re.compile(r"([\\~=#{}:])")


def gift(quiz: QuizSet, title: str) -> bytes:
    """The set as a GIFT file in UTF-8; every text is marked [plain], so that < and & stay what they are."""
    head = f"// {' '.join(title.split())}\n$CATEGORY: {_category(title)}\n"
    return (head + "\n" + "\n".join(_question(item) for item in quiz.items)).encode("utf-8")


def _question(item: QuizItem) -> str:
    general = _escape("\n".join(feedback(item)))
    name, stem = _escape(_name(item)), _escape(item.stem)
    head = f"// id: {item.item_id} {item.difficulty} {item.bloom}\n::{name}::[plain]{stem}{{"
    if item.kind == "tf" and isinstance(item.answer, int):
        right = item.options[item.answer] == "True"
        return f"{head}{'TRUE' if right else 'FALSE'}####[plain]{general}}}\n"
    if isinstance(item.answer, str):
        return f"{head}\n={_escape(item.answer)}\n####[plain]{general}\n}}\n"
    lines = []
    for at, option in enumerate(item.options):
        note = _escape(option_note(item, at))
        lines.append(
            f"{'=' if at == item.answer else '~'}[plain]{_escape(option)}" + (f"#[plain]{note}" if note else "")
        )
    return head + "\n" + "\n".join(lines) + f"\n####[plain]{general}\n}}\n"


def _name(item: QuizItem) -> str:
    words = " ".join(item.stem.split())
    return f"{item.item_id} {words[:60]}"


def _category(title: str) -> str:
    return " ".join(title.replace("/", " ").split())


def _escape(text: str) -> str:
    r"""`text` with GIFT's signs escaped; a line break becomes the two characters \n."""
    return _SIGNS.sub(r"\\\1", clean(text)).replace("\r", "").replace("\n", r"\n")
