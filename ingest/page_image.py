"""A page of a PDF as a picture, and where on it a quote stands."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from io import BytesIO

import pypdfium2 as pdfium

from domain.errors import CallError, DamagedFile

Box = tuple[float, float, float, float]
MAX_PIXELS = 30_000_000
"""A picture larger than this is a mistake in the scale or the page's size."""
_LINE_OVERLAP = 0.5
_SHORTEST_PIECE = 24
"""Letters a piece of a quote has at least when the whole is not on the page (it runs over from the one before)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePicture:
    """A rendered page. `width` and `height` are pixels of the PNG.

    `boxes` are the quote's lines as (x0, y0, x1, y1) in points from the page's lower left corner as it is seen; times
    `width` / page width they are pixels, counted from below. Empty: the quote is not on this page.
    """

    png: bytes
    width: int
    height: int
    scale: float
    boxes: tuple[Box, ...]


def page_picture(data: bytes, page_number: int, quote: str, scale: float = 1.5) -> PagePicture:
    """The 1-based page as PNG at `scale` pixels a point, with the boxes of `quote`.

    Raises CallError for a page that is not there or a picture that would be too large, DamagedFile when the PDF
    cannot be opened.
    """
    document = _open(data)
    try:
        page = _page(document, page_number)
        if page.get_width() * page.get_height() * scale * scale > MAX_PIXELS or scale <= 0:
            raise CallError(f"scale {scale}: the picture of page {page_number} would be too large; use a smaller one.")
        picture = page.render(scale=scale).to_pil()
        stream = BytesIO()
        picture.save(stream, format="PNG", optimize=False)
        return PagePicture(
            png=stream.getvalue(),
            width=picture.width,
            height=picture.height,
            scale=scale,
            boxes=_boxes(page, quote),
        )
    finally:
        document.close()


def quote_boxes(data: bytes, page_number: int, quote: str) -> tuple[Box, ...]:
    """The quote's lines on the 1-based page, in points from the lower left corner; empty when it is not there."""
    document = _open(data)
    try:
        return _boxes(_page(document, page_number), quote)
    finally:
        document.close()


def _open(data: bytes) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        raise DamagedFile("PDF", f"its pages cannot be drawn ({error})", "Get it anew from its publisher.") from None


def _page(document: pdfium.PdfDocument, number: int) -> pdfium.PdfPage:
    if not 1 <= number <= len(document):
        raise CallError(f"page {number}: the document has pages 1 to {len(document)}.")
    try:
        return document[number - 1]
    except pdfium.PdfiumError as error:
        raise DamagedFile(
            "PDF", f"page {number} cannot be drawn ({error})", "Get it anew from its publisher."
        ) from None


def _boxes(page: pdfium.PdfPage, quote: str) -> tuple[Box, ...]:
    """Find the letters and digits of the quote among those of the page: blanks, hyphens and signs do not matter."""
    text = page.get_textpage()
    try:
        letters: list[str] = []
        places: list[int] = []
        for index in range(text.count_chars()):
            for char in _folded(text.get_text_range(index, 1)):
                letters.append(char)
                places.append(index)
        spans = _spans("".join(letters), quote)
        boxes = [text.get_charbox(places[at]) for start, end in spans for at in range(start, end)]
    finally:
        text.close()
    left, bottom, _, _ = page.get_cropbox()
    shifted = [(x0 - left, y0 - bottom, x1 - left, y1 - bottom) for x0, y0, x1, y1 in boxes if x1 > x0 and y1 > y0]
    return tuple(_lines(shifted))


def _spans(page: str, quote: str) -> list[tuple[int, int]]:
    wanted = "".join(_folded(quote))
    at = page.find(wanted) if wanted else -1
    if at >= 0:
        return [(at, at + len(wanted))]
    best = max(_overhangs(page, wanted), key=lambda span: span[1] - span[0], default=(0, 0))
    if best[1] - best[0] >= _SHORTEST_PIECE:
        return [best]
    return _words_in_order(page, quote)


def _overhangs(page: str, wanted: str) -> list[tuple[int, int]]:
    """The longest beginning and the longest end of the quote that the page holds."""
    found: list[tuple[int, int]] = []
    for tail in (False, True):
        low, high = 0, len(wanted)
        while low < high:
            middle = (low + high + 1) // 2
            piece = wanted[-middle:] if tail else wanted[:middle]
            low, high = (middle, high) if piece in page else (low, middle - 1)
        if low:
            at = page.find(wanted[-low:] if tail else wanted[:low])
            found.append((at, at + low))
    return found


def _words_in_order(page: str, quote: str) -> list[tuple[int, int]]:
    """Runs of the quote's words in order, where something stands between them (a reference mark, a sign)."""
    words = ["".join(_folded(word)) for word in quote.split()]
    half = len(words) // 2
    anchor = page.find("".join(words[:half])) if half else -1
    if anchor < 0:
        return []
    spans: list[tuple[int, int]] = []
    at = anchor
    for word in words:
        found = page.find(word, at, at + len(word) + 12) if word else -1
        if found >= 0:
            spans.append((found, found + len(word)))
            at = found + len(word)
    return spans if len(spans) > 0.8 * len(words) else []


def _folded(text: str) -> list[str]:
    return [char for char in unicodedata.normalize("NFKC", text).casefold() if char.isalnum()]


def _lines(boxes: list[Box]) -> list[Box]:
    """Characters' boxes joined to one box a line."""
    lines: list[Box] = []
    for x0, y0, x1, y1 in boxes:
        if lines:
            a0, b0, a1, b1 = lines[-1]
            shared = min(b1, y1) - max(b0, y0)
            near = -2 * (y1 - y0) < x0 - a1 < 4 * (y1 - y0)
            if shared > _LINE_OVERLAP * min(b1 - b0, y1 - y0) and near:
                lines[-1] = (min(a0, x0), min(b0, y0), max(a1, x1), max(b1, y1))
                continue
        lines.append((x0, y0, x1, y1))
    return lines
