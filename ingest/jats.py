"""JATS and BioMed Central XML: the publisher's own structure, taken as it is."""

from __future__ import annotations

import re

from lxml import etree

from domain.document import BibliographyEntry, Kind
from domain.errors import UnsupportedFormat
from ingest.characters import tidy
from ingest.draft import MARK_CLOSE, MARK_OPEN, Block, BlockRole, Draft, fence, numbers_of
from ingest.headings import part_of
from ingest.kinds import kind_of_words
from ingest.markup import all_text, find, find_first, name_of, parse_xml, raw_text
from ingest.metadata import licence_in

_SKIPPED = frozenset(
    "graphic inline-graphic media supplementary-material object-id tex-math email permissions"
    " fn-group history author-notes contrib-group counts".split()
)
_BLOCKS = frozenset("p sec list list-item disp-quote table-wrap fig boxed-text disp-formula def-list title".split())
_DASHES = re.compile(r"[-–—‐‑−]")
_ARTICLE_KINDS: dict[str, Kind] = {
    "case-report": "case-report",
    "review-article": "review",
    "systematic-review": "meta-analysis",
}
_CORRECTED = {
    "retracted-article": "Retracted",
    "retraction-forward": "Retracted",
    "corrected-article": "Corrected",
    "correction-forward": "Corrected",
    "expression-of-concern": "Expression of concern",
    "concern-forward": "Expression of concern",
}


def read_jats(path: str, data: bytes) -> Draft:
    """The draft of an article in JATS (or NLM) XML, or in BioMed Central's own.

    Raises UnsupportedFormat for XML of another kind, and what `parse_xml` raises.
    """
    root = parse_xml(path, data)
    articles = (
        [root] if name_of(root) in {"article", "art"} else [e for e in root.iter() if name_of(e) in {"article", "art"}]
    )
    if not articles:
        raise UnsupportedFormat(path, f"its XML is <{name_of(root)}>, not an article", "Readable is JATS XML.")
    article = articles[0]
    reading = _Jats(Draft())
    if name_of(article) == "art":
        reading.bmc(article)
    else:
        reading.jats(article)
    if len(articles) > 1:
        reading.draft.warnings.append(f"{len(articles) - 1} further article(s) in the same file were not read.")
    if reading.pictures:
        reading.draft.warnings.append(f"{reading.pictures} formula(s) given only as pictures were left out.")
    return reading.draft


class _Jats:
    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.numbers: dict[str, int] = {}
        self.pictures = 0

    # -- JATS

    def jats(self, article: etree._Element) -> None:
        meta = find_first(article, "front/article-meta", "front-stub")
        self._number_references(article)
        self._meta(article, meta)
        if meta is not None:
            for abstract in [child for child in meta if name_of(child) == "abstract"]:
                if (abstract.get("abstract-type") or "") in {"graphical", "teaser", "toc"}:
                    continue
                title = all_text(find(abstract, "title")) or "Abstract"
                self._heading(title if part_of(title) else "Abstract", 1)
                self._children(abstract, 2)
        body = find(article, "body")
        if body is not None:
            self._children(body, 1)
        back = find(article, "back")
        for child in back if back is not None else ():
            if name_of(child) in {"ack", "sec", "app-group", "app", "notes", "glossary"}:
                if name_of(child) == "ack" and find(child, "title") is None:
                    self._heading("Acknowledgements", 1)
                self._element(child, 1)
        floats = find(article, "floats-group")
        if floats is not None:
            self._children(floats, 1)
        self._references(article)

    def _meta(self, article: etree._Element, meta: etree._Element | None) -> None:
        draft = self.draft
        draft.kind = _ARTICLE_KINDS.get(article.get("article-type") or "")
        journal = find(article, "front/journal-meta")
        if journal is not None:
            title = find_first(journal, "journal-title-group/journal-title", "journal-title")
            draft.journal = all_text(title) or None
        if meta is None:
            return
        draft.title = self._inline_text(find(meta, "title-group/article-title")) or None
        for identifier in meta:
            if name_of(identifier) == "article-id":
                kind, value = identifier.get("pub-id-type"), all_text(identifier)
                draft.doi = value.lower() if kind == "doi" and value else draft.doi
                draft.pmid = value if kind == "pmid" and value.isdigit() else draft.pmid
            elif (
                name_of(identifier) == "related-article"
                and (identifier.get("related-article-type") or "") in _CORRECTED
            ):
                said = _CORRECTED[identifier.get("related-article-type") or ""]
                draft.retraction = said if draft.retraction != "Retracted" else draft.retraction
        if (article.get("article-type") or "") == "retraction":
            draft.retraction = "Retraction notice"
        self._author(meta)
        years = {d.get("pub-type") or d.get("date-type") or "": d for d in meta if name_of(d) == "pub-date"}
        for kind in ("epub", "pub", "collection", "ppub", "pmc-release", *sorted(years)):
            year = all_text(find(years[kind], "year")) if kind in years else ""
            if year.isdigit():
                draft.year = int(year)
                break
        permissions = find(meta, "permissions")
        if permissions is not None:
            links = " ".join(str(v) for e in permissions.iter() if isinstance(e.tag, str) for v in e.attrib.values())
            draft.licence = licence_in(links) or licence_in(all_text(permissions)) or None
        subjects = " ".join(all_text(e) for e in meta.iter() if name_of(e) == "subject")
        draft.kind = kind_of_words(draft.title or "") or draft.kind or kind_of_words(subjects)
        if draft.title:
            draft.blocks.append(Block(role="front", text=draft.title))

    def _author(self, meta: etree._Element) -> None:
        for contributor in meta.iter():
            if name_of(contributor) != "contrib" or contributor.get("contrib-type", "author") != "author":
                continue
            name = find_first(contributor, "name", "name-alternatives/name")
            if name is not None:
                given, family = all_text(find(name, "given-names")), all_text(find(name, "surname"))
                self.draft.first_author = f"{given} {family}".strip() or None
            else:
                self.draft.first_author = all_text(find(contributor, "collab")) or None
            if self.draft.first_author:
                return

    def _number_references(self, article: etree._Element) -> None:
        entries = [e for e in article.iter() if name_of(e) == "ref"]
        for position, entry in enumerate(entries, start=1):
            label = re.sub(r"\D", "", all_text(find(entry, "label")))
            number = int(label) if label and len(label) < 5 else position
            self.numbers[entry.get("id") or ""] = number

    def _references(self, article: etree._Element) -> None:
        entries = [e for e in article.iter() if name_of(e) == "ref"]
        if not entries:
            return
        self._heading("References", 1)
        for entry in entries:
            parts = [child for child in entry if name_of(child) != "label"]
            words = " ".join(_cited(part) for part in parts)
            words = re.sub(r"\s+([.,;:)])", r"\1", " ".join(words.split()))
            if words:
                number = self.numbers.get(entry.get("id") or "", 0)
                self.draft.bibliography.append(BibliographyEntry(number=number, text=tidy(words)))
                self.draft.blocks.append(Block(role="references", text=f"{number}. {tidy(words)}"))

    # -- BioMed Central

    def bmc(self, article: etree._Element) -> None:
        front = find(article, "fm")
        bibl = find(front, "bibl")
        for position, entry in enumerate((e for e in article.iter() if name_of(e) == "bibl" and e.get("id")), start=1):
            number = re.sub(r"\D", "", entry.get("id") or "")
            self.numbers[entry.get("id") or ""] = int(number) if number else position
        draft = self.draft
        if bibl is not None:
            draft.title = self._inline_text(find(bibl, "title")) or None
            draft.journal = all_text(find(bibl, "source")) or None
            year = all_text(find(bibl, "pubdate"))
            draft.year = int(year) if year.isdigit() else None
            author = find(bibl, "aug/au")
            if author is not None:
                draft.first_author = f"{all_text(find(author, 'fnm'))} {all_text(find(author, 'snm'))}".strip() or None
            for identifier in bibl.iter():
                if name_of(identifier) == "pubid":
                    value = all_text(identifier)
                    draft.doi = value.lower() if identifier.get("idtype") == "doi" else draft.doi
                    draft.pmid = value if identifier.get("idtype") in {"pmpid", "pmid"} else draft.pmid
        draft.licence = licence_in(all_text(find(front, "cpyrt")))
        if draft.title:
            draft.blocks.append(Block(role="front", text=draft.title))
        abstract = find(front, "abs")
        if abstract is not None:
            self._heading("Abstract", 1)
            for child in find(abstract, "sec") if find(abstract, "sec") is not None else ():  # type: ignore[union-attr]
                self._element(child, 2)
        body = find(article, "bdy")
        if body is not None:
            self._children(body, 1)
        entries = [e for e in article.iter() if name_of(e) == "bibl" and e.get("id")]
        if entries:
            self._heading("References", 1)
        for entry in entries:
            words = tidy(all_text(entry))
            place = self.numbers[entry.get("id") or ""]
            draft.bibliography.append(BibliographyEntry(number=place, text=words))
            draft.blocks.append(Block(role="references", text=f"{place}. {words}"))

    # -- both

    def _heading(self, text: str, level: int) -> None:
        if text.strip():
            self.draft.blocks.append(Block(role="heading", text=tidy(text).strip(), level=level))

    def _children(self, element: etree._Element, level: int) -> None:
        for child in element:
            self._element(child, level)

    def _element(self, element: etree._Element, level: int) -> None:
        name = name_of(element)
        if name in {"sec", "app", "ack", "notes", "glossary"}:
            title = find(element, "title")
            if title is None:
                title = find(element, "st")
            if title is not None:
                self._heading(self._inline_text(title), level)
            for child in element:
                if child is not title:
                    self._element(child, level + (title is not None))
        elif name in {"title", "label", "st"} or name in _SKIPPED or not name:
            return
        elif name in {"fig", "table-wrap", "tbl"}:
            self._float(element)
        elif name in {"p", "disp-quote", "verse-group", "speech", "statement"}:
            self._paragraph(element, "prose", level)
        elif name in {"list", "l"}:
            for item in element:
                self._paragraph(item, "prose", level, bullet="• ")
        elif name in {"def-list", "def-item"}:
            for item in element:
                self._paragraph(item, "prose", level)
        elif name == "disp-formula":
            self._formula(element)
        else:
            self._children(element, level)

    def _paragraph(self, element: etree._Element, role: BlockRole, level: int, bullet: str = "") -> None:
        """A paragraph as one block; lists, figures and tables inside it become blocks of their own after its words."""
        inner = [
            child
            for child in element.iter()
            if name_of(child) in {"list", "fig", "table-wrap"} and child is not element
        ]
        outer = [child for child in inner if not any(other is not child and child in other.iter() for other in inner)]
        text = self._inline_text(element, skip=frozenset(id(child) for child in outer))
        if text:
            self.draft.blocks.append(Block(role=role, text=bullet + text))
        for child in outer:
            self._element(child, level)

    def _formula(self, element: etree._Element) -> None:
        text = self._inline_text(element)
        if text:
            self.draft.blocks.append(Block(role="prose", text=text))
        else:
            self.pictures += 1

    def _float(self, element: etree._Element) -> None:
        name = name_of(element)
        label = self._inline_text(find(element, "label")) or self._inline_text(find(element, "title"))
        label = label.strip(" .:")
        caption = find(element, "caption")
        words = self._inline_text(caption if caption is not None else find(element, "text"))
        text = f"{label}. {words}".strip(". ") + ("." if words.endswith(".") or not words else "")
        label = label if 0 < len(label) <= 30 else ("Table" if name != "fig" else "Figure")
        if words or label:
            self.draft.blocks.append(Block(role="caption", text=text, label=label))
        for table in (e for e in element.iter() if name_of(e) in {"table", "tblbdy"}):
            rows = [e for e in table.iter() if name_of(e) in {"tr", "r"}]
            for row in rows:
                cells = [self._inline_text(cell) for cell in row if name_of(cell) in {"td", "th", "c"}]
                if any(cells):
                    self.draft.blocks.append(Block(role="table", text=" | ".join(cells), label=label))
        foot = find(element, "table-wrap-foot")
        if foot is None:
            foot = find(element, "tblfn")
        if foot is not None and (note := self._inline_text(foot)):
            self.draft.blocks.append(Block(role="table", text=note, label=label))

    def _inline_text(self, element: etree._Element | None, skip: frozenset[int] = frozenset()) -> str:
        """An element's words on one line, its reference marks fenced."""
        if element is None:
            return ""
        text = tidy_inline("".join(self._pieces(element, skip)))
        return text

    def _pieces(self, element: etree._Element, skip: frozenset[int]) -> list[str]:
        pieces = [_clean(element.text)]
        for child in element:
            name = name_of(child)
            if id(child) in skip or name in _SKIPPED or not name:
                pass
            elif name in {"xref", "abbr"} and (
                child.get("ref-type") == "bibr" or (name == "abbr" and child.get("bid"))
            ):
                pieces.append(self._mark(child, element))
            elif name in {"abbrgrp"}:
                pieces += self._pieces(child, skip)
            elif name in {"sup"} and (mark := self._raised(child)):
                pieces.append(mark)
            else:
                inner = self._pieces(child, skip)
                pieces += [" ", *inner, " "] if name in _BLOCKS or name in {"br", "break", "td", "th"} else inner
            pieces.append(_clean(child.tail))
        return pieces

    def _mark(self, reference: etree._Element, parent: etree._Element) -> str:
        """A reference's mark: fenced when it is a number, left as words when it names authors."""
        shown = all_text(reference)
        bare = shown.strip("[]() ")
        if not numbers_of(bare):
            known = self.numbers.get((reference.get("rid") or reference.get("bid") or "").split(" ")[0])
            return fence(str(known)) if not bare and known else raw_text(reference)
        return fence(bare)

    def _raised(self, element: etree._Element) -> str:
        """Superscript that holds only references, as one mark; "" for any other superscript."""
        linked = [e for e in element.iter() if name_of(e) == "xref" and e.get("ref-type") == "bibr"]
        shown = raw_text(element).strip("[]() ")
        return fence(_DASHES.sub("-", shown)) if linked and numbers_of(shown) else ""


def tidy_inline(text: str) -> str:
    """Words on one line: tidy, marks that stand side by side merged, brackets left empty by them removed."""
    parts = re.split(f"([{MARK_OPEN}{MARK_CLOSE}])", text)
    text = "".join(part if part in {MARK_OPEN, MARK_CLOSE} else tidy(part) for part in parts)
    text = " ".join(text.split())
    dash = rf"{MARK_CLOSE}\s?[-–—]\s?{MARK_OPEN}"
    text = re.sub(dash, "-", text)
    text = re.sub(rf"{MARK_CLOSE}\s?[,;]?\s?{MARK_OPEN}", ",", text)
    text = re.sub(rf"[\[(]\s?({MARK_OPEN}[^{MARK_CLOSE}]*{MARK_CLOSE})\s?[\])]", r"\1", text)
    text = re.sub(rf"\s+({MARK_OPEN})", r"\1", text)
    return re.sub(r"\s+([.,;:)\]])", r"\1", text).replace("( ", "(").strip()


def _clean(text: str | None) -> str:
    return text or ""


def _cited(part: etree._Element) -> str:
    """A cited work's words with blanks between its elements."""
    return " ".join(str(piece).strip() for piece in part.itertext() if str(piece).strip())
