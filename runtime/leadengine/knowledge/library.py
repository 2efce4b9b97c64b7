"""The parts of the knowledge that a process uses, put together once."""

from dataclasses import dataclass
from uuid import UUID

import httpx2

from leadengine.database import Database
from leadengine.knowledge.embedding.loading import Model
from leadengine.knowledge.indexing import Index
from leadengine.knowledge.search import Retriever
from leadengine.knowledge.vectors import chroma
from leadengine.knowledge.vectors.base import Vectors
from leadengine.knowledge.vectors.memory import MemoryVectors
from leadengine.settings import KnowledgeSettings


@dataclass(frozen=True)
class Library:
    """What finds passages."""

    model: Model
    index: Index
    retriever: Retriever
    http: httpx2.AsyncClient

    async def close(self) -> None:
        """Let connections go."""
        await self.http.aclose()


def build(settings: KnowledgeSettings, database: Database) -> Library:
    """Connects nowhere, and loads no model yet."""
    http = chroma.client(settings.chroma_url)
    known: dict[str, Vectors] = {}

    def vectors_of(tenant: UUID, embedder: str) -> Vectors:
        name = chroma.name_of(tenant, embedder)
        if name not in known:
            found = chroma.ChromaVectors(http, name) if settings.chroma_url else MemoryVectors()
            known[name] = found
        return known[name]

    model = Model(settings.model_folder)
    index = Index(database, vectors_of)
    return Library(model, index, Retriever(database, model, index), http)
