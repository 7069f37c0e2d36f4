"""The gate: what falls short is said, what cannot be measured has fallen short, and the plan is held to its form."""

from pathlib import Path

import pytest

from domain.errors import DatasetError
from domain.settings import Settings
from eval.door import JUDGES
from eval.gate import FILE, Threshold, held_against, judged, read_gate, thresholds

PLAN = {"answers": {"at_least": {"expected facts shown": 0.8}, "at_most": {"latency p50": 20}}}


def bound(value, *, at_least):
    return Threshold(judge="j", measure="m", bound=value, at_least=at_least)


@pytest.mark.parametrize(
    ("value", "at_least", "holds"),
    [(0.5, True, True), (0.49, True, False), (0.51, True, True), (0.5, False, True), (0.51, False, False)],
)
def test_a_bound_holds_on_its_own_side_and_at_itself(value, at_least, holds):
    assert (bound(0.5, at_least=at_least).fails(value) is None) == holds


def test_what_fell_short_is_a_sentence_with_both_numbers():
    assert bound(0.5, at_least=True).fails(0.25) == "j: m is 0.25, it must be at least 0.5."
    assert bound(0.5, at_least=False).fails(None) == "j: m could not be measured; it must be at most 0.5."


def test_a_report_is_held_against_its_bounds(make_report):
    assert held_against(PLAN, {"answers": make_report([1.0])}, {}).failures == ()
    short = held_against(PLAN, {"answers": make_report([1.0], measure=0.79)}, {})
    assert short.failures == ("answers: expected facts shown is 0.79, it must be at least 0.8.",)
    assert short.title == "Gate: 1 fell short"
    assert [(row["id"], row["holds"]) for row in short.rows] == [
        ("answers: expected facts shown", False),
        ("answers: latency p50", True),
    ]


def test_a_measure_that_is_not_there_has_fallen_short(make_report):
    plan = {"answers": {"at_least": {"no such measure": 0.0}}}
    assert "could not be measured" in held_against(plan, {"answers": make_report([1.0])}, {}).failures[0]


def test_what_fell_short_within_a_judge_falls_short_here(make_report):
    from dataclasses import replace

    report = replace(make_report([1.0]), failures=("the sky fell.",))
    assert held_against(PLAN, {"answers": report}, {}).failures == ("answers: the sky fell.",)


def test_measures_of_one_name_keep_their_judges_apart(make_report):
    plan = {name: {"at_least": {"expected facts shown": 0.1}} for name in ("answers", "claims")}
    reports = {"answers": make_report([1.0], measure=0.2), "claims": make_report([1.0], measure=0.3)}
    found = held_against(plan, reports, {}).to_json()["measures"]
    assert found == {"answers: expected facts shown": 0.2, "claims: expected facts shown": 0.3}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[answers", "not a gate"),
        ("", "names no judge"),
        ("[answer]", r"\[answer\]: there is no such judge"),
        ("[gate]", "no such judge"),
        ("[answers]\nfiles = []", "nothing else"),
        ("[answers]\npaths = 'x.jsonl'", "paths is a list"),
        ("[answers]\nat_least = 0.8", "at_least is a table"),
        ("[answers.at_least]\ncoverage = 'high'", "'coverage' is 'high', not a number"),
        ("[answers.at_most]\ncoverage = true", "not a number"),
    ],
)
def test_a_plan_in_another_form_is_named(tmp_path, text, why):
    file = tmp_path / "gate.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DatasetError, match=why) as caught:
        read_gate(file)
    assert str(file) in str(caught.value)


def test_an_absent_plan_is_named(tmp_path):
    with pytest.raises(DatasetError, match="not a gate"):
        read_gate(tmp_path / "gate.toml")


def test_the_plan_of_the_project_judges_answers_abstention_mutations_and_quiz():
    plan = read_gate(FILE)
    assert {"answers", "abstention", "mutations", "quiz"} <= set(plan)
    assert {threshold.judge for threshold in thresholds(plan)} == set(plan)
    for name, part in plan.items():
        assert all((FILE.parent / path).is_file() for path in part.get("paths", ()))
        assert len(part.get("paths", ())) + ("topic" in part) == len(JUDGES[name].takes)


def test_the_judges_run_on_the_base_and_a_quiz_set_is_made_of_it(library_base, write_lines):
    question = {"id": "q", "question": "What was all-cause death at two years in COAPT?", "expected": [["29.1%"]]}
    path = write_lines(question, question | {"id": "r"})
    plan = {
        "answers": {"paths": [path.name], "at_least": {"expected facts shown": 1.0, "abstention recall": 0.0}},
        "quiz": {"topic": "TEER", "items": 3, "at_least": {"key support": 1.0}},
    }
    reports, seconds = judged(plan, library_base, Settings(), folder=Path(path).parent)
    assert list(reports) == list(seconds) == ["answers", "quiz"]
    assert reports["quiz"].measure("key support").n == 3
    failures = held_against(plan, reports, {}).failures
    assert failures == ("answers: abstention recall could not be measured; it must be at least 0.",)
