"""What turns text into vectors: the contract, whatever the model."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
"""One row for each text, each of length one: a product of two rows is their cosine."""


class Embedder(Protocol):
    """A model.

    Attributes:
        id: name and revision; vectors of different ids cannot be compared.
        dimension: numbers of a vector.
        most_tokens: what is longer is cut.
    """

    id: str
    dimension: int
    most_tokens: int

    def count(self, text: str) -> int:
        """How many tokens a text has, however many that is."""

    def embed(self, texts: Sequence[str]) -> Matrix:
        """The vectors of texts, in their order.

        Whoever is beside a text changes its vector by little: the cosine stays above 0.95. (Numbers of
        8 bits share one scale in a batch.)
        """
