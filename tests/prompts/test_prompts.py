"""Prompts: loaded by name, filled exactly, and their rendered form is golden."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import prompts

GOLDEN = Path(__file__).parent.parent / "golden"
VALUES = {
    "question": "What did the trial show at two years?",
    "passages": "--- passage P1 00ff ---\nDeath fell from 46.1% to 29.1%.\n--- end of P1 00ff ---",
    "mark": "00ff",
    "refused": "- Death fell by half.\n  refused because: the passage gives 29.1% and 46.1%",
    "earlier": "- What did the trial show?",
    "kind": "mcq",
    "stem": "The trial (2030) studied 206 patients. What was the mortality at 2 years?",
    "options": "12%; 29.1%; 46.1%; 60%",
    "key": "29.1%",
}


@pytest.mark.parametrize("name", prompts.names())
def test_the_rendered_prompt_is_golden(name):
    """A changed word shows up in review: edit tests/golden/<name>.txt with it, or write a new version."""
    prompt = prompts.load(name)
    system, user = prompt.render(**{key: VALUES[key] for key in prompt.variables})
    assert f"[system]\n{system}\n\n[user]\n{user}\n" == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


def test_every_golden_text_has_its_prompt():
    assert {path.stem for path in GOLDEN.glob("*.v*.txt")} == set(prompts.names())


def test_a_missing_variable_fails_and_names_it():
    with pytest.raises(prompts.PromptError, match="missing \\['passages'\\]"):
        prompts.load("answer.v1").render(question="?", mark="m")


def test_an_unused_variable_fails_and_names_it():
    with pytest.raises(prompts.PromptError, match="unused \\['colour'\\]"):
        prompts.load("answer.v1").render(question="?", mark="m", passages="p", colour="red")


def test_an_unknown_prompt_lists_the_known_ones():
    with pytest.raises(prompts.PromptError, match=r"answer\.v1"):
        prompts.load("answer.v999")


def test_a_malformed_prompt_is_refused(tmp_path, monkeypatch):
    (tmp_path / "bad.v1.md").write_text("## user\nonly this {{x}}\n")
    monkeypatch.setattr(prompts, "FOLDER", tmp_path)
    with pytest.raises(prompts.PromptError, match="## system"):
        prompts.load("bad.v1")


@given(st.text())
def test_a_value_is_never_read_for_variables(text):
    hostile = "{{question}} {{mark}} " + text
    _, user = prompts.load("answer.v1").render(question="Q?", mark="m", passages=hostile)
    assert hostile in user
    assert user.count("Q?") == 1 + text.count("Q?")


def test_the_name_carries_a_version_and_the_label_a_fingerprint():
    for name in prompts.names():
        assert re.fullmatch(r"[a-z]+\.v\d+", name)
        assert re.fullmatch(rf"{re.escape(name)}@[0-9a-f]{{12}}", prompts.load(name).label)
