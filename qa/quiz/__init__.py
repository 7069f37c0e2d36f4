"""Quiz material: items whose key a passage proves and whose form passes the rules that examiners use.

`generate` makes a set, `recheck` looks at an item again after an edit, `stale` finds items whose source has changed,
`blueprint` shows what a set covers; saving is in `shelved`, the files for classrooms in `export`.
"""

from qa.quiz.blueprint import Blueprint, blueprint
from qa.quiz.generate import generate
from qa.quiz.recheck import edited, recheck
from qa.quiz.stale import stale

__all__ = ["Blueprint", "blueprint", "edited", "generate", "recheck", "stale"]
