"""The settings of a run: plain values, read once from the call and the environment."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from domain.errors import CallError

VERSION = "0.1.0"
DEFAULT_MODEL = "all-MiniLM-L6-v2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a user may choose.

    `base` is the base's folder, None for the one in the user's data folder. `embedding_model` is a
    sentence-transformers name; the default is embedded. `reranker` is a cross-encoder on this machine, by its name or
    folder, that orders what a search found, `verifier` one that weighs the wording of claims; None for none. `llm` is
    a LangChain model name ("ollama:llama3"), None for the extractive engine. `k` is the number of passages an answer
    is composed from. `llm_timeout` is in seconds.
    """

    base: Path | None = None
    embedding_model: str = DEFAULT_MODEL
    reranker: str | None = None
    verifier: str | None = None
    llm: str | None = None
    llm_timeout: float = 60.0
    k: int = 40

    def __post_init__(self) -> None:
        """Refuse values outside their range (CallError names the option)."""
        if not 1 <= self.k <= 1000:
            raise CallError(f"-k {self.k}: the number of passages goes from 1 to 1000.")
        if self.llm_timeout <= 0:
            raise CallError(f"CHORDAE_LLM_TIMEOUT {self.llm_timeout}: give a number of seconds above 0.")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read CHORDAE_KB, _MODEL, _RERANKER, _VERIFIER, _LLM and _LLM_TIMEOUT; CallError names a bad one."""
        env = os.environ if environ is None else environ
        timeout = env.get("CHORDAE_LLM_TIMEOUT", "60")
        try:
            seconds = float(timeout)
        except ValueError:
            raise CallError(f"CHORDAE_LLM_TIMEOUT {timeout!r} is not a number of seconds.") from None
        return cls(
            base=Path(env["CHORDAE_KB"]) if env.get("CHORDAE_KB") else None,
            embedding_model=env.get("CHORDAE_MODEL") or DEFAULT_MODEL,
            reranker=env.get("CHORDAE_RERANKER") or None,
            verifier=env.get("CHORDAE_VERIFIER") or None,
            llm=env.get("CHORDAE_LLM") or None,
            llm_timeout=seconds,
        )

    @property
    def fingerprint(self) -> str:
        """A short hash of everything that can change an answer (the base's place is not part of it)."""
        values = {name: value for name, value in asdict(self).items() if name not in {"base", "llm_timeout"}}
        return hashlib.sha256(repr(sorted(values.items())).encode()).hexdigest()[:12]
