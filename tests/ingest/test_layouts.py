"""Pages as publishers lay them out, made on the spot: every sentence whole, in order, and nothing else between."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise

import pytest
from fpdf import FPDF

from domain.document import Document
from domain.reading import ReadResult

WORDS = (
    "the patients were treated with clip ring valve annulus after mortality rate hospital echocardiography severe"
    " moderate regurgitation function improved compared control group baseline months outcome device therapy dose risk"
    " hazard"
).split()
TITLE, BYLINE = "An invented trial of rings and clips", "Anna Invent, Carl Device and Dora Ring"
ROWS = [
    ("Variable", "Ring (n=40)", "Clip (n=41)", "p"),
    ("Age, years", "71.2 (8.1)", "70.9 (7.7)", "0.86"),
    ("Women", "18 (45%)", "20 (49%)", "0.74"),
    ("EROA, cm2", "0.41", "0.40", "0.66"),
    ("LVEF, %", "31 (9)", "32 (8)", "0.52"),
]

Decorate = Callable[[FPDF, int], None]
Read = Callable[[str, bytes], ReadResult]


def invent(count: int, seed: int = 1) -> list[str]:
    """Sentences that each end in a number of their own."""
    chance = random.Random(seed)
    sentences = []
    for number in range(count):
        words = [chance.choice(WORDS) for _ in range(chance.randint(9, 22))]
        sentences.append(f"{words[0].capitalize()} {' '.join(words[1:])} number {seed * 1000 + number}.")
    return sentences


def wrap(pdf: FPDF, text: str, width: float) -> list[str]:
    lines = [""]
    for word in text.split():
        if pdf.get_string_width(f"{lines[-1]} {word}") > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def put(pdf: FPDF, x: float, y: float, line: str, width: float | None) -> None:
    """One line; with a `width` it is justified, a text object a word, as some typesetters do."""
    words = line.split()
    if width is None or len(words) < 3:
        pdf.text(x, y, line)
        return
    blank = (width - sum(map(pdf.get_string_width, words))) / (len(words) - 1)
    for word in words:
        pdf.text(x, y, word)
        x += pdf.get_string_width(word) + blank


def article(
    sentences: list[str],
    *,
    columns: int = 2,
    width: float = 245,
    gutter: float = 18,
    left: float = 45,
    top: float = 130,
    justified: bool = True,
    decorate: Decorate | None = None,
) -> bytes:
    pdf = FPDF(format="A4", unit="pt")
    pdf.set_auto_page_break(False)
    pdf.set_font("Times", size=9.5)
    lines: list[tuple[str, str]] = []
    for part, at in zip(("Introduction", "Methods", "Results", "Discussion"), range(4), strict=True):
        lines.append(("head", part))
        some = sentences[at * len(sentences) // 4 : (at + 1) * len(sentences) // 4]
        for start in range(0, len(some), 5):
            wrapped = wrap(pdf, " ".join(some[start : start + 5]), width - 10)
            lines += [("first" if not i else "last" if i == len(wrapped) - 1 else "", w) for i, w in enumerate(wrapped)]
    page = 0
    while lines:
        page += 1
        pdf.add_page()
        if page == 1:
            pdf.set_font("Helvetica", "B", 17)
            pdf.text(45, 80, TITLE)
            pdf.set_font("Helvetica", size=10)
            pdf.text(45, 100, BYLINE)
        for column in range(columns):
            y, x = top if page == 1 else 90.0, left + column * (width + gutter)
            while lines and y < 770:
                what, words = lines.pop(0)
                pdf.set_font("Helvetica" if what == "head" else "Times", "B" if what == "head" else "", 9.5)
                y += 7 if what == "head" else 0
                indent = 10 if what == "first" else 0
                put(pdf, x + indent, y, words, width - indent if justified and what not in {"head", "last"} else None)
                y += 11.5
        if decorate:
            decorate(pdf, page)
    return bytes(pdf.output())


def prose(document: Document) -> str:
    parts = [document.text[s.start : s.end] for s in document.sections if s.role == "prose"]
    return " ".join(" ".join(parts).split())


def whole(read_bytes: Read, data: bytes, sentences: list[str]) -> Document:
    """The document, after checking that its prose is the sentences, whole, in order, with nothing between."""
    document = read_bytes("layout.pdf", data).document
    assert document is not None
    text = prose(document)
    places = [text.find(sentence) for sentence in sentences]
    assert [s for s, place in zip(sentences, places, strict=True) if place < 0] == []
    assert all(above < below for above, below in pairwise(places))
    for sentence in sentences:
        text = text.replace(sentence, "", 1)
    assert text.split() == []
    assert (document.title, document.first_author) == (TITLE, "Anna Invent")
    return document


def count_lines(pdf: FPDF, page: int) -> None:
    pdf.set_font("Helvetica", size=7)
    for line in range(60):
        pdf.text(22, 90 + 11.5 * line, str((page - 1) * 60 + line + 1))


def stamp(pdf: FPDF, page: int) -> None:
    pdf.set_font("Helvetica", "B", 60)
    with pdf.rotation(45, 300, 420):
        pdf.text(120, 420, "DRAFT COPY")
    pdf.set_font("Helvetica", size=7)
    with pdf.rotation(90, 20, 600):
        pdf.text(20, 600, "Downloaded from https://invented.example by a guest")


def note(x: float) -> Decorate:
    def margin_note(pdf: FPDF, page: int) -> None:
        if page == 1:
            pdf.set_font("Helvetica", size=7)
            for line, words in enumerate(
                ("Received 1 May 2019", "Accepted 3 June 2019", "Correspondence to", "a@b.example")
            ):
                pdf.text(x, 200 + 9 * line, words)

    return margin_note


@pytest.mark.parametrize("seed", range(1, 5))
def test_three_narrow_justified_columns(read_bytes: Read, seed: int) -> None:
    sentences = invent(150, seed)
    document = whole(read_bytes, article(sentences, columns=3, width=158, gutter=14), sentences)
    assert {s.heading for s in document.sections if s.role == "prose"} == {
        "Introduction", "Methods", "Results", "Discussion",
    }  # fmt: skip


@pytest.mark.parametrize("gutter", [9, 18, 40])
def test_two_columns(read_bytes: Read, gutter: float) -> None:
    sentences = invent(120)
    whole(read_bytes, article(sentences, width=252 - gutter / 2, gutter=gutter), sentences)


def test_line_numbers_of_a_manuscript_are_no_part_of_it(read_bytes: Read) -> None:
    sentences = invent(90)
    whole(read_bytes, article(sentences, columns=1, width=470, left=60, decorate=count_lines), sentences)


def test_a_stamp_across_the_page_is_left_out(read_bytes: Read) -> None:
    sentences = invent(120)
    whole(read_bytes, article(sentences, decorate=stamp), sentences)


@pytest.mark.parametrize(("x", "left"), [(430, 45), (40, 170)])
def test_a_note_in_the_margin_breaks_no_sentence(read_bytes: Read, x: float, left: float) -> None:
    sentences = invent(90)
    whole(read_bytes, article(sentences, columns=1, width=370, left=left, justified=False, decorate=note(x)), sentences)


def test_an_abstract_beside_the_dates_over_two_columns(read_bytes: Read) -> None:
    abstract, sentences = invent(8, seed=7), invent(100)

    def front(pdf: FPDF, page: int) -> None:
        if page > 1:
            return
        pdf.set_font("Times", "B", 8)
        pdf.text(45, 138, "ARTICLE INFO")
        pdf.text(200, 138, "ABSTRACT")
        pdf.set_font("Times", size=8)
        for line, words in enumerate(wrap(pdf, " ".join(abstract), 350)):
            pdf.text(200, 150 + 9.5 * line, words)
        for line, words in enumerate(
            ("Article history:", "Received 1 May 2019", "Accepted 5 June 2019", "Keywords:", "Clip")
        ):
            pdf.text(45, 150 + 9.5 * line, words)

    document = whole(read_bytes, article(sentences, top=330, decorate=front), [*abstract, *sentences])
    assert document.sections[1].heading == "Abstract"


@pytest.mark.parametrize("x", [(45, 220, 340, 470), (45, 130, 190, 265)], ids=["across", "in a column"])
def test_a_table_without_a_caption_is_kept_as_rows(read_bytes: Read, x: tuple[float, ...]) -> None:
    sentences = invent(40)

    def table(pdf: FPDF, page: int) -> None:
        if page > 1:
            return
        pdf.set_font("Helvetica", size=7.5)
        for line, row in enumerate(ROWS):
            for place, cell in zip(x, row, strict=True):
                pdf.text(place, 130 + 11 * line, cell)

    document = whole(read_bytes, article(sentences, top=210, decorate=table), sentences)
    rows = [document.text[s.start : s.end] for s in document.sections if s.role == "table"]
    assert rows == ["\n\n".join(" | ".join(row) for row in ROWS)]


def test_prose_beside_prose_is_no_table(read_bytes: Read) -> None:
    """Three ragged columns on common lines, full of figures, look like rows of three cells."""
    sentences = [
        s.replace(" were ", " 12.5% ").replace(" the ", " 41 ").replace(" rate ", " 0.71 ") for s in invent(150)
    ]
    document = whole(read_bytes, article(sentences, columns=3, width=158, gutter=14, justified=False), sentences)
    assert {s.role for s in document.sections} == {"front", "prose"}
