"""PDF."""

from __future__ import annotations

from io import BytesIO

from pypdf import PdfReader

from ingest.characters import tidy
from ingest.draft import Draft
from ingest.plain_text import draft_of_text


def read_pdf(path: str, data: bytes) -> Draft:
    """Simple."""
    reader = PdfReader(BytesIO(data))
    draft = draft_of_text(tidy("\f".join(page.extract_text().replace("\f", " ") for page in reader.pages)))
    if not draft.page_labels:
        draft.page_labels = [None]
        for block in draft.blocks:
            block.page = 1
    return draft
