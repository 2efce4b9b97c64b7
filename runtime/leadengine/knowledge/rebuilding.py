"""The index of vectors, made anew from PostgreSQL: after a loss, or when nobody trusts it any more."""

from leadengine.database import Database
from leadengine.knowledge import library, store
from leadengine.knowledge.vectors.base import VectorsError
from leadengine.settings import Settings


async def rebuild(settings: Settings) -> int:
    """Drop the client's index and fill it; returns how many passages have vectors.

    Raises:
        VectorsError: there is no model, no index, or it does not answer.
    """
    database = Database(settings.database_url.get_secret_value(), size=2)
    books = library.build(settings, database)
    await database.open()
    try:
        tenant = await database.tenant_of(settings.client_id)
        embedder = await books.model.embedder()
        if tenant is None or embedder is None or not settings.chroma_url:
            raise VectorsError("there is no client, no model, or CHROMA_URL is not set")
        await books.index.complete(tenant, embedder)
        await books.index.of(tenant, embedder.id).drop()
        await books.index.converge(tenant, embedder)
        async with database.tenant(tenant) as connection:
            return len(await store.vectors_of(connection, embedder.id, embedder.dimension))
    finally:
        await books.close()
        await database.close()
