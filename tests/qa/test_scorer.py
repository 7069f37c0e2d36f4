"""A cross-encoder of the user's weighs the wording of a claim; the models here are tiny, random, built on the spot."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from domain.errors import WeightsError
from domain.settings import Settings
from kb.pairs import pair_labels, pair_scores
from qa.scorer import scorer
from qa.verify import verify

ROOT = Path(__file__).resolve().parent.parent.parent
PAIR = ("the device was seen in the annulus", "surgery for patients")
FIGURES = ("Operative mortality was 2.3% in 44 patients.", "Operative mortality was 3.2% in 44 patients.")


def softmax(values):
    shares = np.exp(values - values.max())
    return shares / shares.sum()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("names", "at"),
    [
        (("contradiction", "entailment", "neutral"), 1),
        (("ENTAILMENT", "NEUTRAL", "CONTRADICTION"), 0),
        (("not_entailment", "entailment"), 1),
        ((), 1),
    ],
    ids=["nli", "capitals", "two", "unnamed"],
)
def test_the_label_that_supports_counts(cross_encoder, tmp_path, names, at):
    model = cross_encoder(tmp_path / "model", labels=len(names) or 2, names=names)
    weigh = scorer(Settings.from_environment({"CHORDAE_VERIFIER": model}))
    assert len(pair_labels(model)) == (len(names) or 2)
    assert weigh(*PAIR) == pytest.approx(float(softmax(pair_scores(model, [PAIR])[0])[at]), abs=1e-6)


@pytest.mark.filterwarnings("ignore")
def test_one_score_is_a_probability_already(cross_encoder, tmp_path):
    model = cross_encoder(tmp_path / "model")
    weigh = scorer(Settings(verifier=model))
    assert weigh(*PAIR) == pytest.approx(float(pair_scores(model, [PAIR])[0]))
    assert 0.0 < weigh(*PAIR) < 1.0
    claim = "surgery for patients was seen"
    assert verify(claim, [PAIR[0]], scorer=weigh).score == pytest.approx(weigh(PAIR[0], claim), abs=1e-4)


@pytest.mark.filterwarnings("ignore")
def test_without_a_model_or_without_such_a_label(cross_encoder, tmp_path):
    assert scorer(Settings()) is None
    with pytest.raises(WeightsError, match=r"CHORDAE_VERIFIER=.*\(red, green, blue\).*Give a model"):
        scorer(Settings(verifier=cross_encoder(tmp_path / "three", labels=3, names=("red", "green", "blue"))))
    with pytest.raises(WeightsError, match=r"CHORDAE_VERIFIER=.*absent: there is no such cross-encoder"):
        scorer(Settings(verifier=str(tmp_path / "absent")))


@pytest.mark.filterwarnings("ignore")
def test_chordae_check_uses_it_and_keeps_the_checks_of_figures(cross_encoder, tmp_path, monkeypatch):
    model = cross_encoder(tmp_path / "model")
    evidence = "In the series operative mortality was 2.3% in 44 patients."
    file = tmp_path / "claims.jsonl"
    said = [
        {"id": "words", "claim": PAIR[1], "evidence": PAIR[0]},
        {"id": "figure", "claim": FIGURES[1], "evidence": evidence},
    ]
    file.write_text("".join(json.dumps(line) + "\n" for line in said), encoding="utf-8")
    monkeypatch.setenv("CHORDAE_VERIFIER", model)
    command = [sys.executable, str(ROOT / "cli.py"), "check", "--file", str(file), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    words, figure = (json.loads(line) for line in done.stdout.splitlines())
    assert words["score"] == pytest.approx(float(pair_scores(model, [PAIR])[0]), abs=1e-4)
    assert figure["verdict"] == "contradicted" and figure["score"] < 0.5
    monkeypatch.setenv("CHORDAE_VERIFIER", str(tmp_path / "absent"))
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 1 and "CHORDAE_VERIFIER=" in done.stderr and not done.stdout
