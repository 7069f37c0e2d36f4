"""The forms a person or a spreadsheet reads: JSON of the terminal contract, Markdown, CSV."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

from domain import wire
from domain.quiz import QuizItem, QuizSet
from qa.quiz.export.words import LETTERS, answer_words, level, option_note, source_line

BEFORE_OPTIONS = "item_id kind topic stem".split()
AFTER_OPTIONS = "answer answer_text rationale notes caveat difficulty bloom level_rule sources".split()
OPTION_COLUMNS = 5
"""Columns for options in a table; more where an item of the set has more."""
_MARKDOWN_SIGNS = re.compile(r"([\\`*_{}\[\]<>#|~&])")


def to_json(quiz: QuizSet) -> dict[str, Any]:
    """The set as the terminal contract has it: items and rejected drafts."""
    return {
        "items": [wire.quiz_item(item) | _more(item) for item in quiz.items],
        "rejected": [wire.rejected_draft(draft) for draft in quiz.rejected],
    }


def _more(item: QuizItem) -> dict[str, Any]:
    return {
        "proofs": list(item.proofs),
        "caveat": item.caveat,
        "level_rule": item.level_rule,
        "facts": list(item.facts),
    }


def json_value(quiz: QuizSet, title: str) -> bytes:
    """One JSON value, UTF-8, with the set's title."""
    return json.dumps({"title": title} | to_json(quiz), ensure_ascii=False, indent=2).encode("utf-8")


def markdown(quiz: QuizSet, title: str) -> bytes:
    """The questions first, then the key with rationale and sources; signs of Markdown are escaped."""
    lines = [f"# {_escape(title)}", "", "## Questions", ""]
    for number, item in enumerate(quiz.items, 1):
        lines += [f"**{number}.** {_escape(item.stem)}", ""]
        lines += [f"- {LETTERS[at]}. {_escape(option)}" for at, option in enumerate(item.options)]
        lines += [""] if item.options else []
    lines += ["## Key", ""]
    for number, item in enumerate(quiz.items, 1):
        letter = f"{LETTERS[item.answer]}. " if isinstance(item.answer, int) else ""
        lines += [f"**{number}. {letter}{_escape(answer_words(item))}** ({_escape(level(item))})", ""]
        lines += [_escape(item.rationale), ""]
        for at in range(len(item.options)):
            if note := option_note(item, at):
                lines.append(f"- {LETTERS[at]}: {_escape(note)}")
        if item.caveat:
            lines += ["", f"*For the teacher:* {_escape(item.caveat)}"]
        lines += ["", *(f"> {_escape(source_line(citation))}  " for citation in item.citations), ""]
    return "\n".join(lines).encode("utf-8")


def csv_table(quiz: QuizSet, title: str) -> bytes:
    """One row an item, with a byte-order mark so that spreadsheets see UTF-8.

    `answer` is a letter where there are options; a cell that could be taken for a formula begins with an apostrophe.
    The title has no place in a table.
    """
    del title
    held = io.StringIO()
    table = csv.writer(held)
    columns = max([OPTION_COLUMNS, *(len(item.options) for item in quiz.items)])
    table.writerow([*BEFORE_OPTIONS, *(f"option_{LETTERS[at].lower()}" for at in range(columns)), *AFTER_OPTIONS])
    for item in quiz.items:
        options = [*item.options, *[""] * (columns - len(item.options))]
        notes = [f"{LETTERS[at]}: {note}" for at in range(len(item.options)) if (note := option_note(item, at))]
        row = [
            item.item_id,
            item.kind,
            item.topic,
            item.stem,
            *options,
            LETTERS[item.answer] if isinstance(item.answer, int) else "",
            answer_words(item),
            item.rationale,
            "\n".join(notes),
            item.caveat,
            item.difficulty,
            item.bloom,
            item.level_rule,
            "\n".join(source_line(citation) for citation in item.citations),
        ]
        table.writerow([_cell(value) for value in row])
    return b"\xef\xbb\xbf" + held.getvalue().encode("utf-8")


def _cell(value: str) -> str:
    return f"'{value}" if value[:1] in ("=", "@") or re.match(r"[+-](?![\d.])", value) else value


def _escape(text: str) -> str:
    return _MARKDOWN_SIGNS.sub(r"\\\1", " ".join(text.split()))
