"""The README cannot lie: its commands exist, its options exist, every command is in it, and its files are there."""

import re
import shlex
from pathlib import Path

import pytest
from typer.main import get_command

import cli
from domain.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
CALLS = re.findall(r"^\$ (?:\.venv/bin/)?chordae (.+)$", README, re.MULTILINE)
TREE = get_command(cli.app)


def commands(group, path=()):
    """Every command with its path, groups unfolded."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


ALL = dict(commands(TREE))


def named(words: list[str]) -> tuple[str, ...]:
    return tuple(words[:2]) if tuple(words[:2]) in ALL else tuple(words[:1])


@pytest.mark.parametrize("call", CALLS)
def test_a_call_of_the_readme_is_a_call(call):
    words = shlex.split(call)
    path = named(words)
    assert path in ALL, f"README calls chordae {call}"
    known = {option for parameter in ALL[path].params for option in parameter.opts}
    used = {word for word in words[len(path) :] if re.fullmatch(r"--?[a-z][a-z-]*", word)}
    assert used <= known, f"README gives chordae {' '.join(path)} options it has not: {used - known}"


@pytest.mark.parametrize("path", sorted(ALL), ids=" ".join)
def test_every_command_is_in_the_readme_and_has_help(path):
    assert f"chordae {' '.join(path)}" in README or (path == ("app",) and "make app" in README)
    assert ALL[path].help and ALL[path].help.strip()[0].isupper()


def test_every_make_target_of_the_readme_exists():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in set(re.findall(r"`?make ([a-z]+)`?", README)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"README says make {target}"


def test_every_setting_is_in_the_readme(monkeypatch):
    asked = []

    class Spy(dict):
        def get(self, key, default=None):
            asked.append(key)
            return default

    Settings.from_environment(Spy())
    assert asked and all(f"`{name}`" in README for name in asked)


def test_pictures_and_files_are_there():
    for target in re.findall(r"!?\[[^\]]*\]\(((?!http)[^)#]+)\)", README):
        assert (ROOT / target).exists(), f"README shows {target}"
    for name in ("docs/decisions", "CHANGELOG.md", "LICENSE", "constraints.txt"):
        assert (ROOT / name).exists()


def test_ci_runs_the_readmes_test_command():
    assert "```sh\nmake test\n```" in README
    assert (ROOT / ".ci" / "run").read_text("utf-8").rstrip().endswith("make test\nmake eval")
