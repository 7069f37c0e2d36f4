"""The schema of an evidence record: YAML in, a record out, or an error that names file, field and cure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar, get_args

from domain.document import KINDS, Kind
from domain.errors import EmptyFile, InvalidRecord, TooLarge
from domain.evidence import ClinicalQuestion, EvidenceRecord, Fact, FactConfidence, Outcome, Source, Superseded
from ingest.yaml_tree import NotTree, yaml_tree

MOST_DIGITS = 12
"""Of a whole number: more people than were ever counted."""
CONFIDENCES: tuple[str, ...] = get_args(FactConfidence)
PLACEHOLDERS = ("{value}", "{time}", "{stats}", "{figures}")
MAX_BYTES = 1_000_000
"""A record is a page or two of text; a file beyond this is something else."""
LATEST_YEAR = 2100

_RECORD = "id title short design kind topics citation population intervention comparator follow_up arm_words outcomes"
_RECORD += " key_points caveats questions sources held_back"
_CITATION = "first_author journal year volume pages doi pmid co_publication note"
_OUTCOME = "measure value comparison effect ci_95 p population timepoint note wording src confidence"
_RECOMMENDATION = "class_cor level_loe society guideline_year recommendation_id superseded_by"
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_INTERVAL = re.compile(r"(-?[\d.,]+)(?:-| to )(-?[\d.,]+)")
_NULLS = frozenset({"", "null", "~"})
_T = TypeVar("_T")


def read_record(path: str | Path, data: bytes) -> EvidenceRecord:
    """The record in `data`; `path` only names the file in errors.

    Raises InvalidRecord (file, field, cure) when the bytes are not a record of the schema, EmptyFile when there are
    none, TooLarge beyond 1 MB.
    """
    if not data.strip():
        raise EmptyFile(path, "the file is empty", "Give it the fields of docs/library.md.")
    if len(data) > MAX_BYTES:
        raise TooLarge(path, f"{len(data):,} bytes, more than a record can have", "Split it, one study to a file.")
    try:
        tree = yaml_tree(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InvalidRecord(path, f"byte {error.start} is not UTF-8", "Save the file as UTF-8.") from None
    except NotTree as error:
        raise InvalidRecord(path, f"not readable as YAML: {error}", "Mend the YAML at that place.") from None
    return _Reader(path).record(tree)


class _Reader:
    """Walks one tree; `where` is the field as a person would write it, "outcomes[3].ci_95"."""

    def __init__(self, path: str | Path) -> None:
        self.path = path

    def fail(self, where: str, why: str, cure: str) -> InvalidRecord:
        return InvalidRecord(self.path, f"field {where}: {why}", cure)

    def record(self, tree: Any) -> EvidenceRecord:
        if not isinstance(tree, dict) or "id" not in tree:
            raise InvalidRecord(
                self.path, "not an evidence record: it has no field id", "Give it the fields of docs/library.md."
            )
        top = self.fields(tree, "", _RECORD, required="id title kind topics citation population outcomes sources")
        citation = self.fields(top["citation"], "citation", _CITATION)
        population = self.fields(top["population"], "population", "n arms criteria baseline", required="n")
        sources = self.each(top, "sources", self.source)
        refs = {source.ref for source in sources}
        if len(refs) != len(sources):
            raise self.fail("sources", "two sources have the same ref", "Give each its own letter.")
        record_id = self.text(top, "id", "")
        if not _ID.fullmatch(record_id):
            raise self.fail("id", f"{record_id!r} is not lower case words joined by hyphens", "Rename it.")
        year = self.number(citation, "year", "citation")
        if year is not None and not 1800 <= year <= LATEST_YEAR:
            raise self.fail("citation.year", f"{year} is not a year of publication", "Correct it, or write null.")
        doi, pmid = self.optional(citation, "doi", "citation"), self.optional(citation, "pmid", "citation")
        if doi and not doi.startswith("10."):
            raise self.fail("citation.doi", f"{doi!r} is not a bare doi", "Write it from the 10. on, or null.")
        if pmid and not pmid.isdecimal():
            raise self.fail("citation.pmid", f"{pmid!r} is not a number", "Write the PubMed number alone, or null.")
        record = EvidenceRecord(
            record_id=record_id,
            title=self.text(top, "title", ""),
            short=self.optional(top, "short", ""),
            design=self.optional(top, "design", ""),
            kind=self.kind(top),
            topics=self.texts(top, "topics", ""),
            outcomes=self.each(top, "outcomes", lambda item, where: self.outcome(item, where, refs)),
            key_points=self.each(top, "key_points", lambda item, where: self.fact(item, where, refs)),
            caveats=self.each(top, "caveats", lambda item, where: self.fact(item, where, refs)),
            sources=sources,
            held_back=self.texts(top, "held_back", ""),
            first_author=self.optional(citation, "first_author", "citation"),
            journal=self.optional(citation, "journal", "citation"),
            year=year,
            volume=self.optional(citation, "volume", "citation"),
            pages=self.optional(citation, "pages", "citation"),
            doi=doi,
            pmid=pmid,
            co_publication=self.optional(citation, "co_publication", "citation"),
            note=self.optional(citation, "note", "citation"),
            n=self.number(population, "n", "population"),
            arms={
                name: int(size) if size.isdecimal() else size
                for name, size in self.words(population, "arms", "population").items()
            },
            criteria=self.texts(population, "criteria", "population"),
            baseline=self.words(population, "baseline", "population"),
            intervention=self.optional(top, "intervention", ""),
            comparator=self.optional(top, "comparator", ""),
            follow_up=self.optional(top, "follow_up", ""),
            arm_words=self.words(top, "arm_words", ""),
        )
        return replace(record, questions=self.each(top, "questions", lambda item, at: self.question(item, at, record)))

    def question(self, tree: Any, where: str, record: EvidenceRecord) -> ClinicalQuestion:
        item = self.fields(tree, where, "ask facts", required="ask facts")
        ask, places = self.text(item, "ask", where), self.texts(item, "facts", where)
        if not ask.endswith("?"):
            raise self.fail(f"{where}.ask", f"{ask!r} is not a question", "Write it as one, with its question mark.")
        for place in places:
            fact = record.fact(place)
            if place.split(".")[0] != "population" and (fact is None or fact.confidence == "unverified"):
                cure = "Name one that is shown, by its place: outcomes.0, key_points.1, caveats.0, population."
                raise self.fail(f"{where}.facts", f"{place!r} is no fact of this record that may be shown", cure)
        return ClinicalQuestion(ask=ask, facts=places)

    def source(self, tree: Any, where: str) -> Source:
        item = self.fields(tree, where, "ref what level url", required="ref what level")
        url = self.optional(item, "url", where)
        if url and not url.startswith(("https://", "http://")):
            raise self.fail(f"{where}.url", f"{url!r} is not a web address", "Write it in full, or null.")
        return Source(
            ref=self.text(item, "ref", where),
            what=self.text(item, "what", where),
            level=self.text(item, "level", where),
            url=url,
        )

    def fact(self, tree: Any, where: str, refs: set[str]) -> Fact:
        item = self.fields(tree, where, "fact src confidence", required="fact confidence")
        confidence, src = self.backing(item, where, refs)
        return Fact(fact=self.text(item, "fact", where), confidence=confidence, src=src)

    def outcome(self, tree: Any, where: str, refs: set[str]) -> Outcome:
        item = self.fields(tree, where, f"{_OUTCOME} {_RECOMMENDATION}", required="measure confidence")
        confidence, src = self.backing(item, where, refs)
        measure = self.text(item, "measure", where)
        value, effect = self.optional(item, "value", where), self.optional(item, "effect", where)
        if value is None and effect is None:
            raise self.fail(where, "it has neither a value nor an effect", "Give one of them.")
        wanted = "value class_cor society guideline_year" if measure == "recommendation" else ""
        for name in wanted.split():
            if self.optional(item, name, where) is None:
                raise self.fail(f"{where}.{name}", "a recommendation needs it", "Fill it in.")
        for name in (_RECOMMENDATION if measure != "recommendation" else "").split():
            if item.get(name):
                raise self.fail(f"{where}.{name}", f"it belongs to a recommendation, not to {measure}", "Remove it.")
        return Outcome(
            measure=measure,
            value=value,
            src=src,
            confidence=confidence,
            comparison=self.optional(item, "comparison", where),
            effect=effect,
            ci_95=self.interval(item, where),
            p=self.optional(item, "p", where),
            population=self.optional(item, "population", where),
            timepoint=self.optional(item, "timepoint", where),
            note=self.optional(item, "note", where),
            wording=self.wording(item, where),
            class_cor=self.optional(item, "class_cor", where),
            level_loe=self.optional(item, "level_loe", where),
            society=self.optional(item, "society", where),
            guideline_year=self.number(item, "guideline_year", where),
            recommendation_id=self.optional(item, "recommendation_id", where),
            superseded_by=self.superseded(item, where),
        )

    def superseded(self, item: Mapping[str, Any], where: str) -> Superseded | None:
        if item.get("superseded_by") in (None, *_NULLS):
            return None
        place = f"{where}.superseded_by"
        later = self.fields(item["superseded_by"], place, "record recommendation_id year", required="record")
        return Superseded(
            record=self.text(later, "record", place),
            recommendation_id=self.optional(later, "recommendation_id", place),
            year=self.number(later, "year", place),
        )

    def interval(self, item: Mapping[str, Any], where: str) -> str | None:
        text = self.optional(item, "ci_95", where)
        if text is None:
            return None
        match = _INTERVAL.fullmatch(text)
        cure = 'Write both bounds, "0.40-0.70", or "-17 to 6" where one is negative.'
        if match is None:
            raise self.fail(f"{where}.ci_95", f"{text!r} is not an interval", cure)
        try:
            low, high = (float(bound.replace(",", "")) for bound in match.groups())
        except ValueError:
            raise self.fail(f"{where}.ci_95", f"{text!r} is not an interval of numbers", cure) from None
        if low > high:
            raise self.fail(f"{where}.ci_95", f"{text!r} runs from the higher to the lower bound", cure)
        return text

    def wording(self, item: Mapping[str, Any], where: str) -> str | None:
        text = self.optional(item, "wording", where)
        for placeholder in re.findall(r"\{[^}]*\}?|\}", text or ""):
            if placeholder not in PLACEHOLDERS:
                raise self.fail(
                    f"{where}.wording", f"{placeholder!r} stands for nothing", f"Use one of {', '.join(PLACEHOLDERS)}."
                )
        return text

    def backing(self, item: Mapping[str, Any], where: str, refs: set[str]) -> tuple[FactConfidence, tuple[str, ...]]:
        """Confidence and sources; only what is unverified may do without a source."""
        confidence = self.text(item, "confidence", where)
        if confidence not in CONFIDENCES:
            raise self.fail(f"{where}.confidence", f"{confidence!r} is unknown", f"Write {', '.join(CONFIDENCES)}.")
        src = self.texts(item, "src", where)
        for ref in src:
            if ref not in refs:
                raise self.fail(f"{where}.src", f"no source has the ref {ref!r}", "Add the source or correct the ref.")
        if not src and confidence != "unverified":
            raise self.fail(f"{where}.src", "every shown fact names its source", "Add one, or mark it unverified.")
        return confidence, src  # type: ignore[return-value]

    def kind(self, top: Mapping[str, Any]) -> Kind:
        kind = self.text(top, "kind", "")
        if kind not in KINDS:
            raise self.fail("kind", f"{kind!r} is unknown", f"Write one of {', '.join(KINDS)}.")
        return kind  # type: ignore[return-value]

    def fields(self, tree: Any, where: str, known: str, *, required: str = "") -> dict[str, Any]:
        """The mapping at `where`, refused when a field is unknown or a required one absent."""
        if not isinstance(tree, dict):
            raise self.fail(where or "id", f"{_kind_of(tree)} where fields are expected", "Write name: value lines.")
        prefix = f"{where}." if where else ""
        names = known.split()
        for name in tree:
            if name not in names:
                raise self.fail(f"{prefix}{name}", "this field is not known here", f"Known are {', '.join(names)}.")
        for name in required.split():
            if name not in tree:
                raise self.fail(f"{prefix}{name}", "it is missing", "Add it (null where it is not known).")
        return tree

    def each(self, tree: Mapping[str, Any], name: str, build: Callable[[Any, str], _T]) -> tuple[_T, ...]:
        return tuple(build(item, f"{name}[{place}]") for place, item in enumerate(self.items(tree, name, name)))

    def items(self, tree: Mapping[str, Any], name: str, where: str) -> Sequence[Any]:
        items = tree.get(name)
        if items is None or items in ("", "null", "~"):
            return ()
        if not isinstance(items, list):
            raise self.fail(
                where, f"{_kind_of(items)} where a list is expected", "Write one entry a line, with a dash."
            )
        return items

    def texts(self, tree: Mapping[str, Any], name: str, where: str) -> tuple[str, ...]:
        place = f"{where}.{name}" if where else name
        items = self.items(tree, name, place)
        for item in items:
            if not isinstance(item, str) or not item.strip():
                raise self.fail(place, f"{_kind_of(item)} where words are expected", "Put the entry in quotes.")
        return tuple(" ".join(item.split()) for item in items)

    def words(self, tree: Mapping[str, Any], name: str, where: str) -> dict[str, str]:
        place = f"{where}.{name}" if where else name
        pairs = tree.get(name) or {}
        if not isinstance(pairs, dict):
            raise self.fail(place, f"{_kind_of(pairs)} where fields are expected", "Write name: value lines.")
        return {key: self.text(pairs, key, place) for key in pairs}

    def text(self, tree: Mapping[str, Any], name: str, where: str) -> str:
        found = self.optional(tree, name, where)
        if found is None:
            raise self.fail(f"{where}.{name}" if where else name, "it is empty", "Fill it in.")
        return found

    def optional(self, tree: Mapping[str, Any], name: str, where: str) -> str | None:
        found = tree.get(name)
        if found is None or (isinstance(found, str) and found.strip() in _NULLS):
            return None
        if not isinstance(found, str):
            place = f"{where}.{name}" if where else name
            raise self.fail(place, f"{_kind_of(found)} where words are expected", "Put the value in quotes.")
        return " ".join(found.split())

    def number(self, tree: Mapping[str, Any], name: str, where: str) -> int | None:
        found = self.optional(tree, name, where)
        if found is None:
            return None
        if not found.isdecimal() or len(found) > MOST_DIGITS:
            raise self.fail(f"{where}.{name}", f"{found[:40]!r} is not a whole number", "Write digits only, or null.")
        return int(found)


def _kind_of(found: Any) -> str:
    if isinstance(found, dict):
        return "fields"
    return "a list" if isinstance(found, list) else "a single value"
