"""The language-model answerer: a model drafts, verification decides, and what is not proved is not said.

question and passages ─ fence ─► prompt ─ model ─► reply ─ read ─► drafts ─ verify ─► claims
                                                               refused ─ repaired once ─ verify ─► claims, or removed
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import prompts
from domain.claim import Claim, Verdict
from domain.errors import CallError, ModelError
from domain.hit import Hit
from domain.notice import Notice
from domain.sentences import sentence_spans
from domain.settings import Settings
from qa.chatmodel import CLAIMS_SCHEMA, Asker, asker
from qa.claimform import flaw
from qa.fence import Fence, fenced
from qa.reply import Drafted, Reply, read_reply
from qa.scorer import scorer
from qa.verify import Scorer, verify

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from kb.embed import Embedder

PROMPT = "answer.v1"
REPAIR = "repair.v1"
_MARKER = re.compile(r"\s*[\[【]\s*\^?P?\d{1,3}(?:\s*[,;]\s*P?\d{1,3})*\s*[\]】]")
_DASHES = str.maketrans({"‐": "-", "‑": "-", "‒": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " "})


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelClaim:
    """One verified sentence; `passage_ids` are the passages it was verified against, in the order cited."""

    text: str
    passage_ids: tuple[str, ...]
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelDraft:
    """What is left of a model's reply: every claim is supported by the passages it cites.

    `removed` are the claims that were not, each with its reasons, without citations. `notices` say what the reader
    must know of the model's part. No claims: the caller falls back on the extractive answer. `prompt` is name and
    fingerprint. `timings_ms` has "compose" (the model) and "verify".
    """

    claims: tuple[ModelClaim, ...]
    removed: tuple[Claim, ...]
    notices: tuple[Notice, ...]
    model: str
    prompt: str
    timings_ms: Mapping[str, float] = field(default_factory=dict)


def compose_with_model(
    question: str,
    hits: Sequence[Hit],
    settings: Settings,
    embedder: Embedder | None,
    model: BaseChatModel | None = None,
) -> ModelDraft:
    """Let the model named by `settings.llm` (or `model`, a LangChain chat model) compose from `hits`, and verify.

    A model that fails in passing, or writes nothing that holds, gives a draft without claims and a notice that says
    so. Raises CallError when no model was chosen, ModelError when the user must mend something (key, package, name).
    """
    if settings.llm is None and model is None:
        raise CallError("no language model was chosen. Give --llm NAME, or set CHORDAE_LLM.")
    name = settings.llm or type(model).__name__
    ask = asker(name, timeout=settings.llm_timeout, model=model)
    work = _Work(question=question, fence=fenced(question, hits), embedder=embedder, ask=ask, weigh=scorer(settings))
    try:
        reply = work.drafts()
    except ModelError as failure:
        if not failure.retryable:
            raise
        return _draft(work, name, _notice(f"{failure} The answer below is quoted from the sources instead."))
    kept, refused = work.judged(reply.claims)
    mended, still = work.repaired(refused)
    claims = _distinct([*kept, *mended])
    return _draft(work, name, *_notices(name, reply, claims, still), claims=claims, removed=still)


@dataclass(slots=True, kw_only=True)
class _Work:
    """One question in the making."""

    question: str
    fence: Fence
    embedder: Embedder | None
    ask: Asker
    weigh: Scorer | None = None
    compose_ms: float = 0.0
    verify_ms: float = 0.0

    def drafts(self) -> Reply:
        """The model's first reply."""
        return read_reply(self._asked(PROMPT))

    def judged(self, drafts: Sequence[Drafted]) -> tuple[list[ModelClaim], list[Claim]]:
        """Each sentence of each draft, verified: the supported ones, and the others with their reasons."""
        started = time.perf_counter()
        kept: list[ModelClaim] = []
        refused: list[Claim] = []
        for draft in drafts:
            for text in _sentences(draft.text):
                judged = self._judged(text, draft.ids)
                if isinstance(judged, ModelClaim):
                    kept.append(judged)
                else:
                    refused.append(judged)
        self.verify_ms += 1000 * (time.perf_counter() - started)
        return kept, refused

    def repaired(self, refused: Sequence[Claim]) -> tuple[list[ModelClaim], list[Claim]]:
        """One chance to mend: what the model's second reply proves, and everything that was or stays refused."""
        if not refused:
            return [], []
        lines = "\n".join(f"- {claim.text}\n  refused because: {'; '.join(claim.reasons)}" for claim in refused)
        try:
            reply = read_reply(self._asked(REPAIR, refused=lines))
        except ModelError:
            return [], list(refused)  # the first reply stands without its refused part
        mended, still = self.judged(reply.claims)
        known = {claim.text for claim in refused}
        return mended, [*refused, *(claim for claim in still if claim.text not in known)]

    def _asked(self, prompt: str, **more: str) -> str:
        started = time.perf_counter()
        values = {"question": self.question, "passages": self.fence.text, "mark": self.fence.mark} | more
        system, user = prompts.load(prompt).render(**values)
        try:
            return self.ask(system, user, schema=CLAIMS_SCHEMA)
        finally:
            self.compose_ms += 1000 * (time.perf_counter() - started)

    def _judged(self, text: str, ids: Sequence[str]) -> ModelClaim | Claim:
        hits = self.fence.hits
        known = [name for name in ids if name in hits]
        reasons = [f"{name} is not a passage that was given" for name in ids if name not in hits]
        sources = [hits[name] for name in known] or list(hits.values())
        why = flaw(
            text,
            " ".join(hit.passage.text for hit in sources),
            " ".join(f"{hit.document.title} {hit.document.first_author} {hit.document.journal}" for hit in sources),
        )
        if why is not None:
            return Claim(text=text, citations=(), support="unsupported", score=0.0, reasons=(why,))
        verdict = self._verdict(text, known) if known else None
        if not known:  # cited nothing that exists: it stands only if a passage carries it whole
            reasons.append("the claim cites no passage")
            known, verdict = next(
                (([name], v) for name in hits if (v := self._verdict(text, [name])).support == "supported"), ([], None)
            )
        if verdict is not None and verdict.support == "supported":
            ids_of = tuple(hits[name].passage.passage_id for name in known)
            return ModelClaim(text=text, passage_ids=ids_of, verdict=verdict)
        reasons += verdict.reasons if verdict else ()
        return Claim(
            text=text,
            citations=(),
            support=verdict.support if verdict else "unsupported",
            score=verdict.score if verdict else 0.0,
            reasons=tuple(reasons) or ("the cited passages do not carry it",),
        )

    def _verdict(self, text: str, names: Sequence[str]) -> Verdict:
        """The verdict of the passages together, unless the one sentence that speaks of it most refutes it.

        A passage that gives several figures, classes or groups can seem to carry a claim that crosses them.
        """
        passages = [self.fence.hits[name].passage.text for name in names]
        whole = verify(text, passages, self.embedder, scorer=self.weigh)
        if whole.support != "supported":
            return whole
        lines = [passage[start:end] for passage in passages for start, end in sentence_spans(passage)]
        each = [verify(text, [line]) for line in lines]
        if any(verdict.support == "supported" for verdict in each):
            return whole
        nearest = max(each, key=lambda verdict: (verdict.score, verdict.support))
        return nearest if nearest.support == "contradicted" else whole


def _sentences(text: str) -> list[str]:
    """The sentences of a draft, each made plain: one line, no citation marks; a claim is one sentence."""
    plain = " ".join(_MARKER.sub("", text.translate(_DASHES)).split())
    return [plain[start:end] for start, end in sentence_spans(plain)]


def _distinct(claims: Sequence[ModelClaim]) -> tuple[ModelClaim, ...]:
    seen: dict[str, ModelClaim] = {}
    for claim in claims:
        seen.setdefault(claim.text.casefold(), claim)
    return tuple(seen.values())


def _notices(name: str, reply: Reply, claims: Sequence[ModelClaim], removed: Sequence[Claim]) -> tuple[Notice, ...]:
    said: list[Notice] = []
    if reply.empty:
        said.append(_notice(f"{name} found no answer in these passages; they are quoted instead."))
    elif not claims:
        why = reply.problem or "none of its claims is carried by the passages"
        said.append(_notice(f"Nothing of what {name} wrote could be proved ({why}); the sources are quoted instead."))
    elif removed:
        count = "One sentence" if len(removed) == 1 else f"{len(removed)} sentences"
        said.append(_notice(f"{count} of {name} could not be proved from the cited passages: left out."))
    return tuple(said)


def _notice(text: str) -> Notice:
    return Notice(kind="model", text=text)


def _draft(
    work: _Work, name: str, *notices: Notice, claims: tuple[ModelClaim, ...] = (), removed: Sequence[Claim] = ()
) -> ModelDraft:
    return ModelDraft(
        claims=claims,
        removed=tuple(removed),
        notices=notices,
        model=name,
        prompt=prompts.load(PROMPT).label,
        timings_ms={"compose": work.compose_ms, "verify": work.verify_ms},
    )
