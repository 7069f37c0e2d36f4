"""Markup read safely: no entity is expanded, no address is called, and there is an end to depth and size."""

from __future__ import annotations

import re

from lxml import etree

from domain.errors import DamagedFile, EmptyFile, TooLarge
from ingest.encodings import decode

MAX_ELEMENTS = 400_000
"""Elements in one file: the largest PubMed Central articles have some 100,000."""
MAX_DEPTH = 200
_CURE = "Get it anew from its publisher."
_BOMB = re.compile(rb"<!ENTITY\s+(?:%\s*)?[\w.-]+\s+[\"'][^\"']*&[\w#.-]+;", re.IGNORECASE)


def parse_xml(path: str, data: bytes) -> etree._Element:
    """The root element. Raises EmptyFile, DamagedFile when malformed, TooLarge for a bomb or a giant."""
    if not data.strip():
        raise EmptyFile(path, "it is empty", _CURE)
    if _BOMB.search(data[:200_000]):
        raise TooLarge(path, "it defines entities by entities, which grow without end", "Do not trust this file.")
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, dtd_validation=False, huge_tree=False, recover=False
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        words = str(error)
        if "Excessive depth" in words or "huge" in words.lower() or "Maximum" in words:
            raise TooLarge(path, f"it is nested or long beyond reading ({words})", "Get a simpler version.") from None
        raise DamagedFile(path, f"its XML is malformed ({words})", _CURE) from None
    except ValueError as error:
        raise DamagedFile(path, f"its XML cannot be read ({error})", _CURE) from None
    if root is None:
        raise DamagedFile(path, "it has no root element", _CURE)
    _measure(path, root)
    return root


def parse_html(path: str, data: bytes) -> etree._Element:
    """The root element of a page, however untidy. Raises EmptyFile, UnknownEncoding, DamagedFile, TooLarge."""
    text, _ = decode(data, path)
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    parser = etree.HTMLParser(no_network=True, huge_tree=False, encoding="utf-8", remove_comments=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise DamagedFile(path, f"its HTML cannot be read ({error})", "Save the page again.") from None
    if root is None:
        raise EmptyFile(path, "it holds no page", "Save the page again.")
    _measure(path, root)
    return root


def _measure(path: str, root: etree._Element) -> None:
    depth = count = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        count += event == "start"
        if depth > MAX_DEPTH:
            raise TooLarge(path, f"it is nested more than {MAX_DEPTH} deep", "Get a simpler version of it.")
        if count > MAX_ELEMENTS:
            raise TooLarge(path, f"it has more than {MAX_ELEMENTS} elements", "Split it into smaller files.")


def name_of(element: etree._Element) -> str:
    """The element's local name in lower case; "" for a comment or an instruction."""
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def find(element: etree._Element | None, path: str) -> etree._Element | None:
    """The first descendant along a path of local names, "front/article-meta"; None when one is missing."""
    for step in path.split("/"):
        if element is None:
            return None
        element = next((child for child in element if name_of(child) == step), None)
    return element


def find_first(element: etree._Element | None, *paths: str) -> etree._Element | None:
    """The first of `paths` that leads somewhere."""
    return next((found for path in paths if (found := find(element, path)) is not None), None)


def raw_text(element: etree._Element) -> str:
    """Every character below an element, white space as it stands."""
    return "".join(str(piece) for piece in element.itertext())


def all_text(element: etree._Element | None) -> str:
    """Every word below an element, single blanks between them; "" for None."""
    return " ".join(raw_text(element).split()) if element is not None else ""
