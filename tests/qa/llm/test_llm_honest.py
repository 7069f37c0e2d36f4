"""An honest model: it says in its own words what its passages say, and nearly all of it must survive."""

from collections.abc import Iterator

import pytest

from domain.settings import Settings
from eval.paraphrases import HELD_OUT, OTHER_FIELDS, PARAPHRASES, Paraphrase, paraphrases
from kb.embed import load_embedder
from qa.llm import compose_with_model
from qa.presence import absent_numbers

SETTINGS = Settings(llm="openai:scripted", llm_timeout=20)
PASSAGES = 6
"""Passages handed over at once, so that each claim is judged with others' figures in sight of the model."""
SURVIVE = 0.95


def batches(items: list[Paraphrase]) -> Iterator[list[Paraphrase]]:
    """Claims of six different passages at a time; those that compute a figure do what the prompt forbids."""
    rows = list({item.evidence: item for item in items if not absent_numbers(item.claim, [item.evidence])}.values())
    for at in range(0, len(rows), PASSAGES):
        yield rows[at : at + PASSAGES]


@pytest.mark.slow
def test_an_honest_models_claims_survive(openai_server, make_hit):
    said = kept = 0
    lost = []
    for path in (PARAPHRASES, HELD_OUT, OTHER_FIELDS):
        for batch in batches(paraphrases(path)):
            hits = [make_hit(item.id, "rct", item.evidence, rank) for rank, item in enumerate(batch, start=1)]
            claims = [{"text": item.claim, "passages": [f"P{rank}"]} for rank, item in enumerate(batch, start=1)]
            openai_server.enqueue({"claims": claims}, {"claims": []})
            draft = compose_with_model("What was found?", hits, SETTINGS, load_embedder())
            openai_server.script.clear()  # no second reply is asked for where nothing was refused
            said += len(batch)
            kept += len(draft.claims)
            lost += [(claim.text, claim.reasons) for claim in draft.removed]
    assert said >= 100
    assert kept >= SURVIVE * said, "\n".join(map(str, lost))
