"""Runs are kept in the base, read back as they were, and go with the documents that they quote."""

from dataclasses import replace

import pytest

from domain.document import Document
from domain.passage import slice_passage
from domain.reading import ReadResult
from domain.settings import Settings
from eval.history import (
    KEPT,
    keep,
    latency_over_runs,
    quality_over_runs,
    runs,
    worst,
)
from kb import open_base


def article(name):
    text = f"The report named {name} says that the annulus was reduced by 12% in its patients."
    document = Document(doc_id=name, origin="document", title=name, kind="cohort", text=text)
    return ReadResult(path=f"/{name}", document=document, passages=(slice_passage(document, 0, len(text)),))


@pytest.fixture
def base(tmp_path):
    base = open_base(tmp_path, Settings(base=tmp_path), create=True)
    base.add([article("alder"), article("birch")])
    yield base
    base.close()


@pytest.fixture
def run_at(make_report):
    def made(at, scores=(1.0, 0.0), **more):
        return make_report(list(scores), run={"at": at}, **more)

    return made


def quoting(report, *doc_ids):
    return replace(report, rows=tuple({**row, "sources": list(doc_ids)} for row in report.rows))


def test_a_run_comes_back_as_it_was(base, run_at):
    report = run_at("2030-01-01T00:00:00+00:00")
    name = keep(base, report)
    (found,) = runs(base)
    assert (found.name, found.at, found.report) == (name, "2030-01-01T00:00:00+00:00", report)


def test_runs_are_in_order_of_time_and_apart_by_judge(base, run_at):
    for at in ("2030-01-03", "2030-01-01", "2030-01-02"):
        keep(base, run_at(at))
    keep(base, run_at("2030-01-02", command="claims"))
    assert [run.at for run in runs(base, "answers")] == ["2030-01-01", "2030-01-02", "2030-01-03"]
    assert [run.report.command for run in runs(base)] == ["answers", "answers", "claims", "answers"]


def test_two_runs_of_one_second_are_both_kept(base, run_at):
    keep(base, run_at("2030-01-01", measure=0.1))
    keep(base, run_at("2030-01-01", measure=0.2))
    found = runs(base)
    assert {run.at for run in found} == {"2030-01-01"}
    assert sorted(run.report.measures[0].value for run in found) == [0.1, 0.2]


def test_the_oldest_of_the_same_judge_goes(base, run_at):
    keep(base, run_at("2030-01-01", command="claims"))
    for day in range(KEPT + 2):
        keep(base, run_at(f"2031-01-01T00:00:{day:02}"))
    assert [run.at[-2:] for run in runs(base, "answers")] == [f"{day:02}" for day in range(2, KEPT + 2)]
    assert len(runs(base, "claims")) == 1


def test_purging_a_document_takes_the_runs_that_quote_it(base, run_at):
    keep(base, quoting(run_at("2030-01-01"), "alder"))
    keep(base, quoting(run_at("2030-01-02"), "birch"))
    keep(base, run_at("2030-01-03"))  # it does not say whom it quotes, so it may quote anybody
    base.remove("alder", purge=True)
    assert [run.at for run in runs(base)] == ["2030-01-02"]


def test_the_worst_are_those_below_one_worst_first(make_report):
    report = make_report([1.0, 0.5, 0.0, 0.25, 0.0])
    assert [row["id"] for row in worst(report)] == ["q2", "q4", "q3", "q1"]
    assert [row["id"] for row in worst(report, 2)] == ["q2", "q4"]
    assert worst(replace(report, rows=({"id": "x"},))) == []


def test_the_tables_of_the_page(base, run_at):
    keep(base, run_at("2030-01-01", measure=0.25))
    keep(base, run_at("2030-01-02", measure=0.75))
    kept = runs(base)
    quality = quality_over_runs(kept)
    assert [(row["at"], row["measure"], row["value"]) for row in quality] == [
        ("2030-01-01", "expected facts shown", 0.25),
        ("2030-01-02", "expected facts shown", 0.75),
    ]
    assert (quality[0]["low"], quality[0]["high"]) == (0.25, 0.25)  # without an interval the value itself
    assert quality_over_runs(kept, ["another"]) == []
    assert [(row["measure"], row["ms"]) for row in latency_over_runs(kept)] == [("latency p50", 12.5)] * 2
