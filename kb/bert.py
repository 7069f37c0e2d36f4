"""BERT written straight down as an ONNX graph: torch, which takes seconds to import, has no part in a first start.

The architecture is that of Devlin et al. 2019, with the exact GELU and absolute positions; the parameter names are
those of the published weights. The three projections of attention are one matrix here, which makes the graph faster and
changes nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, TensorProto, numpy_helper, parser

_MODEL = """
<ir_version: 8, opset_import: ["": 17, "bert": 1]>
sentence_bert (int64[texts, tokens] input_ids, int64[texts, tokens] attention_mask) => (float[texts, {width}] vectors)
{{
    word = Gather (words, input_ids)
    tokens = Shape <start = 1, end = 2> (input_ids)
    zero = Constant <value = int64[1] {{0}}> ()
    position = Slice (positions, zero, tokens)
    placed = Add (word, position)
    embedded = Add (placed, kind)
    hidden_0 = LayerNormalization <axis = -1, epsilon = {eps}> (embedded, norm_w, norm_b)
    mask = Cast <to = 1> (attention_mask)
    one = Constant <value = float {{1.0}}> ()
    absent = Sub (one, mask)
    far = Mul (absent, lowest)
    heads_and_queries = Constant <value = int64[2] {{1, 2}}> ()
    bias = Unsqueeze (far, heads_and_queries)
    {layers}
    row = Constant <value = int64[1] {{1}}> ()
    weight = Unsqueeze (mask, row)
    total = MatMul (weight, hidden_{count})
    last = Constant <value = int64[1] {{2}}> ()
    number = ReduceSum (weight, last)
    average = Div (total, number)
    pooled = Squeeze (average, row)
    vectors = LpNormalization <axis = 1, p = 2> (pooled)
}}

<domain: "bert", opset_import: ["": 17]>
layer (hidden, bias, {parameters}) => (result)
{{
    project = MatMul (hidden, project_w)
    projected = Add (project, project_b)
    by_head = Constant <value = int64[5] {{0, 0, 3, {heads}, {head_width}}}> ()
    split = Reshape (projected, by_head)
    parts = Transpose <perm = [2, 0, 3, 1, 4]> (split)
    first = Constant <value = int64 {{0}}> ()
    second = Constant <value = int64 {{1}}> ()
    third = Constant <value = int64 {{2}}> ()
    query = Gather (parts, first)
    key = Gather (parts, second)
    value = Gather (parts, third)
    turned = Transpose <perm = [0, 1, 3, 2]> (key)
    product = MatMul (query, turned)
    root = Constant <value = float {{{root}}}> ()
    scaled = Div (product, root)
    masked = Add (scaled, bias)
    attention = Softmax <axis = -1> (masked)
    heard = MatMul (attention, value)
    in_order = Transpose <perm = [0, 2, 1, 3]> (heard)
    as_one = Constant <value = int64[3] {{0, 0, {width}}}> ()
    joined = Reshape (in_order, as_one)
    merge = MatMul (joined, merge_w)
    merged = Add (merge, merge_b)
    attended = Add (hidden, merged)
    between = LayerNormalization <axis = -1, epsilon = {eps}> (attended, attention_norm_w, attention_norm_b)
    widen = MatMul (between, widen_w)
    wide = Add (widen, widen_b)
    root_of_two = Constant <value = float {{1.4142135623730951}}> ()
    divided = Div (wide, root_of_two)
    error_function = Erf (divided)
    one = Constant <value = float {{1.0}}> ()
    raised = Add (error_function, one)
    gated = Mul (wide, raised)
    half = Constant <value = float {{0.5}}> ()
    gelu = Mul (gated, half)
    narrow = MatMul (gelu, narrow_w)
    narrowed = Add (narrow, narrow_b)
    fed = Add (between, narrowed)
    result = LayerNormalization <axis = -1, epsilon = {eps}> (fed, output_norm_w, output_norm_b)
}}
"""
"""Token ids and mask in; the vectors of the tokens that the mask keeps, averaged and scaled to length one, out.

A layer is attention and a feed-forward block, each added to its input and normalised after.
"""

_PARAMETERS = {
    "merge": "attention.output.dense",
    "attention_norm": "attention.output.LayerNorm",
    "widen": "intermediate.dense",
    "narrow": "output.dense",
    "output_norm": "output.LayerNorm",
}
"""What a layer's parameters are called in the published weights, beside its projections."""

Weights = Mapping[str, NDArray[np.float32]]


def bert_graph(weights: Weights, config: Mapping[str, Any]) -> ModelProto:
    """The sentence encoder of published weights (of a linear layer: shape out, in) and of their config.json.

    KeyError names a parameter or an entry that is absent.
    """
    count, heads, width = (int(config[name]) for name in ("num_hidden_layers", "num_attention_heads", "hidden_size"))
    names = [f"{name}_{part}" for name in ("project", *_PARAMETERS) for part in "wb"]
    layers = [
        f"hidden_{at + 1} = bert.layer (hidden_{at}, bias, {', '.join(f'{name}_{at}' for name in names)})"
        for at in range(count)
    ]
    text = _MODEL.format(
        count=count,
        eps=float(config["layer_norm_eps"]),
        head_width=width // heads,
        heads=heads,
        layers="\n    ".join(layers),
        parameters=", ".join(names),
        root=(width // heads) ** 0.5,
        width=width,
    )
    model = parser.parse_model(text)
    model.graph.initializer.extend(
        _tensor(name, values) for at in [None, *range(count)] for name, values in _parameters(weights, at)
    )
    return model


def _parameters(weights: Weights, layer: int | None) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """The parameters that the graph names, of one layer or, for None, of what stands before the first."""
    if layer is None:
        yield "words", weights["embeddings.word_embeddings.weight"]
        yield "positions", weights["embeddings.position_embeddings.weight"]
        yield "kind", weights["embeddings.token_type_embeddings.weight"][0]
        yield "norm_w", weights["embeddings.LayerNorm.weight"]
        yield "norm_b", weights["embeddings.LayerNorm.bias"]
        yield "lowest", np.array(np.finfo(np.float32).min)
        return
    prefix = f"encoder.layer.{layer}."
    parts = [f"{prefix}attention.self.{name}" for name in ("query", "key", "value")]
    yield f"project_w_{layer}", np.concatenate([weights[f"{part}.weight"] for part in parts]).T
    yield f"project_b_{layer}", np.concatenate([weights[f"{part}.bias"] for part in parts])
    for ours, theirs in _PARAMETERS.items():
        yield f"{ours}_w_{layer}", weights[f"{prefix}{theirs}.weight"].T
        yield f"{ours}_b_{layer}", weights[f"{prefix}{theirs}.bias"]


def _tensor(name: str, values: NDArray[np.float32]) -> TensorProto:
    return numpy_helper.from_array(np.ascontiguousarray(values, np.float32), name)
