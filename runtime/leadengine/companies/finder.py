"""From a visitor's address to a company, beside the event's way: nobody waits, nothing is lost by it.

The address stays in this process's memory until the question is answered. What is kept is the answer,
under the network's name of the month: in Redis for whoever asks next, in PostgreSQL for the pages.
"""

import asyncio
import json
import logging
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime

from redis.asyncio import Redis
from redis.exceptions import RedisError

from leadengine.companies.base import BudgetSpentError, CompanyLookup, LookupFailedError
from leadengine.tracking.networks import IpAddress

log = logging.getLogger(__name__)

FOUND = "networks"
"""The list of answers that the worker writes to the database."""

_KEPT_SECONDS = 30 * 86_400
_WAITING = 500
_REST_SECONDS = 60.0


class Finder:
    """Asks once per network and month, within a budget; bounded, and silent when it cannot."""

    def __init__(self, redis: Redis, lookup: CompanyLookup | None, keys: str = "le:") -> None:
        self._redis = redis
        self._keys = keys
        self._lookup = lookup
        self._wanted: asyncio.Queue[tuple[str, IpAddress, int]] = asyncio.Queue(_WAITING)
        self._hosting: dict[str, bool] = {}

    @property
    def knows_somebody(self) -> bool:
        """Whether there is anybody to ask."""
        return self._lookup is not None

    def want(self, network: str, address: IpAddress, budget: int) -> None:
        """Have a network looked up, soon; with a full queue it is left for its next visitor."""
        if self._lookup is not None and not address.is_private and network not in self._hosting:
            with suppress(asyncio.QueueFull):
                self._wanted.put_nowait((network, address, budget))

    def is_hosting(self, network: str) -> bool:
        """Whether a network is known, in this process, to be a hosting provider's."""
        return self._hosting.get(network, False)

    async def work(self) -> None:
        """Answer what is wanted, until cancelled."""
        while self._lookup is not None:
            network, address, budget = await self._wanted.get()
            try:
                await self._answer(self._lookup, network, address, budget)
            except BudgetSpentError as error:
                log.warning("companies are not looked up for a minute: %s", error)
                await asyncio.sleep(_REST_SECONDS)
            except (LookupFailedError, RedisError) as error:
                log.warning("a company was not looked up: %s", error)

    async def close(self) -> None:
        """Let go of the provider."""
        if self._lookup is not None:
            await self._lookup.close()

    async def _answer(
        self, lookup: CompanyLookup, network: str, address: IpAddress, budget: int
    ) -> None:
        key = f"{self._keys}network:{network}"
        cached = await self._redis.get(key)
        if cached is not None:
            self._learn(network, json.loads(cached)["hosting"])
            return
        await self._spend(budget)
        found = await lookup.look_up(address)
        value = json.dumps({"network": network, **asdict(found)})
        async with self._redis.pipeline(transaction=True) as pipeline:
            pipeline.set(key, value, ex=_KEPT_SECONDS)
            pipeline.rpush(self._keys + FOUND, value)
            await pipeline.execute()
        self._learn(network, found.hosting)

    def _learn(self, network: str, hosting: bool) -> None:
        if len(self._hosting) > 50_000:
            self._hosting.clear()
        self._hosting[network] = hosting

    async def _spend(self, budget: int) -> None:
        """Count a question; over the month's budget none is asked."""
        key = f"{self._keys}lookups:{datetime.now(UTC):%Y-%m}"
        async with self._redis.pipeline(transaction=True) as pipeline:
            pipeline.incr(key)
            pipeline.expire(key, 40 * 86_400)
            count, _ = await pipeline.execute()
        if count > budget:
            await self._redis.decr(key)
            raise BudgetSpentError(f"the month's budget of {budget} is spent")
