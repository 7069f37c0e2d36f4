"""PDFs: columns in order, running heads out, pages right, and each broken kind with its own error."""

from __future__ import annotations

import random
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from fpdf import FPDF
from pypdf import PdfReader, PdfWriter

from domain import errors
from domain.reading import ReadResult
from ingest.page_image import page_picture, quote_boxes

Reading = Callable[[str, bytes], ReadResult]


def test_two_columns_in_order(read_bytes: Reading, two_columns: bytes, sentences: list[str]) -> None:
    document = read_bytes("columns.pdf", two_columns).document
    assert document is not None
    places = [document.text.find(sentence) for sentence in sentences]
    assert -1 not in places and places == sorted(places)
    assert document.text.index(sentences[0].replace("invented", "second invented")) > places[-1]
    assert document.title == "A trial that never was: rings and clips compared"
    assert "Invented Journal" not in document.text.split("Results", 1)[1] and "Page 2" not in document.text


def test_pages_and_labels(read_bytes: Reading, two_columns: bytes) -> None:
    document = read_bytes("columns.pdf", two_columns).document
    assert document is not None
    assert [(page.number, page.label) for page in document.pages] == [(1, "1"), (2, "2")]
    first, second = (PdfReader(BytesIO(two_columns)).pages[n].extract_text().split() for n in (0, 1))
    turn = document.pages[0].end
    assert document.text[:turn].split()[-1] in first and document.text[turn:].split()[0] in second
    assert len(document.text[:turn].split()) > 0.8 * len(first)


def test_the_quote_on_the_page(two_columns: bytes, sentences: list[str]) -> None:
    picture = page_picture(two_columns, 1, sentences[0], scale=1.0)
    assert picture.png.startswith(b"\x89PNG") and picture.width == 596
    assert 1 <= len(picture.boxes) <= 4
    assert all(0 < x0 < x1 < 300 and 0 < y0 < y1 < 842 for x0, y0, x1, y1 in picture.boxes)
    assert quote_boxes(two_columns, 1, "Words that are nowhere on this page at all.") == ()
    with pytest.raises(errors.CallError, match="pages 1 to 2"):
        quote_boxes(two_columns, 3, "x")


def _pages(count: int, text: str = "") -> bytes:
    writer = PdfWriter()
    for _ in range(count):
        writer.add_blank_page(width=200, height=200)
    stream = BytesIO()
    writer.write(stream)
    return stream.getvalue()


def _encrypted(data: bytes) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(BytesIO(data)))
    writer.encrypt("secret", algorithm="RC4-128")
    stream = BytesIO()
    writer.write(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda good: _encrypted(good), errors.EncryptedFile),
        (lambda good: good[:300], errors.DamagedFile),
        (lambda good: b"", errors.EmptyFile),
        (lambda good: _pages(0), errors.EmptyFile),
        (lambda good: _pages(3), errors.NoTextLayer),
        (lambda good: b"This is a letter, not a PDF.", errors.UnsupportedFormat),
    ],
    ids=["encrypted", "truncated", "empty", "zero-page", "image-only", "no-pdf"],
)
def test_broken_files_say_why(
    read_bytes: Reading, two_columns: bytes, make: Callable[[bytes], bytes], expected: type[errors.ReadError]
) -> None:
    error = read_bytes("broken.pdf", make(two_columns)).error
    assert type(error) is expected
    assert "broken.pdf" in str(error) and len(str(error)) > 30


def test_a_decompression_bomb_ends(read_bytes: Reading) -> None:
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("Times", size=9)
    for _ in range(400):
        pdf.cell(text="The same words. ")
    writer = PdfWriter(clone_from=PdfReader(BytesIO(bytes(pdf.output()))))
    stream = writer.pages[0].get_contents()
    assert stream is not None
    stream.set_data(b"q Q " * 30_000_000)
    writer.pages[0][next(key for key in writer.pages[0] if key == "/Contents")] = writer._add_object(
        stream.flate_encode()
    )
    out = BytesIO()
    writer.write(out)
    assert isinstance(read_bytes("bomb.pdf", out.getvalue()).error, errors.DamagedFile | errors.TooLarge)


@pytest.mark.parametrize("seed", range(3))
def test_mutated_files_end_in_a_document_or_an_error(read_bytes: Reading, two_columns: bytes, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(50):
        data = bytearray(two_columns)
        for _ in range(chance.choice((1, 5, 60))):
            at = chance.randrange(len(data))
            if chance.random() < 0.5:
                data[at] = chance.randrange(256)
            else:
                data[at : at + chance.randrange(30)] = data[: chance.randrange(30)]
        result = read_bytes("mutated.pdf", bytes(data))
        assert (result.document is None) != (result.error is None)
        for passage in result.passages:
            assert result.document is not None
            assert result.document.text[passage.start : passage.end] == passage.text


def test_real_pairs(shared: Path) -> None:
    from eval.reading import reading

    report = reading(shared / "docs")
    assert report.found >= 0.95 and report.in_order >= 0.99 and report.word_errors <= 0.01
    assert report.heads_inside == 0 and not report.errors
