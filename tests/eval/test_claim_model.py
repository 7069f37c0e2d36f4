"""The small model's training: weights that tell, and a report of sets that they had not seen."""

import json
from pathlib import Path

import pytest

from domain.errors import DatasetError
from eval.claim_model import fit, own_claims, train
from kb.embed import load_embedder
from qa.content import logistic


def written(folder: Path, name: str, start: int) -> None:
    lines = [
        {"id": one.id, "claim": one.claim, "evidence_text": one.evidence, "label": one.label}
        for one in own_claims()[start : start + 60]
    ]
    (folder / name).write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def test_each_set_is_judged_by_weights_that_had_not_seen_it(tmp_path: Path) -> None:
    written(tmp_path, "first.jsonl", 0)
    written(tmp_path, "second.jsonl", 200)
    out = tmp_path / "model.json"
    report = train(tmp_path, load_embedder(), out)
    found = {measure.name: measure for measure in report.measures}
    for name in ("first", "second"):
        assert found[f"{name}: AUC, left out"].value > 0.8
        assert found[f"{name}: AUC above token recall"].interval is not None
    model = json.loads(out.read_text(encoding="utf-8"))
    assert set(model) == {"weights", "weights without embedding"}
    assert "embedding" in model["weights"] and "embedding" not in model["weights without embedding"]
    assert model["weights"]["missing names"] < 0 < model["weights"]["recall"] + model["weights"]["topic"]


def test_a_feature_that_tells_gets_its_sign() -> None:
    rows = [{"tells": float(at % 2), "idle": 1.0} for at in range(40)]
    weights = fit(rows, [at % 2 for at in range(40)], ["one"] * 40)
    assert weights["tells"] > 0 and "idle" not in weights
    assert logistic(weights, {"tells": 1.0}) > 0.5 > logistic(weights, {"tells": 0.0})


def test_a_folder_without_claims_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=str(tmp_path)):
        train(tmp_path, load_embedder(), tmp_path / "model.json")
