"""How often the api is called, day by day."""

import asyncio
import logging
from collections import Counter
from datetime import UTC, date, datetime

from redis.asyncio import Redis
from redis.exceptions import RedisError
from starlette.types import ASGIApp, Receive, Scope, Send

log = logging.getLogger(__name__)

_API = "/v1/"
_KEY = "le:api-calls:"
_KEPT_SECONDS = 40 * 86_400
_FLUSH_SECONDS = 5.0


class Calls:
    """Calls of the api by day: counted here, added up in Redis every few seconds and at the end.

    A process that is killed loses those of the last seconds.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._new: Counter[str] = Counter()

    def count(self) -> None:
        self._new[datetime.now(UTC).date().isoformat()] += 1

    async def flush(self) -> None:
        """Add what is new; what cannot be added now is added later."""
        taken, self._new = self._new, Counter()
        try:
            for day, number in taken.items():
                await self._redis.incrby(_KEY + day, number)
                await self._redis.expire(_KEY + day, _KEPT_SECONDS)
        except RedisError as error:
            log.warning("calls of the api could not be added up: %s", error)
            self._new.update(taken)

    async def keep_flushing(self) -> None:
        while True:
            await asyncio.sleep(_FLUSH_SECONDS)
            await self.flush()

    async def of(self, day: date) -> int:
        await self.flush()
        return int(await self._redis.get(_KEY + day.isoformat()) or 0)


class Counting:
    """Middleware that counts calls of the api."""

    def __init__(self, app: ASGIApp, *, calls: Calls) -> None:
        self._app = app
        self._calls = calls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(_API):
            self._calls.count()
        await self._app(scope, receive, send)
