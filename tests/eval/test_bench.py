"""The bench runs both contenders in processes of their own and gives every ratio it promises."""

import importlib.util

import pytest

from eval.bench import bench
from eval.bench_work import invented, questions


def test_the_invented_text_is_always_the_same_and_as_much_as_asked():
    assert invented(2) == invented(2)
    assert [len(passages) for _, passages in invented(3)] == [20, 20, 20]
    assert questions() == questions() and len(set(questions())) > 5


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("langchain_chroma") is None, reason="needs the development packages")
def test_every_ratio_is_there_and_the_vectors_are_the_models():
    found = bench(repeats=1, passages=20)
    assert found.measure("least vector cosine").value > 0.9999
    assert found.measure("cold question: times faster").value > 1  # how much is for the bench on an idle machine
    assert found.measure("cold question: share of memory").value < 1
    assert found.measure("warm answer p95").value > 0
    assert found.measure("ingest: times faster").value > 0
    assert found.measure("warm retrieval: times faster").n == len(questions())
