"""The invented report, and reports varied from it, come out whole."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.document import Document
from domain.reading import ReadResult
from domain.sentences import sentence_spans
from ingest import read
from ingest.assemble import assemble
from ingest.draft import Block, Draft
from ingest.plain_text import draft_of_text

Reading = Callable[[str, bytes], ReadResult]


def section(document: Document, name: str) -> str:
    return "\n".join(
        document.text[part.start : part.end] for part in document.sections if part.heading.casefold() == name
    )


def sentences_of(document: Document) -> list[str]:
    return [document.text[start:end] for start, end in sentence_spans(document.text)]


def test_sections_of_the_invented_report(read_bytes: Reading, invented: str) -> None:
    document = read_bytes("report.txt", invented.encode()).document
    assert document is not None
    headings = [part.heading for part in document.sections]
    assert headings == [
        "Introduction", "Abstract", "Case report", "Figure 1", "Figure 2", "Discussion", "Conclusion", "Figure 3",
    ]  # fmt: skip
    assert [part.role for part in document.sections if part.heading.startswith("Figure")] == ["caption"] * 3
    assert section(document, "abstract").endswith("two years of diuretic treatment.")
    assert "In March 2013" in section(document, "case report")
    assert document.kind == "case-report"


def test_interrupted_sentences_are_whole(read_bytes: Reading, invented: str) -> None:
    document = read_bytes("report.txt", invented.encode()).document
    assert document is not None
    found = sentences_of(document)
    assert (
        "The ring was implanted through the right jugular vein, guided by fluoroscopy, TEE, and contrast injection"
        " [Figure 3]." in found
    )
    assert "Decrease in effective regurgitant orifice from 0.60 to 0.30 cm2." in document.text
    assert "annuloplasty failure, and the presence or absence of atrial fibrillation" in document.text


def test_glued_marks_are_references_and_units_are_not(read_bytes: Reading, invented: str) -> None:
    document = read_bytes("report.txt", invented.encode()).document
    assert document is not None
    marks = {(document.text[mark.at - 12 : mark.at], mark.numbers) for mark in document.references}
    assert marks == {
        ("dysfunction,", (1, 2)), ("atients too.", (2,)), ("mild degree.", (3,)), ("ther choice.", (4,)),
    }  # fmt: skip
    assert "35.0%" in document.text and "0.30 cm2" in document.text


def test_abbreviations_are_linked(read_bytes: Reading, invented: str) -> None:
    document = read_bytes("report.txt", invented.encode()).document
    assert document is not None
    long = {item.short: item.long for item in document.abbreviations}
    assert long["RV"] == "right ventricular" and long["EF"] == "ejection fraction"
    assert all(document.text.startswith(item.long, item.start) for item in document.abbreviations)


def test_form_feeds_turn_pages_and_pages_tile(read_bytes: Reading) -> None:
    text = "Methods\nThe first page says that the trial was\fcontinued on the second. A third\fsentence follows here."
    document = read_bytes("pages.txt", text.encode()).document
    assert document is not None
    assert [page.number for page in document.pages] == [1, 2, 3]
    assert "the trial was continued on the second." in document.text
    page = document.page_at(document.text.index("continued"))
    assert page is not None and page.number == 2


def test_markdown(read_bytes: Reading) -> None:
    text = (
        "# A **registry** of rings\n\n## Methods\nWe *enrolled* 40 people\nin [Bern](https://x.org).\n\n"
        "| a | b |\n|---|---|\n| 1 | 2 |\n"
    )
    document = read_bytes("note.md", text.encode()).document
    assert document is not None
    assert document.title == "A registry of rings" and document.kind == "registry"
    assert section(document, "methods").startswith("We enrolled 40 people in Bern.")
    assert "1 | 2" in document.text


def test_a_latin_1_file_is_read_with_a_warning(read_bytes: Reading) -> None:
    text = (
        "Der Patient wurde wegen schwerer Mitralklappeninsuffizienz geführt und über Jahre sorgfältig behandelt. " * 4
    )
    result = read_bytes("alt.txt", text.encode("latin-1"))
    assert result.document is not None and "geführt" in result.document.text
    assert any("guess" in warning for warning in result.warnings)


def test_the_real_report(shared: Path, count: Callable[..., list[int]]) -> None:
    (result,) = read([shared / "corpus" / "oman-carillon-case-report.txt"], count, max_tokens=256)
    document = result.document
    assert document is not None
    headings = {part.heading for part in document.sections}
    assert {"Introduction", "Abstract", "Case report", "Discussion", "Conclusion", "Figure 3"} <= headings
    assert "TEE, and fluoroscopy [Figure 3]." in document.text
    assert "0.70 to 0.40 mm2" in document.text
    assert all(document.text[p.start : p.end] == p.text for p in result.passages)


def test_what_resumes_nothing_is_read_on() -> None:
    blocks = [Block(role="prose", text="Before."), Block(role="resume", text=""), Block(role="prose", text="After.")]
    assert assemble(Draft(blocks=blocks), "x.txt", b"x").text == "Before.\n\nAfter."


_WORDS = st.sampled_from("valve patient annulus severe repair device therapy outcome chamber leaflet function".split())
_SENTENCE = st.lists(_WORDS, min_size=6, max_size=22).map(lambda words: " ".join(words).capitalize())


@st.composite
def troubled(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A report in narrow lines with blank lines, a caption and marks put into its sentences; and those sentences."""
    plain = draw(st.lists(_SENTENCE, min_size=2, max_size=6))
    width = draw(st.integers(34, 60))
    number = 0
    texts = ["C A S E  R E P O RT"]
    for sentence in plain:
        number += 1
        mark = str(number) if draw(st.booleans()) else ""
        lines = re.findall(rf"\S.{{0,{width - 1}}}(?=\s|$)", f"{sentence}.{mark}")
        if len(lines) > 2 and draw(st.booleans()):
            at = draw(st.integers(1, len(lines) - 1))
            trouble = draw(st.sampled_from(["", f"\nFigure {number}: A caption of an invented picture.\n"]))
            lines.insert(at, trouble)
        texts.append("\n".join(lines))
    return "\n".join(texts) + "\n", [f"{sentence}." for sentence in plain]


@settings(max_examples=60, deadline=None)
@given(troubled())
def test_varied_troubles_leave_sentences_whole(case: tuple[str, list[str]]) -> None:
    text, wanted = case
    document = assemble(draft_of_text(text), "varied.txt", text.encode())
    prose = section(document, "case report")
    for sentence in wanted:
        assert sentence in " ".join(prose.split())
