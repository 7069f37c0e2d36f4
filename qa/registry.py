"""A trial registry's page as text: its trials, their cohorts, the rows of their tables, their first results.

The form is that of ClinicalTrials.gov results: numbered blocks ("Adverse Events 1:", "Results 2:") and rows
"Anaemia 2/40 (5.00%)".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from qa.parsed import weighted_terms

_TRIAL = re.compile(r"^Trial\s+NCT\d+(?:\s+\((?P<role>primary|secondary)\))?", re.I)
_BLOCK = re.compile(r"^\s*(?:Adverse Events|INTERVENTION|Results|Cohort|Arm|Group)\s+(?P<n>\d)\s*:", re.I)
_ROW = re.compile(
    r"^\s*(?P<term>\D[^:\n]*?|Total:)\s*(?:\[\d+\])?\s*(?P<count>\d+)/(?P<total>\d+)\s*\((?P<share>[\d.]+)%\)\s*$"
)
_VALUE = re.compile(r"Unit of Measure:[^\n]*?\s{2,}(?P<value>-?\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a table of events: `terms` are the stems of its name with their weights."""

    trial: str
    cohort: int
    name: str
    terms: Mapping[str, float]
    count: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """What a registry text holds; `results` are (trial, cohort, the first value of its outcome).

    `is_page` is true when the text begins as a registry's page does, whatever it goes on with.
    """

    rows: tuple[Row, ...]
    results: tuple[tuple[str, int, float], ...]
    is_page: bool = False


@lru_cache(maxsize=1024)
def registry(text: str) -> Registry:
    """`text` read as a registry page; everything is empty when it is none."""
    trial, cohort = "primary", 1
    rows: list[Row] = []
    results: list[tuple[str, int, float]] = []
    for line in text.split("\n"):
        head, block, row = _TRIAL.match(line), _BLOCK.match(line), _ROW.match(line)
        if head:
            trial, cohort = (head["role"] or "primary").lower(), 1
        elif block:
            cohort = int(block["n"])
        elif row:
            name = row["term"].strip().rstrip(":")
            terms = weighted_terms(name)
            rows.append(
                Row(
                    trial=trial, cohort=cohort, name=name, terms=terms, count=int(row["count"]), total=int(row["total"])
                )
            )
        value = _VALUE.search(line)
        if value:
            results.append((trial, cohort, float(value["value"])))
    return Registry(rows=tuple(rows), results=tuple(results), is_page=bool(_TRIAL.match(text.lstrip())))
