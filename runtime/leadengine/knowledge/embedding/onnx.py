"""A model in a file, run by onnxruntime on the processor at hand."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from leadengine.knowledge.embedding.base import Matrix

_BATCH = 16


class OnnxEmbedder:
    """All of a folder that `runtime/model/convert.py` made.

    Raises:
        OSError, ValueError, RuntimeError: the folder is incomplete or broken.
    """

    def __init__(self, folder: Path, threads: int = 1) -> None:
        about = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        self.id = f"{about['name']}-{about['revision']}"
        self.dimension: int = about["dimension"]
        self.most_tokens: int = about["most_tokens"]
        self._counter = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._counter.no_truncation()
        self._counter.no_padding()
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(self.most_tokens)
        self._tokenizer.enable_padding()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # An arena keeps what the largest batch ever needed; the next one would not be faster for it.
        options.enable_cpu_mem_arena = False
        providers = ["CPUExecutionProvider"]
        self._model = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=providers
        )

    def count(self, text: str) -> int:
        return len(self._counter.encode(text).ids)

    def embed(self, texts: Sequence[str]) -> Matrix:
        # Beside texts of their own length, short ones are not padded to the longest.
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        vectors = np.empty((len(texts), self.dimension), np.float32)
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            encoded = self._tokenizer.encode_batch([texts[at] for at in batch])
            ids = np.array([one.ids for one in encoded], np.int64)
            mask = np.array([one.attention_mask for one in encoded], np.int64)
            vectors[batch] = self._model.run(None, {"ids": ids, "mask": mask})[0]
        return vectors
