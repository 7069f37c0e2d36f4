"""DOCX (Office Open XML, ECMA-376): the main document's paragraphs, tables and footnote-free text."""

from __future__ import annotations

import re
from io import BytesIO
from zipfile import BadZipFile, LargeZipFile, ZipFile

from lxml import etree

from domain.errors import DamagedFile, EncryptedFile, TooLarge, UnsupportedFormat
from ingest.characters import tidy
from ingest.draft import Block, Draft, fence, numbers_of
from ingest.headings import known_heading, part_of
from ingest.jats import tidy_inline
from ingest.lines import CAPTION
from ingest.markup import all_text, name_of, parse_xml
from ingest.metadata import identify

MAX_UNPACKED = 120_000_000
"""Bytes of the main document when unpacked; a book's is some 10 million."""
_MOST_RATIO = 500
"""Unpacked to packed bytes: Word's own XML stays below 50."""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CURE = "Open it in a word processor and save it again."


def read_docx(path: str, data: bytes) -> Draft:
    """The draft of a DOCX. Raises EncryptedFile, UnsupportedFormat, DamagedFile, TooLarge, EmptyFile."""
    if data.startswith(_OLE):
        raise EncryptedFile(path, "it is encrypted, or an old .doc file", "Save it without a password as .docx.")
    if not data.startswith(b"PK"):
        raise UnsupportedFormat(path, "its name says DOCX but its bytes are not one", "Save it again as .docx.")
    try:
        with ZipFile(BytesIO(data)) as package:
            root = parse_xml(path, _part(path, package, "word/document.xml"))
            names = package.namelist()
            core = parse_xml(path, _part(path, package, "docProps/core.xml")) if "docProps/core.xml" in names else None
            outline = _outline(path, package) if "word/styles.xml" in names else {}
    except (BadZipFile, LargeZipFile, EOFError, NotImplementedError, OSError, RuntimeError, ValueError) as error:
        raise DamagedFile(path, f"its package is damaged ({error})", _CURE) from None
    draft = Draft()
    _properties(draft, core)
    body = next((e for e in root.iter() if name_of(e) == "body"), root)
    in_references = False
    for element in body:
        if name_of(element) == "tbl":
            _table(draft, element)
        elif name_of(element) == "p":
            in_references = _paragraph(draft, element, outline, in_references)
        elif name_of(element) == "sdt":
            for inner in (e for e in element.iter() if name_of(e) == "p"):
                in_references = _paragraph(draft, inner, outline, in_references)
    identify(draft, [block.text for block in draft.blocks[:12]])
    notes = sum(name.endswith(("footnotes.xml", "endnotes.xml")) for name in names)
    if notes and b"footnoteReference" in etree.tostring(root):
        draft.warnings.append("Footnotes were not read.")
    return draft


def _part(path: str, package: ZipFile, name: str) -> bytes:
    try:
        entry = package.getinfo(name)
    except KeyError:
        raise DamagedFile(path, f"it has no {name}", _CURE) from None
    if entry.flag_bits & 0x1:
        raise EncryptedFile(path, "it is encrypted", "Save it without a password.")
    if entry.file_size > MAX_UNPACKED or entry.file_size > _MOST_RATIO * max(entry.compress_size, 2000):
        raise TooLarge(path, f"{name} unpacks to {entry.file_size // 1_000_000} MB", "Do not trust this file.")
    with package.open(entry) as stream:
        unpacked = stream.read(MAX_UNPACKED + 1)
    if len(unpacked) > MAX_UNPACKED:
        raise TooLarge(path, f"{name} unpacks without end", "Do not trust this file.")
    return unpacked


def _outline(path: str, package: ZipFile) -> dict[str, int]:
    """The heading level of each paragraph style that has one; 0 is the title."""
    levels: dict[str, int] = {}
    for style in parse_xml(path, _part(path, package, "word/styles.xml")):
        if name_of(style) != "style":
            continue
        name = next((_value(e) for e in style if name_of(e) == "name"), "").casefold()
        found = re.fullmatch(r"heading (\d)", name)
        if found or name == "title":
            levels[_attribute(style, "styleId")] = int(found[1]) if found else 0
    return levels


def _paragraph(draft: Draft, element: etree._Element, outline: dict[str, int], in_references: bool) -> bool:
    text = _words(element)
    if not text:
        return in_references
    style = next((_value(e) for e in element.iter() if name_of(e) == "pstyle"), "")
    listed = any(name_of(e) == "numpr" for e in element.iter())
    level = outline.get(style)
    known = known_heading(text) if level is None and len(text) < 60 else None
    caption = CAPTION.match(text)
    if level == 0 and draft.title in {None, text}:
        draft.title = text
        draft.blocks.append(Block(role="front", text=text))
    elif level is not None or known:
        draft.blocks.append(Block(role="heading", text=known or text, level=max(1, level or 1)))
        return part_of(text) == "references"
    elif caption and (caption["stop"].strip() or style.casefold() == "caption"):
        draft.blocks.append(Block(role="caption", text=text, label=caption["label"]))
    elif in_references:
        draft.blocks.append(Block(role="references", text=text))
    else:
        draft.blocks.append(Block(role="prose", text=("• " if listed else "") + text))
    return in_references


def _table(draft: Draft, table: etree._Element) -> None:
    last = draft.blocks[-1] if draft.blocks else None
    label = last.label if last is not None and last.role == "caption" else "Table"
    for row in (e for e in table if name_of(e) == "tr"):
        cells = [_words(cell) for cell in row if name_of(cell) == "tc"]
        if any(cells):
            draft.blocks.append(Block(role="table", text=" | ".join(cells), label=label))


def _words(element: etree._Element) -> str:
    pieces: list[str] = []
    for run in element.iter():
        name = name_of(run)
        if name == "t":
            shown = run.text or ""
            parent = run.getparent()
            raised = parent is not None and any(
                name_of(e) == "vertalign" and _value(e) == "superscript" for e in parent.iter()
            )
            pieces.append(fence(shown.strip()) if raised and numbers_of(shown) and _cites(pieces) else shown)
        elif name in {"tab", "br", "cr"}:
            pieces.append(" ")
        elif name == "nobreakhyphen":
            pieces.append("-")
        elif name == "p" and run is not element:
            pieces.append(" ")
    return tidy_inline("".join(pieces))


def _cites(pieces: list[str]) -> bool:
    """Whether a raised number after these words can be a reference mark: units and powers are not."""
    before = "".join(pieces).rstrip()
    return bool(before) and re.search(r"(?:^|[\s\d(/×])(?:[kcmµ]?m|s|10|[a-zA-Z])$|\d$", before) is None


def _properties(draft: Draft, core: etree._Element | None) -> None:
    for element in core if core is not None else ():
        text = tidy(all_text(element))
        if name_of(element) == "title" and text:
            draft.title = text
        elif name_of(element) == "creator" and len(text.split()) > 1:
            draft.first_author = re.split(r"[;,]", text)[0].strip()


def _value(element: etree._Element) -> str:
    return _attribute(element, "val")


def _attribute(element: etree._Element, name: str) -> str:
    return next((str(value) for key, value in element.attrib.items() if str(key).rpartition("}")[2] == name), "")
