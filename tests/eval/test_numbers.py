"""The numbers that the project gives of itself are what the command would write."""

import re

import pytest

from eval.gate import FILE, held_against, read_gate, thresholds
from eval.numbers import DATA, MEASURED, PAGE, README, counted, measured, with_counts

WHAT = "run: make numbers"


def test_what_is_counted_is_so():
    assert PAGE.read_text(encoding="utf-8").startswith(counted()), WHAT


def test_the_readme_counts_the_library():
    text = README.read_text(encoding="utf-8")
    assert with_counts(text) == text, WHAT
    assert with_counts("a library of 9999 studies and guidelines") != "a library of 9999 studies and guidelines"


def test_what_is_measured_is_what_the_gate_asks_for():
    text = PAGE.read_text(encoding="utf-8").partition(MEASURED)[2]
    rows = [line.split(" | ") for line in text.splitlines() if line.startswith("| ") and ": " in line]
    named = {(row[0].removeprefix("| "), row[3].removesuffix(" |")) for row in rows}
    asked = {
        (f"{t.judge}: {t.measure}", f"{'at least' if t.at_least else 'at most'} {t.bound:g}")
        for t in thresholds(read_gate(FILE))
    }
    assert named == asked, WHAT


def test_the_readme_of_the_data_counts_its_questions():
    page = counted()
    text = (DATA / "README.md").read_text(encoding="utf-8")
    for name, to_answer, to_refuse in re.findall(
        r"^\| `(questions-[\w-]+\.jsonl)` \|.*\| (\d+) \| (\d+) \|$", text, re.M
    ):
        assert f"| questions to answer in `{name}` | {to_answer} |" in page
        assert f"| questions to refuse in `{name}` | {to_refuse} |" in page


@pytest.mark.parametrize("value", [0.5, 0.75])
def test_a_measure_is_shown_with_its_bound(make_report, value):
    run = {
        "at": "2030-01-02T00:00:00",
        "version": "1",
        "python": "3",
        "machine": "m",
        "engine": "e",
        "embedding_model": "x",
    }
    plan = {"answers": {"at_least": {"expected facts shown": 0.6}}}
    text = measured(held_against(plan, {"answers": make_report([1.0], measure=value)}, run))
    assert f"| answers: expected facts shown | {value:.1%} | 1 | at least 0.6 |" in text and "2030-01-02" in text
