"""What a question gets: an answer, or an abstention. Both are results, neither is an error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from domain.claim import Citation, Claim
from domain.hit import Hit
from domain.notice import Notice

Reason = Literal["empty-base", "off-topic", "not-covered", "figure-not-found", "filtered-out"]
REASONS: tuple[str, ...] = get_args(Reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunInfo:
    """Enough to repeat the run; `timings_ms` are wall-clock milliseconds by stage, "total" among them.

    `prompt` is the prompt's name and hash, `model` the language model's name: both None for the extractive engine.
    """

    engine: str
    base_fingerprint: str
    settings_fingerprint: str
    version: str
    model: str | None = None
    prompt: str | None = None
    timings_ms: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """At least one supported claim (ValueError otherwise); citations are numbered 1..n in order of first use.

    `rests_on` is a line for the reader, "2 trials, 1 guideline; newest 2025".
    """

    question: str
    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]
    run: RunInfo
    notices: tuple[Notice, ...] = ()
    rests_on: str = ""
    removed: tuple[Claim, ...] = ()

    def __post_init__(self) -> None:
        """An answer says at least one supported thing, and every number it prints resolves."""
        if not any(claim.support == "supported" for claim in self.claims):
            raise ValueError(f"no supported claim in the answer to {self.question!r}")
        if tuple(citation.n for citation in self.citations) != tuple(range(1, len(self.citations) + 1)):
            raise ValueError("citations are not numbered 1..n")
        known = range(1, len(self.citations) + 1)
        for used in [*(claim.citations for claim in self.claims), *(notice.citations for notice in self.notices)]:
            if any(n not in known for n in used):
                raise ValueError(f"a citation number outside 1..{len(self.citations)} in {used}")

    @property
    def text(self) -> str:
        """The claims as one text with [n] markers."""
        return " ".join(claim.text + "".join(f" [{n}]" for n in claim.citations) for claim in self.claims)


@dataclass(frozen=True, slots=True, kw_only=True)
class Abstention:
    """`missing` says what was asked and is not there, as a person would ("a figure from the Mayo Clinic").

    `slot` is which kind of thing is missing: "centre", "device", "measure", "time point", "population", "trial",
    "drug", "topic"; None when the reason says it all. `nearest` are the nearest passages, best first.
    """

    question: str
    reason: Reason
    run: RunInfo
    missing: str | None = None
    slot: str | None = None
    nearest: tuple[Hit, ...] = ()
