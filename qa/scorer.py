"""The wording of a claim judged by a cross-encoder of the user's, in place of the small model."""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np

from domain.errors import WeightsError
from domain.settings import Settings
from kb.pairs import pair_labels, pair_scores
from qa.verify import Scorer

_ENTAILS = re.compile(r"^(?:entail|support|consistent|faithful|grounded|yes|true)")
_UNNAMED = re.compile(r"^(?:label_)?\d+$")


def scorer(settings: Settings) -> Scorer | None:
    """The step that the user's model takes over in `qa.verify.verify`; None where `settings.verifier` names none.

    The model reads (evidence sentence, claim). One score is a probability as it comes out of the model's own sigmoid;
    of several, softmaxed, the label for entailment counts: by its name, or the second of two without names, as the
    MiniCheck models have it. Raises WeightsError, naming the setting, when the model is not on this machine or none
    of its labels is that one.
    """
    model = settings.verifier
    if model is None:
        return None
    try:
        label = _supporting(pair_labels(model))
    except WeightsError as error:
        raise WeightsError(f"CHORDAE_VERIFIER={error}") from error

    @lru_cache(maxsize=4096)
    def supports(evidence: str, claim: str) -> float:
        scores = pair_scores(model, [(evidence, claim)])
        if scores.ndim == 1:
            return float(np.clip(scores[0], 0.0, 1.0))
        shares = np.exp(scores[0] - scores[0].max())
        return float(shares[label] / shares.sum())

    if label is None:
        raise WeightsError(
            f"CHORDAE_VERIFIER={model}: none of its labels ({', '.join(pair_labels(model))}) says that a text supports "
            "a claim. Give a model for natural language inference, or unset CHORDAE_VERIFIER."
        )
    return supports


def _supporting(labels: tuple[str, ...]) -> int | None:
    """Which score says that the evidence supports the claim; None when no label does."""
    if len(labels) == 1:
        return 0
    named = [number for number, label in enumerate(labels) if _ENTAILS.match(label)]
    if named:
        return named[0]
    return 1 if len(labels) == 2 and all(_UNNAMED.match(label) for label in labels) else None
