"""Small reports and answer lines to judge."""

import json

import pytest

from eval.report import Measurement, Plot, Report, Table


@pytest.fixture
def make_report():
    """A report of the judge "answers" whose rows have these scores, by id q0, q1, …."""

    def made(scores, *, command="answers", run=None, measure=0.8):
        rows = tuple(
            {
                "id": f"q{n}",
                "question": f"What about {n}?",
                "topic": f"t{n % 2}",
                "score": s,
                "ms": 5.0,
                "answer": f"a{s}",
            }
            for n, s in enumerate(scores)
        )
        measures = (
            Measurement(name="expected facts shown", value=measure, n=len(rows), definition="Shown."),
            Measurement(name="latency p50", value=12.5, n=len(rows), definition="ms", unit="ms", better="lower"),
        )
        plot = Plot(
            name="quality per topic",
            caption="By topic.",
            kind="bars",
            rows=({"topic": "t0", "score": 0.5, "low": 0.1, "high": 0.9},),
            x="topic",
            y="score",
            x_title="",
            y_title="score",
            low="low",
            high="high",
        )
        return Report(
            command=command,
            title="Answers <b>to</b> a | file",
            measures=measures,
            run=run or {"version": "1", "at": "2030-01-01T00:00:00+00:00"},
            rows=rows,
            tables=(Table(name="By topic", columns=("topic", "score"), rows=(("t0", 0.5),)),),
            plots=(plot,),
            notes=("A note with | and <script>alert(1)</script>.",),
        )

    return made


@pytest.fixture
def write_lines(tmp_path):
    """Write objects (or raw strings) as JSON Lines and give the path."""

    def written(*lines, name="file.jsonl"):
        path = tmp_path / name
        path.write_text("\n".join(x if isinstance(x, str) else json.dumps(x) for x in lines) + "\n", encoding="utf-8")
        return path

    return written


@pytest.fixture(scope="session")
def library_base(tmp_path_factory):
    """An open base with three records of the starter library."""
    from domain.settings import Settings
    from ingest import read
    from kb import open_base
    from kb.library import record_paths

    wanted = {"coapt-2yr.yaml", "mitra-fr-2yr.yaml", "guideline-esc-eacts-2025-vhd.yaml"}
    folder = tmp_path_factory.mktemp("judged-base")
    base = open_base(folder, Settings(base=folder), create=True)
    base.add(
        read(
            [path for path in record_paths() if path.name in wanted],
            base.embedder.count_tokens,
            max_tokens=base.embedder.max_tokens,
        )
    )
    yield base
    base.close()
