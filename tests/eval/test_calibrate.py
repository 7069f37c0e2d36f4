"""Fitting the decision: trees that see pairs of features, read back from the committed form."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.calibrate import SPEAK_FOR, fit_decision
from qa.calibration import calibration, grown


@pytest.fixture(scope="module")
def pairs():
    """Rows whose answer is in two features together and in neither of them alone; a third one says nothing."""
    drawn = np.random.default_rng(7).normal(size=(400, 3))
    rows = [{"near": float(a), "told": float(b), "noise": float(c)} for a, b, c in drawn]
    return rows, np.array([(row["near"] > 0) == (row["told"] > 0) for row in rows])


def test_trees_see_what_two_features_say_together(pairs, monkeypatch):
    monkeypatch.setattr("eval.calibrate.TRIED", 1.0)
    rows, truth = pairs
    trees = fit_decision(rows, truth, np.ones(len(rows)))
    judged = np.array([grown(json.loads(json.dumps(trees)), row) for row in rows])
    assert ((judged > 0.5) == truth).mean() > 0.9
    assert judged.min() >= 0
    assert judged.max() <= 1


def test_weights_move_what_is_known_without_a_feature(pairs):
    rows, truth = pairs
    heavy = fit_decision(rows, truth, np.where(truth, 9.0, 1.0))
    even = fit_decision(rows, truth, np.ones(len(rows)))
    assert heavy[0] > even[0] + 1


def test_the_fit_is_bound_where_a_feature_speaks_for_an_answer():
    drawn = np.random.default_rng(3).uniform(size=(600, 2))
    rows = [{"best": float(a), "noise": float(b)} for a, b in drawn]
    truth = np.array([row["best"] > 0.5 and not 0.7 < row["best"] < 0.8 for row in rows])
    trees = fit_decision(rows, truth, np.ones(len(rows)))
    rising = [grown(trees, {"best": at, "noise": 0.5}) for at in np.linspace(0, 1, 60)]
    assert rising == sorted(rising)
    assert rising[-1] > 0.6 > 0.4 > rising[0]


def test_a_tree_is_read_from_its_root():
    tree = ["best", 1.5, -2.0, ["cosine", 0.4, 0.5, 2.0]]
    assert grown([0.0, tree], {"best": 1.5, "cosine": 0.9}) == pytest.approx(1 / (1 + np.exp(2)))
    assert grown([0.0, tree], {"best": 1.6, "cosine": 0.4}) == pytest.approx(1 / (1 + np.exp(-0.5)))
    assert grown([1.0, tree], {"best": 1.6, "cosine": 0.9}) == pytest.approx(1 / (1 + np.exp(-3)))
    assert len(calibration().decision) > 1


def _asked(tree):
    """The features that trees ask for, with the values they ask at."""
    for part in tree if isinstance(tree, list) else ():
        if isinstance(part, list):
            yield from _asked(part)
    if isinstance(tree, list) and tree and isinstance(tree[0], str):
        yield tree[0], tree[1]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_more_of_what_speaks_for_an_answer_never_speaks_against_it(data):
    trees = calibration().decision
    asked = {}
    for name, at in _asked(list(trees)):
        asked.setdefault(name, []).extend((at - 1e-3, at + 1e-3))
    row = {name: data.draw(st.sampled_from(values), label=name) for name, values in sorted(asked.items())}
    name = data.draw(st.sampled_from(sorted(SPEAK_FOR & asked.keys())))
    more = {**row, name: data.draw(st.sampled_from([value for value in asked[name] if value >= row[name]]))}
    assert grown(trees, more) >= grown(trees, row) - 1e-9
