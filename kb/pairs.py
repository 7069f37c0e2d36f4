"""Scores of pairs of texts by a cross-encoder that the user has: the model reads both texts together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from domain.errors import WeightsError

TRAINED_HEADS = ("ForSequenceClassification", "ForCausalLM")
"""Architectures that score a pair; any other would be given a head of random weights."""


def pair_scores(model: str, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
    """The model's scores in the order of `pairs`: shape (n,), or (n, labels) for a model of several labels.

    `model` is a sentence-transformers CrossEncoder on this machine, by its name or its folder; no host is called. A
    pair's score does not depend on the others beside it. Raises WeightsError when the model is not here, or is none.
    """
    if not pairs:
        return np.zeros(0, np.float32)
    scores = _load(model).predict(
        [*pairs], batch_size=1, show_progress_bar=False
    )  # a batch pads, and padding moves bits
    return np.asarray(scores, np.float32)


def pair_labels(model: str) -> tuple[str, ...]:
    """The names of the model's labels in the order of its scores, lower case; one name for a model of one score.

    Raises as `pair_scores` does.
    """
    config = _load(model).config
    named = {int(number): str(label).lower() for number, label in (getattr(config, "id2label", None) or {}).items()}
    return tuple(named.get(number, str(number)) for number in range(int(config.num_labels)))


@lru_cache(maxsize=2)
def _load(name: str) -> Any:
    from sentence_transformers import CrossEncoder

    try:
        with _no_host_called():
            model = CrossEncoder(name, device="cpu", local_files_only=True)
    except (OSError, ValueError) as problem:
        raise WeightsError(
            f"{name}: there is no such cross-encoder on this machine ({str(problem).splitlines()[0]}). "
            "Give the folder that holds one, or bring the model into the hub's cache first: no host is called for it."
        ) from problem
    architectures = list(getattr(model.config, "architectures", None) or ())
    if not any(name.endswith(TRAINED_HEADS) for name in architectures):
        raise WeightsError(
            f"{name}: this model cannot score pairs (it is {', '.join(architectures) or 'of no known architecture'}). "
            "Give a cross-encoder: a model for sequence classification."
        )
    return model


@contextmanager
def _no_host_called() -> Iterator[None]:
    """Keep the hub's library from the network: even for local files alone it would ask its host who is calling."""
    from huggingface_hub import constants

    before = constants.HF_HUB_OFFLINE
    constants.HF_HUB_OFFLINE = True
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE = before
