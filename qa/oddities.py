"""What is odd inside one document: two values, impossible units, double abbreviations, order, borrowed figures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from domain.claim import Citation
from domain.document import Document
from domain.notice import NoticeKind
from domain.passage import Passage
from domain.sentences import sentence_spans
from kb import Base
from qa.ledger import BY_NAME, Measurement, ledger, measures_in
from qa.order import order_claims
from qa.quantities import Quantity, quantities
from qa.remark import Remark, Span

_OTHER_UNITS = {"mm": (("mm", 1.0), ("cm", 10.0)), "mm2": (("mm²", 1.0), ("cm²", 100.0))}
_UNIT_RATIO = 10
"""A value is called wrong only where it is outside what is possible; another unit is named when it is this far off."""
_SEVERAL = re.compile(r"\b(?:case (?:[2-9]|two|ii)|(?:second|other|both) patients?|two (?:cases|patients))\b", re.I)

_CONVENTIONS: tuple[tuple[str, str, str, str, str], ...] = (
    (
        "ECG",
        "echo",
        "electrocardiogram",
        r"[^.]{0,60}\b(?:sinus rhythm|bundle branch|QRS|ST[- ](?:segment|elevation)|Holter|atrial fibrillation)",
        r"(?:Holter|12-lead|twelve-lead) $",
    ),
    ("MR", "regurgitation", "magnetic resonance", r" (?:imaging|angiograph|spectroscop|scan|scanner)", r"$^"),
    ("MR", "magnetic", "mitral regurgitation", r" (?:grade|severity|jet)\b", r"\b(?:severe|moderate) $"),
    ("RV", "volume", "right ventricle", r" (?:function|dysfunction|dilat|failure|ejection|systolic)", r"$^"),
)
"""Short form, a word of the long form defined, the other meaning, and what stands after or before it in that use."""
_USUAL = {("MVR", "repair"): "mitral valve replacement"}

_OWN = re.compile(
    r"\b(?:we|our|ours|(?:present|current) (?:study|case|report|trial|series)|this (?:study|case|trial|report|effect)"
    r"|the intervention (?:in|was)|(?:both|study) (?:study )?(?:arms|groups)|pilot|baseline data)\b",
    re.IGNORECASE,
)
_OWN_PARTS = re.compile(
    r"\b(?:abstract|methods?|materials?|results?|findings|statistic|procedure|patients|case|protocol)", re.I
)
_FINDING = frozenset(("percent", "ratio", "rate", "fraction", "measure"))
_DOSES = ("mg", "mmol", "IU", "U")
_CLOSE = 160
"""Characters between a figure and the mark that is taken to stand for it; further off, the mark may be for the rest."""
_METHODICAL = re.compile(
    r"\b(?:defined|definition|criteria|cut-?off|threshold|classified|calculated|according to|recommend)", re.I
)


def oddities(document: Document, passages: Sequence[Passage]) -> tuple[Remark, ...]:
    """The remarks on one document, in the order of their places; none on a record, whose caveats say them already."""
    if document.origin == "record":
        return ()
    rows = ledger(document)
    found = [
        *_two_values(document, passages, rows),
        *_implausible(document, passages, rows),
        *_ambiguous(document, passages),
        *_order(document, passages),
        *_second_hand(document, passages),
    ]
    return tuple(sorted(found, key=lambda remark: (remark.spans[0][2], remark.kind, remark.text)))


def oddities_near(base: Base, citations: Sequence[Citation], question_text: str) -> list[Remark]:
    """The oddities of the cited documents that touch what is cited or asked; those on the cited sentence first."""
    ranked: list[tuple[int, int, int, Remark]] = []
    seen: list[str] = []
    for place, citation in enumerate(citations):
        document = citation.document
        if document.doc_id in seen:
            continue
        seen.append(document.doc_id)
        mine = [other for other in citations if other.document.doc_id == document.doc_id]
        for index, remark in enumerate(_cached(document, base.passages(document.doc_id))):
            near = _nearness(remark, mine, question_text)
            if near is not None:
                ranked.append((near, place, index, remark))
    return [row[3] for row in sorted(ranked, key=lambda row: row[:3])]


@lru_cache(maxsize=512)
def _cached(document: Document, passages: tuple[Passage, ...]) -> tuple[Remark, ...]:
    return oddities(document, passages)


def _nearness(remark: Remark, citations: Sequence[Citation], question: str) -> int | None:
    """0 where a citation stands on the odd sentence, 1 where the same thing is spoken of, None where neither."""
    touches = any(c.start < end and start < c.end for c in citations for _, _, start, end in remark.spans)
    if remark.kind == "second-hand":
        return 0 if touches else None
    spoken = " ".join([question, *(citation.quote for citation in citations)])
    if remark.kind == "ambiguous-abbreviation":
        short = remark.text.split(" ", 1)[0]
        return (0 if touches else 1) if re.search(rf"(?<!\w){re.escape(short)}(?!\w)", spoken) else None
    if remark.kind == "order-differs":
        named = remark.text.split("“")[1::2]
        words = [name.split("”")[0].casefold() for name in named[:2]]
        return 0 if touches else (1 if all(word in spoken.casefold() for word in words) else None)
    about = next((name for name in BY_NAME if remark.text.startswith(name + ":")), None)
    if about is None or about not in measures_in(spoken):
        return None
    return 0 if touches else 1


def _span(document: Document, passages: Sequence[Passage], start: int, end: int) -> Span | None:
    for passage in passages:
        if passage.start <= start < passage.end:
            return (document, passage, start, min(end, passage.end))
    return None


def _remark(
    document: Document, passages: Sequence[Passage], kind: NoticeKind, text: str, places: Sequence[tuple[int, int]]
) -> Iterator[Remark]:
    spans = [_span(document, passages, start, end) for start, end in dict.fromkeys(places)]
    shown = tuple(span for span in spans if span is not None)
    if len(shown) == len(spans) and shown:
        yield Remark(kind=kind, text=text, spans=shown)


def _two_values(document: Document, passages: Sequence[Passage], rows: Sequence[Measurement]) -> Iterator[Remark]:
    """One patient, one measure, both before treatment: two values. Only reports of one case can be judged so."""
    if document.kind != "case-report" or _SEVERAL.search(document.text):
        return
    for measure in dict.fromkeys(row.measure for row in rows):
        if measure in ("mortality", "NYHA class"):
            continue
        before = [row for row in rows if row.measure == measure and row.phase in ("before", "both")]
        told = [row for row in before if row.quantity.role != "from" and row.phase == "before"]
        later = [row for row in before if row.quantity.role == "from" or row.phase == "both"]
        if len({row.quantity.canonical for row in told}) != 1 or len({row.quantity.canonical for row in later}) != 1:
            continue
        a, b = told[0], later[0]
        if _agree(a, b) or (a.methods and b.methods and a.methods != b.methods) or a.start == b.start:
            continue
        text = (
            f"{measure}: the report gives two values before treatment, {a.printed} ({_where(a)})"
            f" and {b.printed} ({_where(b)}{', said to be unchanged' if b.phase == 'both' else ''})."
        )
        yield from _remark(document, passages, "two-values", text, [(a.start, a.end), (b.start, b.end)])


def _where(row: Measurement) -> str:
    return row.section.heading or "opening part"


def _agree(a: Measurement, b: Measurement) -> bool:
    """Whether one figure is the other, rounded or cut, or only its unit differs by a misprint (said elsewhere)."""
    x, y = a.quantity, b.quantity
    step = max(x.factor * 10**-x.decimals, y.factor * 10**-y.decimals)
    ratio = max(x.canonical[0], y.canonical[0]) / max(min(x.canonical[0], y.canonical[0]), 1e-12)
    return abs(x.canonical[0] - y.canonical[0]) < step * 0.999 or ratio >= _UNIT_RATIO


def _implausible(document: Document, passages: Sequence[Passage], rows: Sequence[Measurement]) -> Iterator[Remark]:
    groups: dict[tuple[str, int], list[Measurement]] = {}
    for row in rows:
        stick = BY_NAME[row.measure]
        if row.quantity.printed_unit and not stick.low <= row.quantity.canonical[0] <= stick.high:
            groups.setdefault((row.measure, row.start), []).append(row)
    for (measure, _), bad in groups.items():
        row = bad[0]
        text = f"{measure}: {' and '.join(one.printed for one in bad)} as printed cannot be right"
        other = _other_unit(row)
        text += f"; {other} is probably meant." if other else ", it is outside what is physically possible."
        yield from _remark(document, passages, "implausible-value", text, [(row.start, row.end)])


def _other_unit(row: Measurement) -> str | None:
    stick, quantity = BY_NAME[row.measure], row.quantity
    for name, factor in _OTHER_UNITS.get(stick.unit, ()):
        ratio = max(factor / quantity.factor, quantity.factor / factor)
        if ratio >= _UNIT_RATIO and stick.low <= quantity.value * factor <= stick.high:
            return name
    return None


def _ambiguous(document: Document, passages: Sequence[Passage]) -> Iterator[Remark]:
    said: list[str] = []
    for abbreviation in document.abbreviations:
        short, long = abbreviation.short, abbreviation.long
        if short in said:
            continue
        at = abbreviation.start
        here = (at, _sentence_end(document, at))
        for other in document.abbreviations:
            if other.short == short and other.start > at and _two_things(short, long, other.long):
                text = f"{short} is defined for two things: “{long}” and “{other.long}”."
                places = [here, (other.start, _sentence_end(document, other.start))]
                made = list(_remark(document, passages, "ambiguous-abbreviation", text, places))
                yield from made
                said += [short] if made else []
                break
        if short in said:
            continue
        for known, word, meaning, after, before in _CONVENTIONS:
            use = _use(document, short, after, before, at) if known == short and word in long.casefold() else None
            if use is not None:
                text = f"{short} is defined as “{long}”, but is also used for {meaning}."
                said.append(short)
                yield from _remark(document, passages, "ambiguous-abbreviation", text, [here, use])
                break
        for (known, word), meaning in _USUAL.items():
            if known == short and word in long.casefold():
                text = f"{short} stands for “{long}” here; it is commonly used for {meaning}."
                yield from _remark(document, passages, "ambiguous-abbreviation", text, [here])


def _use(document: Document, short: str, after: str, before: str, at: int) -> tuple[int, int] | None:
    """The sentence, other than the defining one, in which `short` stands with the words of another meaning."""
    for match in re.finditer(rf"(?<![\w-]){re.escape(short)}(?![\w-])", document.text):
        if at <= match.start() < _sentence_end(document, at):
            continue
        if re.match(after, document.text[match.end() : match.end() + 90]) or re.search(
            before, document.text[max(0, match.start() - 20) : match.start()]
        ):
            return match.start(), _sentence_end(document, match.start())
    return None


def _sentence_end(document: Document, at: int) -> int:
    stop = document.text.find("\n\n", at)
    spans = sentence_spans(document.text, at, stop if stop > at else len(document.text))
    return spans[0][1] if spans else at + 1


def _two_things(short: str, a: str, b: str) -> bool:
    """Whether two long forms, both spelled by the short form's letters, differ in a word's stem."""
    one, two = _words(a), _words(b)
    letters = "".join(char for char in short.removesuffix("s") if char.isalpha()).casefold()
    spelled = all("".join(word[0] for word in words) == letters for words in (one, two))
    return spelled and [word[:4] for word in one] != [word[:4] for word in two]


def _words(long: str) -> list[str]:
    plain = long.casefold().replace("ae", "e").replace("oe", "e")
    return [word for word in re.findall(r"[^\W\d_]+", plain) if word not in ("of", "the", "and", "for", "in", "to")]


def _order(document: Document, passages: Sequence[Passage]) -> Iterator[Remark]:
    """One patient; the abstract tells two treatments in one order, and the text, wherever it tells it, in the other."""
    if document.kind != "case-report" or _SEVERAL.search(document.text):
        return
    claims = order_claims(document)
    abstract = [claim for claim in claims if claim.abstract]
    body = [claim for claim in claims if not claim.abstract]
    said: list[frozenset[str]] = []
    for claim in abstract:
        pair = frozenset((claim.first, claim.second))
        others = [other for other in body if frozenset((other.first, other.second)) == pair]
        same = [other for other in abstract if {other.first, other.second} == pair and other.first != claim.first]
        if pair in said or same or not others or any(other.first == claim.first for other in others):
            continue
        said.append(pair)
        text = (
            f"The abstract has “{claim.first}” before “{claim.second}”; the text has “{claim.second}” before"
            f" “{claim.first}”."
        )
        places = [(claim.start, claim.end), (others[0].start, others[0].end)]
        yield from _remark(document, passages, "order-differs", text, places)


def _second_hand(document: Document, passages: Sequence[Passage]) -> Iterator[Remark]:
    """A sentence outside the document's own results that gives a finding's figure and ends with a reference mark."""
    titles = {entry.number: entry.text for entry in document.bibliography}
    marks = sorted(document.references, key=lambda mark: mark.at)
    for section in document.sections:
        if section.role != "prose" or _OWN_PARTS.search(section.heading) or not section.heading:
            continue
        inside = [mark for mark in marks if section.start <= mark.at <= section.end]
        if not inside:
            continue
        for start, end in sentence_spans(document.text, section.start, section.end):
            closing = [mark for mark in inside if end - 1 <= mark.at <= end]
            sentence = document.text[start:end]
            if not closing or not any(char.isdigit() for char in sentence):
                continue
            if _OWN.search(sentence) or _METHODICAL.search(sentence):
                continue
            if not any(_is_finding(figure) and len(sentence) - figure.end <= _CLOSE for figure in quantities(sentence)):
                continue
            numbers = closing[-1].numbers
            text = f"This figure is second-hand: the document cites {_works(numbers, titles)} for it."
            yield from _remark(document, passages, "second-hand", text, [(start, end)])


def _is_finding(figure: Quantity) -> bool:
    return figure.kind in _FINDING and not (figure.kind == "measure" and figure.unit in _DOSES)


def _works(numbers: Sequence[int], titles: dict[int, str]) -> str:
    if len(numbers) > 1:
        return "its references " + ", ".join(str(number) for number in numbers[:-1]) + f" and {numbers[-1]}"
    entry = titles.get(numbers[0], "")
    return f"its reference {numbers[0]}" + (f", {entry.rstrip('. ')}" if entry else "")
