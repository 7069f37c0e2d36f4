"""A notice: what a reader must know next to an answer. Never a reason to abstain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

NoticeKind = Literal[
    "conflict",
    "two-values",
    "implausible-value",
    "ambiguous-abbreviation",
    "order-differs",
    "second-hand",
    "superseded",
    "single-report",
    "secondary-source",
    "retracted",
    "premise",
    "model",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """`citations` are numbers of the answer's citations; a notice always cites (ValueError otherwise).

    The one exception is "model", which speaks of the language model's reply and not of a source.
    """

    kind: NoticeKind
    text: str
    citations: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """A notice about sources names them."""
        if not self.citations and self.kind != "model":
            raise ValueError(f"a notice must cite: {self.text!r}")
