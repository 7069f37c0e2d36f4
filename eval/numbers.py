"""Writes every number that the README and docs/ give of Chordae: `make numbers` (some minutes, for the gate is run).

docs/numbers.md has what is counted and what is measured, docs/library.md the index of the library, and the README's
count of records is put right. Nothing there is typed by hand, so nothing there can be old without showing its date.
"""

from __future__ import annotations

import re
from pathlib import Path

from domain.settings import Settings
from eval import library_index
from eval.datasets import json_lines, questions
from eval.gate import gate
from eval.report import Report
from kb.library import record_paths

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "numbers.md"
README = ROOT / "README.md"
DATA = ROOT / "eval" / "data"
MEASURED = "## Measured"
_RECORDS = re.compile(r"(?<=a library of )\d+(?= studies and guidelines)")


def counted() -> str:
    """What is counted in the checkout, as the first half of the page; quick, and the same each time."""
    rows = [("records of the starter library (their facts: docs/library.md)", len(record_paths()))]
    for file in sorted(DATA.glob("questions-*.jsonl")):
        held = questions(file)
        rows.append((f"questions to answer in `{file.name}`", sum(one.answerable for one in held)))
        rows.append((f"questions to refuse in `{file.name}`", sum(not one.answerable for one in held)))
    rows += [(f"lines of `{file.name}`", sum(1 for _ in json_lines(file))) for file in _others()]
    lines = "\n".join(f"| {name} | {number:,} |" for name, number in rows)
    return (
        "# Numbers\n\nWritten by `make numbers`; do not edit. What each measure means stands in the report of its judge"
        " (`chordae eval … --report DIR`).\n\n## Counted\n\n| what | number |\n|---|---:|\n" + lines + "\n\n"
    )


def measured(report: Report) -> str:
    """What the gate measured, as the second half of the page, with its date and machine."""
    bounds = {str(row["id"]): str(row["bound"]) for row in report.rows}
    lines = "\n".join(f"| {m.name} | {m.shown} | {m.n:,} | {bounds[m.name]} |" for m in report.measures)
    run = report.run
    return (
        f"{MEASURED}\n\nBy `make eval` on {str(run['at'])[:10]}, version {run['version']}, Python {run['python']} on"
        f" {run['machine']}, engine {run['engine']}, embedding model {run['embedding_model']}; intervals are 95%. Times"
        " are of that machine.\n\n| measure | value | n | the gate asks |\n|---|---|---:|---|\n" + lines + "\n"
    )


def with_counts(readme: str) -> str:
    """The README with the number of records that there are."""
    return _RECORDS.sub(str(len(record_paths())), readme)


def write() -> None:
    """Run the gate and write everything to its place; what fell short is on the page too, beside its bound."""
    PAGE.write_text(counted() + measured(gate(Settings())), encoding="utf-8")
    README.write_text(with_counts(README.read_text(encoding="utf-8")), encoding="utf-8")
    library_index.write()


def _others() -> list[Path]:
    return sorted(set(DATA.glob("*.jsonl")) - set(DATA.glob("questions-*.jsonl")))


if __name__ == "__main__":
    write()
