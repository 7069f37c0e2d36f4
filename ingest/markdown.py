"""Markdown: headings, lists and tables by their signs, the rest as paragraphs; marks of emphasis are taken off."""

from __future__ import annotations

import re

from ingest.characters import tidy
from ingest.draft import Block, Draft
from ingest.encodings import decode
from ingest.headings import part_of
from ingest.lines import CAPTION
from ingest.metadata import identify

_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*$")
_ITEM = re.compile(r"\s*(?:[-*+•]|(\d{1,3})[.)])\s+(.*)")
_RULE = re.compile(r"\s*(?:[-*_]\s*){3,}$|\s*\|?[\s:|-]*-{3,}[\s:|-]*$")
_LINK = re.compile(r"!?\[([^\]]*)\]\((?:[^()\s]|\([^()]*\))*(?:\s+\"[^\"]*\")?\)")
_EMPHASIS = re.compile(
    r"(?<![\w*])(\*{1,3})(?=\S)(.+?)(?<=\S)\1(?![\w*])|(?<![\w_])(_{1,3})(?=\S)(.+?)(?<=\S)\3(?![\w_])"
)
_FIELD = re.compile(r"(title|author|authors|journal|year|date|doi|pmid|licence|license)\s*:\s*(.+)", re.IGNORECASE)


def read_markdown(path: str, data: bytes) -> Draft:
    """The draft of a Markdown file. Raises EmptyFile and UnknownEncoding."""
    text, _ = decode(data, path)
    lines = tidy(text).replace("\f", "\n").split("\n")
    draft = Draft()
    lines = _front_matter(draft, lines)
    opened: Block | None = None
    fenced = False
    in_references = False
    for line in lines:
        if line.lstrip().startswith(("```", "~~~")):
            fenced, opened = not fenced, None
            continue
        heading = None if fenced else _HEADING.match(line)
        item = None if fenced else _ITEM.match(line)
        if not line.strip() or (_RULE.match(line) and not fenced):
            opened = None
        elif heading:
            text = _bare(heading[2])
            in_references = part_of(text) == "references"
            opened = None
            if draft.title is None and len(heading[1]) == 1 and part_of(text) is None and not draft.blocks:
                draft.title = text
                draft.blocks.append(Block(role="front", text=text))
            else:
                draft.blocks.append(Block(role="heading", text=text, level=len(heading[1])))
        elif "|" in line.strip()[:1] and not fenced:
            cells = [_bare(cell) for cell in line.strip().strip("|").split("|")]
            draft.blocks.append(Block(role="table", text=" | ".join(cells)))
            opened = None
        elif item:
            sign = f"{item[1]}. " if item[1] else "• "
            opened = Block(role="references" if in_references else "prose", text=sign + _bare(item[2]))
            draft.blocks.append(opened)
        elif opened is None:
            text = _bare(line)
            caption = CAPTION.match(text)
            opened = Block(role="caption" if caption else "references" if in_references else "prose", text=text)
            opened.label = caption["label"] if caption else None
            draft.blocks.append(opened)
        else:
            opened.text += " " + _bare(line)
    identify(draft, [line for line in lines if line.strip()][:10])
    return draft


def _bare(text: str) -> str:
    text = _LINK.sub(lambda found: found[1], text)
    text = re.sub(r"`([^`]*)`", r"\1", text)
    for _ in range(2):
        text = _EMPHASIS.sub(lambda found: found[2] or found[4], text)
    return re.sub(r"\\([\\`*_{}\[\]()#+.!|<>-])", r"\1", text).strip()


def _front_matter(draft: Draft, lines: list[str]) -> list[str]:
    """Read simple `key: value` lines between two rules at the top; anything else is text."""
    if not lines or lines[0].strip() != "---":
        return lines
    end = next((index for index in range(1, min(len(lines), 60)) if lines[index].strip() in {"---", "..."}), None)
    if end is None:
        return lines
    for line in lines[1:end]:
        if not (found := _FIELD.match(line.strip())):
            continue
        key, value = found[1].lower(), found[2].strip().strip("\"'")
        if key == "title":
            draft.title = value
        elif key in {"author", "authors"}:
            draft.first_author = draft.first_author or re.split(r"[;\[\]]| and ", value.strip("[]"))[0].strip() or None
        elif key == "journal":
            draft.journal = value
        elif key in {"year", "date"} and (year := re.search(r"(?:19|20)\d\d", value)):
            draft.year = int(year[0])
        elif key == "doi":
            draft.doi = value.lower().removeprefix("https://doi.org/")
        elif key == "pmid":
            draft.pmid = value
        elif key in {"licence", "license"}:
            draft.licence = value
    return lines[end + 1 :]
