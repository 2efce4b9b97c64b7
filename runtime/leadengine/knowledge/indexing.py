"""Makes the index of vectors show what PostgreSQL has: after a change, a loss, or with another model."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from itertools import accumulate
from typing import Protocol
from uuid import UUID

from leadengine.database import Database
from leadengine.knowledge import store
from leadengine.knowledge.embedding.base import Embedder, Matrix
from leadengine.knowledge.passages import Passage
from leadengine.knowledge.vectors.base import Vectors

log = logging.getLogger(__name__)

VectorsOf = Callable[[UUID, str], Vectors]
"""The index of a tenant's vectors of one model."""

_AT_A_TIME = 32
_ASK_SECONDS = 60


def keyed(document: UUID, number: int, views: Matrix) -> dict[str, Matrix]:
    """A passage's vectors under their ids in the index."""
    return {f"{document}:{number}:{view}": vector for view, vector in enumerate(views)}


def embed(embedder: Embedder, passages: Iterable[Passage]) -> list[Matrix]:
    """The vectors of each passage's views."""
    views = [passage.views() for passage in passages]
    vectors = embedder.embed([view for one in views for view in one])
    ends = list(accumulate(map(len, views)))
    return [vectors[end - len(one) : end] for one, end in zip(views, ends, strict=True)]


class Known(Protocol):
    """What has to be known of a model to handle its vectors."""

    id: str
    dimension: int


class Index:
    """PostgreSQL's passages beside one index of vectors."""

    def __init__(self, database: Database, vectors_of: VectorsOf) -> None:
        self._database = database
        self._vectors_of = vectors_of
        self._shown: dict[tuple[UUID, str], tuple[str, float]] = {}

    def of(self, tenant: UUID, embedder: str) -> Vectors:
        """A tenant's index."""
        return self._vectors_of(tenant, embedder)

    async def complete(self, tenant: UUID, embedder: Embedder) -> bool:
        """Compute the vectors that are missing; True when any was."""
        found = False
        while True:
            async with self._database.tenant(tenant) as connection:
                missing = await store.without_vector(connection, embedder.id, _AT_A_TIME)
            if not missing:
                return found
            found = True
            vectors = await asyncio.to_thread(embed, embedder, missing.values())
            async with self._database.tenant(tenant) as connection:
                given = dict(zip(missing, vectors, strict=True))
                await store.give_vectors(connection, given, embedder.id)

    async def converge(self, tenant: UUID, model: Known) -> bool:
        """Put in what is missing, take out what is too much; False when nothing had to be done.

        Raises:
            VectorsError: the index does not answer.
        """
        index = self.of(tenant, model.id)
        async with self._database.tenant(tenant) as connection:
            state = await store.state(connection)
        if self._shown_lately(tenant, model.id, state):
            return False
        if await index.mark() == state:
            self._shown[tenant, model.id] = (state, time.monotonic())
            return False
        async with self._database.tenant(tenant) as connection:
            state = await store.state(connection)
            stored = await store.vectors_of(connection, model.id, model.dimension)
        wanted = {
            key: vector
            for (document, number), views in stored.items()
            for key, vector in keyed(document, number, views).items()
        }
        kept = await index.ids()
        await index.put({key: wanted[key] for key in wanted.keys() - kept})
        await index.remove(kept - wanted.keys())
        await index.set_mark(state)
        log.info("the index of vectors shows %d passages", len(stored))
        return True

    def _shown_lately(self, tenant: UUID, embedder_id: str, state: str) -> bool:
        """The index may lose what it has, so that it is asked now and then whatever happens here."""
        shown, at = self._shown.get((tenant, embedder_id), ("", 0.0))
        return bool(at) and shown == state and time.monotonic() - at < _ASK_SECONDS
