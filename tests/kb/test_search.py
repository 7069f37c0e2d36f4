"""Fusion, abbreviations, the exact product and Chroma, each against what it must equal."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.document import Abbreviation
from domain.settings import Settings
from kb import open_base
from kb.abbreviations import expansions
from kb.fusion import rrf, standardised_sum
from kb.snapshot import Snapshot
from kb.vectors import HNSW, Vectors

SCORES = st.dictionaries(st.sampled_from("abcdefgh"), st.floats(0.1, 30, allow_nan=False), max_size=8)


def test_rrf_is_the_published_formula():
    fused = rrf({"a": 9.0, "b": 5.0}, {"b": 0.9, "c": 0.1})
    assert fused == pytest.approx({"a": 1 / 61, "b": 1 / 62 + 1 / 61, "c": 1 / 62})


@given(SCORES, SCORES)
def test_the_hybrid_score_is_between_0_and_1_and_first_in_both_is_first(lexical, dense):
    fused = standardised_sum(lexical, dense, list(lexical.values()), list(dense.values()))
    assert set(fused) == set(lexical) | set(dense)
    assert all(-1e-9 <= score <= 1 + 1e-9 for score in fused.values())
    for key in set(lexical) & set(dense):
        if lexical[key] == max(lexical.values()) and dense[key] == max(dense.values()):
            assert fused[key] >= max(fused.values()) - 1e-9


@given(SCORES, SCORES, st.floats(0.5, 20), st.floats(-5, 5))
def test_a_leg_may_change_its_unit_and_its_zero(lexical, dense, unit, zero):
    scaled = {key: unit * score + zero for key, score in dense.items()}
    one = standardised_sum(lexical, dense, list(lexical.values()), list(dense.values()))
    two = standardised_sum(lexical, scaled, list(lexical.values()), list(scaled.values()))
    assert two == pytest.approx(one, abs=1e-6)


def test_a_leg_that_singles_out_speaks_louder_than_one_that_does_not():
    peaked = {f"d{n}": 1.0 for n in range(50)} | {"right": 20.0}
    flat = {f"d{n}": 0.50 + n / 1000 for n in range(50)} | {"right": 0.5}
    fused = standardised_sum(peaked, flat, list(peaked.values()), list(flat.values()))
    assert max(fused, key=fused.get) == "right"


def test_abbreviations_on_both_sides(base, result):
    long = "Functional mitral regurgitation fell after surgery in this series."
    short = "FMR fell after surgery in that series."
    base.add([result("/long.txt", long), result("/short.txt", short), result("/x.txt", "Tulips flower in spring.")])
    for question in ("FMR", "functional mitral regurgitation"):
        for mode in ("lexical", "hybrid"):
            found = [hit.passage.text for hit in base.search(question, k=2, mode=mode)]
            assert sorted(found) == sorted([long, short])


def test_what_the_document_defines_wins_over_the_field():
    own = [Abbreviation(short="SMR", long="standardised mortality ratio", start=0)]
    assert expansions("The SMR was 1.2.", own) == ("standardised mortality ratio",)
    assert "SMR" in expansions("The standardised mortality ratio was 1.2.", own)
    assert "secondary mitral regurgitation" in expansions("The SMR was severe.")
    assert expansions("mr. smith") == ()


def test_chroma_finds_what_the_exact_search_finds(tmp_path):
    rng = np.random.default_rng(3)
    matrix = rng.normal(size=(3000, 64)).astype(np.float32)
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    ids = [f"d{n}:0-1" for n in range(len(matrix))]
    store = Vectors(tmp_path)
    store.append(ids, [one.split(":")[0] for one in ids], matrix)
    store.close()
    store = Vectors(tmp_path)
    shares = []
    for query in matrix[:20] + 0.5 * rng.normal(size=(20, 64)).astype(np.float32):
        query /= np.linalg.norm(query)
        true = {ids[row] for row in np.argsort(-(matrix @ query))[:10]}
        found = store.search(query, 10)
        shares.append(len(true & {one for one, _ in found}) / 10)
        assert found[0][1] == pytest.approx(float((matrix @ query).max()), abs=1e-4)
    assert np.mean(shares) >= 0.95
    assert store.search(matrix[0], 5, []) == []
    assert [one for one, _ in store.search(matrix[0], 5, ["d7"])] == ["d7:0-1"]
    store.close()
    assert HNSW["space"] == "cosine"


def test_above_the_limit_chroma_answers_as_the_exact_search_does(base, result):
    rng = random.Random(5)
    words = "mitral device annulus leaflet surgery pacing drug failure survival echo stroke bleeding".split()
    base.add([result(f"/{n}.txt", f"{' '.join(rng.choices(words, k=25))} {n}.") for n in range(30)])
    exact = base.snapshot
    large = Snapshot(base.path, base._catalogue, exact_limit=3)
    vector = base.embedder.query("survival after device surgery")
    ids = [document.doc_id for document in base.documents()][:7]
    for plain in (True, False):
        for chosen in (None, ids):
            one = dict(exact.dense_leg(vector, 30, chosen, plain=plain))
            two = dict(large.dense_leg(vector, 30, chosen, plain=plain))
            assert two == pytest.approx(one, abs=1e-5)
    large.close()


@pytest.fixture(scope="module")
def filled(tmp_path_factory, result):
    made = open_base(tmp_path_factory.mktemp("filled") / "kb", Settings(), create=True)
    made.add([result(f"/{n}.txt", f"The mitral device was implanted, report {n}. " * 4) for n in range(3)])
    yield made
    made.close()


@settings(max_examples=30, deadline=None)
@given(text=st.text(max_size=60))
def test_any_question_gets_ranks_in_order_and_the_same_twice(filled, text):
    hits = filled.search(text, k=3)
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    assert [hit.passage.passage_id for hit in hits] == [hit.passage.passage_id for hit in filled.search(text, k=3)]


def test_verify_names_what_is_wrong_and_repair_mends_it(base, result):
    import shutil

    base.add([result(f"/{n}.txt", f"The mitral device was implanted, report {n}. " * 6) for n in range(3)])
    assert base.verify() == []
    shutil.rmtree(base.path / base._catalogue.meta()["lexical"])
    assert any("lexical" in problem for problem in base.verify())
    assert base.verify(repair=True) == []
    shutil.rmtree(base.path / base._catalogue.meta()["chroma"])
    assert any("chroma" in problem for problem in base.verify())
    assert base.verify(repair=True) == []
    assert len(base.search("mitral device", k=50)) == sum(len(base.passages(d.doc_id)) for d in base.documents())
    base.original(base.documents()[0].doc_id).unlink()
    assert any("original" in problem for problem in base.verify(repair=True))
