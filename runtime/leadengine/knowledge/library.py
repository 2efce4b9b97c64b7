"""The parts of the knowledge that a process uses, put together once."""

import ssl
from dataclasses import dataclass
from uuid import UUID

import httpx2

from leadengine.database import Database
from leadengine.knowledge.crawling.guard import Guard, networks
from leadengine.knowledge.embedding.loading import Model
from leadengine.knowledge.indexing import Index
from leadengine.knowledge.reading_sites import Surveyor
from leadengine.knowledge.search import Retriever
from leadengine.knowledge.taking_in import Librarian
from leadengine.knowledge.vectors import chroma
from leadengine.knowledge.vectors.base import Vectors
from leadengine.knowledge.vectors.memory import MemoryVectors
from leadengine.settings import KnowledgeSettings


@dataclass(frozen=True)
class Library:
    """What finds passages, and what takes them in."""

    model: Model
    index: Index
    retriever: Retriever
    librarian: Librarian
    surveyor: Surveyor
    http: httpx2.AsyncClient

    async def close(self) -> None:
        """Let connections go."""
        await self.http.aclose()


def build(settings: KnowledgeSettings, database: Database) -> Library:
    """Connects nowhere, and loads no model yet.

    Raises:
        ValueError: CRAWL_NETWORKS has something that is no network.
        OSError: CRAWL_AUTHORITIES cannot be read.
    """
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
    guard = Guard(networks(settings.crawl_networks))
    context = ssl.create_default_context()
    if settings.crawl_authorities:
        context.load_verify_locations(settings.crawl_authorities)
    return Library(
        model=model,
        index=index,
        retriever=Retriever(database, model, index),
        librarian=Librarian(database, model, index),
        surveyor=Surveyor(database, guard, context),
        http=http,
    )
