"""Open-access full text from Europe PMC: searched, fetched politely, kept in a folder with what the service says of it.

The service is described at europepmc.org/RestfulWebService: `search` answers JSON with `resultList.result`,
`{PMCID}/fullTextXML` answers JATS. Beside NAME.xml stands NAME.json with identifiers, licence and status, which the
JATS reader's draft takes over when the file is read.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx

from domain.errors import FetchError
from ingest.sidecar import sidecar

DEFAULT_ADDRESS = "https://www.ebi.ac.uk/europepmc/webservices/rest"
ADDRESS_VARIABLE = "CHORDAE_EUROPEPMC"
SECONDS_BETWEEN = 0.34
"""Pause between requests: three a second, what the E-utilities ask of everyone without a key."""
TIMEOUT = 30.0
TRIES = 4
MAX_BYTES = 60_000_000
PAGE_SIZE = 100
_RETRIED = frozenset({429, 500, 502, 503, 504})
_PMCID, _PMID, _DOI = re.compile(r"PMC\d+$", re.I), re.compile(r"\d{1,9}$"), re.compile(r"10\.\d{4,9}/\S+$")


_NOT_ASKED = "Its text is here; whether it was retracted or corrected since then was not asked."


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """One work: `path` is its XML, None when it was not fetched; then `error` says why.

    `cached`: its text was there already. What is said of it was asked anew; where that failed, `note` says so.
    `licence` and `status` ("retracted", "corrected", "concern", several words joined by a comma) are None where the
    service says nothing.
    """

    asked: str
    pmcid: str | None = None
    pmid: str | None = None
    doi: str | None = None
    title: str | None = None
    licence: str | None = None
    status: str | None = None
    path: Path | None = None
    cached: bool = False
    error: str | None = None
    note: str | None = None


def fetch(
    identifiers: Sequence[str],
    folder: Path,
    *,
    query: str | None = None,
    most: int = 25,
    address: str | None = None,
    pause: float = SECONDS_BETWEEN,
    timeout: float = TIMEOUT,
) -> Iterator[Fetched]:
    """Bring each work, and up to `most` results of `query`, into `folder`; one result a work, in order.

    An identifier is a PMID, a PMCID or a DOI. The text of what the folder already holds is not asked for again, so an
    interrupted run goes on where it stopped; whether it was retracted or corrected since is asked. A work that cannot
    be had yields its error and the rest go on; FetchError is raised only when a search by `query` fails.
    """
    folder.mkdir(parents=True, exist_ok=True)
    base = (address or os.environ.get(ADDRESS_VARIABLE) or DEFAULT_ADDRESS).rstrip("/")
    with httpx.Client(timeout=timeout, follow_redirects=True, headers={"User-Agent": "chordae"}) as client:
        service = _Service(client, base, pause)
        for identifier in identifiers:
            try:
                yield _one(service, identifier.strip(), folder)
            except FetchError as error:
                yield Fetched(asked=identifier, error=str(error))
        if query:
            for found in service.search(f"({query}) AND (OPEN_ACCESS:y)", most):
                asked = str(found.get("pmcid") or found.get("id") or "?")
                try:
                    yield _bring(service, asked, found, folder)
                except FetchError as error:
                    yield Fetched(asked=asked, error=str(error))


def _one(service: _Service, identifier: str, folder: Path) -> Fetched:
    if _PMCID.match(identifier):
        name, query = identifier.upper(), f"PMCID:{identifier.upper()}"
    elif _PMID.match(identifier):
        name, query = "", f"EXT_ID:{identifier} AND SRC:MED"
    elif _DOI.match(identifier.removeprefix("https://doi.org/")):
        name, query = "", f'DOI:"{identifier.removeprefix("https://doi.org/")}"'
    else:
        raise FetchError(f"{identifier}: neither a PMID, a PMCID nor a DOI. Give one, or use --query.")
    held = _held(folder, identifier, name)
    if held is not None and service.silent:
        return replace(held, note=f"{identifier}: {_NOT_ASKED}")
    try:
        found = next(service.search(query, 1), None)
        if found is None:
            raise FetchError(f"{identifier}: Europe PMC does not know it. Check the number.")
        return _bring(service, identifier, found, folder)
    except FetchError as error:
        if held is None:
            raise
        service.silent = True
        return replace(held, note=f"{error} {_NOT_ASKED}")


def _held(folder: Path, identifier: str, name: str) -> Fetched | None:
    """What the folder already holds under this identifier."""
    wanted = identifier.casefold().removeprefix("https://doi.org/")
    for card in [folder / f"{name}.json"] if name else sorted(folder.glob("PMC*.json")):
        stated = sidecar(card.with_suffix(".xml"))
        known = {str(stated.get(key) or "").casefold() for key in ("pmcid", "pmid", "doi")}
        if wanted in known and card.with_suffix(".xml").is_file():
            return Fetched(asked=identifier, path=card.with_suffix(".xml"), cached=True, **_facts(stated))
    return None


def _bring(service: _Service, asked: str, found: dict[str, Any], folder: Path) -> Fetched:
    facts = {
        "pmcid": found.get("pmcid"),
        "pmid": found.get("pmid"),
        "doi": found.get("doi"),
        "title": found.get("title"),
        "licence": _licence(found.get("license")),
        "status": _status(found),
    }
    pmcid = facts["pmcid"]
    if not isinstance(pmcid, str) or not _PMCID.match(pmcid):
        raise FetchError(f"{asked}: Europe PMC has no open full text of it. Read the abstract at its publisher.")
    path = folder / f"{pmcid.upper()}.xml"
    if path.is_file() and path.with_suffix(".json").is_file():
        _write(path.with_suffix(".json"), json.dumps(facts, ensure_ascii=False, indent=1).encode())
        return Fetched(asked=asked, path=path, cached=True, **_facts(facts))
    xml = service.full_text(pmcid)
    _write(path, xml)
    _write(path.with_suffix(".json"), json.dumps(facts, ensure_ascii=False, indent=1).encode())
    return Fetched(asked=asked, path=path, **_facts(facts))


def _facts(stated: dict[str, Any]) -> dict[str, Any]:
    names = ("pmcid", "pmid", "doi", "title", "licence", "status")
    return {name: str(stated[name]) if stated.get(name) else None for name in names}


def _write(path: Path, data: bytes) -> None:
    """Write whole or not at all."""
    part = path.with_name(path.name + ".part")
    part.write_bytes(data)
    part.replace(path)


def _licence(stated: Any) -> str | None:
    return str(stated).upper().replace("CC-", "CC ") if stated else None


def _status(found: dict[str, Any]) -> str | None:
    """Retraction, correction or concern, from the publication types and the notices linked to the work."""
    types = found.get("pubTypeList") or {}
    linked = found.get("commentCorrectionList") or {}
    kinds = types.get("pubType") or [] if isinstance(types, dict) else []
    notices = linked.get("commentCorrection") or [] if isinstance(linked, dict) else []
    words = [str(kind).casefold() for kind in (kinds if isinstance(kinds, list) else [kinds])]
    words += [str(notice.get("type", "")).casefold() for notice in notices if isinstance(notice, dict)]
    states = []
    if any(word in {"retracted publication", "retraction in"} for word in words):
        states.append("retracted")
    if any(word in {"expression of concern", "expression of concern in"} for word in words):
        states.append("concern")
    if any(word in {"erratum in", "corrected and republished in", "correction in"} for word in words):
        states.append("corrected")
    return ", ".join(states) or None


class _Service:
    """The two calls, one at a time, with a pause between and patience with a busy server."""

    def __init__(self, client: httpx.Client, base: str, pause: float) -> None:
        self.client = client
        self.base = base
        self.pause = pause
        self.next_at = 0.0
        self.silent = False
        """Whether a question about a work that is here failed in this run; no other such work is asked about then."""

    def search(self, query: str, most: int) -> Iterator[dict[str, Any]]:
        """The works that a query finds, at most `most`, page by page by the service's cursor."""
        cursor, given = "*", 0
        while given < most:
            size = min(PAGE_SIZE, most - given)
            answer = self._get(
                "search",
                {"query": query, "format": "json", "resultType": "core", "pageSize": str(size), "cursorMark": cursor},
            )
            try:
                body = json.loads(answer)
                results = body["resultList"]["result"]
            except (ValueError, KeyError, TypeError):
                raise FetchError(f"{self.base}: its answer to a search is not what Europe PMC sends.") from None
            for found in results[:size]:
                if isinstance(found, dict):
                    given += 1
                    yield found
            following = body.get("nextCursorMark")
            if not results or not following or following == cursor:
                return
            cursor = str(following)

    def full_text(self, pmcid: str) -> bytes:
        """The JATS of an open-access article."""
        xml = self._get(f"{pmcid}/fullTextXML", {})
        if b"<article" not in xml[:20_000]:
            raise FetchError(f"{pmcid}: the service sent something that is not an article. Try again later.")
        return xml

    def _get(self, call: str, parameters: dict[str, str]) -> bytes:
        why = ""
        for attempt in range(TRIES):
            time.sleep(max(0.0, self.next_at - time.monotonic()))
            wait = self.pause * 2**attempt
            try:
                with self.client.stream("GET", f"{self.base}/{call}", params=parameters) as answer:
                    if answer.status_code == 200:
                        return self._body(answer, call)
                    why = f"it answered {answer.status_code}"
                    if answer.status_code == 404:
                        raise FetchError(f"{call}: Europe PMC has no such open full text.")
                    if answer.status_code not in _RETRIED:
                        raise FetchError(f"{self.base}/{call}: {why}. Check {ADDRESS_VARIABLE}.")
                    asked = answer.headers.get("Retry-After", "")
                    wait = min(60.0, float(asked)) if asked.isdigit() else wait
            except httpx.TimeoutException:
                why = "it did not answer in time"
            except httpx.HTTPError as error:
                why = f"it cannot be reached ({type(error).__name__})"
            finally:
                self.next_at = time.monotonic() + self.pause
            if attempt + 1 < TRIES:
                self.next_at = time.monotonic() + wait
        raise FetchError(f"{self.base}/{call}: {why}, {TRIES} times. Try again later.")

    def _body(self, answer: httpx.Response, call: str) -> bytes:
        pieces: list[bytes] = []
        total = 0
        for piece in answer.iter_bytes():
            total += len(piece)
            if total > MAX_BYTES:
                raise FetchError(f"{call}: the answer is larger than {MAX_BYTES // 1_000_000} MB.")
            pieces.append(piece)
        return b"".join(pieces)
