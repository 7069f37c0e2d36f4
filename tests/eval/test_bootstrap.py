"""Intervals against a hand-worked table, their coverage by simulation, and what they refuse."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import DatasetError
from eval.bootstrap import mean_interval, paired, ratio_interval, statistic_interval, wilson


def test_the_interval_holds_the_mean_and_repeats():
    values = [0.1, 0.4, 0.4, 0.9, 0.5, 0.3]
    first = mean_interval(values)
    assert first == mean_interval(values)
    assert first.low < np.mean(values) < first.high


def test_the_interval_covers_the_truth_about_as_often_as_it_promises():
    rng = np.random.default_rng(1)
    held = sum(0.5 in mean_interval(rng.normal(0.5, 0.2, 60), draws=400) for _ in range(200))
    assert 0.88 <= held / 200 <= 0.99


def test_it_narrows_with_more_questions():
    rng = np.random.default_rng(2)
    few, many = mean_interval(rng.uniform(size=20)), mean_interval(rng.uniform(size=500))
    assert many.high - many.low < (few.high - few.low) / 3


def test_a_perfect_score_is_not_certainty():
    found = mean_interval([1.0] * 30)
    assert found.high == 1.0
    assert found.low == pytest.approx(0.8865, abs=1e-3)  # Wilson: n / (n + z²)
    assert mean_interval([0.0] * 30).high == pytest.approx(1 - 0.8865, abs=1e-3)


def test_wilson_against_a_published_value():
    found = wilson(81, 263)  # Newcombe, Statistics in Medicine 1998, table I
    assert (round(found.low, 4), round(found.high, 4)) == (0.2553, 0.3662)


def test_one_question_says_nothing():
    assert mean_interval([0.7]) is None
    assert ratio_interval([1, 0], [2, 0]) is None


def test_a_ratio_draws_questions_not_claims():
    # ten questions of ten claims, all right or all wrong: as unsure as ten, not as a hundred
    tops, bottoms = [10, 0] * 5, [10] * 10
    found = ratio_interval(tops, bottoms)
    assert found.high - found.low > 0.4


def test_paired_sees_a_small_steady_gain_that_unpaired_would_miss():
    rng = np.random.default_rng(3)
    hard = rng.uniform(size=50)
    gain = paired(hard, hard + 0.02 + rng.normal(0, 0.01, 50))
    assert gain.certain and gain.value == pytest.approx(0.02, abs=0.01)
    assert not paired(hard, rng.permutation(hard)).certain


def test_a_statistic_of_two_groups():
    found = statistic_interval([[1, 2, 3, 4], [2, 3, 4, 9]], lambda g: float(g[1].mean() - g[0].mean()))
    assert found.low < 2.0 < found.high


@pytest.mark.parametrize(
    "call",
    [
        lambda: mean_interval([]),
        lambda: mean_interval([0.1, float("nan")]),
        lambda: ratio_interval([1.0], [0.0]),
        lambda: ratio_interval([1.0, 2.0], [1.0]),
        lambda: paired([1.0], [1.0]),
        lambda: paired([1.0, 2.0], [1.0]),
        lambda: statistic_interval([[], [1.0]], lambda g: 0.0),
        lambda: wilson(0, 0),
    ],
)
def test_what_cannot_be_computed_is_an_error(call):
    with pytest.raises(DatasetError):
        call()


@given(st.lists(st.floats(0, 1), min_size=2, max_size=30))
def test_the_interval_is_in_range_and_in_order(values):
    found = mean_interval(values, draws=50)
    assert 0 <= found.low <= found.high <= 1 + 1e-12
