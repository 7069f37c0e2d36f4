"""The simple judges that a verifier must beat: word overlap and the nearness of two embeddings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kb.embed import Embedder

_TOKEN = re.compile(r"[^\W_]+(?:[.,]\d+)*")


def tokens(text: str) -> list[str]:
    """Words and figures in lower case."""
    return [match.group().lower() for match in _TOKEN.finditer(text)]


def token_recall(claim: str, evidence: str) -> float:
    """The share of the claim's tokens that occur in the evidence, 0 to 1; 0 for a claim without tokens."""
    wanted, present = tokens(claim), set(tokens(evidence))
    return sum(token in present for token in wanted) / len(wanted) if wanted else 0.0


def rouge_l_recall(claim: str, evidence: str) -> float:
    """The longest common subsequence of tokens over the claim's length, 0 to 1 (Lin, ROUGE, ACL workshop 2004)."""
    wanted, present = tokens(claim), tokens(evidence)
    return _common_subsequence(wanted, present) / len(wanted) if wanted else 0.0


def cosine(claims: Sequence[str], evidence: Sequence[str], embedder: Embedder) -> list[float]:
    """The cosine of claim and evidence, -1 to 1, each embedded as one text (cut where the model stops reading)."""
    texts = sorted({*claims, *evidence})
    place = {text: index for index, text in enumerate(texts)}
    vectors = embedder.passages(texts)
    return [float(vectors[place[a]] @ vectors[place[b]]) for a, b in zip(claims, evidence, strict=True)]


def _common_subsequence(a: Sequence[str], b: Sequence[str]) -> int:
    row = [0] * (len(b) + 1)
    for token in a:
        diagonal = 0
        for index, other in enumerate(b, start=1):
            above = row[index]
            row[index] = diagonal + 1 if token == other else max(above, row[index - 1])
            diagonal = above
    return row[-1]
