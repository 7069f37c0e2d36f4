"""The wording of a claim against its evidence: features a person can name, weighed by a logistic regression.

The weights are in content_model.json, fitted by `eval.claim_model.train`; a feature that the file lacks weighs 0.
"""

from __future__ import annotations

import json
import math
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from qa.contrary import contrary
from qa.direction_check import topic
from qa.finding import Finding
from qa.frame import frame, reversed_in
from qa.parsed import Parsed, coverage, weighted_terms
from qa.polarity import OPPOSITE, Signal
from qa.registry import registry
from qa.registry_check import registry_sign

if TYPE_CHECKING:
    from kb.embed import Embedder

_KEPT = 4096
"""Vectors kept in memory, about 6 MB with the embedded model."""
_RECENT: OrderedDict[tuple[str, str], NDArray[np.float32]] = OrderedDict()
_LOCK = Lock()
MODEL = Path(__file__).with_name("content_model.json")
EMBEDDING_FEATURES = frozenset({"embedding", "contrast", "embedded"})
_SHORT = 8
"""Content words up to which the contrary of a claim is the contrary of all it says; it costs as much as the claim."""
_RARE = 0.85
_ON_TOPIC = 0.3
_CLAUSE_ON_TOPIC = 0.25
_SENSES = ("up", "down", "good", "bad", "null", "difference")


def features(
    claim: Parsed,
    evidence: Sequence[Parsed],
    findings: Sequence[Finding],
    embedder: Embedder | None,
    pages: Sequence[str] = (),
) -> dict[str, float]:
    """Name → value; `pages` are the passages as they are, read again where they are a registry's tables."""
    wanted = topic(claim)
    held = [{**weighted_terms(s.heading), **s.terms} for s in evidence]
    everything: dict[str, float] = {}
    for terms in held:
        everything.update(terms)
    each = [coverage(wanted, terms) for terms in held]
    values = {
        "recall": coverage(claim.terms, everything),
        "topic": coverage(wanted, everything),
        "best sentence": max(each, default=0.0),
        "best two": max((coverage(wanted, {**a, **b}) for a, b in pairwise(held)), default=max(each, default=0.0)),
        "rare words": coverage({s: v for s, v in wanted.items() if v > _RARE}, everything),
        "missing words": sum(stem not in everything for stem in wanted) / 4,
        "missing rare words": sum(v > _RARE and stem not in everything for stem, v in wanted.items()) / 4,
        "missing names": _missing_names(claim, evidence),
        "word pairs": _pairs(claim, evidence),
    }
    values |= _figures(claim, findings)
    values |= _directions(claim, evidence, held, wanted)
    values |= _negations(claim, evidence, each)
    sign = registry_sign(claim, pages)
    values["registry agrees"], values["registry differs"] = max(sign, 0.0), max(-sign, 0.0)
    values |= _embedded(claim, evidence, each, embedder, contrast=len(wanted) <= _SHORT)
    if registry("\n".join(pages)).is_page:  # lists and counts: their wording says little, a denial much
        values |= dict.fromkeys(
            (name for name in values if not name.startswith("registry") and name != "embedded"), 0.0
        )
        values["registry page"], values["registry denies"] = (
            1.0,
            float(any(s.sense == "negation" for s in claim.signals)),
        )
        values["registry topic"] = max(each, default=0.0)
    return values


def _missing_names(claim: Parsed, evidence: Sequence[Parsed]) -> float:
    present = " ".join(sentence.text for sentence in evidence).lower()
    words = [word.strip(".,;:()'\"") for word in claim.text.split()[1:]]
    capital = [word for word in words if word[:1].isupper() and len(word) > 1]
    return min(3, sum(word.lower() not in present for word in capital)) / 3


def _pairs(claim: Parsed, evidence: Sequence[Parsed]) -> float:
    def pairs(text: str) -> set[tuple[str, str]]:
        words = [word.strip(".,;:()[]'\"").lower() for word in text.split()]
        return set(pairwise(words))

    ours = pairs(claim.text)
    theirs = set().union(*(pairs(sentence.text) for sentence in evidence)) if evidence else set()
    return len(ours & theirs) / len(ours) if ours else 1.0


def _figures(claim: Parsed, findings: Sequence[Finding]) -> dict[str, float]:
    figures = [f for f in findings if f.check in ("figure", "unit", "operator", "arm", "time", "measure")]
    absent = sum(f.weight == "unsupported" for f in figures)
    return {
        "figures refuted": min(2, len(figures) - absent) / 2,
        "figures absent": min(2, absent) / 2,
        "all figures stand": float(bool(claim.figures) and not figures),
        "nothing found against": float(not findings),
        "figures found": min(3, max(0, len(claim.figures) - len(figures))) / 3,
        "other names": min(2, sum(f.check in ("trial", "drug", "device", "centre", "population") for f in findings))
        / 2,
        "direction refuted": float(any(f.check == "direction" for f in findings)),
        "negation refuted": float(any(f.check in ("negation", "contrast") for f in findings)),
        "strength differs": float(any(f.check == "strength" for f in findings)),
    }


def _sense(signal: Signal) -> str:
    return "null" if signal.negated and signal.sense != "null" else signal.sense


def _directions(
    claim: Parsed, evidence: Sequence[Parsed], held: Sequence[Mapping[str, float]], wanted: Mapping[str, float]
) -> dict[str, float]:
    """How strongly the clauses about the claim's outcome say the same, the opposite, or that nothing differs."""
    ours = {_sense(s) for s in claim.signals if s.sense != "negation"}
    if "null" in ours:
        ours.discard("difference")
    compared = frame(claim)
    directional = {stem for s in claim.signals for stem in weighted_terms(s.word)}
    outcome = {s: v for s, v in weighted_terms(compared.what).items() if s not in directional} or wanted
    shown = dict.fromkeys(_SENSES, 0.0)
    for sentence, terms in zip(evidence, held, strict=True):
        whole = coverage(outcome, terms)
        if whole < _ON_TOPIC:
            continue
        for start, end in sentence.clauses:
            part = coverage(outcome, weighted_terms(sentence.text[start:end]))
            if part < _CLAUSE_ON_TOPIC:
                continue
            strength = part * part * (0.5 + 0.5 * whole)
            turned = reversed_in(compared, sentence.text, start, end)
            senses = {_sense(s) for s in sentence.signals if start <= s.start < end and s.sense != "negation"}
            if "null" in senses:
                senses.discard("difference")
            for sense in senses:
                sense = OPPOSITE.get(sense, sense) if turned else sense
                shown[sense] = max(shown[sense], strength)
    values: dict[str, float] = {}
    moved = [sense for sense in ("up", "down", "good", "bad") if sense in ours]
    values["direction agrees"] = max((shown[sense] for sense in moved), default=0.0)
    values["direction opposed"] = max((shown[OPPOSITE[sense]] for sense in moved), default=0.0)
    values["direction null"] = shown["null"] if moved else 0.0
    values["null agrees"] = shown["null"] if "null" in ours else 0.0
    values["null opposed"] = max(shown["up"], shown["down"], shown["difference"]) if "null" in ours else 0.0
    return values


def _negations(claim: Parsed, evidence: Sequence[Parsed], each: Sequence[float]) -> dict[str, float]:
    ours = any(s.sense == "negation" for s in claim.signals)
    best = max(range(len(each)), key=lambda index: (each[index], -index), default=None)
    theirs = best is not None and any(s.sense == "negation" for s in evidence[best].signals)
    return {
        "both negated": float(ours and theirs),
        "only claim negated": float(ours and not theirs),
        "only passage negated": float(theirs and not ours),
    }


def _embedded(
    claim: Parsed, evidence: Sequence[Parsed], each: Sequence[float], embedder: Embedder | None, *, contrast: bool
) -> dict[str, float]:
    """How near the best sentence is to the claim, and how much nearer than to its contrary where that is asked for.

    One sentence: a second one told the claim sets apart no better.
    """
    if embedder is None or not evidence:
        return {"embedding": 0.0, "contrast": 0.0, "embedded": 0.0}
    best = max(range(len(each)), key=lambda index: (each[index], -index))
    turned = [contrary(claim.text)] if contrast else []
    theirs, ours, *other = _vectors(embedder, [evidence[best].text, claim.text, *turned])
    near = float(theirs @ ours)
    return {"embedding": near, "contrast": near - float(theirs @ other[0]) if other else 0.0, "embedded": 1.0}


def _vectors(embedder: Embedder, texts: Sequence[str]) -> NDArray[np.float32]:
    """The texts' vectors; those met lately are kept, for the claims of one answer share their passages."""
    model = embedder.fingerprint
    with _LOCK:
        known = {text: _RECENT[model, text] for text in texts if (model, text) in _RECENT}
    fresh = [text for text in dict.fromkeys(texts) if text not in known]
    known |= dict(zip(fresh, embedder.passages(fresh), strict=True)) if fresh else {}
    with _LOCK:
        for text in fresh:
            _RECENT[model, text] = known[text]
        while len(_RECENT) > _KEPT:
            _RECENT.popitem(last=False)
    return np.stack([known[text] for text in texts])


@lru_cache(maxsize=1)
def _model() -> Mapping[str, Mapping[str, float]]:
    loaded: Mapping[str, Mapping[str, float]] = json.loads(MODEL.read_text(encoding="utf-8"))
    return loaded


def probability(values: Mapping[str, float]) -> float:
    """The probability of support, 0-1, of a claim with these features."""
    model = _model()
    return logistic(model["weights" if values.get("embedded", 0.0) else "weights without embedding"], values)


def logistic(weights: Mapping[str, float], values: Mapping[str, float]) -> float:
    """What a logistic regression with an "intercept" gives for these features, 0-1; an unknown feature weighs 0."""
    total = sum(weight * values.get(feature, 0.0) for feature, weight in weights.items() if feature != "intercept")
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total + weights["intercept"]))))
