"""Quiz items of any system: is the key carried, are distractors wrong, which rules are broken, what is covered.

The file is the JSON of `chordae quiz --format json`, or JSON Lines of items in that form. Of an item are needed: stem,
options, answer, and citations with "quote" or "text"; "proofs" (the statements that the key rests on), "kind", "topic",
"bloom", "template" and "difficulty" are used where they are given. An item without citations, or one that is no item at
all (two options alike, an answer outside them, a line {"error"}), counts, with everything wrong.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from domain.claim import Citation
from domain.document import Document
from domain.errors import DatasetError
from domain.passage import slice_passage
from domain.quiz import ITEM_KINDS, Flaw, ItemKind, QuizItem
from domain.settings import Settings
from eval.bootstrap import Interval, mean_interval, ratio_interval
from eval.datasets import json_lines
from eval.report import Better, Measurement, Plot, Report, Table, Unit, measured
from eval.runinfo import run_info
from qa.quiz.blueprint import DIFFICULTIES, blueprint
from qa.quiz.duplicates import same_question
from qa.quiz.levels import HIGHER
from qa.quiz.proof import prints
from qa.quiz.rules import BLANK, flaws, lead_in
from qa.quiz.wording import pretty
from qa.verify import verify

if TYPE_CHECKING:
    from kb.embed import Embedder

Progress = Callable[[int, int], None]
DEFINITIONS = {
    "key support": "Share of items, 0-1, whose key is carried: every statement that the key rests on (its proofs;"
    " without them, question and key read as one sentence) is found supported by one of the item's own quotes by"
    " qa.verify.",
    "distractor safety": "Share of distractors, 0-1, that no quote of their item carries in the key's place by"
    " qa.verify; distractors that are words and not figures count as safe, for their form excludes the key.",
    "no rule broken": "Share of items, 0-1, that break none of the item-writing rules of qa.quiz.rules (NBME"
    " Item-Writing Guide; Haladyna and colleagues 2002; Tarrant and colleagues 2006).",
    "rule flaws per item": "Mean number of item-writing rules broken by an item, 0 and up; what is no item at all"
    " counts as one flaw.",
    "duplicates": "Share of items, 0-1, that ask what an earlier item of the set asks: the same stem, the same fact"
    " by the same template, or 80% of content words and the key in common.",
    "clean items": "Share of items, 0-1, with a carried key, no unsafe distractor, no broken rule and no twin.",
    "more than recall": "Share of items, 0-1, whose Bloom level, as the item states it, is above remember (Anderson and"
    " Krathwohl 2001).",
    "largest template": "Share of the set, 0-1, made by its most frequent template; items that name none share one.",
    "topics": "Number of different topics that the items name.",
    "sources": "Number of different sources, by title, that the items cite.",
}
"""Each measure's definition and range, as the report prints it."""
_WHAT_WAS = re.compile(r"^(?:what|which) (?P<verb>was|were|is|are) (?P<what>.+)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One item with what was found; `item` is None for what is no item, and `error` says why."""

    id: str
    stem: str
    item: QuizItem | None
    error: str = ""
    key_carried: bool = False
    distractors: int = 0
    unsafe: tuple[str, ...] = ()
    found: tuple[Flaw, ...] = ()
    twin: str = ""

    @property
    def clean(self) -> bool:
        """Whether it could be handed out as it is."""
        return self.item is not None and self.key_carried and not self.unsafe and not self.found and not self.twin


def quiz(path: Path, settings: Settings, embedder: Embedder | None = None, progress: Progress | None = None) -> Report:
    """Judge every item of the file; `embedder` lets verification compare wording too."""
    values = read_items(path)
    judged: list[Judged] = []
    for done, value in enumerate(values, start=1):
        judged.append(judge(value, f"item {done}", judged, embedder))
        if progress is not None:
            progress(done, len(values))
    items = [one.item for one in judged if one.item is not None]
    return Report(
        command="quiz",
        title=f"Quiz items of {path.name}",
        measures=quiz_measures(judged),
        run=run_info(settings=settings, files=(path,)),
        rows=tuple(_row(one) for one in judged),
        tables=(_blueprint(items), _flaws(judged)),
        plots=(_templates(items),) if items else (),
    )


def read_items(path: Path) -> list[dict[str, Any]]:
    """The items of the file as they stand; DatasetError when it holds none."""
    try:
        whole = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise DatasetError(
            f"{path}: cannot be read ({error}). Give the JSON of `chordae quiz --format json`."
        ) from None
    except (UnicodeDecodeError, json.JSONDecodeError):
        return [value for _, value in json_lines(path)]
    held = whole.get("items") if isinstance(whole, dict) else whole
    if isinstance(whole, dict) and held is None and "stem" in whole:
        held = [whole]
    if not isinstance(held, list) or not held:
        raise DatasetError(f'{path}: no items. Give {{"items": [...]}} as `chordae quiz --format json` writes it.')
    return [value if isinstance(value, dict) else {"error": f"not an item: {value!r}"} for value in held]


def judge(value: dict[str, Any], name: str, before: Sequence[Judged], embedder: Embedder | None = None) -> Judged:
    """What is to be said of one item, given the earlier ones of its set."""
    stem = str(value.get("stem") or "")
    identity = str(value.get("item_id") or name)
    try:
        item = as_item(value)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        said = str(value.get("error") or error)
        return Judged(id=identity, stem=stem, item=None, error=said)
    quotes = [citation.quote for citation in item.citations]
    claims = item.proofs or (statement(item, _key(item)),)
    carried = all(any(_holds(claim, [quote], embedder) for quote in quotes) for claim in claims)
    unsafe = tuple(option for option in distractors(item) if _also_right(item, option, quotes, embedder))
    twins = [one for one in before if one.item is not None and same_question(one.item, item)]
    return Judged(
        id=identity,
        stem=stem,
        item=item,
        key_carried=carried,
        distractors=len(distractors(item)),
        unsafe=unsafe,
        found=flaws(item),
        twin=twins[0].id if twins else "",
    )


def as_item(value: dict[str, Any]) -> QuizItem:
    """The item of the JSON; each cited quote stands as a document of its own. ValueError as for any item."""
    citations = []
    for n, cited in enumerate(value.get("citations") or [], start=1):
        text = str(cited.get("quote") or cited.get("text") or "").strip()
        if text:
            title = str(cited.get("title") or f"source {n}")
            document = Document(doc_id=f"cited-{n}", origin="document", title=title, kind="other", text=text)
            passage = slice_passage(document, 0, len(text))
            citations.append(Citation(n=n, document=document, passage=passage, start=0, end=len(text)))
    kind = value.get("kind") or ("mcq" if value.get("options") else "short")
    if kind not in ITEM_KINDS:
        raise ValueError(f"there is no kind of item {kind!r}")
    return QuizItem(
        kind=cast(ItemKind, kind),
        stem=str(value["stem"]),
        answer=value["answer"],
        options=tuple(str(option) for option in value.get("options") or ()),
        rationale=str(value.get("rationale") or ""),
        citations=tuple(citations),
        difficulty=str(value.get("difficulty") or "medium"),
        bloom=str(value.get("bloom") or "remember"),
        topic=str(value.get("topic") or ""),
        template=str(value.get("template") or ""),
        proofs=tuple(str(claim) for claim in value.get("proofs") or ()),
    )


def statement(item: QuizItem, option: str) -> str:
    """What the item says if `option` is its answer.

    That is its proof with that figure, its blank filled, or question and option read as one sentence.
    """
    own = _key(item)
    for claim in item.proofs:
        if own != option and own in pretty(claim):
            return pretty(claim).replace(own, option)
    if BLANK in item.stem:
        return item.stem.replace(BLANK, option, 1)
    if item.kind == "tf":
        return lead_in(item.stem)
    asked = lead_in(item.stem).rstrip("?")
    question = _WHAT_WAS.match(asked)
    said = f"{question['what']} {question['verb']} {option}" if question else f"{asked}: {option}"
    return f"{said[:1].upper()}{said[1:]}."


def distractors(item: QuizItem) -> tuple[str, ...]:
    """The options that are not the key; none for true/false."""
    if item.kind == "tf":
        return ()
    return tuple(option for at, option in enumerate(item.options) if at != item.answer)


def _key(item: QuizItem) -> str:
    return item.options[item.answer] if isinstance(item.answer, int) and item.options else str(item.answer)


def _holds(claim: str, evidence: list[str], embedder: Embedder | None) -> bool:
    return verify(claim, evidence, embedder).support == "supported"


def _also_right(item: QuizItem, option: str, quotes: list[str], embedder: Embedder | None) -> bool:
    """Whether a cited quote carries the distractor; without a figure that a proof holds, its form must do."""
    if not re.search(r"\d", option) or (item.proofs and not any(_key(item) in pretty(one) for one in item.proofs)):
        return False
    claim = statement(item, option)
    return any(prints(option, quote) and _holds(claim, [quote], embedder) for quote in quotes)


def quiz_measures(judged: Sequence[Judged]) -> tuple[Measurement, ...]:
    """The sums over a set; DatasetError when it is empty."""
    if not judged:
        raise DatasetError("there are no items to judge.")
    shown = blueprint([one.item for one in judged if one.item is not None])
    flawed = [float(len(one.found)) if one.item is not None else 1.0 for one in judged]
    higher = [float(one.item is not None and one.item.bloom in HIGHER) for one in judged]
    with_distractors = [one for one in judged if one.distractors]
    return (
        _mean("key support", [float(one.key_carried) for one in judged]),
        *_safety(with_distractors),
        _mean("no rule broken", [float(one.item is not None and not one.found) for one in judged]),
        _mean("rule flaws per item", flawed, unit="points", better="lower"),
        _mean("duplicates", [float(bool(one.twin)) for one in judged], better="lower"),
        _mean("clean items", [float(one.clean) for one in judged]),
        _mean("more than recall", higher),
        _one("largest template", shown.largest_template, len(judged), better="lower"),
        _one("topics", float(len(shown.topics)), len(judged), unit="count"),
        _one("sources", float(_sources(judged)), len(judged), unit="count"),
    )


def _safety(judged: Sequence[Judged]) -> tuple[Measurement, ...]:
    """The share of safe distractors; nothing where no item has any."""
    if not judged:
        return ()
    safe = [float(one.distractors - len(one.unsafe)) for one in judged]
    total = [float(one.distractors) for one in judged]
    interval = ratio_interval(safe, total)
    return (_one("distractor safety", sum(safe) / sum(total), int(sum(total)), interval=interval),)


def _mean(name: str, values: list[float], *, unit: Unit = "share", better: Better = "higher") -> Measurement:
    value = sum(values) / len(values)
    return _one(name, value, len(values), unit=unit, better=better, interval=mean_interval(values))


def _one(
    name: str,
    value: float,
    n: int,
    *,
    unit: Unit = "share",
    better: Better = "higher",
    interval: Interval | None = None,
) -> Measurement:
    return measured(DEFINITIONS[name], name, value, n=n, unit=unit, better=better, interval=interval)


def _sources(judged: Sequence[Judged]) -> int:
    return len({one.document.title for held in judged if held.item is not None for one in held.item.citations})


def _row(one: Judged) -> dict[str, Any]:
    return {
        "id": one.id,
        "stem": one.stem,
        "kind": one.item.kind if one.item is not None else None,
        "topic": one.item.topic if one.item is not None else None,
        "score": float(one.clean),
        "key_carried": one.key_carried,
        "unsafe": list(one.unsafe),
        "flaws": [f"{flaw.rule}: {flaw.why}" for flaw in one.found],
        "twin": one.twin or None,
        "error": one.error or None,
    }


def _blueprint(items: Sequence[QuizItem]) -> Table:
    shown = blueprint(items)
    rows = tuple((topic, *shown.row(topic), sum(shown.row(topic))) for topic in shown.topics)
    return Table(
        name="Blueprint", columns=("topic", *DIFFICULTIES, "all"), rows=rows, note="Items by topic and difficulty."
    )


def _flaws(judged: Sequence[Judged]) -> Table:
    rows = [(one.id, flaw.rule, flaw.why, flaw.source) for one in judged for flaw in one.found]
    rows += [(one.id, "key-proof", "no quote carries the key", "Chordae") for one in judged if not one.key_carried]
    rows += [(one.id, "second-right-option", option, "Chordae") for one in judged for option in one.unsafe]
    rows += [(one.id, "duplicate", f"asks what {one.twin} asks", "Chordae") for one in judged if one.twin]
    return Table(name="Findings", columns=("item", "rule", "why", "source"), rows=tuple(rows))


def _templates(items: Sequence[QuizItem]) -> Plot:
    made = blueprint(items).templates
    return Plot(
        name="Templates",
        caption="How many items each kind of question makes.",
        kind="bars",
        rows=tuple({"template": name or "not named", "items": number} for name, number in made.items()),
        x="template",
        y="items",
        x_title="kind of question",
        y_title="items",
    )
