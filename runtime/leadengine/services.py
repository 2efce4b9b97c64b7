"""What a request may use, put together once per process."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from redis.asyncio import Redis

from leadengine import redis_pool
from leadengine.accounts.throttle import Throttle
from leadengine.concierge.limits import Allowance
from leadengine.dashboard.brand import Brand
from leadengine.database import Database
from leadengine.serving.calls import Calls
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
    calls: Calls


def build(settings: Settings) -> Services:
    """Everything the api needs; connects nowhere yet."""
    redis = redis_pool.connect(settings)
    return Services(
        settings=settings,
        database=Database(settings.database_url.get_secret_value(), size=10),
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
        calls=Calls(redis),
    )


def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


ServicesOf = Annotated[Services, Depends(_services)]
"""The parameter type by which a route asks for its collaborators."""
