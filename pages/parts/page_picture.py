"""The cited page of a PDF as a picture, the quote marked on it."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import streamlit as st
from PIL import Image, ImageDraw

from domain.claim import Citation
from domain.errors import ChordaeError
from ingest.page_image import page_picture
from pages.parts import markup

if TYPE_CHECKING:
    from kb import Base

MARK = (242, 183, 5, 95)
"""The page's highlighter: amber, see-through."""
MARGIN = 1.5
"""Points around a marked line."""


def show(base: Base, citation: Citation) -> None:
    """Show the pages that the quote stands on, marked; nothing where the source is no PDF."""
    document = citation.document
    original = base.original(document.doc_id) if document.origin == "document" and document.pages else None
    if original is None or original.suffix.lower() != ".pdf":
        return
    pages = document.pages_of(citation.start, citation.end)
    numbers = markup.plain(", ".join(page.label or str(page.number) for page in pages))
    label = f"Page {numbers}, with the quote marked"
    with st.expander(label, expanded=citation.n == 1):
        for page in pages:
            quote = document.text[max(citation.start, page.start) : min(citation.end, page.end)]
            try:
                st.image(_drawn(str(original), document.doc_id, page.number, quote))
            except ChordaeError as error:
                st.caption(f"The page cannot be drawn: {markup.plain(str(error))}")


@st.cache_data(show_spinner=False, max_entries=64)
def _drawn(original: str, doc_id: str, page_number: int, quote: str) -> bytes:
    """The page as PNG with the quote's lines marked; the document's id stands for its bytes."""
    with open(original, "rb") as file:
        picture = page_picture(file.read(), page_number, quote)
    ground = Image.open(BytesIO(picture.png)).convert("RGBA")
    marks = Image.new("RGBA", ground.size, (0, 0, 0, 0))
    draw = ImageDraw.Draw(marks)
    for x0, y0, x1, y1 in picture.boxes:
        left, right = (x0 - MARGIN) * picture.scale, (x1 + MARGIN) * picture.scale
        top, bottom = picture.height - (y1 + MARGIN) * picture.scale, picture.height - (y0 - MARGIN) * picture.scale
        draw.rectangle((left, top, right, bottom), fill=MARK)
    out = BytesIO()
    Image.alpha_composite(ground, marks).convert("RGB").save(out, format="PNG")
    return out.getvalue()
