"""Sources as HTML: every word that comes from a document is escaped here, and only here becomes markup."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from html import escape
from typing import TYPE_CHECKING

from domain.answer import Abstention, Answer
from domain.claim import Citation, Claim
from domain.conflict import Conflict
from domain.document import Document
from domain.evidence import EvidenceRecord, Source
from domain.hit import Hit
from domain.notice import Notice
from domain.passage import Passage
from domain.prose import REASON_WORDS, is_quotation, place
from domain.quiz import QuizItem
from domain.reference import CONFIDENCE_WORDS, KIND_WORDS, byline, link, sources_of

if TYPE_CHECKING:
    from qa.evidence import EvidenceRow

RecordOf = Callable[[str], EvidenceRecord | None]

NOTICE_WORDS = {
    "conflict": "Sources disagree",
    "two-values": "Two values in one source",
    "implausible-value": "A value that cannot be right",
    "ambiguous-abbreviation": "One abbreviation, two meanings",
    "order-differs": "The order of events differs",
    "second-hand": "A figure quoted second-hand",
    "superseded": "Superseded",
    "single-report": "Rests on a single report",
    "secondary-source": "From a secondary source",
    "retracted": "Retracted or corrected",
    "premise": "The question supposes something else",
    "model": "From the language model",
}
"""What each kind of notice is called on the page."""

LISTED_AT_ONCE = 3
AROUND = 220
"""Characters of the passage that are shown on either side of the quote."""
SUPPORT_WORDS = {"partial": "partly supported", "unsupported": "not supported", "contradicted": "contradicted"}


def answer(said: Answer) -> str:
    """The claims of an answer, one paragraph each, with the numbers of their citations."""
    paragraphs = "".join(_claim(claim, said.citations) for claim in said.claims)
    rests = f'<p class="ch-rests">Rests on {escape(said.rests_on)}</p>' if said.rests_on else ""
    return f'<div class="ch-answer">{paragraphs}</div>{rests}'


def abstention(unsaid: Abstention) -> str:
    """Why there is no answer, and which slot is missing."""
    missing = f'<p class="ch-missing">Missing: {escape(unsaid.missing)}</p>' if unsaid.missing else ""
    return (
        '<div class="ch-abstention"><p class="ch-kicker">No answer from this base</p>'
        f"<p>{escape(REASON_WORDS[unsaid.reason])}</p>{missing}</div>"
    )


def notices(given: Iterable[Notice]) -> str:
    """What a reader must know beside the answer."""
    told = [(NOTICE_WORDS[notice.kind], notice) for notice in given]
    return "".join(
        f'<div class="ch-notice"><p class="ch-kicker">{escape(kicker)}</p>'
        f"<p>{escape(notice.text.removeprefix(kicker + '. '))}{_marks(notice.citations)}</p></div>"
        for kicker, notice in told
    )


def source(citation: Citation, record: RecordOf, *, anchor: str = "source-", folded: bool = False) -> str:
    """One source card: what it is, where the words stand, whose they are, and the passage with the quote marked.

    A `folded` card shows its title alone; a link to it unfolds it.
    """
    document, stands = citation.document, citation.passage
    head = f'<span class="ch-n">{citation.n}</span> {escape(document.title)}'
    body = (
        f"{_about(document)}{_retraction(document)}{_where(place(document, stands, citation.start))}"
        f"{passage(document, stands, citation.start, citation.end)}{_words(document, stands, record)}"
    )
    name = f"{anchor}{citation.n}"
    if folded:
        return f'<details class="ch-source"><summary>{head}</summary><div id="{name}">{body}</div></details>'
    return f'<div class="ch-source" id="{name}"><p class="ch-title">{head}</p>{body}</div>'


def near(hit: Hit) -> str:
    """A nearest passage under an abstention: shown for orientation, nothing in it is marked."""
    document, found = hit.document, hit.passage
    return (
        f'<div class="ch-source ch-near"><p class="ch-title">{escape(document.title)}</p>{_about(document)}'
        f"{_where(place(document, found, found.start))}{passage(document, found)}</div>"
    )


def removed(claims: Iterable[Claim]) -> str:
    """What a language model said without support, and why it was taken out."""
    return "".join(
        f'<div class="ch-removed"><p>{escape(claim.text)}</p>'
        f'<p class="ch-small">{escape(" ".join(claim.reasons))}</p></div>'
        for claim in claims
    )


def question(item: QuizItem) -> str:
    """A quiz item as a student sees it."""
    options = "".join(f"<li>{escape(option)}</li>" for option in item.options)
    return f'<div class="ch-item"><p>{escape(item.stem)}</p>{f"<ol>{options}</ol>" if options else ""}</div>'


def key(item: QuizItem) -> str:
    """The right answer, why it is right, why each other option is wrong, and what a teacher should know."""
    right = item.options[item.answer] if isinstance(item.answer, int) and item.options else str(item.answer)
    wrong = "".join(
        f"<li>{escape(option)}: {escape(note)}</li>"
        for option, note in zip(item.options, item.distractor_notes, strict=False)
        if note
    )
    caveat = f'<p class="ch-small">For the teacher: {escape(item.caveat)}</p>' if item.caveat else ""
    wrongs = f'<p class="ch-small">Why not the others</p><ul>{wrong}</ul>' if wrong else ""
    proof = f'<p class="ch-title">{escape(right)}</p><p>{escape(item.rationale)}</p>'
    return f'<div class="ch-item">{proof}{wrongs}{caveat}</div>'


def recommendation(row: EvidenceRow) -> str:
    """One recommendation with its class and level; a superseded one says so."""
    grade = " · ".join(
        part
        for part in (
            f"class {row.class_cor}" if row.class_cor else "",
            f"level {row.level_loe}" if row.level_loe else "level not seen",
            row.society or "",
            str(row.guideline_year or row.year or ""),
        )
        if part
    )
    later = '<p class="ch-doubt">Superseded by a later recommendation</p>' if row.superseded_by else ""
    population = f" Population: {escape(row.population)}." if row.population else ""
    advice = (row.value or row.note or "").rstrip(".")
    return (
        f'<div class="ch-source"><p class="ch-title">{escape(grade)}</p>{later}'
        f'<p class="ch-wording">{escape(advice)}.{population}</p>'
        f'<p class="ch-small">{escape(row.title)}</p></div>'
    )


def conflict(point: Conflict, titles: Mapping[str, str]) -> str:
    """A disputed point with every side, its figures and who says it."""
    sides = "".join(
        f'<li>{escape(side.claim)}<br><span class="ch-small">'
        f"{escape('; '.join(titles.get(record, record) for record in side.records))}</span></li>"
        for side in point.positions
    )
    return f'<div class="ch-notice"><p class="ch-kicker">{escape(point.topic)}</p><ul>{sides}</ul></div>'


def passage(document: Document, shown: Passage, start: int | None = None, end: int | None = None) -> str:
    """The passage with the quote between `start` and `end` marked and its reference marks as superscripts.

    What stands far before and after the quote is folded away, and one click away.
    """
    own = "ch-quote" if document.origin == "document" else "ch-wording"
    if start is None or end is None:
        return f'<p class="{own}">{_text(document, shown.start, shown.end)}</p>'
    opens = _break(document.text, shown.start, start - AROUND)
    closes = _break(document.text, end + AROUND, shown.end) if end + AROUND < shown.end else shown.end
    near = f"{_text(document, opens, start)}<mark>{_text(document, start, end)}</mark>{_text(document, end, closes)}"
    before = _folded("The passage up to here", _text(document, shown.start, opens), own)
    after = _folded("The rest of the passage", _text(document, closes, shown.end), own)
    return f'{before}<p class="{own}">{near}</p>{after}'


def _break(text: str, low: int, high: int) -> int:
    """A place between words at or before `high`, not before `low`."""
    while high > low and not text[high - 1].isspace():
        high -= 1
    return max(low, high)


def _folded(summary: str, text: str, own: str) -> str:
    if not text.strip():
        return ""
    return f'<details class="ch-small"><summary>{summary}</summary><p class="{own}">{text}</p></details>'


def _text(document: Document, start: int, end: int) -> str:
    """The document's text, escaped, its reference marks back as superscripts."""
    pieces, at = [], start
    for mark in document.references:
        if start < mark.at <= end:
            pieces += [escape(document.text[at : mark.at]), f"<sup>{','.join(map(str, mark.numbers))}</sup>"]
            at = mark.at
    return "".join([*pieces, escape(document.text[at:end])])


def plain(text: str) -> str:
    """The text for a label or a heading: its Markdown signs are shown, not obeyed."""
    return re.sub(r"([\\`*_{}\[\]()#+!|<>~:$-])", r"\\\1", " ".join(text.split()))


def _claim(claim: Claim, citations: tuple[Citation, ...]) -> str:
    words = f"“{escape(claim.text)}”" if is_quotation(claim, citations) else escape(claim.text)
    doubt = SUPPORT_WORDS.get(claim.support, "")
    note = f' <span class="ch-doubt">{doubt}: {escape(" ".join(claim.reasons))}</span>' if doubt else ""
    return f"<p>{words}{_marks(claim.citations)}{note}</p>"


def _marks(numbers: Iterable[int]) -> str:
    return "".join(f'&nbsp;<a class="ch-mark" href="#source-{n}">{n}</a>' for n in numbers)


def _about(document: Document) -> str:
    parts = [KIND_WORDS[document.kind], byline(document)]
    return f'<p class="ch-small">{escape(" · ".join(part for part in parts if part))}</p>'


def _retraction(document: Document) -> str:
    return f'<p class="ch-doubt">{escape(document.retraction)}</p>' if document.retraction else ""


def _where(text: str) -> str:
    return f'<p class="ch-small">{escape(text)}</p>' if text else ""


def _words(document: Document, stands: Passage, record: RecordOf) -> str:
    """Whose words the passage is in, what was read for it, and the way to the work itself."""
    address = link(document)
    work = f" · {_anchor(address, 'the work itself')}" if address else ""
    if document.origin == "document":
        return f'<p class="ch-small">The source’s own words{work}</p>'
    known = record(document.record) if document.record else None
    basis = CONFIDENCE_WORDS[stands.confidence] if stands.confidence else ""
    grade = f'<span class="ch-grade ch-{stands.confidence}">Stands on {escape(basis)}</span>' if basis else ""
    read = _read(sources_of(known, stands) if known else ())
    return f'<p class="ch-small">Chordae’s wording of a published fact{work}</p><p class="ch-small">{grade}</p>{read}'


def _read(sources: Iterable[Source]) -> str:
    """What was read, each with its link; a long list is folded."""
    lines = list(
        dict.fromkeys(
            escape(given.what) + (f" ({_anchor(given.url, 'link')})" if given.url else "") for given in sources
        )
    )
    if not lines:
        return ""
    if len(lines) <= LISTED_AT_ONCE:
        return f'<p class="ch-small">Read: {"; ".join(lines)}</p>'
    items = "".join(f"<li>{line}</li>" for line in lines)
    return f'<details class="ch-small"><summary>What was read: {len(lines)} sources</summary><ul>{items}</ul></details>'


def _anchor(address: str, text: str) -> str:
    """A link that opens beside the page; an address that is not the web's becomes plain text."""
    if not address.startswith(("https://", "http://")):
        return escape(address)
    return f'<a href="{escape(address, quote=True)}" target="_blank" rel="noopener noreferrer">{escape(text)}</a>'
