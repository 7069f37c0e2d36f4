"""A language-model server on this machine, scripted and strict, and invented passages for it to be asked about."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from domain.document import Document
from domain.hit import Hit
from domain.passage import slice_passage

PASSAGES = {
    "STRAPPE": (
        "rct",
        "In the STRAPPE trial, 412 patients with secondary mitral regurgitation and LVEF 20-50% were randomised to "
        "annular strapping plus medical therapy (n = 206) or medical therapy alone (n = 206). "
        "At 24 months, death from any cause occurred in 27.4% of the strapping arm and 41.3% of the control arm "
        "(HR 0.61, 95% CI 0.45-0.83, p = 0.002). "
        "Hospitalisation for heart failure within 24 months fell from 63.9% in the control arm to 38.2% in the "
        "strapping arm (HR 0.52, 95% CI 0.40-0.68).",
    ),
    "CORDELIA": (
        "rct",
        "The CORDELIA trial enrolled 288 patients with EROA of at least 0.20 cm2. "
        "At 12 months, all-cause death did not differ: 22.6% in the strapping group and 21.9% in the medical group "
        "(HR 1.04, 95% CI 0.71-1.53, p = 0.83). "
        "The mean left ventricular end-systolic diameter decreased from 56 mm to 54 mm.",
    ),
    "guideline": (
        "guideline",
        "Annular strapping may be considered in selected patients with severe secondary mitral regurgitation who "
        "remain symptomatic despite optimised medical therapy (class IIb, level C). "
        "Mitral surgery is recommended in patients with severe secondary mitral regurgitation undergoing coronary "
        "bypass grafting (class I, level B). "
        "Strapping is not recommended when LVEF is below 15% (class III, level C).",
    ),
    "registry": (
        "registry",
        "Among 1,954 patients in the Baltic registry, in-hospital death was 2.1% and major bleeding 3.8%. "
        "Residual regurgitation of grade 2+ or less was reached in 91.7% of patients at discharge. "
        "Median NT-proBNP fell from 3,140 pg/mL to 2,210 pg/mL at 6 months.",
    ),
    "drugs": (
        "rct",
        "In the VALMIRA trial, 118 patients received sacubitril/valsartan or valsartan. "
        "At 12 months the EROA decreased by 0.058 cm2 with sacubitril/valsartan and by 0.018 cm2 with valsartan "
        "(p = 0.032). Regurgitant volume fell by 7.3 mL more with sacubitril/valsartan.",
    ),
    "cohort": (
        "cohort",
        "In 562 patients after myocardial infarction, the presence of mitral regurgitation was associated with a "
        "higher five-year mortality (62% versus 39%, RR 1.88). "
        "Six-minute walk distance increased from 288 m to 331 m after resynchronisation. "
        "NYHA class III or IV was present in 84% at baseline and 29% at one year.",
    ),
}


@pytest.fixture(scope="session")
def hits() -> tuple[Hit, ...]:
    """Six passages of six invented documents, in rank order."""
    return tuple(made(name, kind, text, rank) for rank, (name, (kind, text)) in enumerate(PASSAGES.items(), start=1))


@pytest.fixture(scope="session")
def make_hit():
    """One hit from a text."""
    return made


def made(name: str, kind: str, text: str, rank: int = 1) -> Hit:
    document = Document(
        doc_id=f"doc-{name}", origin="document", title=f"{name} report", kind=kind, text=text, year=2030
    )
    return Hit(passage=slice_passage(document, 0, len(text)), document=document, score=1.0 / rank, rank=rank)


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
