"""While one process has the base open, another writes: the next question sees it, and what is removed is not cited."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WRITER = """
import hashlib, sys
from pathlib import Path
from domain.document import Document
from domain.passage import slice_passage
from domain.reading import ReadResult
from domain.settings import Settings
from kb import open_base

base = open_base(Path(sys.argv[1]), Settings())
text = "The Carillon device shortened the annulus of the mitral valve in every patient of this series."
for line in sys.stdin:
    word = line.strip()
    if word == "add":
        document = Document(doc_id="carillon", origin="document", title="Carillon", kind="rct", text=text)
        passage = slice_passage(document, 0, len(text))
        base.add([ReadResult(path="/c.txt", document=document, passages=(passage,), data=text.encode())])
    else:
        base.remove("carillon", purge=word == "purge")
    print("ok", flush=True)
"""


def test_the_next_question_sees_what_another_process_did(base, result):
    base.add([result("/a.txt", "Heart failure was treated with medical therapy in this cohort. " * 3)])
    command = [sys.executable, "-W", "ignore", "-c", WRITER, str(base.path)]
    writer = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def tell(word):
        writer.stdin.write(f"{word}\n")
        writer.stdin.flush()
        assert writer.stdout.readline() == "ok\n"

    def cited():
        found = []
        for mode in ("hybrid", "rrf", "lexical", "dense"):
            found += base.search("Which device shortened the mitral annulus?", mode=mode)
        return {hit.document.doc_id for hit in found}

    assert "carillon" not in cited()
    before = base.generation
    for removal in ("remove", "purge"):
        tell("add")
        assert base.generation > before
        assert "carillon" in cited()
        assert base.search("Which device shortened the mitral annulus?")[0].document.doc_id == "carillon"
        tell(removal)
        assert "carillon" not in cited()
    writer.communicate()
    assert base.verify() == []
