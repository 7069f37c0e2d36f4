"""The words given to a language model: versioned Markdown files, and the one way to fill them in.

A prompt is `<name>.v<n>.md`: an opening comment for the reader of the repository, then `## system` and `## user`, each
a text with `{{variables}}`. An old version stays, so that an old run can be repeated. A value is put in once and never
read again for variables, whatever it holds.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from domain.errors import ChordaeError

FOLDER = Path(__file__).parent
_VARIABLE = re.compile(r"\{\{(\w+)\}\}")
_PART = re.compile(r"^## (system|user)\s*$", re.MULTILINE)


class PromptError(ChordaeError):
    """A prompt that is not there, is malformed, or was given other variables than it names: our bug."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One version of a prompt; `fingerprint` is the first 12 hex digits of the sha256 of its file."""

    name: str
    system: str
    user: str
    fingerprint: str

    @property
    def variables(self) -> frozenset[str]:
        """The names that must be given, no more and no fewer."""
        return frozenset(_VARIABLE.findall(self.system) + _VARIABLE.findall(self.user))

    @property
    def label(self) -> str:
        """Name and fingerprint, "answer.v1@0123456789ab", as a run records it."""
        return f"{self.name}@{self.fingerprint}"

    def render(self, **values: str) -> tuple[str, str]:
        """The system and the user message; PromptError names a variable that is missing or unused."""
        missing, unused = sorted(self.variables - set(values)), sorted(set(values) - self.variables)
        if missing or unused:
            raise PromptError(f"prompt {self.name}: missing {missing}, unused {unused}. Give {sorted(self.variables)}.")
        return _filled(self.system, values), _filled(self.user, values)


@lru_cache
def load(name: str) -> Prompt:
    """The prompt of that name and version ("answer.v1"); PromptError lists the ones there are."""
    path = FOLDER / f"{name}.md"
    if not path.is_file():
        raise PromptError(f"no prompt {name!r}; there are {', '.join(names())}.")
    text = path.read_text(encoding="utf-8")
    parts = _PART.split(text)
    if parts[1::2] != ["system", "user"]:
        raise PromptError(f"prompt {name}: needs '## system' and then '## user', once each.")
    fingerprint = hashlib.sha256(text.encode()).hexdigest()[:12]
    return Prompt(name=name, system=parts[2].strip(), user=parts[4].strip(), fingerprint=fingerprint)


def names() -> tuple[str, ...]:
    """Every prompt there is, sorted: "answer.v1", …."""
    return tuple(sorted(path.name.removesuffix(".md") for path in FOLDER.glob("*.v*.md")))


def _filled(template: str, values: dict[str, str]) -> str:
    return _VARIABLE.sub(lambda match: values[match[1]], template)
