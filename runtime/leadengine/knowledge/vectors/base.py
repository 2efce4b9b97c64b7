"""What finds the nearest vectors: the contract."""

from collections.abc import Collection, Mapping
from typing import Protocol

from leadengine.knowledge.embedding.base import Matrix


class VectorsError(Exception):
    """The index does not answer, or not as it should; the text says how."""


class Vectors(Protocol):
    """One tenant's vectors of one model.

    Each call raises VectorsError when the index does not answer.
    """

    async def nearest(self, vector: Matrix, most: int) -> Mapping[str, float]:
        """Ids with their cosine, nearest first; empty when nothing was put in."""

    async def put(self, vectors: Mapping[str, Matrix]) -> None:
        """Keep vectors under their ids; one with the same id is replaced."""

    async def remove(self, ids: Collection[str]) -> None:
        """Forget ids; unknown ones are no matter."""

    async def ids(self) -> frozenset[str]:
        """Everything that is kept."""

    async def mark(self) -> str:
        """What `set_mark` was told last; empty before, and after the index was lost."""

    async def set_mark(self, mark: str) -> None:
        """Note which state of the database this index shows."""

    async def drop(self) -> None:
        """Forget everything."""
