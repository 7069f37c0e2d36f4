"""Fixtures that every room's tests may use."""

from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CROSS_ENCODER_WORDS = (
    "the annulus ventricle leaflet device drug surgery of in with mitral regurgitation was seen for patients"
).split()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real input beside the checkout; a test that needs it skips, saying so, where it is absent."""
    folder = ROOT.parent / "shared"
    if not (folder / "README.md").is_file():
        pytest.skip("needs ../shared (real articles, questions and claims), which is not part of the project")
    return folder


@pytest.fixture(scope="session")
def cross_encoder() -> Callable[..., str]:
    """Builds a cross-encoder in a folder: a random BERT with one layer and few words, the same each time."""

    def build(folder: Path, *, labels: int = 1, names: tuple[str, ...] = (), headless: bool = False) -> str:
        import torch
        from tokenizers import Tokenizer, models, pre_tokenizers, processors
        from transformers import BertConfig, BertForSequenceClassification, BertModel, PreTrainedTokenizerFast

        vocabulary = {word: at for at, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", *CROSS_ENCODER_WORDS])}
        tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
        tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
        fast = PreTrainedTokenizerFast(
            tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]",
            model_max_length=64,
        )  # fmt: skip
        fast.save_pretrained(folder)
        torch.manual_seed(7)
        config = BertConfig(
            vocab_size=len(vocabulary), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
            intermediate_size=32, max_position_embeddings=64, num_labels=labels, initializer_range=1.0,
            **({"id2label": dict(enumerate(names)), "label2id": {n: i for i, n in enumerate(names)}} if names else {}),
        )  # fmt: skip
        made = BertModel(config) if headless else BertForSequenceClassification(config)
        made.save_pretrained(folder)
        return str(folder)

    return build
