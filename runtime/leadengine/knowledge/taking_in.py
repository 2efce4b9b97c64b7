"""What the worker does with a file that was handed over: read it, cut it, embed it, make it live."""

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from leadengine.chores import Chore
from leadengine.database import Database
from leadengine.knowledge import intake, sites, store
from leadengine.knowledge.embedding.base import Embedder, Matrix
from leadengine.knowledge.embedding.loading import Model
from leadengine.knowledge.indexing import Index, embed, keyed
from leadengine.knowledge.passages import by_letters, cut, sentences
from leadengine.knowledge.reading.reader import Reader
from leadengine.knowledge.reading.section import Document, Section, UnreadableError
from leadengine.knowledge.suspicion import speaks_to_machines
from leadengine.knowledge.vectors.base import VectorsError

log = logging.getLogger(__name__)

MOST_PASSAGES = 5000
_REST_SECONDS = 30


@dataclass(frozen=True)
class Librarian:
    """Takes files in, one after the other."""

    database: Database
    model: Model
    index: Index

    def chore(self) -> Chore:
        """Take in all that waits, and have the index show it."""

        async def chore(tenant: UUID) -> None:
            async with Reader() as reader:
                while await self.take_next(tenant, reader):
                    pass
            await self.keep_index(tenant)
            self.model.rest(_REST_SECONDS)

        return chore

    async def take_next(self, tenant: UUID, reader: Reader) -> bool:
        """Take in one file; False when none waits."""
        async with self.database.tenant(tenant) as connection:
            file = await intake.claim(connection)
        if file is None:
            return False
        try:
            if file.tries > intake.MOST_TRIES:
                raise UnreadableError(
                    f"{file.name} was tried {intake.MOST_TRIES} times, and never finished"
                )
            await self._take(tenant, file, reader)
        except UnreadableError as error:
            log.info("a file was not taken in: %s", error)
            async with self.database.tenant(tenant) as connection:
                await intake.failed(connection, file.id, str(error))
        return True

    async def _take(self, tenant: UUID, file: intake.File, reader: Reader) -> None:
        document = await reader.read(file.name, file.content, file.encoding)
        embedder = await self.model.embedder()
        prepared = await asyncio.to_thread(prepare, file, document, embedder)
        async with self.database.tenant(tenant) as connection:
            await intake.reached(connection, file.id, "chunked")
            if await store.unchanged(connection, prepared):
                await intake.done(connection, file.id)
                return
            if twin := await store.twin_of(connection, prepared):
                problem = sites.SAME_AS + twin
                await intake.failed(connection, file.id, problem, "left out")
                return
        vectors: list[Matrix] | None = None
        if embedder is not None:
            vectors = await asyncio.to_thread(embed, embedder, prepared.passages)
            await self._index_early(tenant, embedder, prepared, vectors)
        async with self.database.tenant(tenant) as connection:
            await intake.reached(connection, file.id, "embedded")
        async with self.database.tenant(tenant) as connection:
            if await intake.done(connection, file.id):
                name = embedder.id if embedder else ""
                await store.replace(connection, tenant, prepared, vectors, name)

    async def _index_early(
        self, tenant: UUID, embedder: Embedder, prepared: store.Prepared, vectors: list[Matrix]
    ) -> None:
        """Ids that no live document has are of no consequence; once it is live, they are there."""
        index = self.index.of(tenant, embedder.id)
        try:
            for number, views in enumerate(vectors):
                await index.put(keyed(prepared.id, number, views))
        except VectorsError as error:
            log.warning("vectors are indexed later: %s", error)

    async def keep_index(self, tenant: UUID) -> None:
        """Have the index show what is live; when it does not answer, full text is there."""
        embedder = await self._embedder_if_needed(tenant)
        if embedder is not None:
            await self.index.complete(tenant, embedder)
        if self.model.id:
            try:
                await self.index.converge(tenant, self.model)
            except VectorsError as error:
                log.warning("the index of vectors waits: %s", error)

    async def _embedder_if_needed(self, tenant: UUID) -> Embedder | None:
        """The model is large: it is loaded when a passage has no vector of it."""
        if not self.model.id:
            return None
        async with self.database.tenant(tenant) as connection:
            if not await store.without_vector(connection, self.model.id, 1):
                return None
        return await self.model.embedder()


def prepare(file: intake.File, document: Document, embedder: Embedder | None) -> store.Prepared:
    """Passages of a document, without what speaks to machines.

    Raises:
        UnreadableError: nothing is left, or it is too long.
    """
    kept = list(_for_people(document.sections))
    passages = list(cut(kept, embedder.count if embedder else by_letters))
    if not passages:
        raise UnreadableError(f"{file.name} contains nothing for people")
    if len(passages) > MOST_PASSAGES:
        raise UnreadableError(f"{file.name} makes more than {MOST_PASSAGES} passages; split it")
    said = sum(len(sentences(section.text)) for section in document.sections)
    left = sum(len(sentences(section.text)) for section in kept)
    return store.Prepared(
        id=file.id,
        title=document.title[:300],
        source=file.source,
        url=file.url,
        site_id=file.site_id,
        answers=document.answers,
        left_out=said - left,
        passages=passages,
    )


def _for_people(sections: tuple[Section, ...]) -> Iterator[Section]:
    for section in sections:
        heading = "" if speaks_to_machines(section.heading) else section.heading
        said = [one for one in sentences(section.text) if not speaks_to_machines(one)]
        if said:
            yield Section(heading, "\n".join(said))
