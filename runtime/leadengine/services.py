"""What a request may use, put together once per process."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from redis.asyncio import Redis
from starlette.types import Scope

from leadengine import redis_pool
from leadengine.accounts.throttle import Throttle
from leadengine.companies.finder import Finder
from leadengine.companies.registry import lookup_of
from leadengine.concierge.answering import Answerer
from leadengine.concierge.limits import Allowance
from leadengine.concierge.streaming import Broadcast
from leadengine.concierge.talking import Conversations
from leadengine.dashboard.brand import Brand
from leadengine.database import Database
from leadengine.embedding.guests import Guests
from leadengine.knowledge import library
from leadengine.knowledge.library import Library
from leadengine.metering import Meter
from leadengine.serving.lifecycle import Lifecycle
from leadengine.serving.valve import Valve
from leadengine.settings import Settings
from leadengine.tenants.preferences import Preferences
from leadengine.tracking.drops import Drops
from leadengine.tracking.pixel import Scripts
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
    guests: Guests
    scripts: Scripts
    own_brand: Brand
    preferences: Preferences
    finder: Finder
    meter: Meter
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
        await self.meter.flush()
        await self.finder.close()
        await self.database.close()
        await self.redis.aclose()

    @property
    def brand(self) -> Brand:
        """How the client's pages look now: what they chose, else what the stack was given."""
        return self.own_brand.wearing(self.preferences.now.look)

    def lets_frame(self, origin: str) -> bool:
        """Whether pages of this origin may show the dashboard now."""
        return origin in self.preferences.now.embedding.origins

    def logo_origin(self) -> str:
        """Where the client's logo comes from now, for the content security policy."""
        return self.brand.logo_origin()


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
        guests=Guests(redis),
        scripts=Scripts(settings.client_id),
        own_brand=Brand(settings.called, settings.brand_primary, settings.brand_logo),
        preferences=Preferences(database, settings.client_id),
        finder=Finder(redis, lookup_of(settings)),
        meter=Meter(redis),
        lifecycle=Lifecycle(),
        valve=Valve(),
        library=books,
        answerer=answerer,
        conversations=Conversations(database, answerer),
        broadcast=Broadcast(redis),
    )


async def _services(request: Request) -> Services:
    # Not awaiting anything: a plain function would be called in a thread of its own, for every request.
    return serving(request.scope)


def serving(scope: Scope) -> Services:
    """The services of whom a request is for; in a stack of one client, of that one."""
    found: Services = scope.get("leadengine.services") or scope["app"].state.services
    return found


ServicesOf = Annotated[Services, Depends(_services)]
"""The parameter type by which a route asks for its collaborators."""
