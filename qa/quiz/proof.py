"""What has to be true before a draft becomes an item: the key stands in its passage, no distractor does."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from domain.claim import Verdict
from domain.quiz import RejectedDraft
from domain.sentences import sentence_spans
from kb import Base
from kb.embed import Embedder
from qa.quiz.draft import OPTIONS, REF, Draft, Wrong
from qa.quiz.shelf import Shelf
from qa.verify import verify

_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
SEARCHED = 6
"""How many passages are looked at for one in which a distractor would be right."""


@dataclass(slots=True)
class Prover:
    """Verification with a memory: the same claim is not read twice against the same passages."""

    base: Base
    embedder: Embedder | None = None
    _known: dict[tuple[str, tuple[str, ...]], Verdict] = field(default_factory=dict)

    def verdict(self, claim: str, evidence: tuple[str, ...]) -> Verdict:
        """What verification says of `claim` against `evidence`."""
        held = self._known.get((claim, evidence))
        if held is None:
            held = self._known[claim, evidence] = verify(claim, evidence, self.embedder)
        return held

    def supports(self, claim: str, evidence: tuple[str, ...]) -> bool:
        """Whether the passages carry the claim.

        What figures, names or direction speak against is settled without the embeddings, which cost most of the time.
        """
        if (claim, evidence) not in self._known:
            at_once = verify(claim, evidence)
            if at_once.support in {"contradicted", "partial"}:
                self._known[claim, evidence] = at_once
        return self.verdict(claim, evidence).support == "supported"


def unproved(draft: Draft, prover: Prover) -> RejectedDraft | None:
    """Why the key is not carried by what is cited; None when it is."""
    for claim, ground in draft.proofs:
        verdict = prover.verdict(claim, (ground.text,))
        if verdict.support != "supported":
            why = "; ".join(verdict.reasons) or f"verification finds it {verdict.support}"
            return RejectedDraft(
                stem=draft.stem, rule="key-proof", why=f"“{claim}” is not carried by its passage: {why}"
            )
    return None


def safe_distractors(draft: Draft, shelf: Shelf, prover: Prover) -> tuple[tuple[Wrong, ...], tuple[RejectedDraft, ...]]:
    """The first distractors that are proved wrong, enough for one item, and those turned down with the reason."""
    kept: list[Wrong] = []
    turned_down: list[RejectedDraft] = []
    for wrong in draft.wrongs:
        why = _also_right(wrong, draft, shelf, prover)
        if why is None:
            kept.append(wrong)
        else:
            turned_down.append(RejectedDraft(stem=draft.stem, rule="distractor-also-right", why=why))
        if len(kept) == OPTIONS - 1:
            break
    return tuple(kept), tuple(turned_down)


def _also_right(wrong: Wrong, draft: Draft, shelf: Shelf, prover: Prover) -> str | None:
    if wrong.claim is None:
        return None
    cited = tuple(ground.text for _, ground in draft.proofs)
    if prints(wrong.text, " ".join(cited)) and prover.supports(wrong.claim, cited):
        return f"“{wrong.text}” is carried by the passage that is cited for the key."
    for fact_id in REF.findall(wrong.note):
        told = shelf.cards[fact_id].text if fact_id in shelf.cards else ""
        if prints(wrong.text, told) and prover.supports(wrong.claim, (told,)):
            return f"“{wrong.text}” may be read from what is cited against it: {told}"
    for hit in shelf.base.search(wrong.claim, k=SEARCHED):
        text = hit.passage.text
        for start, end in sentence_spans(text):
            if prints(wrong.text, text[start:end]) and prover.supports(wrong.claim, (text[start:end],)):
                return f"“{wrong.text}” would be right by {hit.document.title}: {text[start:end]}"
    return None


def prints(option: str, text: str) -> bool:
    """Whether every figure of the option is printed in the text: without that, no sentence can carry it."""
    return all(re.search(rf"(?<![\d.]){re.escape(one)}(?![\d]|\.\d)", text) for one in _FIGURE.findall(option))
