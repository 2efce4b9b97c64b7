"""An embedder without a model: each word falls into one of some directions.

Texts that share words are near each other, and that is all it knows; for tests, and to see what a model adds.
"""

import hashlib
import re
from collections.abc import Sequence

import numpy as np

from leadengine.knowledge.embedding.base import Matrix

_WORD = re.compile(r"\w+")


class WordEmbedder:
    """Hashes words; needs no file and no time."""

    id = "words-1"
    dimension = 256
    most_tokens = 256

    def count(self, text: str) -> int:
        return len(_WORD.findall(text)) + 2

    def embed(self, texts: Sequence[str]) -> Matrix:
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        vectors[:, 0] = 1e-6  # a text without a word points somewhere as well
        for row, text in zip(vectors, texts, strict=True):
            for word in _WORD.findall(text.lower())[: self.most_tokens]:
                digest = hashlib.blake2b(word.encode(), digest_size=4).digest()
                row[int.from_bytes(digest) % self.dimension] += 1
        lengths: Matrix = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.divide(vectors, lengths, dtype=np.float32)
