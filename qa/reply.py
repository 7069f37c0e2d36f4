"""What a language model wrote back, read as claims: any reply at all gives a Reply, never an exception.

A model that was asked for JSON sends JSON, JSON in a fence, half a JSON object, a list of bullets, or anything else.
What can be read is read; whether it is true is judged elsewhere.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from domain.sentences import sentence_spans

MAX_REPLY = 60_000
"""Characters of a reply that are read: twenty claims need a tenth of it."""
MAX_CLAIMS = 20

_TEXT_KEYS = ("text", "claim", "sentence", "statement")
_ID_KEYS = ("passages", "passage_ids", "passage", "ids", "citations", "sources", "source", "cites")
_THOUGHT = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
_ID = re.compile(r"\bP?(\d{1,4})\b", re.IGNORECASE)
_LIST = r"(?:P\d{1,3}\s*(?:[,;&]|and)?\s*)+"
_PASSAGE_MARKS = re.compile(rf"[\[(]\s*({_LIST})[\])]", re.IGNORECASE)
_MARKS = re.compile(rf"\[\s*((?:P?\d{{1,3}}\s*(?:[,;&]|and)?\s*)+)\]|\(\s*({_LIST})\)", re.IGNORECASE)
_BULLET = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+")
_TRAILING_COMMA = re.compile(r",\s*([}\]])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """One claim as the model wrote it; `ids` are its passage ids as given ("P3"), possibly unknown ones."""

    text: str
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """`claims` in order. `empty` is True when the model said plainly that there is nothing to claim.

    `problem` is a sentence when the reply was not what had been asked for, None when it was.
    """

    claims: tuple[Drafted, ...]
    empty: bool = False
    problem: str | None = None


def read_reply(text: str) -> Reply:
    """Read a reply, whatever it is; a cut-off one gives the claims that are whole."""
    body = _body(text)
    if not body:
        return Reply(claims=(), problem="the model sent an empty reply")
    for value in _values(body):
        claims = _claims(value)
        if claims:
            return Reply(claims=claims[:MAX_CLAIMS])
        if _says_nothing(value):
            return Reply(claims=(), empty=True)
    if salvaged := tuple(_salvaged(body)):
        return Reply(claims=salvaged[:MAX_CLAIMS], problem="the model's reply was cut off or malformed")
    prose = tuple(_prose(body))
    return Reply(claims=prose[:MAX_CLAIMS], problem="the model did not reply in the form that was asked for")


def read_text(text: str, key: str) -> str | None:
    """The text under `key` of the first JSON object that has it, on one line; None when no object does."""
    for value in _values(_body(text)):
        if isinstance(value, dict) and isinstance(value.get(key), str) and value[key].strip():
            return " ".join(value[key].split())
    return None


def _body(text: str) -> str:
    return _THOUGHT.sub("", text[:MAX_REPLY]).strip()


def _values(body: str) -> Iterator[Any]:
    """Every whole JSON value that opens at a brace or bracket outside the one before it, and lenient readings."""
    decoder = json.JSONDecoder()
    for candidate in dict.fromkeys((body, _TRAILING_COMMA.sub(r"\1", body))):
        at = 0
        while (match := re.compile(r"[{\[]").search(candidate, at)) is not None:
            try:
                value, at = decoder.raw_decode(candidate, match.start())
                yield value
            except (json.JSONDecodeError, RecursionError):
                break
    opened, closed = body.find("{"), body.rfind("}")
    if 0 <= opened < closed:
        try:
            yield ast.literal_eval(body[opened : closed + 1])
        except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
            return


def _claims(value: Any) -> tuple[Drafted, ...]:
    if isinstance(value, dict):
        inner = next((value[key] for key in ("claims", "answer", "answers", "sentences") if key in value), None)
        if isinstance(inner, list | dict):
            return _claims(inner)
        found = _claim(value)
        return (found,) if found else ()
    if isinstance(value, list):
        return tuple(found for item in value if isinstance(item, dict) and (found := _claim(item)))
    return ()


def _claim(item: dict[Any, Any]) -> Drafted | None:
    text = next((item[key] for key in _TEXT_KEYS if isinstance(item.get(key), str)), None)
    if text is None or not text.strip():
        return None
    given: Any = next((item[key] for key in _ID_KEYS if key in item), [])
    listed = given if isinstance(given, list) else [given]
    ids = [name for entry in listed for name in _ids(entry)]
    ids += [name for match in _PASSAGE_MARKS.finditer(text) for name in _ids(match[1])]
    return Drafted(text=_plain(text), ids=tuple(dict.fromkeys(ids)))


def _ids(entry: Any) -> list[str]:
    """Read "P1, P2", 1 or {"id": "P1"} as ids; anything else is kept as it is, to be refused by name."""
    if isinstance(entry, dict):
        entry = next((entry[key] for key in ("id", "passage", "passage_id") if key in entry), "")
    if isinstance(entry, bool) or not isinstance(entry, int | str):
        return []
    text = str(entry).strip()
    found = [f"P{int(number)}" for number in _ID.findall(text)]
    rest = _ID.sub("", text).strip(" ,;[]()")
    return found if found and rest.casefold() in {"", "and", "passage", "passages"} else [text[:40]] if text else []


def _says_nothing(value: Any) -> bool:
    return value == [] or (isinstance(value, dict) and value.get("claims") == [])


def _salvaged(body: str) -> Iterator[Drafted]:
    """The innermost whole objects of a reply that is not whole."""
    for match in re.finditer(r"\{[^{}]*\}", body):
        for reading in (match[0], _TRAILING_COMMA.sub(r"\1", match[0])):
            try:
                value = json.loads(reading)
            except (json.JSONDecodeError, RecursionError):
                continue
            if isinstance(value, dict) and (found := _claim(value)):
                yield found
                break


def _prose(body: str) -> Iterator[Drafted]:
    """Sentences with marks like [P1] or [1]; a mark after the full stop belongs to the sentence before it."""
    joined = re.sub(rf"([.!?])[ \t]*((?:(?:{_MARKS.pattern})[ \t]*)+)", r" \2\1 ", body, flags=re.IGNORECASE)
    for line in joined.splitlines():
        line = _BULLET.sub("", line)
        for start, end in sentence_spans(line):
            sentence = line[start:end]
            ids = [name for match in _MARKS.finditer(sentence) for name in _ids(match[1] or match[2])]
            text = _plain(_MARKS.sub("", sentence))
            if ids and len(text.split()) > 2:
                yield Drafted(text=text, ids=tuple(dict.fromkeys(ids)))


def _plain(text: str) -> str:
    bare = _PASSAGE_MARKS.sub("", text)
    bare = re.sub(r"\s+([.,;:!?])", r"\1", " ".join(bare.split()))
    return bare.strip().strip("`").strip()
