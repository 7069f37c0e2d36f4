"""Claims about a trial registry's tables and criteria."""

from __future__ import annotations

from collections.abc import Sequence

from qa.parsed import Parsed


def registry_sign(claim: Parsed, evidence: Sequence[Parsed]) -> float:
    """1 when the registry's figures or criteria bear the claim out, -1 when they refute it, 0 when they do not say."""
    return 0.0
