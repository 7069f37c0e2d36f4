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
    assert "2 questions stand in both; 1 only in A, 0 only in B" in found.notes[0]


def test_the_better_side_follows_the_direction_of_the_measure(make_report):
    table = side_by_side(make_report([1.0, 0.0], measure=0.5), make_report([1.0, 1.0], measure=0.75)).tables[0]
    by_name = {row[0]: row for row in table.rows}
    assert by_name["expected facts shown"][3:] == ("+25.0%", "B")
    assert by_name["latency p50"][3:] == ("+0.0 ms", "")


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
