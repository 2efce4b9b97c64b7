"""What a request may use, put together once per process."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from redis.asyncio import Redis

from leadengine import redis_pool
from leadengine.accounts.throttle import Throttle
from leadengine.concierge.answering import Answerer
from leadengine.concierge.limits import Allowance
from leadengine.concierge.streaming import Broadcast
from leadengine.concierge.talking import Conversations
from leadengine.dashboard.brand import Brand
from leadengine.database import Database
from leadengine.knowledge import library
from leadengine.knowledge.library import Library
from leadengine.serving.lifecycle import Lifecycle
from leadengine.serving.valve import Valve
from leadengine.settings import Settings
from leadengine.tracking import pixel
from leadengine.tracking.drops import Drops
from leadengine.tracking.pixel import Script
from leadengine.tracking.queue import EventQueue
from leadengine.tracking.visitors import DailySalt


@dataclass(frozen=True)
class Services:
    """The api's collaborators."""

    settings: Settings
    database: Database
    redis: Redis
    queue: EventQueue
    drops: Drops
    allowance: Allowance
    salt: DailySalt
    throttle: Throttle
    pixel: Script
    chat: Script
    brand: Brand
    lifecycle: Lifecycle
    valve: Valve
    library: Library
    answerer: Answerer
    conversations: Conversations
    broadcast: Broadcast

    async def close(self) -> None:
        """Let every connection go."""
        await self.answerer.close()
        await self.library.close()
        await self.database.close()
        await self.redis.aclose()


def build(settings: Settings) -> Services:
    """Everything the api needs; connects nowhere yet."""
    redis = redis_pool.connect(settings)
    database = Database(settings.database_url.get_secret_value(), size=10)
    books = library.build(settings, database)
    answerer = Answerer(settings, database, books.retriever)
    return Services(
        settings=settings,
        database=database,
        redis=redis,
        queue=EventQueue(redis),
        drops=Drops(redis),
        allowance=Allowance(redis),
        salt=DailySalt(redis),
        throttle=Throttle(redis),
        pixel=pixel.build("pixel.js", settings.client_id),
        chat=pixel.build("chat.js", settings.client_id),
        brand=Brand(settings.client_name, settings.brand_primary, settings.brand_logo),
        lifecycle=Lifecycle(),
        valve=Valve(),
        library=books,
        answerer=answerer,
        conversations=Conversations(database, answerer),
        broadcast=Broadcast(redis),
    )


def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


ServicesOf = Annotated[Services, Depends(_services)]
"""The parameter type by which a route asks for its collaborators."""
