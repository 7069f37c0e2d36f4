"""Fetching, against a local server that speaks the service's shapes."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qs, urlparse

import pytest

from domain.errors import FetchError
from domain.reading import ReadResult
from ingest.fetch import TRIES, Fetched, fetch
from ingest.read import read_file

ARTICLE = (
    b"<article><front><article-meta><title-group><article-title>Rings</article-title></title-group></article-meta>"
    b"</front><body><p>Rings work well.</p></body></article>"
)
WORKS = {
    "111": {"id": "111", "pmid": "111", "pmcid": "PMC1", "doi": "10.5555/one", "title": "One", "license": "cc by"},
    "222": {
        "id": "222", "pmid": "222", "pmcid": "PMC2", "title": "Two",
        "pubTypeList": {"pubType": ["Journal Article", "Retracted Publication"]},
        "commentCorrectionList": {"commentCorrection": [{"type": "Erratum in"}]},
    },
    "333": {"id": "333", "pmid": "333", "title": "Closed"},
}  # fmt: skip


class Service(BaseHTTPRequestHandler):
    asked: ClassVar[list[str]] = []
    failures = 0
    broken = False

    def do_GET(self) -> None:
        url = urlparse(self.path)
        Service.asked.append(url.path)
        if Service.failures:
            Service.failures -= 1
            self.answer(503, b"busy")
        elif Service.broken:
            self.answer(200, b"<html>maintenance</html>")
        elif url.path.endswith("/search"):
            query = parse_qs(url.query)["query"][0]
            cursor = parse_qs(url.query)["cursorMark"][0]
            found = [work for key, work in WORKS.items() if key in query or str(work.get("pmcid")) in query.split(":")]
            found = found or [work for work in WORKS.values() if str(work.get("doi")) in query]
            if "ring" in query:
                found = list(WORKS.values())
            if "slow" in query:
                threading.Event().wait(1.0)
            body = {
                "hitCount": len(found),
                "nextCursorMark": "end",
                "resultList": {"result": found if cursor == "*" else []},
            }
            self.answer(200, json.dumps(body).encode())
        elif url.path.endswith("/fullTextXML"):
            self.answer(200, ARTICLE)
        else:
            self.answer(404, b"")

    def answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.wfile.write(body)

    def log_message(self, *args: object) -> None: ...


@pytest.fixture
def bring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., list[Fetched]]]:
    Service.asked, Service.failures, Service.broken = [], 0, False
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv("CHORDAE_EUROPEPMC", f"http://127.0.0.1:{server.server_port}/rest")

    def run(*identifiers: str, **options: object) -> list[Fetched]:
        return list(fetch(identifiers, tmp_path / "articles", pause=0.01, timeout=0.4, **options))  # type: ignore[arg-type]

    yield run
    server.shutdown()
    server.server_close()
    thread.join()


def _read(path: Path | None) -> ReadResult:
    assert path is not None
    return read_file(path, lambda texts: [len(text) for text in texts], max_tokens=256)


@pytest.mark.parametrize("identifier", ["111", "PMC1", "10.5555/one"])
def test_each_identifier_brings_the_article(bring: Callable[..., list[Fetched]], identifier: str) -> None:
    (work,) = bring(identifier)
    assert (work.pmcid, work.licence, work.error) == ("PMC1", "CC BY", None)
    document = _read(work.path).document
    assert document is not None and (document.pmid, document.licence) == ("111", "CC BY")


def test_a_retraction_goes_into_the_document(bring: Callable[..., list[Fetched]]) -> None:
    (work,) = bring("222")
    assert work.status == "retracted, corrected"
    document = _read(work.path).document
    assert document is not None and document.retraction == "retracted, corrected"


def test_a_text_that_is_there_is_not_asked_for_again(bring: Callable[..., list[Fetched]]) -> None:
    bring("111")
    (again,) = bring("111")
    assert again.cached and sum(path.endswith("fullTextXML") for path in Service.asked) == 1


def test_a_retraction_since_the_first_time_reaches_the_document(
    bring: Callable[..., list[Fetched]], monkeypatch: pytest.MonkeyPatch
) -> None:
    (first,) = bring("111")
    before = _read(first.path).document
    monkeypatch.setitem(WORKS, "111", WORKS["111"] | {"pubTypeList": {"pubType": ["Retracted Publication"]}})
    (again,) = bring("111")
    assert again.cached and again.status == "retracted"
    after = _read(again.path).document
    assert before is not None and after is not None and before.doc_id == after.doc_id
    assert (before.retraction, after.retraction) == (None, "retracted")


def test_without_the_service_what_is_there_is_given_with_a_note(bring: Callable[..., list[Fetched]]) -> None:
    bring("111", "222")
    Service.failures, asked = 99, len(Service.asked)
    first, second = bring("111", "222")
    assert first.cached and first.error is None and "was not asked" in str(first.note)
    assert second.cached and "was not asked" in str(second.note)
    assert len(Service.asked) - asked == TRIES, "the second is not asked about after the first failed"


def test_one_that_fails_does_not_stop_the_rest(bring: Callable[..., list[Fetched]]) -> None:
    closed, unknown, nonsense, good = bring("333", "999", "what?", "111")
    assert "no open full text" in str(closed.error) and "does not know" in str(unknown.error)
    assert "neither a PMID" in str(nonsense.error) and good.error is None


def test_a_query(bring: Callable[..., list[Fetched]]) -> None:
    works = bring(query="ring", most=2)
    assert [work.pmcid for work in works] == ["PMC1", "PMC2"]


def test_a_busy_server_is_asked_again(bring: Callable[..., list[Fetched]]) -> None:
    Service.failures = 2
    assert bring("111")[0].error is None
    Service.failures = 99
    assert "503" in str(bring("222")[0].error)


def test_a_slow_or_strange_server_is_an_error(bring: Callable[..., list[Fetched]]) -> None:
    assert "in time" in str(bring("10.1234/slow")[0].error)
    Service.broken = True
    with pytest.raises(FetchError, match="not what Europe PMC sends"):
        bring(query="ring")
