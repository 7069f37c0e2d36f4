"""Bases that the answerer is asked from, and a language-model server on this machine, scripted and strict."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from domain.settings import Settings
from ingest import read
from kb import Base, open_base
from kb.library import record_paths

DATA = Path(__file__).resolve().parent.parent / "data"


def _filled(folder: Path, sources: list[Path]) -> Base:
    base = open_base(folder, Settings(), create=True)
    base.add(read(sources, base.embedder.count_tokens, max_tokens=base.embedder.max_tokens))
    return base


@pytest.fixture(scope="session")
def invented(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Base]:
    """The invented case report and trial."""
    base = _filled(tmp_path_factory.mktemp("invented"), [DATA / "invented-report.txt", DATA / "invented-trial.txt"])
    yield base
    base.close()


@pytest.fixture(scope="session")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Base]:
    """The whole starter library."""
    base = _filled(tmp_path_factory.mktemp("starter"), record_paths())
    yield base
    base.close()


@dataclass
class Scripted:
    """One reply of the server. `text` is streamed in pieces; the other fields make it go wrong."""

    text: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    break_after: int | None = None  # characters, then the connection is cut
    wait: float = 0.0  # seconds before the first byte
    drip: float = 0.0  # seconds between pieces
    raw: bytes | None = None  # a body that is no protocol at all
    body: str = ""  # of an error


class ModelServer:
    """Speaks one protocol; raises the alarm when asked more often than scripted."""

    def __init__(self, protocol: str) -> None:
        self.protocol = protocol
        self.script: list[Scripted] = []
        self.requests: list[dict] = []
        self.asked_too_often = 0
        self.lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

            def do_POST(self) -> None:
                outer.reply(self)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    def enqueue(self, *replies: "Scripted | str | dict | list") -> None:
        for reply in replies:
            if isinstance(reply, dict | list):
                reply = json.dumps(reply, ensure_ascii=False)
            self.script.append(Scripted(text=reply) if isinstance(reply, str) else reply)

    def reply(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers["content-length"]))
        with self.lock:
            self.requests.append(json.loads(body) | {"path": handler.path})
            if not self.script:
                self.asked_too_often += 1
                handler.send_error(418)
                return
            scripted = self.script.pop(0)
        try:
            self._send(handler, scripted)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the client hung up, as it may

    def _send(self, handler: BaseHTTPRequestHandler, scripted: Scripted) -> None:
        time.sleep(scripted.wait)
        if scripted.status != 200:
            body = scripted.body or json.dumps({"error": {"message": "scripted failure", "type": "x"}})
            handler.send_response(scripted.status)
            for name, value in {"content-type": "application/json", **scripted.headers}.items():
                handler.send_header(name, value)
            handler.send_header("content-length", str(len(body.encode())))
            handler.end_headers()
            handler.wfile.write(body.encode())
            return
        kind = "text/event-stream" if self.protocol == "openai" else "application/x-ndjson"
        handler.send_response(200)
        handler.send_header("content-type", kind)
        if scripted.break_after is not None:
            handler.send_header("content-length", "1000000")  # more is promised than will come
        handler.send_header("connection", "close")
        handler.end_headers()
        if scripted.raw is not None:
            handler.wfile.write(scripted.raw)
            return
        sent = 0
        for at in range(0, len(scripted.text), 64):
            piece = scripted.text[at : at + 64]
            if scripted.break_after is not None and sent + len(piece) > scripted.break_after:
                handler.wfile.flush()
                handler.connection.close()
                return
            handler.wfile.write(self._piece(piece))
            handler.wfile.flush()
            sent += len(piece)
            time.sleep(scripted.drip)
        handler.wfile.write(self._end())

    def _piece(self, text: str) -> bytes:
        if self.protocol == "openai":
            choice = {"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": None}
            chunk = {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "m", "choices": [choice]}
            return b"data: " + json.dumps(chunk).encode() + b"\n\n"
        message = {"role": "assistant", "content": text}
        line = {"model": "m", "created_at": "2030-01-01T00:00:00Z", "message": message, "done": False}
        return json.dumps(line).encode() + b"\n"

    def _end(self) -> bytes:
        if self.protocol == "openai":
            choice = {"index": 0, "delta": {}, "finish_reason": "stop"}
            chunk = {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "m", "choices": [choice]}
            return b"data: " + json.dumps(chunk).encode() + b"\n\ndata: [DONE]\n\n"
        message = {"role": "assistant", "content": ""}
        line = {"model": "m", "created_at": "2030-01-01T00:00:00Z", "message": message, "done": True}
        return json.dumps(line | {"done_reason": "stop", "eval_count": 1}).encode() + b"\n"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(timeout=5)


@contextmanager
def running(protocol: str) -> Iterator[ModelServer]:
    server = ModelServer(protocol)
    try:
        yield server
    finally:
        server.close()
    assert server.asked_too_often == 0, "the model was asked more often than scripted"
    assert not server.script, f"{len(server.script)} scripted replies were never asked for"


@pytest.fixture
def scripted():
    """The class of a scripted reply."""
    return Scripted


@pytest.fixture
def openai_server(monkeypatch) -> Iterator[ModelServer]:
    """A server of the OpenAI chat-completions protocol, known to the client by the environment."""
    with running("openai") as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url + "/v1")
        monkeypatch.setenv("OPENAI_API_KEY", "key-for-a-test")
        yield server


@pytest.fixture
def ollama_server(monkeypatch) -> Iterator[ModelServer]:
    """A server of the Ollama protocol, known to the client by the environment."""
    with running("ollama") as server:
        monkeypatch.setenv("OLLAMA_HOST", server.url)
        yield server
