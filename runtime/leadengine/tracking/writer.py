"""The worker's loop: from the stream to the database, nothing lost and nothing doubled.

An entry leaves the stream only after the commit. Killed before, it is taken again and written;
killed after, it is taken again and found to be there.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence

import psycopg
import psycopg_pool
from redis.exceptions import RedisError

from leadengine.database import Database
from leadengine.leads import store as leads
from leadengine.tenants.hosting import stays
from leadengine.tracking import store
from leadengine.tracking.clocks import by_the_queue
from leadengine.tracking.queue import BATCH, Accepted, Entry, EventQueue, portions

log = logging.getLogger(__name__)

_PAUSE_SECONDS = 2.0
# Many events are written together for little more than one: under load, more gather meanwhile.
_GATHER_SECONDS = 0.25
# Told to stop, a batch that is being written may take so long; then it is handed back.
_FINISH_SECONDS = 20.0
# Waiting mends these.
_TROUBLE = (psycopg.Error, psycopg_pool.PoolTimeout, RedisError, OSError)
# Waiting does not mend these: the entry itself is at fault.
_UNWRITABLE = (ValueError, KeyError, TypeError, psycopg.DataError, psycopg.IntegrityError)


class Writer:
    """Consumes the stream under one consumer name until it is told to stop."""

    def __init__(
        self,
        queue: EventQueue,
        database: Database,
        consumer: str,
        stopping: asyncio.Event,
        *,
        hosted: bool = False,
    ) -> None:
        self._queue = queue
        self._database = database
        self._consumer = consumer
        self._stopping = stopping
        self._hosted = hosted

    async def run(self, beat: Callable[[], Awaitable[None]]) -> None:
        """Work until told to stop, then finish what is held or hand it back.

        `beat` follows each round that went well. Outages are waited out.
        """
        rounds = asyncio.create_task(self._rounds(beat))
        stopped = asyncio.create_task(self._stopping.wait())
        await asyncio.wait((rounds, stopped), return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        try:
            await asyncio.wait_for(rounds, _FINISH_SECONDS)
        except TimeoutError:
            log.warning("the batch at hand could not be finished; the next worker takes it")
        await self._hand_back()

    async def _rounds(self, beat: Callable[[], Awaitable[None]]) -> None:
        while not self._stopping.is_set():
            try:
                await self._round()
                await beat()
            except _TROUBLE as error:
                log.warning("events wait in the stream: %s", str(error).partition("\n")[0])
                await self._pause()

    async def _hand_back(self) -> None:
        try:
            number = await self._queue.hand_back(self._consumer)
        except _TROUBLE as error:
            log.warning("what was held is free in half a minute: %s", error)
        else:
            log.info("stopped; %d entries handed back", number)

    async def _round(self) -> None:
        await self._queue.prepare()
        if await self._queue.paused():
            await self._pause()
            return
        entries = await self._queue.take_again(self._consumer)
        entries = entries or await self._queue.take_over(self._consumer)
        entries = entries or await self._queue.take(self._consumer)
        if not entries:
            await self._database.answers()
        for portion in portions(entries):
            await self._write(portion)
        if 0 < len(entries) < BATCH:
            await self._pause(_GATHER_SECONDS)

    async def _write(self, entries: Sequence[Entry]) -> None:
        try:
            for client, events in _by_client(entries).items():
                await self._write_client(client, events)
        except _UNWRITABLE:
            await self._separate(entries)
        else:
            await self._queue.done(entries)

    async def _separate(self, entries: Sequence[Entry]) -> None:
        """One entry that cannot be written must not hold up the others."""
        if len(entries) == 1:
            log.error("an entry of the stream cannot be written; it is set aside")
            await self._queue.bury(entries[0])
            return
        for entry in entries:
            await self._write([entry])

    async def _write_client(self, client: str, events: Sequence[Accepted]) -> None:
        tenant = await self._database.tenant_of(client)
        if tenant is None and self._hosted:
            # The api takes no events of a client that never was: this one was deleted meanwhile.
            log.info("%d events of a client that is gone are let go", len(events))
            return
        if tenant is None:
            message = f"client {client} is not seeded yet"
            raise psycopg.OperationalError(message)
        async with self._database.tenant(tenant) as connection:
            if self._hosted and not await stays(connection):
                log.info("%d events of a client that is gone are let go", len(events))
                return
            fresh = await store.write(connection, tenant, events)
            await leads.remember(connection, tenant, fresh)
        log.debug("wrote %d of %d events", len(fresh), len(events))

    async def _pause(self, seconds: float = _PAUSE_SECONDS) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return


def _by_client(entries: Sequence[Entry]) -> dict[str, list[Accepted]]:
    found: dict[str, list[Accepted]] = defaultdict(list)
    for entry in entries:
        for event in by_the_queue(entry):
            found[event.client].append(event)
    return found
