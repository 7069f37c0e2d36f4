"""A cross-encoder of the user's orders what a search found; the model here is tiny, random, and built on the spot."""

import json
import warnings
from dataclasses import replace

import numpy as np
import pytest

from domain.errors import WeightsError
from domain.settings import Settings
from kb import open_base
from kb.pairs import pair_scores
from kb.rerank import DEPTH, read, rerank

PAIRS = [("mitral device", "the annulus was seen"), ("drug", "the ventricle " * 9), ("mitral device", "surgery")]


@pytest.fixture(scope="session")
def reranker(tmp_path_factory, cross_encoder):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return cross_encoder(tmp_path_factory.mktemp("cross") / "one")


@pytest.fixture
def articles(base, result):
    kinds = ("the annulus", "the ventricle", "the leaflet", "a device", "a drug", "surgery")
    base.add(
        result(f"/{n}", f"Report {n} of {kind} in mitral regurgitation.", title="") for n, kind in enumerate(kinds)
    )
    return base


def test_scores_come_in_order_one_for_each_pair(reranker):
    scores = pair_scores(reranker, PAIRS)
    assert scores.shape == (3,) and scores.dtype == np.float32 and len(set(scores.tolist())) == 3
    assert np.array_equal(pair_scores(reranker, PAIRS[::-1]), scores[::-1])
    assert pair_scores(reranker, []).shape == (0,)


def test_a_score_does_not_depend_on_the_pairs_beside_it(reranker):
    together = pair_scores(reranker, PAIRS)
    alone = [pair_scores(reranker, [pair])[0] for pair in PAIRS]
    assert np.array_equal(together, np.asarray(alone))


def test_the_hits_stand_in_the_order_of_the_cross_encoder(articles, reranker):
    query = "device for mitral regurgitation"
    hits = articles.search(query, k=6)
    found = rerank(query, hits, reranker)
    scores = dict(
        zip(
            (hit.passage.passage_id for hit in hits),
            pair_scores(reranker, [(query, read(h)) for h in hits]),
            strict=True,
        )
    )
    assert [hit.rank for hit in found] == [1, 2, 3, 4, 5, 6]
    assert [hit.passage.passage_id for hit in found] == sorted(scores, key=lambda name: -scores[name])
    assert [hit.passage for hit in found] != [hit.passage for hit in hits]
    assert [hit.score for hit in found] == [hit.score for hit in hits]  # on the scale of the search, best first


def test_what_the_model_does_not_read_keeps_its_place(articles, reranker):
    hit = articles.search("device", k=1)[0]
    titled = [
        replace(hit, document=replace(hit.document, title=word))
        for word in ("annulus", "ventricle", "leaflet", "drug", "surgery")
    ]
    scores = pair_scores(reranker, [("drug", read(one)) for one in titled])
    best, worst = titled[int(scores.argmax())], titled[int(scores.argmin())]
    hits = [replace(best if rank > DEPTH else worst, rank=rank, score=1 / rank) for rank in range(1, DEPTH + 11)]
    assert rerank("drug", hits, reranker)[DEPTH:] == hits[DEPTH:]
    assert rerank("drug", [*hits[:3], replace(hits[-1], rank=4)], reranker)[0].document == best.document


def test_no_host_is_called_for_a_name_of_the_hub(monkeypatch):
    called = []
    monkeypatch.setattr("socket.getaddrinfo", lambda *where, **_: called.append(where[0]) or [])
    with pytest.raises(WeightsError, match="no host is called"):
        pair_scores("cross-encoder/of-no-such-name", PAIRS)
    assert called == []


def test_the_setting_orders_hybrid_search_and_nothing_else(articles, reranker):
    query = "device for mitral regurgitation"
    settings = Settings.from_environment({"CHORDAE_RERANKER": reranker})
    chosen = open_base(articles.path, settings)
    for mode in ("lexical", "dense", "rrf"):
        assert chosen.search(query, mode=mode) == articles.search(query, mode=mode)
    assert chosen.search(query) == rerank(query, articles.search(query), reranker)
    assert chosen.search(query, k=2) == chosen.search(query)[:2]
    assert settings.fingerprint != Settings().fingerprint
    chosen.close()


def test_a_model_that_is_not_on_this_machine_is_named_with_setting_and_cure(articles, tmp_path):
    chosen = open_base(articles.path, Settings(reranker=str(tmp_path / "absent")))
    with pytest.raises(
        WeightsError, match=r"CHORDAE_RERANKER=.*absent: there is no such cross-encoder.*Give the folder"
    ):
        chosen.search("device")
    assert chosen.search("device", mode="lexical")
    chosen.close()


@pytest.mark.filterwarnings("ignore")
def test_a_model_of_several_labels_or_without_a_head_is_refused(articles, tmp_path, cross_encoder):
    hits = articles.search("device")
    with pytest.raises(WeightsError, match="3 scores for a pair"):
        rerank("device", hits, cross_encoder(tmp_path / "three", labels=3))
    with pytest.raises(WeightsError, match=r"CHORDAE_RERANKER=.*cannot score pairs \(it is BertModel\)"):
        rerank("device", hits, cross_encoder(tmp_path / "none", headless=True))


def test_retrieval_reports_the_reranked_run_only_where_one_is_set(tmp_path, reranker):
    from eval.retrieval import retrieval

    folder = tmp_path / "set"
    folder.mkdir()
    texts = [f"the {word} was seen in patients with mitral regurgitation" for word in ("annulus", "drug", "device")]
    lines = {"corpus.jsonl": [{"_id": f"d{n}", "text": text} for n, text in enumerate(texts)]}
    lines["queries.jsonl"] = [{"_id": "q0", "text": "the drug"}, {"_id": "q1", "text": "a device"}]
    for name, values in lines.items():
        (folder / name).write_text("".join(json.dumps(value) + "\n" for value in values), encoding="utf-8")
    (folder / "qrels.tsv").write_text("q0\td1\t1\nq1\td2\t1\n", encoding="utf-8")
    plain = retrieval(folder, Settings()).to_json()["measures"]
    both = retrieval(folder, Settings(reranker=reranker), tmp_path / "runs").to_json()
    assert "reranked" not in plain and set(both["measures"]) == {*plain, "reranked"} == set(both["latency_ms"])
    assert {name: both["measures"][name] for name in plain} == plain
    assert both["run"]["reranker"] == reranker and (tmp_path / "runs" / "set.reranked.trec").is_file()
