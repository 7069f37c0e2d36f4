"""How well PDFs are read, judged by the publisher's own paragraphs of the same articles.

Definitions, each in a report of its own per file and over all files:

- *found*: share (0-1) of the true sentences of 60 to 400 characters that stand verbatim in the cleaned text, white
  space, case, dashes, quotation marks and reference marks folded;
- *in order*: share of the found ones on the longest run whose places in the text ascend;
- *word errors*: words joined or split by the reading, per true word;
- *heads inside*: lines printed on at least half of the pages that stand inside a passage;
- *speed*: seconds of plain `page.extract_text()` divided by seconds of the whole reading, the same file, the same run.

The same share of found sentences is given for plain extraction, pages joined by a blank.
"""

from __future__ import annotations

import json
import re
import time
import unicodedata
from bisect import bisect_left
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pypdf import PdfReader

from domain.errors import DatasetError
from domain.sentences import sentence_spans
from domain.settings import Settings
from eval.report import Report, measured
from eval.runinfo import run_info
from ingest.read import read_file

SHORTEST, LONGEST = 60, 400
"""Characters of the true sentences that are looked for (docs in issue 5: below, chance; above, lists and formulas)."""
_EXAMPLES = 12
_FOLDED = str.maketrans({**dict.fromkeys("‐‑‒–—―−", "-"), **dict.fromkeys("‘’ʼ′`", "'"), **dict.fromkeys("“”″", '"')})
_BRACKETED_MARK = re.compile(r"\[\s*\d{1,3}(?:[\s,;\[\]-]+\d{1,3})*\s*\]")
_ANY_MARK = re.compile(r"(?<![\d.])\d{1,3}(?:\s*[,;-]?\s*\d{1,3})*(?![\d.]*\d)")
_WORD = re.compile(r"[a-zà-ÿ]+(?:-[a-zà-ÿ]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReading:
    """One PDF beside its true paragraphs. Shares are 0-1; `plain_found` is that of plain extraction.

    `missing` are the first sentences that were not found, `words` the first joined or split words.
    """

    file: str
    sentences: int
    found: float
    in_order: float
    word_errors: float
    heads_inside: int
    plain_found: float
    speed: float
    missing: tuple[str, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingReport:
    """All files of a folder; the shares over all are weighted by sentences, `errors` names what could not be read."""

    files: tuple[FileReading, ...]
    sentences: int
    found: float
    in_order: float
    word_errors: float
    heads_inside: int
    plain_found: float
    speed: float
    errors: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The report as one JSON value."""
        return asdict(self)


def reading(folder: Path | str) -> ReadingReport:
    """Judge every PDF of `folder`/pdf that has true paragraphs in `folder`/pairs.

    A paragraphs file is JSON Lines with a "text" each, in reading order, named NAME.paras.jsonl for pdf/NAME.pdf.
    Raises DatasetError when there is no such pair, or a line is not in that form.
    """
    root = Path(folder)
    pairs = sorted((root / "pairs").glob("*.paras.jsonl"))
    files: list[FileReading] = []
    errors: list[str] = []
    seconds = [0.0, 0.0]
    for pair in pairs:
        pdf = root / "pdf" / (pair.name.removesuffix(".paras.jsonl") + ".pdf")
        if not pdf.is_file():
            errors.append(f"{pair.name}: there is no {pdf.name}.")
            continue
        judged = _judge(pdf, _paragraphs(pair), seconds)
        if isinstance(judged, str):
            errors.append(judged)
        else:
            files.append(judged)
    if not files:
        raise DatasetError(f"{root}: no PDF with true paragraphs; expected pdf/NAME.pdf and pairs/NAME.paras.jsonl.")
    total = sum(file.sentences for file in files)

    def over_all(name: str) -> float:
        return float(sum(getattr(file, name) * file.sentences for file in files) / total)

    return ReadingReport(
        files=tuple(files),
        sentences=total,
        found=over_all("found"),
        in_order=over_all("in_order"),
        word_errors=over_all("word_errors"),
        heads_inside=sum(file.heads_inside for file in files),
        plain_found=over_all("plain_found"),
        speed=seconds[0] / seconds[1],
        errors=tuple(errors),
    )


def reading_report(folder: Path, settings: Settings) -> Report:
    """The same as a report of the house, for the terminal and the page."""
    found = reading(folder)
    n = found.sentences
    share = "Range 0-1; over sentences of 60-400 characters, white space, case and reference marks folded."
    measures = (
        measured(f"True sentences that stand verbatim in the text. {share}", "sentences found", found.found, n=n),
        measured(f"Those found that stand in reading order. {share}", "in order", found.in_order, n=n),
        measured(f"The same for joined plain pypdf pages. {share}", "plain pypdf found", found.plain_found, n=n),
        measured(
            "Words joined or split, of the true ones. Range 0-1.", "word errors", found.word_errors, n=n, better="lower"
        ),
        measured(
            "Running heads inside a passage.", "heads inside", found.heads_inside, n=n, unit="count", better="lower"
        ),
        measured(
            "Speed as a ratio to plain page.extract_text() over the same files in this run; 1 is equal.",
            "speed ratio", found.speed, n=len(found.files), unit="count",
        ),
    )  # fmt: skip
    rows = tuple({"id": file.file, **asdict(file)} for file in found.files)
    return Report(
        command="reading",
        title=f"Reading {folder.name}",
        measures=measures,
        run=run_info(settings=settings),
        rows=rows,
        notes=found.errors,
        extra=found.as_json(),
    )


def _paragraphs(pair: Path) -> list[str]:
    texts: list[str] = []
    for number, line in enumerate(pair.read_text("utf-8").splitlines(), start=1):
        try:
            texts.append(str(json.loads(line)["text"]))
        except (ValueError, KeyError, TypeError):
            raise DatasetError(f"{pair}, line {number}: not a JSON object with a “text”.") from None
    return texts


def _judge(pdf: Path, paragraphs: list[str], seconds: list[float]) -> FileReading | str:
    begun = time.process_time()
    pages = [page.extract_text() for page in PdfReader(pdf).pages]
    plain_seconds = time.process_time() - begun
    begun = time.process_time()
    result = read_file(pdf, lambda texts: [len(text) // 4 + 2 for text in texts], max_tokens=256)
    own_seconds = time.process_time() - begun
    if result.document is None:
        return str(result.error)
    seconds[0] += plain_seconds
    seconds[1] += own_seconds
    wanted = [
        paragraph[start:end]
        for paragraph in paragraphs
        for start, end in sentence_spans(paragraph)
        if SHORTEST <= end - start <= LONGEST
    ]
    places = find_all(wanted, result.document.text)
    plain = find_all(wanted, " ".join(pages))
    hits = [place for _, place in places if place is not None]
    words = _word_errors(paragraphs, result.document.text)
    heads = _heads(pages)
    inside = [head for head in heads for passage in result.passages if head in _loose(passage.text)]
    return FileReading(
        file=pdf.name,
        sentences=len(wanted),
        found=sum(hit for hit, _ in places) / max(1, len(wanted)),
        in_order=_longest_ascent(hits) / max(1, len(hits)),
        word_errors=len(words) / max(1, sum(len(_words(paragraph)) for paragraph in paragraphs)),
        heads_inside=len(inside),
        plain_found=sum(hit for hit, _ in plain) / max(1, len(wanted)),
        speed=plain_seconds / max(own_seconds, 1e-9),
        missing=tuple(text for text, (hit, _) in zip(wanted, places, strict=True) if not hit)[:_EXAMPLES],
        words=tuple(words[:_EXAMPLES]),
    )


def fold(text: str, *, marks: re.Pattern[str] = _BRACKETED_MARK) -> str:
    """`text` without white space, case, reference marks and the varieties of dashes and quotation marks."""
    simple = unicodedata.normalize("NFKC", text.replace("\u00ad", "")).translate(_FOLDED).casefold()
    return re.sub(r"\s+", "", marks.sub(" ", simple))


def find_all(wanted: list[str], text: str) -> list[tuple[bool, int | None]]:
    """Whether each wanted sentence stands in `text`, and where in the folded text (None: found only without numbers).

    A sentence counts when it is found with bracketed marks folded, or with every number that may be a mark taken out
    on both sides (publishers' texts give some marks as bare numbers).
    """
    strict, lenient = fold(text), fold(text, marks=_ANY_MARK)
    found: list[tuple[bool, int | None]] = []
    after = 0
    for sentence in wanted:
        folded = fold(sentence)
        place = strict.find(folded, max(0, after - 2 * LONGEST))
        place = strict.find(folded) if place < 0 else place
        if place >= 0:
            after = place
            found.append((True, place))
        else:
            found.append((fold(sentence, marks=_ANY_MARK) in lenient, None))
    return found


def _longest_ascent(places: list[int]) -> int:
    ends: list[int] = []
    for place in places:
        at = bisect_left(ends, place + 1)
        ends[at : at + 1] = [place]
    return len(ends)


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", text).translate(_FOLDED).casefold())


def _word_errors(paragraphs: list[str], text: str) -> list[str]:
    """Words of the text that are two true words joined, or two pieces of a true word."""
    true = Counter(word for paragraph in paragraphs for word in _words(paragraph))
    bare = {word.replace("-", "") for word in true}
    read = _words(text)
    errors: list[str] = []
    for word, following in zip(read, [*read[1:], ""], strict=True):
        if word in true:
            continue
        if "-" in word and word.replace("-", "") in bare:
            errors.append(word)
        elif "-" not in word and word in bare:
            errors.append(word)
        elif any(word[:at] in true and word[at:] in true for at in range(3, len(word) - 2)):
            errors.append(word)
        elif following and following not in true and word + following in true:
            errors.append(f"{word} {following}")
    return errors


def _loose(text: str) -> str:
    return re.sub(r"\d+|\s+", "#", text.casefold())


def _heads(pages: list[str]) -> list[str]:
    """Lines that at least half of the pages print, their numbers folded."""
    counts = Counter(
        line for page in pages for line in {_loose(line.strip()) for line in page.split("\n") if len(line.strip()) > 14}
    )
    return sorted(line for line, count in counts.items() if count >= max(3, len(pages) / 2))
