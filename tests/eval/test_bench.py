"""The work that the bench gives both contenders is always the same; the ratios themselves are `chordae eval bench`."""

from eval.bench_work import invented, questions


def test_the_invented_text_is_always_the_same_and_as_much_as_asked():
    assert invented(2) == invented(2)
    assert [len(passages) for _, passages in invented(3)] == [20, 20, 20]
    assert questions() == questions() and len(set(questions())) > 5
