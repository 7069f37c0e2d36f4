"""Human labels beside a report: a CSV of what people said, and how far the judge agrees with them.

Columns: `id` (of a row, or of a claim, "q1#2" for the second claim of question q1), `label`, and, where several people
labelled, `rater`. Labels are words; "supported", "unsupported", … in the judge's own vocabulary can be compared.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from domain.errors import DatasetError
from eval.bootstrap import DRAWS, LEVEL, SEED, Interval
from eval.classification import kappa
from eval.report import Measurement, Report, Table, measured

JUDGED_IN = ("verdict", "said", "label", "status")
"""The columns that may hold the judge's own word, the first one there counts."""


def with_labels(report: Report, path: Path) -> Report:
    """The report with Cohen's kappa between judge and each rater, between the first two raters, and the disputes.

    Raises DatasetError when the CSV is malformed, or none of its ids is in the report.
    """
    by_rater = read_labels(path)
    judged = _judged(report)
    measures: list[Measurement] = []
    disputes = []
    for rater, labels in by_rater.items():
        shared = [name for name in labels if name in judged]
        if not shared:
            raise DatasetError(
                f"{path}: no id of {rater} is in the report; its ids are like {next(iter(judged), '-')!r}."
            )
        mine, theirs = [judged[name] for name in shared], [labels[name] for name in shared]
        measures.append(_agreement(f"kappa, judge and {rater}", mine, theirs))
        disputes += [(name, rater, labels[name], judged[name]) for name in shared if labels[name] != judged[name]]
    if len(by_rater) > 1:
        one, two = list(by_rater)[:2]
        both = [name for name in by_rater[one] if name in by_rater[two]]
        if both:
            labels_of = [[by_rater[rater][name] for name in both] for rater in (one, two)]
            measures.append(_agreement(f"kappa, {one} and {two}", *labels_of))
    table = Table(
        name="Where people disagree with the judge", columns=("id", "rater", "label", "judge"), rows=tuple(disputes)
    )
    return replace(report, measures=(*report.measures, *measures), tables=(*report.tables, table))


def read_labels(path: Path) -> dict[str, dict[str, str]]:
    """Labels by rater and id, raters in order of appearance; DatasetError names the line."""
    found: dict[str, dict[str, str]] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            if not {"id", "label"} <= set(reader.fieldnames or ()):
                raise DatasetError(f"{path}, line 1: needs the columns id and label; it has {reader.fieldnames}.")
            for row in reader:
                name, label = (row["id"] or "").strip(), (row["label"] or "").strip().casefold()
                rater = (row.get("rater") or "people").strip()
                if not name or not label:
                    raise DatasetError(f"{path}, line {reader.line_num}: id or label is empty.")
                if name in found.setdefault(rater, {}):
                    raise DatasetError(f"{path}, line {reader.line_num}: {rater} labelled {name!r} twice.")
                found[rater][name] = label
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DatasetError(f"{path}: cannot be read ({error}). Give a CSV in UTF-8 with id and label.") from None
    if not found:
        raise DatasetError(f"{path}: holds no label.")
    return found


def kappa_interval(first: Sequence[str], second: Sequence[str]) -> Interval | None:
    """The 95% bootstrap interval of kappa, drawing items; None for fewer than two, or where no draw has a kappa."""
    if len(first) < 2:
        return None
    rng = np.random.default_rng(SEED)
    values = []
    for chosen in rng.integers(0, len(first), size=(DRAWS // 4, len(first))):
        try:
            values.append(kappa([first[at] for at in chosen], [second[at] for at in chosen]))
        except DatasetError:
            continue  # a draw of one label only has no kappa
    if not values:
        return None
    edge = (1 - LEVEL) / 2 * 100
    low, high = np.percentile(values, [edge, 100 - edge])
    return Interval(low=float(low), high=float(high))


def _agreement(name: str, first: Sequence[str], second: Sequence[str]) -> Measurement:
    value = kappa(first, second)
    return measured(kappa, name, value, n=len(first), unit="points", interval=kappa_interval(first, second))


def _judged(report: Report) -> dict[str, str]:
    """The judge's word by id: of the tables that have one, else of the rows."""
    found: dict[str, str] = {}
    for table in report.tables:
        column = next((name for name in JUDGED_IN if name in table.columns), None)
        if column is not None and "id" in table.columns:
            at_id, at_word = table.columns.index("id"), table.columns.index(column)
            found |= {str(row[at_id]): str(row[at_word]).casefold() for row in table.rows}
    return found | {str(row["id"]): word for row in report.rows if (word := _word(row)) is not None}


def _word(row: Mapping[str, object]) -> str | None:
    value = next((row[name] for name in JUDGED_IN if name in row), None)
    return None if value is None else str(value).casefold()
