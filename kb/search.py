"""Search: one question, two legs, one ranking."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from domain.errors import CallError
from kb.abbreviations import expansions
from kb.fusion import rrf, standardised_sum
from kb.snapshot import Snapshot

Mode = Literal["hybrid", "rrf", "lexical", "dense"]
MODES: tuple[str, ...] = get_args(Mode)
DEPTH = 100
"""How many passages each leg gives to plain reciprocal rank fusion, at least."""
HEAD = 200
"""How many of a leg's best scores are the scale of `hybrid`, at least (docs/decisions: 100 to 400 do alike)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One passage found: its id, its score, and the legs' own scores (None: that leg did not find it)."""

    passage_id: str
    score: float
    lexical: float | None
    dense: float | None

    @property
    def legs(self) -> tuple[str, ...]:
        """Which legs found it."""
        pairs = (("lexical", self.lexical), ("dense", self.dense))
        return tuple(name for name, score in pairs if score is not None)


def expand(query: str) -> str:
    """The question with the other forms of its abbreviations behind it."""
    others = expansions(query)
    return f"{query} ({'; '.join(others)})" if others else query


def search(
    snapshot: Snapshot,
    query: str,
    embed: Callable[[str], NDArray[np.float32]],
    *,
    k: int,
    mode: str = "hybrid",
    doc_ids: Sequence[str] | None = None,
) -> list[Found]:
    """The `k` best passages, best first, ties by id. `doc_ids` narrows to those documents; none of them, no hit.

    `embed` is called once, and not at all for the lexical mode. CallError names a mode or a k that is none.
    """
    if mode not in MODES:
        raise CallError(f"--mode {mode!r}: no such search. Give one of: {', '.join(MODES)}.")
    if k < 1:
        raise CallError(f"-k {k}: the number of passages goes from 1.")
    if not query.strip() or (doc_ids is not None and not doc_ids):
        return []
    question = expand(query)
    plain = mode != "hybrid"
    depth = max(DEPTH if plain else HEAD, k)
    lexical = {} if mode == "dense" else dict(snapshot.lexical_leg(question, depth, doc_ids, plain=plain))
    vector = None if mode == "lexical" else embed(question)
    dense = {} if vector is None else dict(snapshot.dense_leg(vector, depth, doc_ids, plain=plain))
    if mode == "rrf":
        fused = rrf(lexical, dense)
    elif vector is None or plain:
        fused = {**lexical, **dense}
    else:
        searched = min(depth, snapshot.count(doc_ids))
        unmatched = [0.0] * (searched - len(lexical))
        others = snapshot.cosines(vector, [key for key in lexical if key not in dense], plain=False)
        fused = standardised_sum(lexical, {**dense, **others}, [*lexical.values(), *unmatched], list(dense.values()))
    best = sorted(fused, key=lambda key: (-fused[key], key))[:k]
    if vector is not None and not plain:
        dense = snapshot.cosines(vector, [key for key in best if key in dense])
    return [Found(passage_id=key, score=fused[key], lexical=lexical.get(key), dense=dense.get(key)) for key in best]
