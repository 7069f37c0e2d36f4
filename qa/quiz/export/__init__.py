"""A quiz set in the forms that classrooms take: one function, one table of forms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from domain.errors import CallError, ExportError
from domain.quiz import QuizSet
from qa.quiz.export.anki import anki
from qa.quiz.export.gift import gift
from qa.quiz.export.moodle import moodle_xml
from qa.quiz.export.plain import csv_table, json_value, markdown
from qa.quiz.export.qti import qti
from qa.quiz.export.sheet import sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One form: its name on the command line, the ending of its file, its media type, and who writes it.

    `binary` forms cannot be shown at a terminal and need a file.
    """

    name: str
    ending: str
    media_type: str
    write: Callable[[QuizSet, str], bytes]
    binary: bool = False


FORMS: dict[str, Form] = {
    form.name: form
    for form in (
        Form(name="json", ending=".json", media_type="application/json", write=json_value),
        Form(name="md", ending=".md", media_type="text/markdown", write=markdown),
        Form(name="csv", ending=".csv", media_type="text/csv", write=csv_table),
        Form(name="gift", ending=".gift.txt", media_type="text/plain", write=gift),
        Form(name="moodle-xml", ending=".moodle.xml", media_type="application/xml", write=moodle_xml),
        Form(name="qti", ending=".qti.zip", media_type="application/zip", write=qti, binary=True),
        Form(name="anki", ending=".apkg", media_type="application/octet-stream", write=anki, binary=True),
        Form(name="pdf", ending=".pdf", media_type="application/pdf", write=sheet, binary=True),
    )
}


def export(quiz: QuizSet, form: str, *, title: str | None = None) -> bytes:
    """The set in `form`, as the bytes of one file; text forms are UTF-8.

    `title` names the set where the form shows one (absent: its topic). Raises CallError for an unknown form and
    ExportError for a set without items.
    """
    if form not in FORMS:
        raise CallError(f"--format {form}: there is no such form; choose one of {', '.join(FORMS)}.")
    if not quiz.items and form != "json":
        raise ExportError(
            f"The quiz on “{quiz.topic}” has no items to write as {form}: choose a topic the base speaks of, or accept"
            " at least one."
        )
    return FORMS[form].write(quiz, title or quiz.topic or "Quiz")
