"""The ask street: question ─ retrieve ─► hits ─ compose ─► draft, or abstention ─ verify ─► answer with notices."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from domain.answer import Abstention, Answer, RunInfo
from domain.claim import Citation, Claim
from domain.document import Document
from domain.hit import Hit
from domain.notice import Notice
from domain.reference import KIND_WORDS
from domain.sentences import sentence_spans
from domain.settings import VERSION, Settings
from kb import Base
from qa.abstain import enough
from qa.calibration import calibration
from qa.candidates import asked_vector, candidates, gather
from qa.compose import choose, on_subject, rank
from qa.features import Candidate
from qa.notices import remarks
from qa.question import Question, read_question
from qa.remark import Remark
from qa.scorer import scorer
from qa.verify import verify

NEAREST = 3
"""Passages shown with an abstention."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieved:
    """A question with its hits. `filtered` says that a filter was given; `vector` is the question's embedding."""

    question: Question
    hits: tuple[Hit, ...]
    vector: NDArray[np.float32] | None
    filtered: bool
    timings_ms: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """One sentence to be claimed, with the spans it is quoted from (document, passage, start, end)."""

    text: str
    spans: tuple[tuple[Hit, int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What composing made: drafted sentences, best first, or an abstention (then there are none)."""

    retrieved: Retrieved
    drafted: tuple[Drafted, ...] = ()
    abstention: Abstention | None = None
    removed: tuple[Claim, ...] = ()
    notices: tuple[Notice, ...] = ()
    engine: str = "extractive"
    model: str | None = None
    prompt: str | None = None
    timings_ms: Mapping[str, float] = field(default_factory=dict)


def ask(
    base: Base,
    question: str,
    settings: Settings,
    *,
    kinds: Sequence[str] = (),
    since: int | None = None,
    topics: Sequence[str] = (),
) -> Answer | Abstention:
    """Answer `question` from `base`, or say why not.

    The same base, question and settings give the same answer. Raises the errors of the base, CallError for an unknown
    filter, ModelError when a chosen language model cannot be used at all.
    """
    retrieved = retrieve(base, question, settings, kinds=kinds, since=since, topics=topics)
    draft = compose(base, retrieved, settings)
    return check(base, draft, settings)


def retrieve(
    base: Base,
    question: str,
    settings: Settings,
    *,
    kinds: Sequence[str] = (),
    since: int | None = None,
    topics: Sequence[str] = (),
) -> Retrieved:
    """The hits for a question; none for an empty one."""
    read = read_question(" ".join(question.split()))
    filtered = bool(kinds or topics) or since is not None
    started = time.perf_counter()
    vector = asked_vector(base.embedder, read.text) if read.text else None
    embedded = time.perf_counter()
    hits = gather(base, read, settings.k, calibration(), kinds=kinds, since=since, topics=topics) if read.text else []
    searched = time.perf_counter()
    return Retrieved(
        question=read,
        hits=tuple(hits),
        vector=vector,
        filtered=filtered,
        timings_ms={"embed": 1000 * (embedded - started), "search": 1000 * (searched - embedded)},
    )


def compose(base: Base, retrieved: Retrieved, settings: Settings) -> Draft:
    """Drafted sentences for the hits, or an abstention when they do not carry an answer."""
    started = time.perf_counter()
    question = retrieved.question
    if not retrieved.hits or retrieved.vector is None:
        reason = "filtered-out" if retrieved.filtered and base.documents() else "off-topic"
        if not base.documents():
            reason = "empty-base"
        return _abstained(base, retrieved, settings, started, reason=reason)
    found = candidates(question, retrieved.hits, base, retrieved.vector, calibration())
    ranked = on_subject(question, rank(found, calibration()))
    lack = enough(question, ranked, calibration())
    if lack is not None:
        return _abstained(
            base, retrieved, settings, started, reason=lack.reason, missing=lack.missing, slot=lack.slot, ranked=ranked
        )
    chosen = choose(question, ranked, calibration())
    drafted = tuple(Drafted(text=c.text, spans=((c.hit, c.start, c.end),)) for c in chosen)
    draft = Draft(retrieved=retrieved, drafted=drafted)
    if settings.llm:
        draft = _with_model(base, draft, settings)
    return replace(draft, timings_ms={"compose": _since(started), **draft.timings_ms})


def check(base: Base, draft: Draft, settings: Settings) -> Answer | Abstention:
    """Verify every drafted sentence against what it cites, and put notices beside the answer."""
    if draft.abstention is not None:
        return draft.abstention
    started = time.perf_counter()
    citations = _Citations()
    kept, removed = list[Claim](), [*draft.removed]
    weigh = scorer(settings)
    for drafted in draft.drafted:
        verdict = verify(drafted.text, [hit.passage.text for hit, _, _ in drafted.spans], base.embedder, scorer=weigh)
        stays = verdict.support in {"supported", "partial"}
        numbers = [citations.number(hit, start, end) for hit, start, end in drafted.spans] if stays else []
        claim = Claim(
            text=drafted.text,
            citations=tuple(dict.fromkeys(numbers)),
            support=verdict.support,
            score=verdict.score,
            reasons=verdict.reasons,
        )
        (kept if stays else removed).append(claim)
    if not any(claim.support == "supported" for claim in kept):
        lost = _abstained(base, draft.retrieved, settings, started, reason="not-covered").abstention
        assert lost is not None
        return lost
    notices = [*draft.notices, *_noticed(base, draft.retrieved.question, kept, citations)]
    total = {**draft.retrieved.timings_ms, **draft.timings_ms, "verify": _since(started)}
    return Answer(
        question=draft.retrieved.question.text,
        claims=tuple(kept),
        citations=tuple(citations.made),
        notices=tuple(notices),
        rests_on=rests_on([c.document for c in citations.made[: citations.claimed]]),
        removed=tuple(removed),
        run=_run(base, settings, total, draft.engine, draft.model, draft.prompt),
    )


class _Citations:
    """Citations numbered in order of first use; the first `claimed` of them carry claims, the rest notices."""

    def __init__(self) -> None:
        self.made: list[Citation] = []
        self.claimed = 0

    def number(self, hit: Hit, start: int, end: int) -> int:
        """The 1-based number of the quote at `start:end`, new or known."""
        for citation in self.made:
            if (citation.document.doc_id, citation.start, citation.end) == (hit.document.doc_id, start, end):
                return citation.n
        n = len(self.made) + 1
        self.made.append(Citation(n=n, document=hit.document, passage=hit.passage, start=start, end=end))
        return n


def _noticed(base: Base, question: Question, claims: Sequence[Claim], citations: _Citations) -> list[Notice]:
    citations.claimed = len(citations.made)
    noticed: list[Notice] = []
    for remark in remarks(base, question, claims, tuple(citations.made)):
        numbers = tuple(dict.fromkeys(_numbered(remark, citations)))
        noticed.append(Notice(kind=remark.kind, text=remark.text, citations=numbers))
    return noticed


def _numbered(remark: Remark, citations: _Citations) -> list[int]:
    return [
        citations.number(Hit(passage=passage, document=document, score=0.0, rank=1), start, end)
        for document, passage, start, end in remark.spans
    ]


def _with_model(base: Base, draft: Draft, settings: Settings) -> Draft:
    """The draft in a language model's words where they hold, else as it was, saying so."""
    from qa.llm import compose_with_model

    hits = draft.retrieved.hits[: settings.k]
    made = compose_with_model(draft.retrieved.question.text, hits, settings, base.embedder)
    by_id = {hit.passage.passage_id: hit for hit in hits}
    drafted = tuple(
        Drafted(text=claim.text, spans=tuple(_best_span(by_id[i], claim.text) for i in claim.passage_ids))
        for claim in made.claims
    )
    return replace(
        draft,
        drafted=drafted or draft.drafted,
        removed=made.removed,
        notices=made.notices,
        engine=f"llm:{made.model}" if drafted else "extractive",
        model=made.model,
        prompt=made.prompt,
        timings_ms=made.timings_ms,
    )


def _best_span(hit: Hit, text: str) -> tuple[Hit, int, int]:
    """The sentence of the passage that shares most words with a model's claim: what is shown as its quote."""
    if hit.document.origin == "record":
        return hit, hit.passage.start, hit.passage.end
    words = set(text.casefold().split())
    spans = sentence_spans(hit.document.text, hit.passage.start, hit.passage.end)
    start, end = max(spans, key=lambda s: (len(words & set(hit.document.text[slice(*s)].casefold().split())), -s[0]))
    return hit, start, end


def _abstained(
    base: Base,
    retrieved: Retrieved,
    settings: Settings,
    started: float,
    *,
    reason: str,
    missing: str | None = None,
    slot: str | None = None,
    ranked: Sequence[Candidate] = (),
) -> Draft:
    nearest: dict[str, Hit] = {}
    for hit in [*(candidate.hit for candidate in ranked), *retrieved.hits]:
        nearest.setdefault(hit.passage.passage_id, hit)
    abstention = Abstention(
        question=retrieved.question.text,
        reason=reason,  # type: ignore[arg-type]
        missing=missing,
        slot=slot,
        nearest=tuple(replace(hit, rank=n) for n, hit in enumerate([*nearest.values()][:NEAREST], start=1)),
        run=_run(base, settings, {**retrieved.timings_ms, "compose": _since(started), "verify": 0.0}),
    )
    return Draft(retrieved=retrieved, abstention=abstention)


def rests_on(documents: Sequence[Document]) -> str:
    """What an answer rests on, strongest first: "2 randomised trials, 1 guideline; newest 2025"."""
    distinct = {document.doc_id: document for document in documents}.values()
    counts: dict[str, int] = {}
    for kind in KIND_WORDS:
        number = sum(document.kind == kind for document in distinct)
        if number:
            counts[kind] = number
    told = ", ".join(f"{number} {_plural(KIND_WORDS[kind], number)}" for kind, number in counts.items())
    years = [document.year for document in distinct if document.year]
    return f"{told}; newest {max(years)}" if years else told


def _plural(word: str, number: int) -> str:
    if number == 1 or word in {"consensus", "case series"}:
        return word
    if word == "meta-analysis":
        return "meta-analyses"
    return f"{word.removesuffix('y')}ies" if word.endswith("y") else "others" if word == "other" else f"{word}s"


def _run(
    base: Base,
    settings: Settings,
    timings: Mapping[str, float],
    engine: str = "extractive",
    model: str | None = None,
    prompt: str | None = None,
) -> RunInfo:
    rounded = {name: round(value, 2) for name, value in timings.items()}
    return RunInfo(
        engine=engine,
        model=model,
        prompt=prompt,
        base_fingerprint=base.fingerprint,
        settings_fingerprint=settings.fingerprint,
        version=VERSION,
        timings_ms={**rounded, "total": round(sum(rounded.values()), 2)},
    )


def _since(started: float) -> float:
    return 1000 * (time.perf_counter() - started)
