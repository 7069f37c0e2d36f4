"""Evaluation files and how they are read: plain JSON Lines, BEIR, PubMedQA and SciFact, each as its authors publish it.

No data set of others is part of the project: a user points at a download of their own. Every error names the file
and, where there are lines, the 1-based line.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar, cast, get_args

from domain.errors import DatasetError

T = TypeVar("T")
ClaimLabel = Literal["supported", "contradicted", "not_enough_info"]
CLAIM_LABELS: tuple[str, ...] = get_args(ClaimLabel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question with what a right answer must show.

    `expected` is a list of facts, each a list of alternatives of which one is enough; `records` are the sources that
    may carry them (record ids or document ids; empty: any source). An unanswerable question has neither.
    """

    id: str
    question: str
    answerable: bool
    expected: tuple[tuple[str, ...], ...] = ()
    records: tuple[str, ...] = ()
    topic: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledClaim:
    """A claim, the text it is judged against, and what people said of it."""

    id: str
    claim: str
    evidence: str
    label: ClaimLabel


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """A retrieval test set: texts and titles by document id, queries by query id, relevance (> 0) by both."""

    name: str
    texts: Mapping[str, str]
    titles: Mapping[str, str]
    queries: Mapping[str, str]
    qrels: Mapping[str, Mapping[str, int]]


def json_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a JSON Lines file with their 1-based line numbers; blank lines are skipped.

    Raises DatasetError when the file cannot be read, a line is not a JSON object, or there is no line at all.
    """
    for number, line in each_line(path):
        if isinstance(line, DatasetError):
            raise line
        yield number, line


def each_line(path: Path) -> Iterator[tuple[int, dict[str, Any] | DatasetError]]:
    """As `json_lines`, but a line that is not a JSON object is given as the error that names it, in its place."""
    seen = False
    try:
        with path.open(encoding="utf-8-sig") as stream:
            for number, line in enumerate(stream, start=1):
                if not line.strip():
                    continue
                seen = True
                yield number, _object(path, number, line)
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"{path}: cannot be read ({error}). Give a file of JSON Lines in UTF-8.") from None
    if not seen:
        raise DatasetError(f"{path}: holds no line. Give a file of JSON Lines.")


def questions(path: Path) -> list[Question]:
    """The questions of `chordae eval answers`; DatasetError names the line whose field is absent or of another kind."""
    found: list[Question] = []
    for number, line in json_lines(path):
        answerable = field(path, number, line, "answerable", bool, True)
        facts = field(path, number, line, "expected", list, [])
        if not all(
            isinstance(fact, list) and fact and all(isinstance(alt, str) and alt for alt in fact) for fact in facts
        ):
            raise DatasetError(
                f"{path}, line {number}: expected is a list of facts, each a list of alternatives (texts)."
            )
        records = field(path, number, line, "records", list, [])
        topic = line.get("topic")
        found.append(
            Question(
                id=identity(path, number, line),
                question=field(path, number, line, "question", str),
                answerable=answerable,
                expected=tuple(tuple(fact) for fact in facts),
                records=tuple(str(record) for record in records),
                topic=topic if isinstance(topic, str) else None,
            )
        )
    return unique(path, found, lambda question: question.id)


def labelled_claims(path: Path) -> list[LabelledClaim]:
    """Labelled claims in any known form: our JSON Lines, a PubMedQA file (.json), or a SciFact claims file.

    SciFact's corpus.jsonl is looked for beside its claims file.
    """
    if path.suffix == ".json":
        return pubmedqa_claims(path)
    _, first = next(json_lines(path))
    if "evidence_text" not in first and "cited_doc_ids" in first:
        return scifact_claims(path, path.parent / "corpus.jsonl")
    found = []
    for number, line in json_lines(path):
        label = field(path, number, line, "label", str).casefold()
        if label not in CLAIM_LABELS:
            raise DatasetError(f"{path}, line {number}: label {label!r} is not one of {', '.join(CLAIM_LABELS)}.")
        found.append(
            LabelledClaim(
                id=identity(path, number, line),
                claim=field(path, number, line, "claim", str),
                evidence=field(path, number, line, "evidence_text", str),
                label=cast(ClaimLabel, label),
            )
        )
    return unique(path, found, lambda claim: claim.id)


def pubmedqa_claims(path: Path) -> list[LabelledClaim]:
    """PubMedQA (Jin et al. 2019): the long answer against its own abstract, and against the next item's.

    Its own abstract supports it; another item's says nothing about it (the pairs are made in order of PubMed id).
    """
    items = sorted(_pubmedqa(path).items())
    if len(items) < 2:
        raise DatasetError(f"{path}: holds {len(items)} item. Claims are made from two or more PubMedQA items.")
    claims = []
    for place, (pmid, item) in enumerate(items):
        other = items[(place + 1) % len(items)][1]
        own = {"claim": item["LONG_ANSWER"], "evidence": "\n".join(item["CONTEXTS"])}
        claims.append(LabelledClaim(id=pmid, label="supported", **own))
        strange = {"claim": item["LONG_ANSWER"], "evidence": "\n".join(other["CONTEXTS"])}
        claims.append(LabelledClaim(id=f"{pmid}-other", label="not_enough_info", **strange))
    return claims


def scifact_claims(path: Path, corpus: Path) -> list[LabelledClaim]:
    """SciFact (Wadden et al. 2020): each claim with the rationale sentences of each judged abstract.

    A claim without evidence is paired with the whole of its first cited abstract: not enough information.
    """
    abstracts: dict[str, list[str]] = {}
    for number, line in json_lines(corpus):
        abstracts[str(line.get("doc_id"))] = field(corpus, number, line, "abstract", list)
    labels: dict[str, ClaimLabel] = {"SUPPORT": "supported", "CONTRADICT": "contradicted"}
    found = []
    for number, line in json_lines(path):
        name, claim = identity(path, number, line), field(path, number, line, "claim", str)
        judged = line.get("evidence") or {}
        for doc_id, rationales in judged.items():
            sentences = sorted({at for rationale in rationales for at in rationale["sentences"]})
            if doc_id not in abstracts or rationales[0].get("label") not in labels:
                raise DatasetError(
                    f"{path}, line {number}: evidence {doc_id} is not in {corpus.name}, or has no label."
                )
            text = " ".join(abstracts[doc_id][at].strip() for at in sentences)
            label = labels[rationales[0]["label"]]
            found.append(LabelledClaim(id=f"{name}-{doc_id}", claim=claim, evidence=text, label=label))
        cited = [str(doc_id) for doc_id in line.get("cited_doc_ids", []) if str(doc_id) in abstracts]
        if not judged and cited:
            text = " ".join(sentence.strip() for sentence in abstracts[cited[0]])
            found.append(LabelledClaim(id=name, claim=claim, evidence=text, label="not_enough_info"))
    return unique(path, found, lambda made: made.id)


def beir(folder: Path) -> Collection:
    """A folder in BEIR form (Thakur et al. 2021): corpus.jsonl, queries.jsonl, qrels.tsv or qrels/test.tsv.

    Of a line only `_id`, `title` and `text` are read. Queries without a positive judgement are left out; every other
    one counts. Raises DatasetError when a judgement names a query or document that is not there.
    """
    texts, titles = _beir_texts(folder / "corpus.jsonl")
    asked, _ = _beir_texts(folder / "queries.jsonl")
    file = folder / "qrels.tsv" if (folder / "qrels.tsv").is_file() else folder / "qrels" / "test.tsv"
    qrels: dict[str, dict[str, int]] = {}
    for number, query, document, grade in _judgements(file):
        if query not in asked:
            continue  # a set may be split: judgements of the other half's queries stay in its file
        if document not in texts:
            raise DatasetError(f"{file}, line {number}: document {document!r} is not in corpus.jsonl.")
        qrels.setdefault(query, {})[document] = grade
    judged = {query: grades for query, grades in qrels.items() if any(grade > 0 for grade in grades.values())}
    if not judged:
        raise DatasetError(f"{file}: no query of queries.jsonl has a positive judgement.")
    return Collection(
        name=folder.name,
        texts=texts,
        titles=titles,
        queries={query: asked[query] for query in asked if query in judged},
        qrels=judged,
    )


def field(path: Path, number: int, line: Mapping[str, Any], name: str, kind: type, default: Any = None) -> Any:
    """`line[name]`, of that type; `default` where it is absent, unless that is None. DatasetError names the line."""
    value = line.get(name, default)
    if value is None:
        raise DatasetError(f"{path}, line {number}: {name!r} is absent. A line needs it.")
    if not isinstance(value, kind) or value == "":
        raise DatasetError(f"{path}, line {number}: {name!r} is {value!r}, not a {kind.__name__}.")
    return value


def identity(path: Path, number: int, line: Mapping[str, Any]) -> str:
    """The line's id as text; DatasetError when there is none."""
    value = line.get("id")
    if value is None or isinstance(value, bool | dict | list | float) or value == "":
        raise DatasetError(f"{path}, line {number}: 'id' is absent or not a text or whole number.")
    return str(value)


def unique(path: Path, found: list[T], key: Callable[[T], str]) -> list[T]:
    """`found` itself when no id occurs twice; DatasetError names the first that does."""
    seen: set[str] = set()
    for item in found:
        if key(item) in seen:
            raise DatasetError(f"{path}: the id {key(item)!r} occurs twice. Give each line its own.")
        seen.add(key(item))
    return found


def _object(path: Path, number: int, line: str) -> dict[str, Any] | DatasetError:
    try:
        value = json.loads(line)
    except (json.JSONDecodeError, RecursionError) as error:
        why = error.msg if isinstance(error, json.JSONDecodeError) else "nested too deep"
        return DatasetError(f"{path}, line {number}: not JSON ({why}). One object a line.")
    if not isinstance(value, dict):
        return DatasetError(f"{path}, line {number}: a {type(value).__name__}, not an object in braces.")
    return value


def _pubmedqa(path: Path) -> dict[str, dict[str, Any]]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise DatasetError(f"{path}: not a PubMedQA file ({error}).") from None
    if not isinstance(value, dict) or not value:
        raise DatasetError(f"{path}: not a PubMedQA file: one object of items by PubMed id is expected.")
    for pmid, item in value.items():
        good = isinstance(item, dict) and isinstance(item.get("CONTEXTS"), list)
        if not good or not all(isinstance(item.get(name), str) for name in ("QUESTION", "LONG_ANSWER")):
            raise DatasetError(f"{path}: item {pmid} lacks QUESTION, CONTEXTS or LONG_ANSWER.")
    return value


def _beir_texts(path: Path) -> tuple[dict[str, str], dict[str, str]]:
    texts: dict[str, str] = {}
    titles: dict[str, str] = {}
    for number, line in json_lines(path):
        name = line.get("_id")
        if not isinstance(name, str | int) or not isinstance(line.get("text", ""), str):
            raise DatasetError(f"{path}, line {number}: needs '_id' and 'text'.")
        if str(name) in texts:
            raise DatasetError(f"{path}, line {number}: the _id {name!r} occurs twice.")
        texts[str(name)] = line.get("text", "")
        titles[str(name)] = str(line.get("title") or "")
    return texts, titles


def _judgements(file: Path) -> Iterator[tuple[int, str, str, int]]:
    try:
        with file.open(encoding="utf-8", newline="") as stream:
            for number, row in enumerate(csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE), start=1):
                if not row or (number == 1 and not row[-1].strip().lstrip("-").isdigit()):
                    continue  # the head of the table
                try:
                    query, document, grade = row
                    yield number, query, document, int(grade)
                except ValueError:
                    raise DatasetError(
                        f"{file}, line {number}: not query, document and a whole number, by tabs."
                    ) from None
    except OSError as error:
        raise DatasetError(f"{file}: cannot be read ({error}). BEIR form has qrels.tsv or qrels/test.tsv.") from None
