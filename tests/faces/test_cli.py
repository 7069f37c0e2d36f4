"""The terminal contract: JSON, exit codes, streams, and lines answered in their place."""

import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).resolve().parents[2]
QUESTION = "What operative mortality was reported in the 44 patients?"
HIT = {"rank", "score", "passage_id", "doc_id", "record", "title", "kind", "year", "section", "page", "text"}
ANSWER = {
    "id", "question", "status", "answer", "reason", "missing", "claims", "citations", "notices", "nearest", "engine",
    "run", "timings_ms",
}  # fmt: skip
CITATION = {
    "n", "doc_id", "passage_id", "origin", "record", "confidence", "title", "kind", "first_author", "journal", "year",
    "doi", "section", "page", "quote", "start", "end",
}  # fmt: skip


def lines(folder: Path, *values: object) -> Path:
    """A JSON Lines file; a string goes in as it is."""
    path = folder / "lines.jsonl"
    path.write_text("\n".join(v if isinstance(v, str) else json.dumps(v) for v in values) + "\n", "utf-8")
    return path


def test_ingest_says_what_became_of_each_file(chordae, papers, tmp_path):
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7 nothing")
    said = chordae("ingest", papers, broken, "--kb", tmp_path / "kb", "--json")
    assert said.code == 1 and "broken.pdf" in said.err
    by_name = {Path(document["path"]).name: document for document in said.json["documents"]}
    assert {name: document["status"] for name, document in by_name.items()} == {
        "report.md": "added", "hostile.md": "added", "broken.pdf": "failed",
    }  # fmt: skip
    report = by_name["report.md"]
    assert report["origin"] == "document" and report["passages"] > 0 and report["error"] is None
    assert report["title"] == "Ring annuloplasty in a small series" and report["doc_id"]
    assert "broken.pdf" in by_name["broken.pdf"]["error"] and by_name["broken.pdf"]["doc_id"] is None

    again = chordae("ingest", papers, "--kb", tmp_path / "kb", "--json")
    assert again.code == 0 and {d["status"] for d in again.json["documents"]} == {"unchanged"}


def test_ingest_replaces_a_changed_file(chordae, tmp_path):
    path = tmp_path / "note.md"
    path.write_text("# A note\n\nThe ring was implanted in 12 patients with functional mitral regurgitation.\n")
    assert chordae("ingest", path, "--kb", tmp_path / "kb").code == 0
    path.write_text("# A note\n\nThe ring was implanted in 13 patients with functional mitral regurgitation.\n")
    said = chordae("ingest", path, "--kb", tmp_path / "kb", "--json")
    assert [document["status"] for document in said.json["documents"]] == ["replaced"]
    assert len(chordae("kb", "list", "--kb", tmp_path / "kb", "--json").json["documents"]) == 1


def test_ingest_of_a_missing_file_is_named(chordae, tmp_path):
    said = chordae("ingest", tmp_path / "absent.md", "--kb", tmp_path / "kb", "--json")
    assert said.code == 1 and "absent.md" in said.err and said.json["documents"][0]["status"] == "failed"


def test_a_base_of_ones_own_holds_nothing_else(chordae, base_folder):
    listed = chordae("kb", "list", "--kb", base_folder, "--json").json["documents"]
    assert "Ring annuloplasty in a small series" in [document["title"] for document in listed]
    assert len(listed) == 2 and {document["origin"] for document in listed} == {"document"}


def test_search(chordae, base_folder):
    for mode in ("hybrid", "lexical", "dense"):
        said = chordae(
            "search", "operative mortality in 44 patients", "-k", 1, "--mode", mode, "--kb", base_folder, "--json"
        )
        (hit,) = said.json["hits"]
        assert said.code == 0 and set(hit) >= HIT and hit["rank"] == 1
        assert hit["page"] is None and hit["record"] is None and set(hit["legs"]) <= {"lexical", "dense"}
        assert "2.3%" in hit["text"] or mode == "dense"


def test_search_filters_fail_closed(chordae, base_folder):
    assert chordae("search", "mortality", "--since", 2090, "--kb", base_folder, "--json").json == {"hits": []}


def test_kb_show(chordae, base_folder):
    doc_id = chordae("search", "operative mortality", "--kb", base_folder, "--json").json["hits"][0]["doc_id"]
    shown = chordae("kb", "show", doc_id, "--json", "--kb", base_folder).json
    assert shown["doc_id"] == doc_id and shown["pages"] == []
    assert [section["heading"].split(" › ")[-1] for section in shown["sections"]][-2:] == ["Abstract", "Results"]
    for span in [*shown["sections"], *shown["passages"]]:
        assert 0 <= span["start"] < span["end"] <= len(shown["text"])


def test_kb_remove_and_verify(chordae, papers, tmp_path):
    kb = tmp_path / "kb"
    chordae("ingest", papers, "--kb", kb)
    report = papers / "report.md"
    assert chordae("kb", "remove", report, "--purge", "--kb", kb).code == 0
    found = chordae("search", "operative mortality", "--kb", kb, "--json").json["hits"]
    assert not any("2.3%" in hit["text"] for hit in found)
    verified = chordae("kb", "verify", "--kb", kb)
    assert (verified.code, verified.out) == (0, "The base is consistent.\n")
    assert chordae("kb", "rebuild", "--kb", kb).code == 0
    again = chordae("kb", "remove", report, "--kb", kb)
    assert again.code == 1 and "report.md" in again.err


def test_ask(chordae, base_folder):
    said = chordae("ask", QUESTION, "--kb", base_folder, "--json")
    value = said.json
    assert said.code == 0 and said.err == "" and said.out.count("\n") == 1
    assert set(value) >= ANSWER and value["status"] == "answered" and value["id"] is None
    assert "2.3%" in value["answer"] and "[1]" in value["answer"] and value["engine"] == "extractive"
    texts = {
        d["doc_id"]: chordae("kb", "show", d["doc_id"], "--kb", base_folder).json["text"] for d in value["citations"]
    }
    for citation in value["citations"]:
        assert set(citation) >= CITATION and citation["origin"] == "document"
        assert texts[citation["doc_id"]][citation["start"] : citation["end"]] == citation["quote"]
    for claim in value["claims"]:
        assert claim["citations"] and claim["support"] in {"supported", "partial"} and 0 <= claim["score"] <= 1


def test_a_quote_of_a_pdf_has_its_page_and_boxes(chordae, pdf_folder):
    question = "What was the regurgitant volume at one year after the strings?"
    value = chordae("ask", question, "--kb", pdf_folder, "--json").json
    (cited,) = [citation for citation in value["citations"] if "23 mL" in citation["quote"]]
    assert cited["page"] == 2 and cited["boxes"]
    for box in cited["boxes"]:
        assert box["page"] == 2 and 0 <= box["x0"] < box["x1"] <= 596 and 0 <= box["y0"] < box["y1"] <= 842


def test_ask_in_words(chordae, base_folder):
    said = chordae("ask", QUESTION, "--kb", base_folder)
    assert said.code == 0 and "“" in said.out and "2.3%" in said.out and "not medical advice" in said.out


def test_an_abstention_is_an_answer(chordae, base_folder):
    said = chordae("ask", "What was the operative mortality at the Mayo Clinic?", "--kb", base_folder, "--json")
    value = said.json
    assert said.code == 0 and value["status"] == "abstained" and value["answer"] == "" and value["claims"] == []
    assert value["reason"] in {"not-covered", "figure-not-found", "off-topic"}
    assert value["nearest"] and set(value["nearest"][0]) >= HIT


def test_filters_that_match_nothing_abstain(chordae, base_folder):
    value = chordae("ask", QUESTION, "--kind", "guideline", "--kb", base_folder, "--json").json
    assert value["status"] == "abstained" and value["reason"] == "filtered-out"


def test_a_base_that_is_not_there_abstains(chordae, tmp_path):
    said = chordae("ask", QUESTION, "--kb", tmp_path / "nowhere", "--json")
    assert said.code == 0 and said.json["reason"] == "empty-base" and said.json["nearest"] == []
    assert not (tmp_path / "nowhere").exists()
    assert chordae("search", "x", "--kb", tmp_path / "nowhere").code == 1


def test_a_base_that_holds_nothing_abstains(chordae, tmp_path):
    (tmp_path / "nothing").mkdir()
    chordae("ingest", tmp_path / "nothing", "--kb", tmp_path / "kb")
    assert chordae("ask", QUESTION, "--kb", tmp_path / "kb", "--json").json["reason"] == "empty-base"


def test_the_environment_names_the_base(chordae, base_folder, monkeypatch):
    monkeypatch.setenv("CHORDAE_KB", str(base_folder))
    assert len(chordae("kb", "list", "--json").json["documents"]) == 2


def test_a_file_of_questions_is_answered_in_order(chordae, base_folder, tmp_path):
    path = lines(
        tmp_path,
        {"id": "a", "question": QUESTION, "unknown": 1},
        "not json",
        "",
        {"id": 2, "question": 5},
        ["a list"],
        {"id": "blank", "question": "  "},
        '{"id": "half", "question": "\\ud800"}',
        {"question": "How do I treat pneumonia?"},
        {"id": "b", "question": QUESTION},
    )
    said = chordae("ask", "--file", path, "--kb", base_folder, "--json")
    assert said.code == 1
    assert [value["id"] for value in said.lines] == ["a", None, 2, None, "blank", "half", None, "b"]
    assert [("error" in value) for value in said.lines] == [False, True, True, True, True, True, False, False]
    first, last = said.lines[0], said.lines[-1]
    assert first["status"] == "answered" and set(first) >= ANSWER
    unlike = {"id", "timings_ms"}
    assert {k: v for k, v in first.items() if k not in unlike} == {k: v for k, v in last.items() if k not in unlike}


def test_a_file_of_good_questions_ends_well(chordae, base_folder, tmp_path):
    path = lines(tmp_path, {"id": 1, "question": QUESTION})
    assert chordae("ask", "--file", path, "--kb", base_folder, "--json").code == 0


def test_check(chordae, tmp_path):
    evidence = "Operative mortality was 2.3% in 44 patients with an ejection fraction below 35%."
    path = lines(
        tmp_path,
        {"id": "same", "claim": "Operative mortality was 2.3% in 44 patients.", "evidence": evidence},
        {"id": "other", "claim": "Operative mortality was 3.2% in 44 patients.", "evidence": [evidence]},
        {"id": "bad", "claim": "x", "evidence": 4},
        {"id": "none", "claim": "x"},
    )
    said = chordae("check", "--file", path, "--json")
    assert said.code == 1 and [value["id"] for value in said.lines] == ["same", "other", "bad", "none"]
    same, other, bad, none = said.lines
    assert same["verdict"] == "supported" and other["verdict"] in {"contradicted", "unsupported"}
    assert 0 <= other["score"] < same["score"] <= 1 and other["reasons"]
    assert set(bad) == set(none) == {"id", "error"}


ARTICLE = """<?xml version="1.0"?>
<article article-type="research-article"><front><article-meta>
<article-id pub-id-type="pmcid">PMC1000001</article-id><title-group><article-title>Clips in 31 patients</article-title>
</title-group></article-meta></front><body><sec><title>Results</title>
<p>Clips were placed in 31 patients with functional mitral regurgitation.</p></sec></body></article>"""


@pytest.fixture
def europepmc(monkeypatch):
    """A local server that knows one open article, in the shapes of the real service."""

    class Service(BaseHTTPRequestHandler):
        def do_GET(self):
            known = "PMC1000001" in unquote(self.path)
            found = (
                [{"pmcid": "PMC1000001", "title": "Clips", "isOpenAccess": "Y", "license": "cc by"}] if known else []
            )
            body = json.dumps({"hitCount": len(found), "nextCursorMark": "*", "resultList": {"result": found}})
            answer = (ARTICLE if "fullTextXML" in self.path else body).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_):
            """Say nothing."""

    with ThreadingHTTPServer(("localhost", 0), Service) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("CHORDAE_EUROPEPMC", f"http://localhost:{server.server_port}")
        yield
        server.shutdown()


def test_what_is_fetched_can_be_asked(chordae, europepmc, tmp_path):
    said = chordae("fetch", "PMC1000001", "PMC9", "--into", tmp_path / "cache", "--kb", tmp_path / "kb", "--json")
    assert said.code == 1 and "PMC9" in said.err
    assert [work["error"] is None for work in said.json["fetched"]] == [True, False]
    assert [document["status"] for document in said.json["documents"]] == ["added"]
    value = chordae("ask", "In how many patients were clips placed?", "--kb", tmp_path / "kb", "--json").json
    assert "31 patients" in value["answer"]


@pytest.mark.parametrize(
    "call",
    [
        ["ask"],
        ["fetch"],
        ["ask", "a", "--file", "b"],
        ["ask", "  "],
        ["ask", "a", "-k", "0"],
        ["ask", "a", "--kind", "blog"],
        ["ask", "a", "--since", "soon"],
        ["ask", "--file", "absent.jsonl"],
        ["search"],
        ["search", "a", "--mode", "best"],
        ["ingest"],
        ["check"],
        ["kb", "show"],
        ["nonsense"],
    ],
    ids=" ".join,
)
def test_a_wrong_call_is_exit_code_2(chordae, base_folder, call):
    said = chordae(*call, *(["--kb", base_folder] if call[0] in {"ask", "search", "ingest"} else []))
    assert said.code == 2 and said.out == "" and said.err.strip()


@pytest.mark.parametrize("call", [[], ["ask"], ["search"], ["ingest"], ["check"], ["kb"], ["kb", "remove"], ["app"]])
def test_help_is_there(chordae, call):
    said = chordae(*call, "--help")
    assert said.code == 0 and "Usage" in said.out and len(said.out) > 300


def test_the_page_needs_a_checkout(chordae, monkeypatch, tmp_path):
    import cli

    monkeypatch.setattr(cli, "__file__", str(tmp_path / "cli.py"))
    said = chordae("app")
    assert said.code == 2 and "checkout" in said.err


def test_a_reader_that_leaves_early_is_no_accident(base_folder):
    """`chordae … | head -1` ends without a traceback."""
    command = f"{sys.executable} {ROOT / 'cli.py'} kb show --kb {base_folder} report.md | head -c 10"
    run = subprocess.run(command, shell=True, capture_output=True, text=True, cwd=ROOT, check=False)
    assert "Traceback" not in run.stderr


def test_any_terminal_can_print_the_answer(base_folder):
    """A terminal that knows only ASCII still gets every character, as UTF-8."""
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "CHORDAE_KB": str(base_folder)}
    command = [sys.executable, str(ROOT / "cli.py"), "search", "vena contracta", "--json"]
    run = subprocess.run(command, capture_output=True, cwd=ROOT, env=environment, check=True)
    assert "alert" in json.loads(run.stdout.decode("utf-8"))["hits"][0]["text"]


def test_a_judge_that_asks_no_base_keeps_its_run_in_the_one_that_is_there(chordae, papers, tmp_path):
    from domain.settings import Settings
    from eval.history import runs
    from kb import open_base

    claims = lines(
        tmp_path,
        {
            "id": 1,
            "claim": "The ring held in 12.",
            "evidence_text": "The ring held in 12 patients.",
            "label": "supported",
        },
        {
            "id": 2,
            "claim": "The ring held in 19.",
            "evidence_text": "The ring held in 12 patients.",
            "label": "contradicted",
        },
    )
    there, absent = tmp_path / "kb", tmp_path / "none"
    assert chordae("ingest", papers, "--kb", there).code == 0
    assert chordae("eval", "claims", claims, "--kb", there).code == 0
    assert [run.report.command for run in runs(open_base(there, Settings()))] == ["claims"]
    assert chordae("eval", "claims", claims, "--kb", absent).code == 0 and not absent.exists()


def test_a_line_that_holds_what_json_has_not_is_answered_in_its_place(chordae, base_folder, tmp_path):
    file = lines(tmp_path, '{"id": NaN, "question": "x"}', {"id": 2, "question": QUESTION})
    said = chordae("ask", "--file", file, "--kb", base_folder, "--json")
    first, second = (json.loads(line) for line in said.out.splitlines())
    assert said.code == 1 and first["id"] is None and "NaN" in first["error"] and second["id"] == 2


def test_a_file_that_cannot_be_written_is_named(chordae, tmp_path):
    claim = {"claim": "It was 12%.", "evidence_text": "It was 12%."}
    file = lines(tmp_path, {"id": 1, "label": "supported", **claim}, {"id": 2, "label": "contradicted", **claim})
    said = chordae("eval", "claims", file, "--report", file / "report")
    assert said.code == 1 and str(file) in said.err and "Check the path" in said.err and "Traceback" not in said.err


def test_the_terminal_answers_from_as_many_passages_as_the_page(chordae, monkeypatch, base_folder):
    from domain.settings import Settings

    asked = chordae("ask", QUESTION, "--kb", base_folder, "--json").json
    page = chordae("ask", QUESTION, "--kb", base_folder, "--json", "-k", Settings().k).json
    assert asked["answer"] == page["answer"] and asked["run"]["settings"] == page["run"]["settings"]
