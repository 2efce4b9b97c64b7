"""News while a page is open, as server-sent events: the page fetches itself again."""

from collections.abc import AsyncIterator
from uuid import UUID

import psycopg
import psycopg_pool
from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from leadengine.accounts.signed_in import SignedIn
from leadengine.dashboard import queries
from leadengine.services import Services, ServicesOf
from leadengine.serving.lifecycle import DRAINING

router = APIRouter()

_EVERY_SECONDS = 3.0
# Then the browser comes back, and has to be signed in still.
_ROUNDS = 200
# nginx would wait until it has a buffer full of news.
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@router.get("/live")
async def live(services: ServicesOf, person: SignedIn) -> StreamingResponse:
    """An event `visits` whenever there is a new one; a comment when there is none."""
    news = _news(services, person.tenant)
    return StreamingResponse(news, media_type="text/event-stream", headers=_HEADERS)


async def _news(services: Services, tenant: UUID) -> AsyncIterator[bytes]:
    with services.lifecycle.stream():
        yield b"retry: 1000\n\n"
        seen = await _newest(services, tenant)
        for _ in range(_ROUNDS):
            if not await services.lifecycle.pause(_EVERY_SECONDS):
                yield DRAINING
                return
            newest = await _newest(services, tenant) or seen
            yield b": nothing new\n\n" if newest == seen else b"event: visits\ndata: {}\n\n"
            seen = newest


async def _newest(services: Services, tenant: UUID) -> UUID | None:
    """The newest visit; None when there is none, or while the database cannot say."""
    try:
        async with services.database.tenant(tenant) as connection:
            return await queries.newest_visit(connection)
    except (psycopg.Error, psycopg_pool.PoolTimeout):
        return None
