"""Retrieval on any folder in BEIR form: both legs, plain fusion and ours, by the search code of the product.

Where the settings name a reranker, a fifth mode is what it makes of ours.

Every text becomes a document of one passage in a base of its own, in a temporary folder; each judged query is asked
once in every mode, and every one counts.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from domain.document import Document
from domain.passage import slice_passage
from domain.reading import ReadResult
from domain.settings import Settings
from eval.bootstrap import mean_interval, paired
from eval.datasets import Collection, beir
from eval.report import Measurement, Plot, Report, Table, measured
from eval.runinfo import run_info
from kb import Base, open_base
from kb.rerank import DEPTH as READ
from kb.rerank import rerank
from kb.search import search

MODES = ("lexical", "dense", "rrf", "hybrid")
RERANKED = "reranked"
MEASURES = ("nDCG@10", "R@10", "R@50", "RR")
DEPTH = 100
"""Ranks that are judged."""
SHOWN = 10
"""Passages asked for when the time is taken."""
DEFINITIONS = {
    "nDCG@10": "Discounted cumulative gain of the ten best (Järvelin and Kekäläinen 2002) over the ideal, linear, 0-1.",
    "R@10": "Share of a query's relevant documents among the ten best, 0-1.",
    "R@50": "Share of a query's relevant documents among the fifty best, 0-1.",
    "RR": "One over the rank of the first relevant document among the hundred best, 0 where there is none.",
}
WHAT = {
    "lexical": "BM25 (k1 1.2, b 0.75, stemmed) over title and text",
    "dense": "exact cosine of the embedding model over title and text",
    "rrf": "reciprocal rank fusion (60) of the hundred best of both legs",
    "hybrid": "what `chordae search` does",
    "reranked": "the best of hybrid in the order of the cross-encoder that CHORDAE_RERANKER names",
}

Run = Mapping[str, list[str]]
"""Document ids by query id, best first."""


def retrieval(folder: Path, settings: Settings, run_folder: Path | None = None) -> Report:
    """Judge the modes on the BEIR folder; with `run_folder`, also write a TREC run file for each.

    Raises DatasetError when the folder is not in BEIR form.
    """
    collection = beir(folder)
    modes = MODES if settings.reranker is None else (*MODES, RERANKED)
    with tempfile.TemporaryDirectory(prefix="chordae-retrieval-") as place:
        base = open_base(Path(place) / "kb", replace(settings, reranker=None), create=True)
        started = time.perf_counter()
        base.add(documents_of(collection))
        seconds = time.perf_counter() - started
        runs = {mode: ranked(base, collection, mode) for mode in MODES}
        if settings.reranker is not None:
            runs[RERANKED] = reranked(base, collection, settings.reranker)
        times = _latency(base, collection, modes, settings.reranker)
        size = sum(file.stat().st_size for file in base.path.rglob("*") if file.is_file()) / 1e6
        info = run_info(
            base=base,
            settings=settings,
            files=(folder,),
            passages=len(collection.texts),
            **({} if settings.reranker is None else {"reranker": settings.reranker}),
        )
        base.close()
    if run_folder is not None:
        for mode, run in runs.items():
            write_run(run, run_folder / f"{collection.name}.{mode}.trec", mode)
    scores = {mode: judge(collection, run) for mode, run in runs.items()}
    return _report(collection, scores, times, size, seconds, info)


def documents_of(collection: Collection) -> Iterator[ReadResult]:
    """Each text as a document of one passage; one without any words is left out and can never be found."""
    for name, text in collection.texts.items():
        title = collection.titles[name]
        body = text.strip() or title.strip()
        if body:
            document = Document(
                doc_id=name, origin="document", title=title if text.strip() else "", kind="other", text=body
            )
            yield ReadResult(path=f"/{name}", document=document, passages=(slice_passage(document, 0, len(body)),))


def ranked(base: Base, collection: Collection, mode: str) -> Run:
    """The hundred best documents for every judged query, by the product's own search."""
    snapshot = base.snapshot
    vectors: dict[str, NDArray[np.float32]] = {}

    def embed(text: str) -> NDArray[np.float32]:
        if text not in vectors:
            vectors[text] = base.embedder.query(text)
        return vectors[text]

    return {
        query: [snapshot.document_of(found.passage_id) for found in search(snapshot, text, embed, k=DEPTH, mode=mode)]
        for query, text in collection.queries.items()
    }


def reranked(base: Base, collection: Collection, model: str) -> Run:
    """The hybrid's hundred best for every judged query, the first of them in the cross-encoder's order."""
    return {
        query: [hit.document.doc_id for hit in rerank(text, base.search(text, k=DEPTH), model)]
        for query, text in collection.queries.items()
    }


def judge(collection: Collection, run: Run) -> dict[str, list[float]]:
    """Each measure for each judged query, in the order of the queries; a query that found nothing has 0."""
    import ir_measures

    measures = [ir_measures.parse_measure(name) for name in MEASURES]
    qrels = [
        ir_measures.Qrel(query, document, grade)
        for query, grades in collection.qrels.items()
        for document, grade in grades.items()
    ]
    docs = [
        ir_measures.ScoredDoc(query, document, 1.0 / rank)
        for query, found in run.items()
        for rank, document in enumerate(found, start=1)
    ]
    values = {
        (str(one.measure), one.query_id): float(one.value) for one in ir_measures.iter_calc(measures, qrels, docs)
    }
    return {name: [values.get((name, query), 0.0) for query in collection.queries] for name in MEASURES}


def write_run(run: Run, file: Path, tag: str) -> None:
    """Write a run as TREC has it: query, Q0, document, rank, score (one over the rank), tag."""
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = (
        f"{query} Q0 {document} {rank} {1.0 / rank:.6f} chordae-{tag}\n"
        for query, found in run.items()
        for rank, document in enumerate(found, start=1)
    )
    file.write_text("".join(lines), encoding="utf-8")


def _latency(base: Base, collection: Collection, modes: Sequence[str], reranker: str | None) -> dict[str, list[float]]:
    """Milliseconds of a warm search, embedding of the question included, by mode; modes take turns."""

    def ask(query: str, mode: str) -> None:
        if mode == RERANKED and reranker is not None:
            rerank(query, base.search(query, k=READ), reranker)
        else:
            base.search(query, k=SHOWN, mode=mode)

    queries = list(collection.queries.values())
    for mode in modes:
        ask(queries[0], mode)
    times: dict[str, list[float]] = {mode: [] for mode in modes}
    for query in queries:
        for mode in modes:
            started = time.perf_counter()
            ask(query, mode)
            times[mode].append(1000 * (time.perf_counter() - started))
    return times


def _report(
    collection: Collection,
    scores: Mapping[str, Mapping[str, list[float]]],
    times: Mapping[str, list[float]],
    size: float,
    seconds: float,
    info: Mapping[str, Any],
) -> Report:
    n = len(collection.queries)
    measures: list[Measurement] = []
    for mode in scores:
        for name in MEASURES:
            values = scores[mode][name]
            text = f"{DEFINITIONS[name]} {mode}: {WHAT[mode]}."
            measures.append(
                measured(
                    text, f"{mode} {name}", float(np.mean(values)), n=n, unit="points", interval=mean_interval(values)
                )
            )
    measures.append(
        measured("Everything in the base's folder.", "index size", size, n=1, unit="megabytes", better="lower")
    )
    differences = []
    for other in scores if n > 1 else ():
        if other != "hybrid":
            found = paired(scores[other]["nDCG@10"], scores["hybrid"]["nDCG@10"])
            differences.append((other, found.value, found.interval.low, found.interval.high))
    latency = {
        mode: {"p50": float(np.percentile(times[mode], 50)), "p95": float(np.percentile(times[mode], 95))}
        for mode in scores
    }
    rows = tuple(
        {
            "id": query,
            "question": text,
            "score": scores["hybrid"]["nDCG@10"][at],
            **{mode: scores[mode]["nDCG@10"][at] for mode in scores},
        }
        for at, (query, text) in enumerate(collection.queries.items())
    )
    return Report(
        command="retrieval",
        title=f"Retrieval on {collection.name}",
        measures=tuple(measures),
        run=info,
        rows=rows,
        plots=(_plot(scores),),
        tables=(
            Table(
                name="Quality and time",
                columns=("search", *MEASURES, "p50, ms", "p95, ms"),
                rows=tuple(
                    (mode, *(float(np.mean(scores[mode][name])) for name in MEASURES), *latency[mode].values())
                    for mode in scores
                ),
                note=f"Wall clock of a warm search for {SHOWN} passages, embedding of the question included.",
            ),
            Table(
                name="hybrid against the others, nDCG@10",
                columns=("other", "hybrid minus other", "low", "high"),
                rows=tuple(differences),
                note="Paired bootstrap, 95%.",
            ),
        ),
        extra={
            "queries": n,
            "measures": {mode: {name: float(np.mean(scores[mode][name])) for name in MEASURES} for mode in scores},
            "latency_ms": latency,
            "index": {"megabytes": size, "seconds": seconds, "passages": len(collection.texts)},
        },
    )


def _plot(scores: Mapping[str, Mapping[str, list[float]]]) -> Plot:
    rows = []
    for name in MEASURES:
        for mode in scores:
            values = scores[mode][name]
            value = float(np.mean(values))
            interval = mean_interval(values)
            low, high = (interval.low, interval.high) if interval else (value, value)
            rows.append({"measure": name, "search": mode, "value": value, "low": low, "high": high})
    return Plot(
        name="quality by search",
        caption="Each measure by the way of searching, with 95% bootstrap intervals over the queries.",
        kind="bars",
        rows=tuple(rows),
        x="measure",
        y="value",
        x_title="",
        y_title="mean over queries",
        colour="search",
        low="low",
        high="high",
    )
