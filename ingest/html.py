"""HTML as a browser saved it: headings, paragraphs, lists and tables; menus, scripts and footers left out."""

from __future__ import annotations

import re

from lxml import etree

from ingest.characters import tidy
from ingest.draft import Block, Draft, fence, numbers_of
from ingest.headings import part_of
from ingest.jats import tidy_inline
from ingest.lines import CAPTION
from ingest.markup import all_text, name_of, parse_html, raw_text
from ingest.metadata import identify, surname

_SKIPPED = frozenset(
    "script style noscript template nav header footer aside form button svg iframe select input head object video"
    " audio canvas".split()
)
_BLOCKS = frozenset(
    "p div section article main li ul ol table tr td th h1 h2 h3 h4 h5 h6 blockquote pre figure figcaption dl dt dd"
    " caption body".split()
)
_MAIN = ("article", "main")
_NAMES = {
    "title": ("citation_title", "dc.title", "og:title"),
    "author": ("citation_author", "dc.creator"),
    "journal": ("citation_journal_title",),
    "date": ("citation_publication_date", "citation_date", "citation_online_date", "dc.date"),
    "doi": ("citation_doi", "dc.identifier"),
    "pmid": ("citation_pmid",),
}


def read_html(path: str, data: bytes) -> Draft:
    """The draft of an HTML page. Raises what `parse_html` raises."""
    root = parse_html(path, data)
    draft = Draft()
    _metadata(draft, root)
    body = next((e for name in _MAIN for e in root.iter() if name_of(e) == name), root)
    reading = _Html(draft)
    reading.children(body)
    reading.flush()
    if draft.title is None:
        first = next((e for e in root.iter() if name_of(e) in {"h1", "title"}), None)
        draft.title = tidy(all_text(first)) or None
    identify(draft, [block.text for block in draft.blocks[:12]])
    if reading.pictures:
        draft.warnings.append(f"{reading.pictures} picture(s) were not read.")
    return draft


def _metadata(draft: Draft, root: etree._Element) -> None:
    stated: dict[str, str] = {}
    for meta in root.iter():
        if name_of(meta) == "meta":
            key = (meta.get("name") or meta.get("property") or "").casefold()
            stated.setdefault(key, tidy(meta.get("content") or "").strip())

    def of(what: str) -> str | None:
        return next((stated[name] for name in _NAMES[what] if stated.get(name)), None)

    draft.title = of("title")
    author = of("author")
    draft.first_author = " ".join(reversed(author.split(", ", 1))) if author and surname(author) else None
    draft.journal = of("journal")
    year = re.search(r"(?:19|20)\d\d", of("date") or "")
    draft.year = int(year[0]) if year else None
    doi = re.search(r"10\.\d{4,9}/\S+", of("doi") or "")
    draft.doi = doi[0].lower() if doi else None
    draft.pmid = of("pmid")


class _Html:
    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.waiting: list[str] = []
        self.pictures = 0
        self.in_references = False

    def children(self, element: etree._Element) -> None:
        self.waiting.append(element.text or "")
        for child in element:
            self.element(child)
            self.waiting.append(child.tail or "")

    def element(self, element: etree._Element) -> None:
        name = name_of(element)
        self.pictures += name == "img"
        if not name or name in _SKIPPED or element.get("aria-hidden") == "true" or element.get("hidden") is not None:
            return
        if name not in _BLOCKS:
            self.inline(element, name)
            return
        self.flush()
        if name in {"h1", "h2", "h3", "h4", "h5", "h6"}:
            self.heading(element, int(name[1]))
        elif name == "table":
            self.table(element)
        elif name in {"figcaption", "caption"}:
            self.put(_words(element), "caption")
        elif name == "li":
            self.children(element)
            self.flush(bullet="• ")
        else:
            self.children(element)
            self.flush()

    def inline(self, element: etree._Element, name: str) -> None:
        shown = raw_text(element).strip()
        bare = shown.strip("[]() ")
        linked = any(name_of(e) == "a" and (e.get("href") or "").startswith("#") for e in element.iter())
        if numbers_of(bare) and ((name == "sup" and linked) or (name == "a" and linked)):
            self.waiting.append(fence(bare))
        elif name == "br":
            self.waiting.append(" ")
        else:
            self.children(element)

    def heading(self, element: etree._Element, level: int) -> None:
        text = _words(element)
        self.in_references = part_of(text) == "references"
        if level == 1 and part_of(text) is None and not any(b.role == "prose" for b in self.draft.blocks):
            self.draft.title = self.draft.title or text
            self.put(text, "front")
        elif text:
            self.draft.blocks.append(Block(role="heading", text=text, level=level))

    def table(self, table: etree._Element) -> None:
        rows = [e for e in table.iter() if name_of(e) == "tr"]
        caption = next((_words(e) for e in table if name_of(e) == "caption"), "")
        found = CAPTION.match(caption)
        label = found["label"] if found else "Table"
        if caption:
            self.draft.blocks.append(Block(role="caption", text=caption, label=label))
        for row in rows:
            cells = [_words(cell) for cell in row if name_of(cell) in {"td", "th"}]
            if any(cells):
                self.draft.blocks.append(Block(role="table", text=" | ".join(cells), label=label))

    def flush(self, bullet: str = "") -> None:
        """What has gathered becomes a block."""
        text = tidy_inline("".join(self.waiting))
        self.waiting = []
        if text:
            caption = CAPTION.match(text) if len(text) < 2000 else None
            role = "references" if self.in_references else "caption" if caption and caption["stop"].strip() else "prose"
            self.put(text if role != "prose" else bullet + text, role)

    def put(self, text: str, role: str) -> None:
        found = CAPTION.match(text) if role == "caption" else None
        label = found["label"] if found else ("Figure" if role == "caption" else None)
        if text:
            self.draft.blocks.append(Block(role=role, text=text, label=label))  # type: ignore[arg-type]


def _words(element: etree._Element) -> str:
    return tidy_inline(" ".join(str(piece) for piece in element.itertext()))
