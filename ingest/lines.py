"""Lines of extracted text put together again: paragraphs whole, captions and abstracts that interrupt them apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from ingest.draft import PAGE_TURN, Block
from ingest.headings import known_heading, numbered_level, part_of
from ingest.hyphens import Words

CAPTION = re.compile(
    r"(?P<label>(?:Supplementary |Additional )?(?:Figure|Fig\.?|FIGURE|FIG\.?|Table|TABLE|Scheme|Box|Plate|Video)\s?"
    r"(?:S|E)?(?:\d{1,2}[A-Za-z]?|[IVX]{1,4}))\b\s?(?P<stop>[.:|–—-]\s?|\s{2,}|$|(?=\s[A-Z(]))"
)
BULLET = re.compile(r"(?:(?:[■▪•●◦‣∙○□►➢✓§]|\uf0b7)\s*)+(?=\S)|[*–-]\s+(?=\S)")
_FINISHED = re.compile(r"(?:[.!?:…]|(?<=[^\d\s])[.!?:;,]?[)\]”\"’]?[.!?:])[)\]\"”’*†‡]*$")
_FINISHED_CITED = re.compile(r"(?<!\d)[.!?][)\]\"”’]*\d{1,3}(?:[,–-]\d{1,3})*$|[.!?][)\]\"”’]*\s?\[[\d,–\- ]+\]$")
_WANTS_MORE = frozenset(
    "a an the and or of in on at by to for from with without that which who was were is are be been has have had as"
    " than but not between within after before during into per vs no its their our this these those both either such"
    " when where while if because although using due".split()
)
_WIDTH_SHIFT = 0.25
"""Share by which typical line lengths must differ for one column width to have become another."""
_LOOK_AHEAD = 5
_SHORT_LAST = 0.7
"""A line below this share of the column's width may be the last of its paragraph."""


@dataclass(slots=True, kw_only=True)
class Line:
    """One line of extracted text. `gap`: a blank line stands before it; `inset`: it begins with white space."""

    text: str
    page: int = 0
    gap: bool = False
    inset: bool = False


def finished(text: str) -> bool:
    """Whether a text ends as a sentence does, a glued reference number after the stop allowed."""
    bare = text.rstrip()
    if _FINISHED_CITED.search(bare):
        return True
    return bool(_FINISHED.search(bare)) and not re.search(r"\b(?:vs|e\.g|i\.e|cf|Figs?|et al|Drs?|Nos?|[A-Z])\.$", bare)


def wants_more(text: str) -> bool:
    """Whether a text stops where no sentence can: after a comma, a hyphen, a preposition, an article."""
    bare = text.rstrip()
    last = re.search(r"([^\W\d_]+)$", bare)
    return bare.endswith((",", "-", "–", "(", "/", "=", "<", "≤", "≥", ";")) or bool(last and last[1] in _WANTS_MORE)


def blocks_of(lines: Sequence[Line], words: Words) -> list[Block]:
    """The blocks of `lines`, in order: an interrupted paragraph is whole, what interrupted it follows it."""
    return _Builder(lines, words).run()


class _Builder:
    def __init__(self, lines: Sequence[Line], words: Words) -> None:
        self.lines = lines
        self.words = words
        self.blocks: list[Block] = []
        self.open: Block | None = None
        self.floats: list[Block] = []
        self.in_abstract = False
        self.interrupted = False
        self.at = 0
        full = [len(line.text) for line in lines if len(line.text) > 20]
        self.width = median(full) if full else 60.0

    def run(self) -> list[Block]:
        while self.at < len(self.lines):
            line = self.lines[self.at]
            heading = self._heading(line)
            if heading is not None:
                self._open_section(heading, line)
            elif CAPTION.match(line.text) and self._is_caption(line):
                self._caption(line)
            elif BULLET.match(line.text):
                self._bullet(line)
            else:
                self._prose(line)
            self.at += 1
        self._close()
        return self.blocks

    def _heading(self, line: Line) -> str | None:
        known = known_heading(line.text)
        if known is not None and (self.open is None or not wants_more(self.open.text)):
            return known
        following = self.lines[self.at + 1] if self.at + 1 < len(self.lines) else None
        alone = line.gap or self.at == 0
        plain_heading = (
            alone
            and following is not None
            and 3 <= len(line.text) <= 80
            and len(line.text.split()) <= 10
            and line.text[0].isupper() | (numbered_level(line.text) is not None)
            and line.text[-1] not in ".,;:-–"
            and not CAPTION.match(line.text)
            and (self.open is None or finished(self.open.text))
            and following.text[:1].isupper()
            and len(following.text) > len(line.text)
            and not wants_more(line.text)
        )
        return line.text if plain_heading else None

    def _open_section(self, heading: str, line: Line) -> None:
        had_text = self.open is not None or any(block.role == "prose" for block in self.blocks)
        self._close()
        abstract = part_of(heading) == "abstract"
        self.interrupted = abstract and had_text
        self.in_abstract = abstract
        level = numbered_level(line.text) or (1 if part_of(heading) or not self._inside() else 2)
        self.blocks.append(Block(role="heading", text=heading, page=line.page, level=level))

    def _inside(self) -> bool:
        return any(block.role == "heading" and part_of(block.text) for block in self.blocks)

    def _is_caption(self, line: Line) -> bool:
        found = CAPTION.match(line.text)
        assert found is not None
        sure = bool(found["stop"].strip()) or not found["stop"]
        if self.open is not None and not line.gap and wants_more(self.open.text):
            return sure and bool(found["stop"].strip())
        return sure or line.gap

    def _caption(self, line: Line) -> None:
        label = re.sub(r"\s+", " ", CAPTION.match(line.text)["label"])  # type: ignore[index]
        text = line.text
        waiting = self.open is not None and not finished(self.open.text)
        while self.at + 1 < len(self.lines):
            following = self.lines[self.at + 1]
            begins = known_heading(following.text) or CAPTION.match(following.text) or BULLET.match(following.text)
            if begins or (following.gap and (finished(text) or waiting)):
                break
            lower = following.text[:1].islower()
            if finished(text) and (following.inset or (waiting and lower) or self._shifted(line)):
                break
            if waiting and following.inset and lower:
                break
            if following.gap and not lower:
                break
            text = self.words.join(text, self._turned(following, line.page))
            self.at += 1
        role = "caption"
        self.floats.append(Block(role=role, text=text, page=line.page, label=label))  # type: ignore[arg-type]
        if not waiting:
            self._close()

    def _bullet(self, line: Line) -> None:
        self._close()
        self.open = Block(role="prose", text="• " + BULLET.sub("", line.text, count=1), page=line.page)

    def _prose(self, line: Line) -> None:
        if self.open is not None and self._goes_on(line):
            pages = self.open.page + self.open.text.count(PAGE_TURN)
            self.open.text = self.words.join(self.open.text, self._turned(line, pages))
            return
        leaves = self.interrupted and self.open is not None and finished(self.open.text)
        self._close()
        if leaves and self.in_abstract and (line.inset or self._shifted(line) or line.gap):
            self.blocks.append(Block(role="resume", text=""))
            self.in_abstract = self.interrupted = False
        self.open = Block(role="prose", text=line.text, page=line.page)

    def _goes_on(self, line: Line) -> bool:
        assert self.open is not None
        text = self.open.text
        lower = line.text[:1].islower()
        if not finished(text):
            full = len(self.lines[self.at - 1].text) >= _SHORT_LAST * self.width
            return (
                not line.gap
                or lower
                or wants_more(text)
                or line.text[:1] in "(<≤≥=±"
                or (full and not line.text[:1].isupper())
                or (full and line.page != self.open.page + text.count(PAGE_TURN))
            )
        if lower and not line.inset:
            return True
        if line.gap:
            return False
        if self.in_abstract and self.interrupted and (line.inset or self._shifted(line)):
            return False
        last = self.lines[self.at - 1].text
        return not (line.inset or (len(last) < _SHORT_LAST * self.width and line.text[:1].isupper()))

    def _shifted(self, line: Line) -> bool:
        """Whether lines from here on are of another typical length than the ones just before."""
        here = self.lines.index(line) if self.lines[self.at] is not line else self.at
        before = [len(other.text) for other in self.lines[max(0, self.at - _LOOK_AHEAD) : self.at]]
        after = [len(other.text) for other in self.lines[here : here + _LOOK_AHEAD]]
        if len(before) < 2 or len(after) < 2:
            return False
        old, new = median(before), median(after)
        return abs(old - new) > _WIDTH_SHIFT * max(old, new)

    def _turned(self, line: Line, page: int) -> str:
        return PAGE_TURN * max(0, line.page - page) + line.text

    def _close(self) -> None:
        """End the open paragraph; captions that interrupted it follow, or go before it where it leaves their page."""
        paragraph, self.open = self.open, None
        if paragraph is None:
            self.blocks += self.floats
        elif PAGE_TURN in paragraph.text:
            before = [block for block in self.floats if block.page <= paragraph.page]
            after = [block for block in self.floats if block.page > paragraph.page]
            self.blocks += [*before, paragraph, *after]
        else:
            self.blocks += [paragraph, *self.floats]
        self.floats = []
