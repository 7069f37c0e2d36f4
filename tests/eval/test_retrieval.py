"""The retrieval judge against values worked out by hand, and against a system made worse."""

import json

import pytest

from domain.errors import DatasetError
from domain.settings import Settings
from eval.datasets import Collection, beir
from eval.retrieval import MODES, judge, retrieval


def write(folder, corpus, queries, qrels):
    folder.mkdir(exist_ok=True)
    (folder / "corpus.jsonl").write_text("".join(json.dumps(line) + "\n" for line in corpus), encoding="utf-8")
    (folder / "queries.jsonl").write_text("".join(json.dumps(line) + "\n" for line in queries), encoding="utf-8")
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n" + "".join(qrels), encoding="utf-8")


@pytest.fixture
def small(tmp_path):
    corpus = [
        {
            "_id": "d1",
            "title": "Mitral devices",
            "text": "A coronary sinus device for mitral regurgitation.",
            "answer": "x",
        },
        {"_id": "d2", "title": "", "text": "Tulips and daffodils flower in the garden in spring."},
        {"_id": "d3", "title": "Drugs", "text": "Sacubitril lowers the regurgitant volume in heart failure."},
        {"_id": "d4", "title": "Nothing", "text": ""},
        {"_id": "d5", "title": "", "text": ""},
    ]
    queries = [
        {"_id": "q1", "text": "Which device treats mitral regurgitation?"},
        {"_id": "q2", "text": "spring flowers"},
        {"_id": "q3", "text": "a text that is not there"},
    ]
    write(tmp_path / "small", corpus, queries, ["q1\td1\t2\n", "q1\td3\t1\n", "q2\td2\t1\n", "q3\td5\t1\n"])
    return tmp_path / "small"


def test_the_contract_of_the_json(small, tmp_path):
    found = retrieval(small, Settings(), tmp_path / "runs").to_json()
    assert found["queries"] == 3
    assert set(found["measures"]) == set(found["latency_ms"]) == set(MODES)
    for mode in MODES:
        assert set(found["measures"][mode]) == {"nDCG@10", "R@10", "R@50", "RR"}
        assert set(found["latency_ms"][mode]) == {"p50", "p95"}
        # q1 and q2 are found; q3's only document has no words, and the query counts all the same
        assert found["measures"][mode]["RR"] == pytest.approx(2 / 3)
    first = (tmp_path / "runs" / "small.hybrid.trec").read_text().splitlines()[0].split()
    assert first[:4] == ["q1", "Q0", "d1", "1"] and first[5] == "chordae-hybrid"


def test_linear_gain_worked_out_by_hand():
    collection = Collection(
        name="x",
        texts={"a": "", "b": "", "c": ""},
        titles={"a": "", "b": "", "c": ""},
        queries={"q": "?", "none": "?"},
        qrels={"q": {"a": 3, "b": 1}, "none": {"a": 1}},
    )
    scores = judge(collection, {"q": ["c", "b", "a"], "none": []})
    ideal = 3 / 1 + 1 / 1.584962500721156
    assert scores["nDCG@10"] == [pytest.approx((1 / 1.584962500721156 + 3 / 2) / ideal), 0.0]
    assert scores["RR"] == [0.5, 0.0]
    assert scores["R@10"] == [1.0, 0.0]


def test_a_worse_ranking_scores_worse(small):
    collection = beir(small)
    good = judge(collection, {"q1": ["d1", "d3", "d2"], "q2": ["d2"], "q3": []})
    bad = judge(collection, {"q1": ["d2", "d3", "d1"], "q2": ["d1", "d2"], "q3": []})
    for name in ("nDCG@10", "RR"):
        assert sum(bad[name]) < sum(good[name])


def test_a_folder_that_is_no_set_is_named(tmp_path):
    with pytest.raises(DatasetError, match="nowhere"):
        retrieval(tmp_path / "nowhere", Settings())
