"""PDF: page by page, columns in reading order, with what could not be read said."""

from __future__ import annotations

import logging
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from io import BytesIO

from pypdf import PageObject, PdfReader
from pypdf.errors import FileNotDecryptedError, LimitReachedError, PyPdfError

from domain.errors import DamagedFile, EmptyFile, EncryptedFile, NoTextLayer, TooLarge, UnsupportedFormat
from ingest.bibliography import parse_entries
from ingest.byline import first_author
from ingest.characters import drop_unreadable
from ingest.citation_line import citation_line
from ingest.draft import MARK, Draft, plain
from ingest.hyphens import Words
from ingest.metadata import identify, journal_in
from ingest.pdf_bare_tables import bare_tables
from ingest.pdf_furniture import drop_furniture
from ingest.pdf_layout import PdfPage, lay_out
from ingest.pdf_line_numbers import are_numbered, without_line_numbers
from ingest.pdf_lines import Segment, Strip, find_gutter, lines_in_order, rows_of, segments_of, upright
from ingest.pdf_tables import take_tables
from ingest.pdf_text import Fonts, PageTooSlow, page_fragments, page_size

MAX_PAGES = 5000
"""A longer file is a bomb or an archive; the longest textbooks have some 3,000 pages."""
SECONDS_A_PAGE = 15.0
SECONDS_A_FILE = 600.0
_SAMPLE_PAGES = 12
"""Pages from which columns and the size of the text are learnt before the first one is laid out."""
_FIRST_PAGES = 3
"""Pages whose margins may name the journal and the year: the first often has a head of its own."""
_SAME_GUTTER = 14.0
"""Points between the middles of two pages' gutters that count as one."""
_FEW_LETTERS = 25
"""Letters below which a page counts as a picture."""
_CURE = "Open it and save it again, or get it anew from its publisher."


@dataclass(slots=True)
class _Sheet:
    number: int
    width: float
    height: float
    segments: list[Segment] = field(default_factory=list)


def read_pdf(path: str, data: bytes) -> Draft:
    """The draft of a PDF.

    Raises UnsupportedFormat when the bytes are no PDF, DamagedFile, EncryptedFile, EmptyFile without pages,
    NoTextLayer when every page is a picture, TooLarge beyond MAX_PAGES or a limit on expansion or time.
    """
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    reader, count = _open(path, data)
    draft = Draft()
    reading = _Reading(path, reader, count)
    pages = reading.pages()
    if not any(page.lines or page.tables for page in pages):
        if reading.damaged or reading.slow:
            raise DamagedFile(path, "no page could be read", _CURE)
        raise NoTextLayer(
            path, f"none of its {count} page(s) has text, they are pictures", "Run text recognition (OCR) on it first."
        )
    printed = drop_furniture(pages)
    draft.page_labels = [number or known for number, known in zip(printed, _labels(reader, count), strict=True)]
    lost = 0
    for page in pages:
        for line in page.lines:
            line.text, dropped = drop_unreadable(line.text)
            lost += dropped
        page.lines = [line for line in page.lines if line.text.strip()]
    words = Words(plain(line.text) for page in pages for line in page.lines)
    layout = lay_out(pages, words)
    draft.blocks = layout.blocks
    draft.title = re.sub(r"\s*\[v(?:ersion)?\s?\d[^\]]*\]$", "", layout.title or "") or _stated_title(reader)
    draft.bibliography = list(parse_entries([plain(b.text) for b in draft.blocks if b.role == "references"]))
    opening = [plain(line.text) for page in pages[:1] for line in page.lines]
    cited = next(filter(None, map(citation_line, reading.shown)), None)
    under_title = [MARK.sub(" * ", line) for line in layout.under_title]
    draft.first_author = first_author(under_title, opening, _stated(reader, "/Author"), cited)
    identify(draft, [*opening, *reading.margins])
    draft.journal = journal_in([*reading.margins, *opening[:3], *opening[-3:]], draft.first_author)
    if cited is not None:
        draft.doi = draft.doi or cited.doi
        draft.year = cited.year or draft.year
        draft.journal = draft.journal or cited.journal
    reading.report(draft, pages, lost, layout.figure_texts)
    return draft


class _Reading:
    """The pages of one file as they are read, and what went wrong with which."""

    def __init__(self, path: str, reader: PdfReader, count: int) -> None:
        self.path = path
        self.reader = reader
        self.count = count
        self.fonts = Fonts()
        self.damaged: list[int] = []
        self.slow: list[int] = []
        self.empty: list[int] = []
        self.margins: list[str] = []
        self.shown: list[list[str]] = []
        self.stop = time.monotonic() + SECONDS_A_FILE

    def pages(self) -> list[PdfPage]:
        sample = [self._sheet(number) for number in range(1, min(self.count, _SAMPLE_PAGES) + 1)]
        numbered = are_numbered([sheet.segments for sheet in sample])
        for sheet in sample if numbered else ():
            sheet.segments = without_line_numbers(sheet.segments)
        hint, body = _usual_gutter(sample), _usual_size(sample)
        pages: list[PdfPage] = []
        for number in range(1, self.count + 1):
            sheet = sample[number - 1] if number <= len(sample) else self._sheet(number)
            if numbered and number > len(sample):
                sheet.segments = without_line_numbers(sheet.segments)
            segments, tables = take_tables(sheet.segments, number, body, hint)
            across = bare_tables(rows_of(segments, number)) if hint is not None else []
            for rows in across:
                top, foot = rows[0].y + 1, rows[-1].y - 1
                segments = [segment for segment in segments if not foot <= segment.y <= top]
            lines = lines_in_order(segments, number, hint)
            inside = bare_tables(lines)
            taken = {id(row) for rows in inside for row in rows}
            lines = [line for line in lines if id(line) not in taken]
            tables += [([], rows) for rows in (*across, *inside)]
            sheet.segments = []
            if number <= _FIRST_PAGES:
                self.margins += [plain(line.text) for line in lines if not 0.1 < line.y / (sheet.height or 1) < 0.9]
            if number <= 2 or number > self.count - 2:
                self.shown.append([plain(line.text) for line in lines])
            for line in lines:
                line.cells = line.cells if len(line.cells) > 2 else []
            pages.append(PdfPage(number=number, width=sheet.width, height=sheet.height, lines=lines, tables=tables))
        return pages

    def _sheet(self, number: int) -> _Sheet:
        sheet = _Sheet(number, 612.0, 792.0)
        now = time.monotonic()
        if now > self.stop:
            raise TooLarge(self.path, f"reading its pages takes more than {SECONDS_A_FILE:.0f} s", "Split the file.")
        try:
            page = self.reader.pages[number - 1]
            sheet.width, sheet.height = page_size(page)
            fragments = page_fragments(page, self.reader, self.fonts, now + SECONDS_A_PAGE)
            _forget(self.reader, page)
        except PageTooSlow:
            self.slow.append(number)
            return sheet
        except MemoryError:
            raise
        except Exception:  # whatever pypdf meets in a broken page concerns that page only; it is named in the warnings
            self.damaged.append(number)
            return sheet
        sheet.segments = segments_of(upright(fragments, sheet.width, sheet.height))
        if sum(segment.chars for segment in sheet.segments) < _FEW_LETTERS:
            self.empty.append(number)
        return sheet

    def report(self, draft: Draft, pages: list[PdfPage], lost: int, figure_texts: int) -> None:
        """Say in the draft's warnings what could not be read."""
        tables = sum(len(page.tables) for page in pages)
        for what, numbers in (
            ("without text (pictures or blank)", self.empty),
            ("that could not be read", self.damaged),
            (f"skipped after {SECONDS_A_PAGE:.0f} s", self.slow),
        ):
            if numbers:
                named = ", ".join(str(number) for number in numbers[:20]) + (" …" if len(numbers) > 20 else "")
                draft.warnings.append(f"{len(numbers)} page(s) {what}: {named}.")
        if lost:
            draft.warnings.append(f"{lost} character(s) have no meaning outside the file's own font and were left out.")
        if tables:
            draft.warnings.append(f"{tables} table(s) kept as rows, cells parted by |; check figures against the page.")
        if figure_texts:
            draft.warnings.append(f"{figure_texts} short line(s) of lettering inside pictures were left out.")


def _open(path: str, data: bytes) -> tuple[PdfReader, int]:
    if b"%PDF-" not in data[:1024]:
        raise UnsupportedFormat(
            path,
            "its name says PDF but its bytes are not one",
            "Give it the ending of what it is, or download it again.",
        )
    try:
        reader = PdfReader(BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise EncryptedFile(path, "it is encrypted", "Open it with its password and save it without one.")
        count = len(reader.pages)
    except FileNotDecryptedError:
        raise EncryptedFile(path, "it is encrypted", "Open it with its password and save it without one.") from None
    except LimitReachedError as error:
        raise TooLarge(path, f"it passes a limit ({error})", "Split it, or get it anew from its publisher.") from None
    except (EncryptedFile, MemoryError, RecursionError):
        raise
    except PyPdfError as error:
        raise DamagedFile(path, f"it is truncated or damaged ({error})", _CURE) from None
    except Exception as error:  # a broken cross-reference table ends in any exception pypdf's parser can meet
        raise DamagedFile(path, f"it is damaged ({type(error).__name__})", _CURE) from None
    if count == 0:
        raise EmptyFile(path, "it has no pages", _CURE)
    if count > MAX_PAGES:
        raise TooLarge(path, f"it has {count} pages", f"Split it: files up to {MAX_PAGES} pages are read.")
    return reader, count


def _forget(reader: PdfReader, page: PageObject) -> None:
    """Let go of the page's parsed content, so that memory does not grow with the number of pages."""
    contents = page.get("/Contents")
    if contents is None:
        return
    raw = page.raw_get("/Contents")
    for reference in [raw, *(contents.get_object() if isinstance(contents.get_object(), list) else [])]:
        if hasattr(reference, "idnum"):
            reader.resolved_objects.pop((reference.generation, reference.idnum), None)


def _usual_gutter(sheets: list[_Sheet]) -> Strip | None:
    """The gutter that most of the sampled pages share; None where fewer than a third have one."""
    strips = [strip for sheet in sheets if (strip := find_gutter(sheet.segments))]
    if len(strips) < max(1, len([sheet for sheet in sheets if sheet.segments]) / 3):
        return None
    middles = [(strip[0] + strip[1]) / 2 for strip in strips]
    votes = [sum(abs(middle - other) < _SAME_GUTTER for other in middles) for middle in middles]
    return strips[votes.index(max(votes))]


def _usual_size(sheets: list[_Sheet]) -> float:
    sizes = Counter[float]()
    for sheet in sheets:
        for segment in sheet.segments:
            sizes[round(segment.size, 1)] += segment.chars
    return min(sizes, key=lambda size: (-sizes[size], size)) if sizes else 10.0


def _labels(reader: PdfReader, count: int) -> list[str | None]:
    """The file's own page labels where they differ from 1, 2, 3 …; None otherwise."""
    try:
        labels = list(reader.page_labels)
    except Exception:  # labels are a nicety: a broken label tree leaves them unknown
        return [None] * count
    if len(labels) != count or labels == [str(number) for number in range(1, count + 1)]:
        return [None] * count
    return [label or None for label in labels]


def _stated_title(reader: PdfReader) -> str | None:
    """The title in the file's properties where it reads like one, not like a file name."""
    title = _stated(reader, "/Title")
    return title if len(title.split()) > 3 and "." not in title[-5:] else None


def _stated(reader: PdfReader, name: str) -> str:
    """One of the file's properties; empty where there is none."""
    try:
        properties = reader.metadata
        return str(properties.get(name) or "").strip() if properties else ""
    except Exception:  # broken properties tell nothing
        return ""
