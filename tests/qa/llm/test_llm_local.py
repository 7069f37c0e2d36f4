"""A model with random weights, built here and run through langchain-huggingface: its babble is caught whole.

Its words are those of the passages, figures included, so that only the verification stands between it and the reader.
"""

import re
import warnings

import pytest

from domain.settings import Settings
from qa.llm import compose_with_model

pytest.importorskip("langchain_huggingface")
OPEN, CLOSE = '{"claims":[{"text":"', '","passages":["P1","P2"]}]}'
BABBLES = 12
WORDS = 14


@pytest.fixture(scope="module")
def babbler(hits):
    """A chat model over a two-layer transformer of random weights that knows the passages' words and nothing else."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import torch
        from langchain_huggingface import ChatHuggingFace, HuggingFacePipeline
        from tokenizers import Tokenizer
        from tokenizers.models import WordLevel
        from tokenizers.pre_tokenizers import WhitespaceSplit
        from transformers import (
            GPT2Config,
            GPT2LMHeadModel,
            LogitsProcessor,
            LogitsProcessorList,
            PreTrainedTokenizerFast,
            pipeline,
        )

        words = sorted({word for hit in hits for word in re.findall(r"[^\s\"]+", hit.passage.text)})
        names = ["<unk>", "<eos>", OPEN, CLOSE, ".", *words]
        raw = Tokenizer(WordLevel({name: at for at, name in enumerate(names)}, unk_token="<unk>"))
        raw.pre_tokenizer = WhitespaceSplit()
        tokenizer = PreTrainedTokenizerFast(
            tokenizer_object=raw, unk_token="<unk>", eos_token="<eos>", pad_token="<eos>"
        )
        tokenizer.chat_template = "{% for m in messages %}{{ m['content'] }} {% endfor %}"
        torch.manual_seed(7)
        shape = {"n_embd": 32, "n_layer": 2, "n_head": 2, "n_positions": 2048}
        model = GPT2LMHeadModel(GPT2Config(vocab_size=len(names), bos_token_id=1, eos_token_id=1, **shape))

        class Dressed(LogitsProcessor):
            """Babble in the form that was asked for: it opens and closes as a claim, and is random in between."""

            def __init__(self):
                self.prompt = self.last = -1

            def __call__(self, input_ids, scores):
                length = input_ids.shape[1]
                if length != self.last + 1:  # another reply has begun
                    self.prompt = length
                self.last = length
                step = length - self.prompt
                forced = {0: 2, WORDS + 1: 3, WORDS + 2: 1}.get(step)
                barred = torch.full_like(scores, float("-inf"))
                if forced is not None:
                    barred[:, forced] = 0
                    return barred
                scores[:, :4] = float("-inf")
                return scores

        def chat(dressed):
            made = pipeline("text-generation", model=model, tokenizer=tokenizer)
            options = {"max_new_tokens": WORDS + 3, "do_sample": True, "return_full_text": False}
            if dressed:
                options["logits_processor"] = LogitsProcessorList([Dressed()])
            return ChatHuggingFace(
                llm=HuggingFacePipeline(pipeline=made, model_id="babbler", pipeline_kwargs=options),
                tokenizer=tokenizer,
                model_id="babbler",
            )

        yield chat


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("dressed", [False, True], ids=["raw", "dressed as claims"])
def test_babble_is_caught_whole(babbler, hits, dressed):
    chat = babbler(dressed)
    refused = 0
    for _ in range(BABBLES):
        draft = compose_with_model("What happened to death?", hits, Settings(llm_timeout=60), None, model=chat)
        assert draft.claims == (), draft.claims
        assert draft.notices and draft.notices[0].kind == "model"
        refused += len(draft.removed)
    assert refused >= dressed, "dressed babble is read as claims and refused as such"
