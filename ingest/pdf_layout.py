"""From a PDF's lines to a draft: running heads out, headings, captions and reference list told apart by their dress."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from ingest.byline import NEAR_TITLE, name_in
from ingest.draft import MARK, PAGE_TURN, Block, plain
from ingest.headings import known_heading, numbered_level, part_of
from ingest.hyphens import Words
from ingest.lines import BULLET, CAPTION, finished, wants_more
from ingest.pdf_lines import PdfLine

SAME_SIZE = 0.45
"""Points by which two lines of one text may differ in size (rounding in the file)."""
_INDENT = 0.6
"""Ems."""
_LOOSE = 1.4
"""Times the usual leading from which a blank parts two paragraphs."""
_TIGHT = 1.45
"""Ems from baseline to baseline in a heading of several lines."""
_NEAR_HEADING = 2.2
"""Times the usual leading between a heading and its text at most."""
_INLINE_ABSTRACT = re.compile(r"(Abstract|ABSTRACT|Summary|SUMMARY)\s?[:.—–-]?\s+(?=[A-Z(])")
_KEYWORDS = re.compile(r"(?:key\s?words?|index terms|MeSH|JEL|subject terms)\b", re.IGNORECASE)
_NUMBERED_ENTRY = re.compile(r"[\[(]?(\d{1,3})[\])]?[.)]?(?:\s|$)")
_NAME_ENTRY = re.compile(r"[^\W\d_][\w’'-]+(?: [^\W\d_][\w’'-]+){0,2},? (?:[A-Z]\.?[ ,-]?){1,4}|[A-Z][\w’'-]+, [A-Z]")


@dataclass(slots=True, kw_only=True)
class PdfPage:
    """A page's lines in reading order, and its tables: each a caption's lines, if it has any, and the rows under it."""

    number: int
    width: float
    height: float
    lines: list[PdfLine]
    tables: list[tuple[list[PdfLine], list[PdfLine]]] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Layout:
    """What the layout gave: blocks, the title as the largest print of the first page, and what was left out.

    `under_title` are the lines below the title, in its columns, from top to bottom.
    """

    blocks: list[Block]
    title: str | None
    under_title: list[str]
    figure_texts: int = 0


def body_size_of(pages: Sequence[PdfPage]) -> float:
    """The size in points in which most of the text is set."""
    sizes = Counter[float]()
    for page in pages:
        for line in page.lines:
            sizes[round(line.size * 2) / 2] += len(line.text)
    if not sizes:
        return 10.0
    top = min(sizes, key=lambda size: (-sizes[size], -size))
    exact = Counter[float]()
    for page in pages:
        for line in page.lines:
            if abs(line.size - top) <= 0.5:
                exact[line.size] += len(line.text)
    return min(exact, key=lambda size: (-exact[size], -size))


def lay_out(pages: Sequence[PdfPage], words: Words) -> Layout:
    """The blocks of the pages, whose running heads are already gone."""
    return _Layouter(pages, words).run()


class _Layouter:
    def __init__(self, pages: Sequence[PdfPage], words: Words) -> None:
        self.pages = pages
        self.words = words
        self.body = body_size_of(pages)
        gaps = [
            above.y - below.y
            for page in pages
            for above, below in zip(page.lines, page.lines[1:], strict=False)
            if above.column == below.column and abs(above.size - self.body) < SAME_SIZE and 0 < above.y - below.y < 40
        ]
        self.leading = median(gaps) if gaps else 1.2 * self.body
        self.blocks: list[Block] = []
        self.main: Block | None = None
        self.main_size = self.body
        self.main_last: PdfLine | None = None
        self.side: Block | None = None
        self.side_last: PdfLine | None = None
        self.floats: list[Block] = []
        self.late: list[Block] = []
        self.styles = _heading_styles(pages, self.body)
        self.keywords: tuple[Block, PdfLine] | None = None
        self.in_references = False
        self.in_abstract = False
        self.abstract_size = 0.0
        self.seen_body = False
        self.entry_number = 0
        self.numbered_entries = False
        self.figure_texts = 0
        self.title, self.title_lines, self.under_title = self._find_title()
        self.front_until = self._front_end()

    # -- the first page

    def _find_title(self) -> tuple[str | None, set[int], list[str]]:
        if not self.pages:
            return None, set(), []
        page = self.pages[0]
        usable = [
            line
            for line in page.lines
            if line.y > 0.35 * page.height and len(line.text) > 3 and known_heading(line.text) is None
        ]
        if not usable:
            return None, set(), []
        sizes = sorted({round(line.size, 1) for line in usable}, reverse=True)
        for size in sizes[:4]:
            if size < self.body + 0.9:
                break
            chosen = [line for line in usable if abs(line.size - size) < 0.6]
            text = " ".join(plain(line.text) for line in chosen)
            if (
                len(text.split()) >= 3
                and len(text) <= 400
                and not re.search(r"journal|https?:|^doi", text[:60].lower())
            ):
                title = ""
                for line in chosen:
                    title = self.words.join(title, plain(line.text))
                left, right = min(line.x0 for line in chosen), max(line.x1 for line in chosen)
                low = min(line.y for line in chosen)
                below = [line for line in page.lines if line.y < low and left - line.size < line.x0 < right]
                below.sort(key=lambda line: (-line.y, line.x0))
                below = [line for line in below if len(line.text) > 5]
                byline = {id(line) for line in below[:NEAR_TITLE] if name_in(MARK.sub(" * ", line.text))}
                return title, {id(line) for line in chosen} | byline, [line.text for line in below]
        return None, set(), []

    def _front_end(self) -> int:
        """How many of the first page's lines, in order, stand before the abstract or the first text."""
        if not self.pages or len(self.pages[0].lines) < 2:
            return 0
        lines = self.pages[0].lines
        for index, line in enumerate(lines):
            known = known_heading(line.text)
            if (known and part_of(known) not in {"back", "references"}) or _INLINE_ABSTRACT.match(line.text):
                return index
        for index in range(len(lines) - 3):
            run = lines[index : index + 4]
            if all(abs(line.size - self.body) < SAME_SIZE and len(line.text) > 35 for line in run):
                return index
        return 0

    # -- the walk

    def run(self) -> Layout:
        for page in self.pages:
            self._page(page)
        self._flush_side()
        self._close_main()
        return Layout(
            blocks=self.blocks, title=self.title, under_title=self.under_title, figure_texts=self.figure_texts
        )

    def _page(self, page: PdfPage) -> None:
        lines = page.lines
        figure_text = self._figure_text(page)
        at = 0
        while at < len(lines):
            line = lines[at]
            if page.number == 1 and at < self.front_until:
                self.blocks.append(Block(role="front", text=line.text, page=1))
                at += 1
                continue
            if id(line) in self.title_lines:
                self.blocks.append(Block(role="front", text=line.text, page=1))
                at += 1
                continue
            if id(line) in figure_text and not self.in_references:
                self.figure_texts += 1
                at += 1
                continue
            caption = CAPTION.match(plain(line.text))
            if caption and not self.in_references and self._is_caption(lines, at, caption):
                at = self._caption(lines, at, caption)
                continue
            taken = self._heading(lines, at)
            if taken:
                at += taken
                continue
            if self.in_references:
                self._entry(line)
            else:
                self._prose(line, page.number == 1)
            at += 1
        self._flush_side()
        for captions, rows in page.tables:
            self._table(captions, rows)
        self._place_floats()

    def _place_floats(self) -> None:
        """Captions and tables follow the page's text, or go before the paragraph that runs on to the next page."""
        if not self.floats:
            return
        if self.main is not None and not finished(plain(self.main.text)):
            at = next(index for index, block in enumerate(self.blocks) if block is self.main)
            self.blocks[at:at] = [block for block in self.floats if block.page <= self.main.page]
            self.late += [block for block in self.floats if block.page > self.main.page]
        else:
            self._close_main()
            self.blocks += self.floats
        self.floats = []

    def _figure_text(self, page: PdfPage) -> set[int]:
        """Short lines in another size than the text's, most of them above a figure's caption: lettering of pictures."""
        lettering: set[int] = set()
        for index, line in enumerate(page.lines):
            words = plain(line.text)
            if (
                abs(line.size - self.body) < SAME_SIZE
                or line.size > self.body + 2
                or (line.bold and line.size > self.body)
            ):
                continue
            if (page.number == 1 and index < self.front_until) or CAPTION.match(words) or BULLET.match(words):
                continue
            near = [
                other
                for other in page.lines[max(0, index - 1) : index + 2]
                if other is not line and abs(other.size - line.size) < SAME_SIZE and len(other.text) > 28
            ]
            letters = sum(char.isalpha() for char in words)
            if letters > 0.7 * len(words) and self._between_prose(page.lines, index):
                continue
            if (not near and len(words) < 28 and known_heading(words) is None) or letters < 0.35 * len(words):
                lettering.add(id(line))
        return lettering

    def _between_prose(self, lines: Sequence[PdfLine], index: int) -> bool:
        """Whether a line in another size stands where a heading does: over a paragraph, under the end of one."""
        first = last = index
        while first and index - first < 2 and _follows(lines[first - 1], lines[first], _TIGHT):
            first -= 1
        while last + 1 < len(lines) and last - index < 2 and _follows(lines[last], lines[last + 1], _TIGHT):
            last += 1
        below = lines[last + 1] if last + 1 < len(lines) else None
        above = lines[first - 1] if first else None
        if below is None or not lines[first].text[:1].isupper() or plain(lines[last].text)[-1:] in ".,;:":
            return False
        near = below.column == lines[last].column and 0 < lines[last].y - below.y < _NEAR_HEADING * self.leading
        flush = abs(lines[first].x0 - below.left) < 2.5 * below.size
        opens = abs(below.size - self.body) < SAME_SIZE and below.text[:1].isupper() and len(below.text) > 25
        ended = (
            above is None
            or above.column != lines[first].column
            or finished(plain(above.text))
            or known_heading(above.text) is not None
        )
        return near and flush and opens and ended

    # -- captions and tables

    def _is_caption(self, lines: Sequence[PdfLine], at: int, found: re.Match[str]) -> bool:
        line = lines[at]
        stop = found["stop"].strip()
        before = lines[at - 1] if at else None
        fresh = before is None or before.column != line.column or before.y - line.y > 1.25 * self.leading
        other_dress = abs(line.size - self.body) >= SAME_SIZE or line.bold
        if stop:
            return fresh or other_dress or (before is not None and finished(plain(before.text)))
        running = self.main is not None and not finished(plain(self.main.text)) and not other_dress
        return (
            (fresh or other_dress) and not running and bool(re.match(r"\s?[A-Z(]|$", plain(line.text)[found.end() :]))
        )

    def _caption(self, lines: Sequence[PdfLine], at: int, found: re.Match[str]) -> int:
        first = last = lines[at]
        text = first.text
        at += 1
        while at < len(lines):
            line = lines[at]
            step = last.y - line.y
            if line.column != last.column and not (line.wide and last.wide):
                break
            if step > 1.75 * max(line.size, first.size) or step < -1 or abs(line.size - first.size) > SAME_SIZE:
                break
            if CAPTION.match(plain(line.text)) or known_heading(line.text):
                break
            same_as_body = abs(first.size - self.body) < SAME_SIZE
            if same_as_body and finished(plain(text)) and (step > 1.2 * self.leading or last.x1 < 0.9 * last.right):
                break
            text = self.words.join(text, line.text)
            last = line
            at += 1
        label = " ".join(found["label"].split())
        self.floats.append(Block(role="caption", text=text, page=first.page, label=label))
        return at

    def _table(self, captions: list[PdfLine], rows: list[PdfLine]) -> None:
        text = ""
        for line in captions:
            text = self.words.join(text, line.text)
        found = CAPTION.match(plain(text))
        label = " ".join(found["label"].split()) if found else "Table"
        if captions:
            self.floats.append(Block(role="caption", text=text, page=captions[0].page, label=label))
        for row in rows:
            cells = " | ".join(words for _, _, words in row.cells) or row.text
            self.floats.append(Block(role="table", text=cells, page=row.page, label=label))

    # -- headings

    def _heading(self, lines: Sequence[PdfLine], at: int) -> int:
        """Open a section when a heading stands at `at`; how many lines it takes, 0 when there is none."""
        line = lines[at]
        words = plain(line.text).strip()
        inline = _INLINE_ABSTRACT.match(words) if line.page == 1 and not self.in_abstract else None
        if inline and not self.seen_body and known_heading(words) is None:
            self._open(inline[1].capitalize(), 1, line)
            line.text = line.text[line.text.find(inline[1]) + inline.end() :].lstrip()
            return 0
        if not self._looks_like_heading(lines, at, words):
            return 0
        taken = 1
        text = words
        while at + taken < len(lines) and taken < 3:
            more = lines[at + taken]
            same = _style(more) == _style(line) and more.column == line.column
            near = 0 < lines[at + taken - 1].y - more.y < 1.5 * line.size
            if not same or not near or known_heading(more.text) or known_heading(text) or numbered_level(more.text):
                break
            if not self._looks_like_heading(lines, at + taken, plain(more.text)) and not more.text[:1].islower():
                break
            text = self.words.join(text, plain(more.text))
            taken += 1
        self._open(known_heading(text) or text, self._level(text, line), line)
        return taken

    def _looks_like_heading(self, lines: Sequence[PdfLine], at: int, words: str) -> bool:
        line = lines[at]
        if not 2 < len(words) <= 120 or not words[0].isalnum() or (line.text != words and len(plain(line.text)) < 3):
            return False
        known = known_heading(words)
        running = self.main is not None and not finished(plain(self.main.text))
        if running and wants_more(plain(self.main.text)) and not (known and _dressed(line, self.body)):  # type: ignore[union-attr]
            return False
        if known is not None:
            return _dressed(line, self.body) or not running or len(words) > 6
        if self.in_references or not any(char.isalpha() for char in words):
            return False
        if words[-1] in ".,;:" and not (line.bold and len(words) < 60 and words[-1] in ":"):
            return False
        if words[0].islower() or len(line.cells) > 2 or len(words.split()) > 16:
            return False
        numbered = numbered_level(words) is not None
        above = lines[at - 1] if at else None
        loose = above is None or above.column != line.column or above.y - line.y > 1.15 * self.leading
        if line.size > self.body + 0.8:
            return True
        if abs(line.size - self.body) > SAME_SIZE and not line.bold:
            return self._between_prose(lines, at)
        if line.bold and line.size > self.body - 0.8:
            return not running or loose
        if running and not loose:
            return False
        below = lines[at + 1] if at + 1 < len(lines) else None
        if not running and below is not None and self._stands_alone(line, below):
            return True
        capitals = words.isupper() and sum(char.isalpha() for char in words) > 3 and len(words.split()) < 10
        short = line.x1 - line.x0 < 0.75 * (line.right - line.left)
        return (
            short and loose and (capitals or (line.italic and len(words) < 80) or (numbered and line.size >= self.body))
        )

    def _stands_alone(self, line: PdfLine, below: PdfLine) -> bool:
        """Whether a line after a finished paragraph is a heading by its place alone: short, and a text opens below."""
        words = plain(line.text)
        letters = sum(char.isalpha() or char == " " for char in words)
        return (
            below.column == line.column
            and abs(line.size - self.body) < 2 * SAME_SIZE
            and abs(below.size - self.body) < SAME_SIZE
            and line.x1 - line.x0 < 0.7 * (line.right - line.left)
            and line.x0 - line.left < 2.5 * line.size
            and len(words.split()) <= 10
            and letters > 0.85 * len(words)
            and below.text[:1].isupper()
            and below.x1 - below.x0 > 0.8 * (line.right - line.left)
            and not wants_more(words)
        )

    def _level(self, text: str, line: PdfLine) -> int:
        numbered = numbered_level(text)
        if numbered:
            return numbered
        style = _style(line)
        if style in self.styles:
            return min(4, self.styles.index(style) + 1)
        return 1 if part_of(text) in {"abstract", "references"} or line.size > self.body + 3 else 2

    def _open(self, heading: str, level: int, line: PdfLine) -> None:
        self._flush_side()
        self._close_main()
        self.keywords = None
        part = part_of(heading)
        self.in_references = part == "references"
        self.in_abstract = part == "abstract"
        self.abstract_size = 0.0
        self.entry_number = 0
        self.numbered_entries = False
        if part in {"abstract", "references", "introduction", "methods", "results", "discussion", "conclusion", "case"}:
            level = min(level, 1) if part in {"abstract", "references"} else level
        self.blocks.append(Block(role="heading", text=heading, page=line.page, level=level))

    # -- prose

    def _prose(self, line: PdfLine, first_page: bool) -> None:
        if _KEYWORDS.match(line.text) and first_page:
            self._flush_side()
            self._close_main()
            self.keywords = (Block(role="front", text=line.text, page=line.page), line)
            self.blocks.append(self.keywords[0])
            if self.in_abstract:
                self.blocks.append(Block(role="resume", text=""))
            self.in_abstract = False
            return
        if self.keywords is not None:
            block, last = self.keywords
            if last.column == line.column and 0 < last.y - line.y < 1.5 * line.size:
                block.text = self._joined(block, line)
                self.keywords = (block, line)
                return
            self.keywords = None
        if self.in_abstract:
            self.abstract_size = self.abstract_size or line.size
        if self.main is not None and abs(line.size - self.main_size) > SAME_SIZE:
            in_body = abs(self.main_size - self.body) < SAME_SIZE
            cut = in_body and not finished(plain(self.main.text))
            if cut or (first_page and line.size < self.body - SAME_SIZE):
                self._to_side(line, first_page)
                return
            self._close_main()
        elif self.main is None and first_page and line.size < self.body - SAME_SIZE and not self.in_abstract:
            self._to_side(line, first_page)
            return
        self._flush_side()
        if self.main is not None and self._goes_on(self.main, self.main_last, line):
            self.main.text = self._joined(self.main, line)
        else:
            self._close_main()
            self.main = self._new(line, "prose")
            self.blocks.append(self.main)
            self.main_size = line.size
        self.main_last = line
        self.seen_body = self.seen_body or not self.in_abstract

    def _to_side(self, line: PdfLine, first_page: bool) -> None:
        if self.side is not None and self.side_last is not None:
            same = abs(line.size - self.side_last.size) < SAME_SIZE and line.column == self.side_last.column
            if same and self._goes_on(self.side, self.side_last, line):
                self.side.text = self._joined(self.side, line)
                self.side_last = line
                return
        self._flush_side()
        small = line.size < self.body - SAME_SIZE
        self.side = self._new(line, "prose")
        if first_page and small:
            self.side.role = "front"
        self.side_last = line

    def _new(self, line: PdfLine, role: str) -> Block:
        text = line.text
        if BULLET.match(text):
            text = "• " + BULLET.sub("", text, count=1)
        return Block(role=role, text=text, page=line.page)  # type: ignore[arg-type]

    def _joined(self, block: Block, line: PdfLine) -> str:
        page = block.page + block.text.count(PAGE_TURN)
        return self.words.join(block.text, PAGE_TURN * max(0, line.page - page) + line.text)

    def _goes_on(self, block: Block, last: PdfLine | None, line: PdfLine) -> bool:
        words = plain(block.text)
        if last is None or BULLET.match(line.text):
            return False
        here = line.column == last.column and line.page == last.page
        gap = last.y - line.y
        loose = here and gap > _LOOSE * self.leading * (line.size / self.body)
        if not finished(words):
            if line.text[:1].islower() or wants_more(words) or not here:
                return True
            return not loose or not line.text[:1].isupper()
        if line.text[:1].islower():
            return True
        if loose:
            return False
        if here:
            indented = line.x0 > last.x0 + _INDENT * line.size and line.x0 > line.left + _INDENT * line.size
            short = last.x1 < last.right - 0.12 * (last.right - last.left)
            return not indented and not (short and line.text[:1].isupper())
        indented = line.x0 > line.left + _INDENT * line.size
        return not indented and last.x1 > last.right - 0.08 * (last.right - last.left)

    def _flush_side(self) -> None:
        side, self.side, self.side_last = self.side, None, None
        if side is None:
            return
        if side.role == "front" or (self.main is not None and not finished(plain(self.main.text))):
            self.floats.append(side)
        else:
            self._close_main()
            self.blocks.append(side)

    def _close_main(self) -> None:
        self.main = self.main_last = None
        self.blocks += self.late
        self.late = []

    # -- references

    def _entry(self, line: PdfLine) -> None:
        text = line.text
        found = _NUMBERED_ENTRY.match(plain(text))
        number = int(found[1]) if found else 0
        begins = self.entry_number < number <= self.entry_number + 3
        if self.entry_number == 0 and number == 1:
            self.numbered_entries = True
        last = self.main_last
        if self.numbered_entries:
            if begins:
                self.entry_number = number
        else:
            hanging = last is not None and line.x0 < last.x0 - 0.5 * line.size
            outdented = line.x0 <= line.left + 2.5
            complete = self.main is not None and finished(plain(self.main.text))
            begins = bool(_NAME_ENTRY.match(text)) and (hanging or (outdented and complete) or self.main is None)
        if begins or self.main is None:
            self._close_main()
            self.main = Block(role="references", text=text, page=line.page)
            self.blocks.append(self.main)
        else:
            self.main.text = self._joined(self.main, line)
        self.main_last = line


def _follows(above: PdfLine, below: PdfLine, most: float) -> bool:
    """Whether two lines are of one text: the same column and size, at most `most` ems apart."""
    same = above.column == below.column and abs(above.size - below.size) < SAME_SIZE
    return same and 0 < above.y - below.y < most * below.size


def _style(line: PdfLine) -> tuple[float, bool, bool, bool]:
    return (round(line.size * 2) / 2, line.bold, plain(line.text).isupper(), line.italic)


def _dressed(line: PdfLine, body: float) -> bool:
    return line.bold or line.italic or line.size > body + 0.4 or plain(line.text).isupper()


def _heading_styles(pages: Sequence[PdfPage], body: float) -> list[tuple[float, bool, bool, bool]]:
    """The dresses of the document's headings, outermost first: that of its known parts, then what is smaller."""
    known = Counter[tuple[float, bool, bool, bool]]()
    other = Counter[tuple[float, bool, bool, bool]]()
    main = {"introduction", "methods", "results", "discussion", "conclusion", "references", "case"}
    for page in pages:
        for line in page.lines:
            words = plain(line.text)
            if part_of(words) in main and known_heading(words):
                known[_style(line)] += 1
            elif _dressed(line, body) and 3 < len(words) < 90 and line.size > body - 0.8 and words[-1] not in ".,;":
                other[_style(line)] += 1
    if not known:
        return []
    first = min(known, key=lambda style: (-known[style], -style[0]))
    lower = [style for style in other if style != first and style[:2] <= first[:2]]
    lower.sort(key=lambda style: (-style[0], not style[1], not style[2], style[3]))
    return [first, *lower]
