"""Grounding of any system: findings with reasons, bad lines in their place, and worse systems with worse scores."""

import json

import pytest

from domain.errors import DatasetError
from domain.settings import Settings
from eval.grounding import grounding, read_answers

WORDS = "In 31 patients the septolateral diameter fell by 30% at 6 months with the device."
OTHER = "Sacubitril was given to 59 patients for 12 months."
CLAIM = "The septolateral diameter fell by 30% at 6 months in 31 patients."


def line(name="a", claims=((CLAIM, [1]),), cited=((1, WORDS),)):
    return {
        "id": name,
        "question": "What became of the diameter?",
        "claims": [{"text": text, "citations": numbers} for text, numbers in claims],
        "citations": [{"n": n, "text": text} for n, text in cited],
    }


GOOD = [line("a"), line("b"), line("c")]


@pytest.fixture
def judged(write_lines):
    return lambda *lines: grounding(write_lines(*lines), Settings())


@pytest.mark.parametrize(
    ("worse", "measure", "sign", "reason"),
    [
        (line(claims=[(CLAIM.replace("30%", "38%"), [1])]), "citation recall", -1, "38%"),
        (line(claims=[(CLAIM.replace("30%", "38%"), [1])]), "figure error rate", 1, "stands nowhere in the cited text"),
        (line(claims=[(CLAIM, [])]), "unsupported-claim rate", 1, "it cites nothing"),
        (line(claims=[(CLAIM, [1, 7])]), "citation precision", -1, "it cites [7], which the answer does not define"),
        (
            line(claims=[(CLAIM, [1, 2])], cited=[(1, WORDS), (2, OTHER)]),
            "citation precision",
            -1,
            "[2] is not needed for it",
        ),
        ({"id": "a", "error": "timeout"}, "crash rate", 1, None),
        ({"id": "a", "status": "abstained"}, "answered", -1, None),
    ],
)
def test_a_worse_system_scores_worse_with_the_reason(judged, worse, measure, sign, reason):
    good, bad = judged(*GOOD), judged(worse, *GOOD[1:])
    assert sign * (bad.measure(measure).value - good.measure(measure).value) > 0
    findings = next(table for table in bad.tables if table.name == "Findings")
    assert (reason is None and not findings.rows) or any(reason in row[3] for row in findings.rows)


def test_a_sound_system_has_no_finding_and_no_certainty(judged):
    report = judged(*GOOD)
    assert report.measure("citation recall").value == report.measure("citation precision").value == 1
    assert report.measure("citation recall").interval.low < 1
    assert next(table for table in report.tables if table.name == "Findings").rows == ()


def test_our_own_answers_are_read_as_they_are(judged):
    ours = line() | {"status": "answered", "engine": "extractive", "notices": []}
    ours["citations"] = [{"n": 1, "quote": WORDS, "doc_id": "d", "record": None}]
    assert judged(ours).measure("citation recall").value == 1


def test_bad_lines_are_answered_in_their_place_and_the_rest_is_judged(judged):
    no_number = line("n") | {"citations": [{"text": WORDS}]}
    report = judged(line("a"), "{not json", "[1]", no_number, line("a"), {"id": None, "error": "too long"}, line("z"))
    assert [(row["id"], row["status"], row["score"]) for row in report.rows] == [
        ("a", "answered", 1.0),
        ("line 2", "crashed", 0.0),
        ("line 3", "crashed", 0.0),
        ("line 4", "crashed", 0.0),
        ("line 5", "crashed", 0.0),
        ("line 6", "crashed", 0.0),
        ("z", "answered", 1.0),
    ]
    assert [failure.split(": ", 1)[0].rsplit(", ", 1)[1] for failure in report.failures] == [
        f"line {n}" for n in (2, 3, 4, 5)
    ]
    assert "its number" in report.failures[2] and "occurs twice" in report.failures[3]
    assert report.measure("crash rate").value == pytest.approx(5 / 7)


def test_an_abstention_says_nothing_wrong_and_an_empty_answer_nothing_at_all(judged):
    report = judged(line("a"), {"id": "r", "status": "abstained"}, {"id": "e", "claims": []})
    assert [(row["status"], row["score"]) for row in report.rows] == [("answered", 1), ("abstained", 1), ("empty", 0)]


def test_a_file_without_any_claim_is_an_error_and_not_a_zero(judged):
    with pytest.raises(DatasetError, match="no answer has a claim"):
        judged({"id": "r", "status": "abstained"})


def test_a_file_that_is_none_is_named(tmp_path):
    with pytest.raises(DatasetError, match=r"absent\.jsonl: cannot be read"):
        read_answers(tmp_path / "absent.jsonl")


def test_a_failed_line_ends_in_exit_code_one_and_the_report_all_the_same(write_lines):
    import subprocess
    import sys
    from pathlib import Path

    path = write_lines(line("a"), "{")
    root = Path(__file__).resolve().parents[2]
    made = subprocess.run(
        [sys.executable, str(root / "cli.py"), "eval", "grounding", str(path), "--json"], capture_output=True, text=True
    )
    assert made.returncode == 1 and "line 2: not JSON" in made.stderr
    assert json.loads(made.stdout)["measures"]["citation recall"] == 1
