"""How often the reader is told of an oddity: the rate of notices over a folder of real articles."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest import read
from qa.oddities import oddities
from qa.remark import Remark


@dataclass(frozen=True, slots=True, kw_only=True)
class OddityRow:
    """One document: its path, its remarks (every one to be read by a person), and the milliseconds they took."""

    path: str
    remarks: tuple[Remark, ...]
    milliseconds: float


def oddity_rows(
    paths: Iterable[str | Path], count_tokens: Callable[[Sequence[str]], list[int]]
) -> tuple[OddityRow, ...]:
    """The remarks on every readable document below `paths`, in the order of reading; broken files are left out."""
    rows = []
    for result in read(paths, count_tokens):
        if result.document is None:
            continue
        began = time.perf_counter()
        found = oddities(result.document, result.passages)
        rows.append(OddityRow(path=result.path, remarks=found, milliseconds=1000 * (time.perf_counter() - began)))
    return tuple(rows)


def alarms_per_document(rows: Sequence[OddityRow]) -> dict[str, float]:
    """Kind of notice → notices per document, 0 upwards; empty where no document was read."""
    kinds = ("two-values", "implausible-value", "ambiguous-abbreviation", "order-differs", "second-hand")
    if not rows:
        return {}
    return {kind: sum(r.kind == kind for row in rows for r in row.remarks) / len(rows) for kind in kinds}
