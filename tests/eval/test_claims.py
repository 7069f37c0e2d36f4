"""The judge of labelled claims: every row counts, differences are paired, one label is an error."""

from __future__ import annotations

import pytest

from domain.errors import DatasetError
from eval.baselines import rouge_l_recall, token_recall
from eval.claims import auc_difference, claims

LINES = [
    {
        "id": "a",
        "claim": "Mortality was 2.3%.",
        "evidence_text": "Operative mortality was 2.3% in 44.",
        "label": "supported",
    },
    {
        "id": "b",
        "claim": "Mortality was 3.2%.",
        "evidence_text": "Operative mortality was 2.3%.",
        "label": "contradicted",
    },
    {
        "id": "c",
        "claim": "LVEF rose from 15% to 25%.",
        "evidence_text": "LVEF went from 15% to 25%.",
        "label": "supported",
    },
    {
        "id": "d",
        "claim": "LVEF fell from 25% to 15%.",
        "evidence_text": "LVEF went from 15% to 25%.",
        "label": "contradicted",
    },
    {"id": "e", "claim": "The sky is blue.", "evidence_text": "LVEF went from 15% to 25%.", "label": "not_enough_info"},
]


def test_figures_beat_word_overlap(write_lines) -> None:
    report = claims(write_lines(*LINES))
    assert len(report.rows) == len(LINES)
    assert [row["id"] for row in report.rows] == ["a", "b", "c", "d", "e"]
    assert report.measure("AUC").value == 1.0
    assert report.measure("AUC token recall").value < 1.0
    assert report.measure("balanced accuracy by verdict").value == 1.0
    assert report.rows[1]["reasons"] == ["The passage gives 2.3%, the claim 3.2%."]


def test_one_label_is_an_error(write_lines) -> None:
    with pytest.raises(DatasetError, match="of one kind"):
        claims(write_lines(LINES[0], LINES[2]))


def test_a_paired_difference() -> None:
    truth = [True, False] * 20
    good = [0.9 if yes else 0.1 for yes in truth]
    same = auc_difference(truth, good, good, draws=50)
    assert (same.value, same.interval.low, same.interval.high, same.certain) == (0.0, 0.0, 0.0, False)
    flat = [0.5] * len(truth)
    better = auc_difference(truth, flat, good, draws=50)
    assert better.value == 0.5
    assert better.certain


def test_the_simple_judges() -> None:
    assert token_recall("a b c d", "d c x") == 0.5
    assert rouge_l_recall("a b c d", "a x b d") == 0.75
    assert token_recall("", "a") == rouge_l_recall("", "a") == 0.0
