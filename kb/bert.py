"""BERT in eager torch, as small as it goes: it exists to be exported, because importing transformers takes six seconds.

The architecture is that of Devlin et al. 2019; the parameter names are those of the published weights. The three
projections of attention are one matrix here, which makes the exported graph faster and changes nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional


def load_bert(weights: Path, config: Mapping[str, Any]) -> nn.Module:
    """The sentence encoder of a safetensors file and its config.json; KeyError names a parameter that is absent."""
    return SentenceBert(load_file(weights), config).eval()


class SentenceBert(nn.Module):
    """Token ids and mask in, shape (n, tokens); mean-pooled vectors of length one out, shape (n, dimension)."""

    def __init__(self, state: Mapping[str, Tensor], config: Mapping[str, Any]) -> None:
        super().__init__()
        self.eps = float(config["layer_norm_eps"])
        self.word = nn.Parameter(state["embeddings.word_embeddings.weight"])
        self.position = nn.Parameter(state["embeddings.position_embeddings.weight"])
        self.kind = nn.Parameter(state["embeddings.token_type_embeddings.weight"])
        self.norm = _norm(state, "embeddings.LayerNorm", self.eps)
        heads = int(config["num_attention_heads"])
        self.layers = nn.ModuleList(
            Layer(state, f"encoder.layer.{index}.", heads, self.eps)
            for index in range(int(config["num_hidden_layers"]))
        )

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Encode, pool over the tokens that the mask keeps, and scale to length one."""
        hidden = self.word[input_ids] + self.position[: input_ids.shape[1]] + self.kind[0]
        hidden = self.norm(hidden)
        mask = attention_mask.to(hidden.dtype)
        bias = (1.0 - mask)[:, None, None, :] * torch.finfo(hidden.dtype).min
        for layer in self.layers:
            hidden = layer(hidden, bias)
        weight = mask.unsqueeze(-1)
        pooled = (hidden * weight).sum(1) / weight.sum(1)
        return functional.normalize(pooled, p=2.0, dim=1)


class Layer(nn.Module):
    """One encoder layer: attention and a feed-forward block, each added to its input and normalised after."""

    def __init__(self, state: Mapping[str, Tensor], prefix: str, heads: int, eps: float) -> None:
        super().__init__()
        self.heads = heads
        parts = [f"{prefix}attention.self.{name}" for name in ("query", "key", "value")]
        self.project = _linear(
            torch.cat([state[f"{part}.weight"] for part in parts]), torch.cat([state[f"{part}.bias"] for part in parts])
        )
        self.merge = _named_linear(state, f"{prefix}attention.output.dense")
        self.norm_attention = _norm(state, f"{prefix}attention.output.LayerNorm", eps)
        self.widen = _named_linear(state, f"{prefix}intermediate.dense")
        self.narrow = _named_linear(state, f"{prefix}output.dense")
        self.norm_output = _norm(state, f"{prefix}output.LayerNorm", eps)

    def forward(self, hidden: Tensor, bias: Tensor) -> Tensor:
        """Shapes (n, tokens, dimension) and (n, 1, 1, tokens) in, (n, tokens, dimension) out."""
        n, tokens, width = hidden.shape
        split = self.project(hidden).view(n, tokens, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        query, key, value = split[0], split[1], split[2]
        scores = query @ key.transpose(-1, -2) / (width // self.heads) ** 0.5 + bias
        mixed = (scores.softmax(-1) @ value).transpose(1, 2).reshape(n, tokens, width)
        hidden = self.norm_attention(hidden + self.merge(mixed))
        result: Tensor = self.norm_output(hidden + self.narrow(functional.gelu(self.widen(hidden))))
        return result


def _named_linear(state: Mapping[str, Tensor], name: str) -> nn.Linear:
    return _linear(state[f"{name}.weight"], state[f"{name}.bias"])


def _linear(weight: Tensor, bias: Tensor) -> nn.Linear:
    linear = nn.Linear(weight.shape[1], weight.shape[0])
    linear.weight, linear.bias = nn.Parameter(weight), nn.Parameter(bias)
    return linear


def _norm(state: Mapping[str, Tensor], name: str, eps: float) -> nn.LayerNorm:
    norm = nn.LayerNorm(state[f"{name}.weight"].shape[0], eps=eps)
    norm.weight, norm.bias = nn.Parameter(state[f"{name}.weight"]), nn.Parameter(state[f"{name}.bias"])
    return norm
