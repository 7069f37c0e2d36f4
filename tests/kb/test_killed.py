"""Killed at any moment (a real process), a base opens, answers, and holds each document wholly or not at all."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from domain.settings import Settings
from kb import open_base

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = 6

INGEST = """
import hashlib, os, signal, sys
from pathlib import Path
import kb.base
from domain.document import Document
from domain.passage import slice_passage
from domain.reading import ReadResult
from domain.settings import Settings

folder, dies_at, how_often = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
kb.base.FLUSH = 1000  # several flushes in a small ingest

def read(number, edition):
    text = f"Report {number}, edition {edition}: the mitral device was implanted in {number + 3} patients. " * 8
    document = Document(doc_id=hashlib.sha256(text.encode()).hexdigest()[:16], origin="document", title=f"{number}",
                        kind="other", text=text)
    spans = [(at, min(len(text), at + 200)) for at in range(0, len(text), 200)]
    return ReadResult(path=f"/{number}.txt", document=document, data=text.encode(),
                      passages=tuple(slice_passage(document, *span) for span in spans))

def die_at(owner, name, after):
    real, seen = getattr(owner, name), [0]
    def wrapped(*args, **kwargs):
        seen[0] += 1
        if not after and seen[0] == how_often:
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(*args, **kwargs)
        if after and seen[0] == how_often:
            os.kill(os.getpid(), signal.SIGKILL)
        return result
    setattr(owner, name, wrapped)

if dies_at != "never":
    import kb.catalogue, kb.lexical, kb.vectors
    owner, name, when = dies_at.split(".")
    die_at({"Catalogue": kb.catalogue.Catalogue, "Lexical": kb.lexical.Lexical, "Vectors": kb.vectors.Vectors}[owner],
           name, when == "after")
base = kb.open_base(folder, Settings(), create=True)
print("ready", flush=True)
for edition in (1, 2):
    base.add([read(number, edition) for number in range(DOCUMENTS)])
print("done", flush=True)
""".replace("DOCUMENTS", str(DOCUMENTS))


def ingest(folder, dies_at="never", how_often=1):
    command = [sys.executable, "-W", "ignore", "-c", INGEST, str(folder), dies_at, str(how_often)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def assert_whole(folder):
    """Opens, answers, each document wholly or not at all, consistent."""
    base = open_base(folder, Settings())
    documents = base.documents()
    for document in documents:
        assert document.text.count("edition") == 8
        passages = base.passages(document.doc_id)
        assert "".join(passage.text for passage in passages) == document.text
    hits = base.search("In how many patients was the device implanted?", k=200)
    if documents:
        assert {hit.document.doc_id for hit in hits} <= {document.doc_id for document in documents}
        assert len(hits) == sum(len(base.passages(document.doc_id)) for document in documents)
    assert len({base.path_of(document.doc_id) for document in documents}) == len(documents)
    assert base.verify() == []
    base.close()
    return documents


@pytest.mark.parametrize(
    ("moment", "how_often"),
    [
        ("Catalogue.expect.after", 2),
        ("Lexical.append.after", 2),
        ("Vectors.append.after", 2),
        ("Catalogue.write.after", 3),
        ("Vectors.delete.after", 1),
        ("Catalogue.settled.before", 1),
    ],
)
def test_killed_at_a_named_moment(tmp_path, moment, how_often):
    process = ingest(tmp_path / "kb", moment, how_often)
    out, _ = process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL and "done" not in out
    assert_whole(tmp_path / "kb")


def test_killed_at_random_moments_again_and_again_then_finished(tmp_path):
    rng = random.Random(20)
    folder = tmp_path / "kb"
    for _ in range(2):
        process = ingest(folder)
        assert process.stdout.readline() == "ready\n"
        time.sleep(rng.uniform(0.0, 1.5))
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        assert_whole(folder)
    out, _ = ingest(folder).communicate(timeout=120)
    assert "done" in out
    documents = assert_whole(folder)
    assert len(documents) == DOCUMENTS and all("edition 2" in document.text for document in documents)
