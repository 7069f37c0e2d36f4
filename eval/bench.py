"""The bench: the same work by Chordae and by the chain that a LangChain tutorial teaches, side by side, as ratios.

The tutorial's chain is RecursiveCharacterTextSplitter(1000, 200), HuggingFaceEmbeddings with the same weights, Chroma,
similarity search with k = 4. Each contender works in processes of its own, on text invented here, the two taking turns.
A ratio above 1 is in Chordae's favour.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from domain.errors import ChordaeError
from eval.report import Measurement, Report, measured
from eval.runinfo import run_info

CONTENDERS = ("chordae", "tutorial")
K = 4
COLD_REPEATS = 5
INGESTED = 2000
"""Passages whose embedding and storing is timed."""
SAME = 0.9999
"""Least cosine between a vector of ours and one of the unexported model."""


def bench(*, repeats: int = COLD_REPEATS, passages: int = INGESTED) -> Report:
    """Cold question, warm retrieval, whole warm answer, ingest; ChordaeError when a contender fails."""
    with tempfile.TemporaryDirectory(prefix="chordae-bench-") as place:
        work = Path(place)
        made: dict[str, dict[str, Any]] = {name: _run("ingest", name, work, passages)[0] for name in CONTENDERS}
        cold: dict[str, list[tuple[float, float]]] = {name: [] for name in CONTENDERS}
        for _ in range(repeats):
            for name in CONTENDERS:
                _, seconds, megabytes = _run("cold", name, work, passages)
                cold[name].append((seconds, megabytes))
        warm = {name: _run("warm", name, work, passages)[0] for name in CONTENDERS}
    return _report(made, cold, warm, repeats, passages)


def _run(work: str, contender: str, folder: Path, passages: int) -> tuple[dict[str, Any], float, float]:
    """What the process printed, its wall seconds from start to end, and its peak memory in megabytes."""
    command = [sys.executable, "-W", "ignore", "-m", "eval.bench_work", work, contender, str(folder), str(passages)]
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
    root = Path(__file__).resolve().parent.parent
    started = time.perf_counter()
    process = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - started
    if process.returncode:
        raise ChordaeError(
            f"bench: {contender} failed at {work!r} (exit code {process.returncode}). "
            f"Run `{' '.join(command[1:])}` to see why; the tutorial's chain needs the development packages."
        )
    found: dict[str, Any] = json.loads(process.stdout.strip().splitlines()[-1])
    return found, seconds, float(found["megabytes"])


def _report(
    made: dict[str, dict[str, Any]],
    cold: dict[str, list[tuple[float, float]]],
    warm: dict[str, dict[str, Any]],
    repeats: int,
    passages: int,
) -> Report:
    ours, theirs = cold["chordae"], cold["tutorial"]
    faster = [their[0] / our[0] for our, their in zip(ours, theirs, strict=True)]
    leaner = [our[1] / their[1] for our, their in zip(ours, theirs, strict=True)]
    retrieval = np.array(warm["tutorial"]["retrieval_ms"]) / np.array(warm["chordae"]["retrieval_ms"])
    rates = {name: made[name]["passages"] / made[name]["seconds"] for name in CONTENDERS}
    answers = warm["chordae"]["answer_ms"]
    measures: list[Measurement] = [
        _ratio("cold question: times faster", faster, "Process start to printed answer, median of the pairs."),
        _ratio("cold question: share of memory", leaner, "Peak resident memory, ours over theirs.", better="lower"),
        _ratio("warm retrieval: times faster", retrieval.tolist(), f"The same {K} passages for the same question."),
        measured(
            "A whole answer, verified, milliseconds at the 95th percentile.",
            "warm answer p95",
            float(np.percentile(answers, 95)),
            n=len(answers),
            unit="ms",
            better="lower",
        ),
        measured(
            "Passages per second, ours over theirs: embedded and stored, model loading left out.",
            "ingest: times faster",
            rates["chordae"] / rates["tutorial"],
            n=passages,
            unit="points",
        ),
        measured(
            "Least cosine of a stored vector to the unexported model's.",
            "least vector cosine",
            float(made["tutorial"]["least_cosine"]),
            n=passages,
            unit="points",
        ),
    ]
    return Report(
        command="bench",
        title="Chordae and the tutorial's chain",
        measures=tuple(measures),
        run=run_info(repeats=repeats, passages=passages),
        extra={
            "spread": {
                "cold faster": _spread(faster),
                "cold memory": _spread(leaner),
                "warm retrieval": _spread(retrieval.tolist()),
            },
            "seconds": {name: [one[0] for one in cold[name]] for name in CONTENDERS},
            "megabytes": {name: [one[1] for one in cold[name]] for name in CONTENDERS},
            "passages_per_second": rates,
        },
    )


def _ratio(name: str, values: Sequence[float], text: str, *, better: Any = "higher") -> Measurement:
    low, high = _spread(values)
    return measured(
        f"{text} Middle half: {low:.2f} to {high:.2f}.",
        name,
        float(np.median(values)),
        n=len(values),
        unit="points",
        better=better,
    )


def _spread(values: Sequence[float]) -> tuple[float, float]:
    return float(np.percentile(values, 25)), float(np.percentile(values, 75))
