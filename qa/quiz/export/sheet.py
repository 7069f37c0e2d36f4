"""A sheet to print: the questions on their pages, the key with rationale and sources on pages of its own."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from fontTools.ttLib import TTFont
from fpdf import FPDF

from domain.errors import ExportError
from domain.quiz import QuizItem, QuizSet
from qa.quiz.export.words import LETTERS, answer_words, clean, level, option_note, source_line

FONT = "Source Sans Pro"
MARGIN = 20.0
"""All lengths are millimetres of an A4 page."""
LINE = 5.4
SMALL_LINE = 4.3
INDENT = 7.0
RULED_LINES = 1
FIXED_DATE = datetime(2000, 1, 1, tzinfo=UTC)
"""The file's creation date, so that the same set gives the same bytes."""


class _Sheet(FPDF):
    """An A4 page with a running foot."""

    foot = ""

    def footer(self) -> None:
        """The set's title and the page number."""
        self.set_y(-14)
        self.set_font(FONT, size=8)
        self.set_text_color(110)
        self.cell(0, 5, f"{self.foot}    {self.page_no()}", align="C")
        self.set_text_color(0)


def sheet(quiz: QuizSet, title: str) -> bytes:
    """The set as a PDF: questions first, then, on a new page, the key."""
    pdf = _Sheet(format="A4")
    pdf.set_creation_date(FIXED_DATE)
    pdf.set_title(clean(title))
    pdf.set_lang("en")
    pdf.foot = _printable(title)
    folder = _font_folder()
    for style, name in (("", "Regular"), ("B", "Semibold"), ("I", "It")):
        pdf.add_font(FONT, style, folder / f"SourceSansPro-{name}.ttf")
    pdf.set_margins(MARGIN, MARGIN, MARGIN)
    pdf.set_auto_page_break(True, margin=MARGIN)
    _questions(pdf, quiz, title)
    _key(pdf, quiz, title)
    return bytes(pdf.output())


def _questions(pdf: _Sheet, quiz: QuizSet, title: str) -> None:
    pdf.add_page()
    _write(pdf, title, size=18, style="B", line=9)
    _write(pdf, "Name _______________________________     Date _________________", size=10, line=10)
    pdf.ln(3)
    for number, item in enumerate(quiz.items, 1):
        if pdf.will_page_break(_height(pdf, item)):
            pdf.add_page()
        _question(pdf, number, item)


def _height(pdf: FPDF, item: QuizItem) -> float:
    """About how high the question stands, in mm, so that it is not broken over two pages."""
    per_line = (pdf.w - 2 * MARGIN) / 1.9
    texts = (item.stem, *item.options)
    return LINE * sum(1 + int(len(text) / per_line) for text in texts) + LINE


def _question(pdf: FPDF, number: int, item: QuizItem) -> None:
    _write(pdf, f"{number}.  {item.stem}", size=11, line=LINE)
    pdf.ln(1)
    for at, option in enumerate(item.options):
        _write(pdf, f"{LETTERS[at]}   {option}", size=11, line=LINE, indent=INDENT)
    for _ in range(0 if item.options else RULED_LINES):
        _write(pdf, "_" * 60, size=11, line=LINE + 2, indent=INDENT)
    pdf.ln(5)


def _key(pdf: _Sheet, quiz: QuizSet, title: str) -> None:
    pdf.add_page()
    _write(pdf, f"Key: {title}", size=18, style="B", line=9)
    letters = [
        f"{number} {LETTERS[item.answer] if isinstance(item.answer, int) else item.answer}"
        for number, item in enumerate(quiz.items, 1)
    ]
    _write(pdf, "     ".join(letters), size=10, line=LINE)
    pdf.ln(4)
    for number, item in enumerate(quiz.items, 1):
        letter = f"{LETTERS[item.answer]}  " if isinstance(item.answer, int) else ""
        _write(pdf, f"{number}.  {letter}{answer_words(item)}", size=11, style="B", line=LINE)
        _write(pdf, level(item), size=8.5, style="I", line=SMALL_LINE)
        _write(pdf, item.rationale, size=9.5, line=SMALL_LINE)
        for at in range(len(item.options)):
            if note := option_note(item, at):
                _write(pdf, f"{LETTERS[at]}: {note}", size=9.5, line=SMALL_LINE, indent=INDENT)
        if item.caveat:
            _write(pdf, f"For the teacher: {item.caveat}", size=9.5, style="I", line=SMALL_LINE)
        for citation in item.citations:
            _write(pdf, source_line(citation), size=8, line=SMALL_LINE - 0.5, indent=INDENT)
        pdf.ln(4)


def _write(pdf: FPDF, text: str, *, size: float, line: float, style: str = "", indent: float = 0.0) -> None:
    pdf.set_font(FONT, style, size)
    pdf.set_x(MARGIN + indent)
    pdf.multi_cell(pdf.w - 2 * MARGIN - indent, line, _printable(text), align="L", new_x="LMARGIN", new_y="NEXT")


def _font_folder() -> Path:
    found = find_spec("font_source_sans_pro")
    folder = Path(found.origin).parent / "files" if found and found.origin else None
    if folder is None or not (folder / "SourceSansPro-Regular.ttf").is_file():
        raise ExportError("The PDF sheet needs the package font-source-sans-pro; install the project's requirements.")
    return folder


@lru_cache(maxsize=1)
def _glyphs() -> frozenset[int]:
    with TTFont(_font_folder() / "SourceSansPro-Regular.ttf", lazy=True) as font:
        return frozenset(font.getBestCmap())


def _printable(text: str) -> str:
    """`text` in characters the font has: one it lacks is decomposed, and shown as U+xxxx where that does not help."""
    shown = []
    for character in clean(text):
        plain = unicodedata.normalize("NFKD", character)
        if ord(character) in _glyphs() or character in "\n":
            shown.append(character)
        elif all(ord(part) in _glyphs() for part in plain):
            shown.append(plain)
        else:
            shown.append(f"U+{ord(character):04X}")
    return "".join(shown)
