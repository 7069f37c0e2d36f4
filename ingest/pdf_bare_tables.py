"""Tables that no "Table 1" announces: runs of rows whose cells are short, stand in columns and hold figures."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.pdf_lines import PdfLine

_LEAST_ROWS = 4
_LEAST_CELLS = 3
_LONGEST_CELL = 40
"""Characters; a longer piece is prose of a neighbouring column."""
_ALIGNED = 6.0
"""Points by which the edges of cells that stand in one column may differ."""
_FURTHEST = 3.0
"""Ems between two rows beyond which the table has ended."""
_WITH_FIGURES = 0.6
"""Share of the rows that hold a figure beside their first cell."""
_PRINTED = 0.7
"""Share of the rows' width that their cells fill at most; columns of prose side by side fill more."""
_IN_COLUMNS = 0.6
"""Share of the cells that stand under another's edge."""


def bare_tables(lines: Sequence[PdfLine]) -> list[list[PdfLine]]:
    """The runs of `lines`, in reading order, that are the rows of a table."""
    tables: list[list[PdfLine]] = []
    run: list[PdfLine] = []
    for line in lines:
        if run and not _next_row(run[-1], line):
            tables += [run] if _is_table(run) else []
            run = []
        if _is_row(line):
            run.append(line)
        else:
            tables += [run] if run and _is_table(run) else []
            run = []
    return tables + ([run] if run and _is_table(run) else [])


def _is_row(line: PdfLine) -> bool:
    return len(line.cells) >= _LEAST_CELLS and all(len(words) <= _LONGEST_CELL for _, _, words in line.cells)


def _next_row(above: PdfLine, below: PdfLine) -> bool:
    return above.column == below.column and 0 < above.y - below.y < _FURTHEST * max(above.size, below.size)


def _is_table(rows: Sequence[PdfLine]) -> bool:
    if len(rows) < _LEAST_ROWS:
        return False
    named = sum(any(char.isalpha() for char in row.cells[0][2]) for row in rows)
    figures = sum(any(char.isdigit() for _, _, words in row.cells[1:] for char in words) for row in rows)
    printed = sum(x1 - x0 for row in rows for x0, x1, _ in row.cells)
    if min(named, figures) < _WITH_FIGURES * len(rows) or printed > _PRINTED * sum(row.x1 - row.x0 for row in rows):
        return False
    standing = cells = 0
    for index, row in enumerate(rows):
        others = [cell for other in rows[max(0, index - 1) : index + 2] if other is not row for cell in other.cells]
        for x0, x1, _ in row.cells:
            cells += 1
            standing += any(_same_column((x0, x1), (left, right)) for left, right, _ in others)
    return standing >= _IN_COLUMNS * cells


def _same_column(one: tuple[float, float], other: tuple[float, float]) -> bool:
    middles = abs(sum(one) - sum(other)) / 2
    return min(abs(one[0] - other[0]), abs(one[1] - other[1]), middles) <= _ALIGNED
