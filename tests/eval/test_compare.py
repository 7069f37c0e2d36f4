"""Two reports side by side."""

import numpy as np
import pytest

from domain.errors import DatasetError
from eval.compare import compare, side_by_side
from eval.report import write_report


def test_a_report_against_itself_shows_no_difference(make_report):
    report = make_report([1.0, 0.0, 0.5])
    found = side_by_side(report, report)
    assert found.rows == () and found.measures == ()


def test_a_worse_system_is_seen_to_be_worse_with_its_interval(make_report):
    rng = np.random.default_rng(1)
    good = rng.integers(0, 2, 80).astype(float)
    bad = np.where(rng.random(80) < 0.3, 0.0, good)
    found = side_by_side(make_report(good), make_report(bad)).measure("score, B - A")
    assert found.value == pytest.approx((bad - good).mean())
    assert found.interval.high < 0


def test_the_changed_questions_are_listed_with_both_answers(make_report):
    found = side_by_side(make_report([1.0, 0.0, 0.5]), make_report([1.0, 1.0, 0.0]))
    assert [(row["id"], row["better"]) for row in found.rows] == [("q1", "B"), ("q2", "A")]
    assert found.rows[0]["answer A"] == "a0.0" and found.rows[0]["answer B"] == "a1.0"


def test_questions_of_one_report_alone_are_counted_and_not_compared(make_report):
    found = side_by_side(make_report([1.0, 0.0, 0.5]), make_report([0.0, 0.0]))
    assert "2 questions stand in both; 1 only in A, 0 only in B" in found.notes[1]


def test_the_better_side_follows_the_direction_of_the_measure(make_report):
    table = side_by_side(make_report([1.0, 0.0], measure=0.5), make_report([1.0, 1.0], measure=0.75)).tables[0]
    by_name = {row[0]: row for row in table.rows}
    assert by_name["expected facts shown"][3:] == ("+25.0%", "", "B")
    assert by_name["latency p50"][3:] == ("+0.0 ms", "", "")


def test_settings_that_differ_are_named(make_report):
    found = side_by_side(
        make_report([1.0], run={"engine": "x", "v": 1}), make_report([1.0], run={"engine": "y", "v": 1})
    )
    assert found.tables[1].rows == (("engine", "x", "y"),)


def test_reports_of_two_kinds_are_refused(make_report, tmp_path):
    write_report(make_report([1.0]), tmp_path / "a")
    write_report(make_report([1.0], command="claims"), tmp_path / "b")
    with pytest.raises(DatasetError, match=r"of answers, .* of claims"):
        compare(tmp_path / "a", tmp_path / "b")


def test_reports_without_a_common_question_are_refused(make_report):
    from dataclasses import replace

    other = make_report([1.0])
    other = replace(other, rows=tuple({**row, "id": "z"} for row in other.rows))
    with pytest.raises(DatasetError, match="no question in common"):
        side_by_side(make_report([1.0]), other)


def test_the_comparison_is_itself_a_report(make_report, tmp_path):
    write_report(make_report([1.0, 0.0, 0.5]), tmp_path / "a")
    write_report(make_report([1.0, 1.0, 0.5]), tmp_path / "b")
    write_report(compare(tmp_path / "a", tmp_path / "b"), tmp_path / "c")
    assert (tmp_path / "c" / "report.html").stat().st_size > 1000


def with_ratio(report, parts, **more):
    from dataclasses import replace

    from eval.report import Measurement

    value = sum(top for top, _ in parts) / sum(bottom for _, bottom in parts)
    ratio = Measurement(name="recall", value=value, n=len(parts), definition="Share.", parts=tuple(parts), **more)
    return replace(report, measures=(ratio,))


def test_the_difference_of_a_ratio_is_paired_over_the_questions_in_both(make_report):
    rng = np.random.default_rng(2)
    bottoms = rng.integers(1, 6, 60)
    a = [(float(n), float(n)) for n in bottoms]
    b = [(float(n) - (at % 3 == 0), float(n)) for at, n in enumerate(bottoms)]
    scores = [1.0] * 60
    one, two = with_ratio(make_report(scores), a), with_ratio(make_report(scores), b)
    found = side_by_side(one, two).measure("recall, B - A")
    assert found.value == pytest.approx(-20 / bottoms.sum())
    assert found.interval.low < found.value < found.interval.high < 0
    row = side_by_side(one, two).tables[0].rows[0]
    assert row[-1] == "A" and row[4].startswith("-")
    assert side_by_side(one, one).tables[0].rows[0][3:] == ("+0.0%", "+0.0% to +0.0%", "")


def test_a_difference_that_may_be_chance_says_so(make_report):
    one = with_ratio(make_report([1.0, 0.0]), [(1.0, 1.0), (0.0, 1.0)])
    two = with_ratio(make_report([0.0, 0.0]), [(0.0, 1.0), (0.0, 1.0)])
    assert side_by_side(one, two).tables[0].rows[0][-1] == "A, may be chance"


def test_two_systems_are_judged_side_by_side_with_each_finding(write_lines, tmp_path):
    from domain.settings import Settings
    from eval.grounding import grounding

    words = "In 31 patients the diameter fell by 30% at 6 months."
    cited = [{"n": 1, "text": words}]
    honest = {"claims": [{"text": "The diameter fell by 30% at 6 months.", "citations": [1]}], "citations": cited}
    sloppy = {"claims": [{"text": "The diameter fell by 80% at 6 months.", "citations": [1]}], "citations": cited}
    for name, answer in (("honest", honest), ("sloppy", sloppy)):
        lines = [{"id": n, "question": "?", **answer} for n in range(8)] + [{"id": "r", "status": "abstained"}]
        write_report(grounding(write_lines(*lines, name=f"{name}.jsonl"), Settings()), tmp_path / name)
    found = compare(tmp_path / "honest", tmp_path / "sloppy")
    assert found.measure("citation recall, B - A").value == -1
    assert found.measure("figure error rate, B - A").value > 0
    findings = next(table for table in found.tables if table.name == "Findings")
    assert {row[0] for row in findings.rows} == {"B"} and all("80%" in row[-1] for row in findings.rows)
    assert len(found.rows) == 8 and "80%" in found.rows[0]["answer B"]
