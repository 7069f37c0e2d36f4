"""The verifier's self-test: true claims in other words made false one thing at a time, and what is noticed.

Detection is the share of false claims that are not called supported, for each kind of mutation; beside it stands the
share of untouched claims that are not called supported, the false alarms. Claims that share more than 60% of their
word trigrams with their evidence are verbatim and counted apart: they are too easy. Claims in the freest words, which
are harder, are counted apart as well, untouched only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from eval.bootstrap import mean_interval
from eval.mutate import FIGURE_KINDS, HELD_OUT_KINDS, OTHER_KINDS, mutants
from eval.paraphrases import FREER, HELD_OUT, OTHER_FIELDS, PARAPHRASES, Paraphrase, paraphrases
from eval.report import Measurement, Plot, Report, Table, measured
from eval.runinfo import run_info
from qa.verify import verify

if TYPE_CHECKING:
    from kb.embed import Embedder

Progress = Callable[[int, int], None]
VERBATIM_FROM = 0.6
"""Share of trigrams above which a claim is verbatim, not a paraphrase."""
UNTOUCHED = {"false alarms": "untouched", "false alarms, verbatim": "verbatim", "false alarms, freer words": "freer"}
"""The kinds of claim that nothing was changed in, by the measure that counts what is held against them."""
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One claim as it was verified; `kind` is the mutation's, "untouched", "verbatim" or "freer"."""

    id: str
    kind: str
    claim: str
    changed: str
    support: str
    score: float
    reasons: tuple[str, ...]

    @property
    def noticed(self) -> bool:
        """Whether the verifier held something against it."""
        return self.support != "supported"


def mutations(
    embedder: Embedder | None = None,
    paths: Sequence[Path] = (PARAPHRASES, HELD_OUT, OTHER_FIELDS, FREER),
    progress: Progress | None = None,
) -> Report:
    """Try every claim of the files (in the form of `eval.paraphrases`), untouched, mutated and verbatim.

    Those of `eval.paraphrases.FREER` are tried untouched only.
    """
    files = [path for path in paths if path.is_file()]
    items = [(path == FREER, item) for path in files for item in paraphrases(path)]
    tried: list[Tried] = []
    for done, (freer, item) in enumerate(items, start=1):
        tried += [_tried(item.id, "freer", item.claim, "", item.evidence, embedder)] if freer else _try(item, embedder)
        if progress is not None:
            progress(done, len(items))
    tried += _verbatim([item for freer, item in items if not freer], embedder)
    return Report(
        command="mutations",
        title="Claims made false, and what is noticed",
        measures=tuple(_measures(tried)),
        run=run_info(files=tuple(files), verifier="embedded" if embedder else "no embeddings"),
        rows=tuple(
            {
                "id": each.id, "kind": each.kind, "claim": each.claim, "changed": each.changed,
                "verdict": each.support, "score": each.score, "reasons": list(each.reasons),
            }
            for each in tried
        ),
        tables=(_missed(tried), _alarms(tried)),
        plots=(_plot(tried),),
        notes=(
            f"Kinds kept out of development: {', '.join(HELD_OUT_KINDS)}. The bar of 98% is for "
            f"{', '.join(FIGURE_KINDS)}, beside at most 3% false alarms on paraphrases.",
        ),
    )  # fmt: skip


def shared_trigrams(claim: str, evidence: str) -> float:
    """The share of the claim's word trigrams that stand in the evidence, 0 to 1; 0 for a claim of under three words."""
    ours, theirs = _trigrams(claim), set(_trigrams(evidence))
    return sum(trigram in theirs for trigram in ours) / len(ours) if ours else 0.0


def _trigrams(text: str) -> list[tuple[str, str, str]]:
    words = [match.group().lower() for match in _WORD.finditer(text)]
    return list(zip(words, words[1:], words[2:], strict=False))


def _try(item: Paraphrase, embedder: Embedder | None) -> list[Tried]:
    kind = "verbatim" if shared_trigrams(item.claim, item.evidence) > VERBATIM_FROM else "untouched"
    found = [_tried(item.id, kind, item.claim, "", item.evidence, embedder)]
    for number, mutant in enumerate(mutants(item.claim, item.evidence), start=1):
        name = mutant.kind if kind == "untouched" else f"{mutant.kind}, verbatim"
        found.append(_tried(f"{item.id}-{number}", name, mutant.claim, mutant.changed, item.evidence, embedder))
    return found


def _verbatim(items: Sequence[Paraphrase], embedder: Embedder | None) -> list[Tried]:
    """Each distinct evidence as its own claim, untouched and with digits changed."""
    found = []
    for place, evidence in enumerate(dict.fromkeys(item.evidence for item in items), start=1):
        found.append(_tried(f"v{place}", "verbatim", evidence, "", evidence, embedder))
        for number, mutant in enumerate(mutants(evidence, evidence), start=1):
            if mutant.kind == "digit":
                name = f"{mutant.kind}, verbatim"
                found.append(_tried(f"v{place}-{number}", name, mutant.claim, mutant.changed, evidence, embedder))
    return found


def _tried(name: str, kind: str, claim: str, changed: str, evidence: str, embedder: Embedder | None) -> Tried:
    verdict = verify(claim, [evidence], embedder)
    return Tried(
        id=name, kind=kind, claim=claim, changed=changed, support=verdict.support, score=verdict.score,
        reasons=verdict.reasons,
    )  # fmt: skip


def noticed_rate(tried: Sequence[Tried]) -> float:
    """The share of claims that the verifier does not call supported, 0 to 1."""
    return sum(each.noticed for each in tried) / len(tried)


def _measures(tried: Sequence[Tried]) -> list[Measurement]:
    def rate(name: str, chosen: Sequence[Tried], better: str) -> Measurement:
        return measured(
            noticed_rate, name, noticed_rate(chosen), n=len(chosen), better="lower" if better == "lower" else "higher",
            interval=mean_interval([float(each.noticed) for each in chosen]),
        )  # fmt: skip

    found = []
    groups = {
        "figure mutations noticed": [each for each in tried if each.kind in FIGURE_KINDS],
        "other mutations noticed": [each for each in tried if each.kind in OTHER_KINDS],
        "held-out mutations noticed": [each for each in tried if each.kind in HELD_OUT_KINDS],
    }
    for name, chosen in groups.items():
        if chosen:
            found.append(rate(name, chosen, "higher"))
    for name, kind in UNTOUCHED.items():
        chosen = [each for each in tried if each.kind == kind]
        if chosen:
            found.append(rate(name, chosen, "lower"))
    for kind in _kinds(tried):
        found.append(rate(f"{kind} noticed", [each for each in tried if each.kind == kind], "higher"))
    return found


def _kinds(tried: Sequence[Tried]) -> list[str]:
    known = (*FIGURE_KINDS, *OTHER_KINDS, *HELD_OUT_KINDS)
    present = {each.kind for each in tried}
    return [kind for kind in known if kind in present] + sorted(k for k in present if k.endswith(", verbatim"))


def _missed(tried: Sequence[Tried]) -> Table:
    rows = tuple(
        (each.id, each.kind, each.changed, each.claim, each.score)
        for each in tried
        if each.kind not in UNTOUCHED.values() and not each.noticed
    )
    return Table(name="Not noticed", columns=("id", "kind", "changed", "claim", "score"), rows=rows)


def _alarms(tried: Sequence[Tried]) -> Table:
    rows = tuple(
        (each.id, each.claim, each.support, "; ".join(each.reasons))
        for each in tried
        if each.kind in UNTOUCHED.values() and each.noticed
    )
    return Table(name="False alarms", columns=("id", "claim", "verdict", "reasons"), rows=rows)


def _plot(tried: Sequence[Tried]) -> Plot:
    rows = []
    for kind in _kinds(tried):
        chosen = [float(each.noticed) for each in tried if each.kind == kind]
        interval = mean_interval(chosen)
        value = sum(chosen) / len(chosen)
        low, high = (interval.low, interval.high) if interval else (value, value)
        rows.append({"kind": kind, "noticed": value, "low": low, "high": high})
    return Plot(
        name="noticed", caption="Share of false claims noticed, by what was changed.", kind="bars", rows=tuple(rows),
        x="kind", y="noticed", low="low", high="high", x_title="what was changed", y_title="share noticed",
    )  # fmt: skip
