"""The stream between api and worker: what is in it has been promised to the sender."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import ResponseError
from redis.typing import EncodableT, FieldT

from leadengine.tracking.post import Post

STREAM = "le:events"
GROUP = "writers"
DEAD = "le:events:dead"
HEARTBEAT = "le:worker:heartbeat"
PAUSE = "le:worker:pause"

BATCH = 500
"""So many entries are taken at once."""

_PORTION_BYTES = 2_000_000
_WAIT_MS = 1000
# A writer that has been silent for so long is dead; what it held is taken over.
_ABANDONED_MS = 30_000


Value = str | bool | int | float | None
"""What a property of an event may be."""


@dataclass(frozen=True)
class Accepted:
    """One event as the api accepted it, with the moment and the visitor it worked out."""

    client: str
    message_id: UUID
    type: str
    occurred_at: datetime
    received_at: datetime
    visitor: str
    url: str
    title: str
    referrer: str
    name: str = ""
    properties: Mapping[str, Value] = field(default_factory=dict)
    context: Mapping[str, str] = field(default_factory=dict)
    """What the request said of the browser: `device`, `browser`, `system`, `locale`, `network`."""

    def as_fields(self) -> dict[str, object]:
        """Plain values, for the stream and for PostgreSQL's JSON functions."""
        return {
            "client": self.client,
            "message_id": str(self.message_id),
            "type": self.type,
            "occurred_at": self.occurred_at.isoformat(),
            "received_at": self.received_at.isoformat(),
            "visitor": self.visitor,
            "url": self.url,
            "title": self.title,
            "referrer": self.referrer,
            "name": self.name,
            "properties": dict(self.properties),
            "context": dict(self.context),
        }


def encode(events: Sequence[Accepted]) -> bytes:
    """One stream entry: the events of one request stand or fall together."""
    return json.dumps([event.as_fields() for event in events]).encode()


def decode(payload: bytes) -> tuple[Accepted, ...]:
    """The events of one entry.

    Raises:
        ValueError, KeyError, TypeError: it was not written by `encode`.
    """
    return tuple(_accepted(fields) for fields in json.loads(payload))


def _accepted(fields: dict[str, Any]) -> Accepted:
    return Accepted(
        client=fields["client"],
        message_id=UUID(fields["message_id"]),
        type=fields["type"],
        occurred_at=datetime.fromisoformat(fields["occurred_at"]),
        received_at=datetime.fromisoformat(fields["received_at"]),
        visitor=fields["visitor"],
        url=fields["url"],
        title=fields["title"],
        referrer=fields["referrer"],
        # An api from before these were known may still be writing.
        name=fields.get("name", ""),
        properties=fields.get("properties", {}),
        context=fields.get("context", {}),
    )


class Entry(NamedTuple):
    """A stream entry.

    Attributes:
        taken_ms: when the queue took it first, in milliseconds since 1970 by Redis' clock.
    """

    id: bytes
    payload: bytes
    taken_ms: int


def put_back(
    entry_id: bytes, fields: Mapping[bytes, bytes], events: bytes
) -> dict[FieldT, EncodableT]:
    """What is left of an entry, to be added again: it stays of the moment at which it was taken first."""
    return {"events": events, "taken": fields.get(b"taken") or _made_ms(entry_id)}


def _made_ms(entry_id: bytes) -> bytes:
    return entry_id.partition(b"-")[0]


@dataclass(frozen=True)
class Backlog:
    """What waits to be written: entries of the stream, and the age of the oldest in seconds."""

    entries: int
    oldest_seconds: float | None


def portions(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    """Cut entries into runs that can be decoded and written without taking all memory.

    Websites decide how large an entry is, up to a request's limit.
    """
    portion: list[Entry] = []
    size = 0
    for entry in entries:
        if portion and size + len(entry.payload) > _PORTION_BYTES:
            yield portion
            portion, size = [], 0
        portion.append(entry)
        size += len(entry.payload)
    if portion:
        yield portion


class EventQueue:
    """A Redis stream with one consumer group.

    Raises:
        redis.exceptions.RedisError: from any method, when Redis cannot do it.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._post = Post(redis, STREAM)

    async def put(self, events: Sequence[Accepted]) -> None:
        """Keep the events; when this returns, Redis has them."""
        await self._post.add({"events": encode(events)})

    async def prepare(self) -> None:
        """Make the consumer group, once."""
        try:
            await self._redis.xgroup_create(STREAM, GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if not str(error).startswith("BUSYGROUP"):
                raise

    async def take(self, consumer: str) -> list[Entry]:
        """The next entries for `consumer`; waits up to a second for the first."""
        answer: Any = await self._redis.xreadgroup(
            GROUP, consumer, {STREAM: ">"}, count=BATCH, block=_WAIT_MS
        )
        return _entries(answer[0][1]) if answer else []

    async def take_over(self, consumer: str) -> list[Entry]:
        """Entries that another consumer took and never finished."""
        answer: Any = await self._redis.xautoclaim(
            STREAM, GROUP, consumer, min_idle_time=_ABANDONED_MS, count=BATCH
        )
        return _entries(answer[1])

    async def take_again(self, consumer: str) -> list[Entry]:
        """Entries that `consumer` itself took before it was interrupted."""
        answer: Any = await self._redis.xreadgroup(GROUP, consumer, {STREAM: "0"}, count=BATCH)
        return _entries(answer[0][1]) if answer else []

    async def hand_back(self, consumer: str) -> int:
        """Let others take at once what `consumer` holds; returns how many entries that were."""
        held: Any = await self._redis.xpending_range(
            STREAM, GROUP, min="-", max="+", count=BATCH, consumername=consumer
        )
        ids = [entry["message_id"] for entry in held]
        if ids:
            await self._redis.xclaim(
                STREAM, GROUP, consumer, 0, ids, idle=_ABANDONED_MS, justid=True
            )
        return len(ids)

    async def backlog(self) -> Backlog:
        """How far the writers are behind."""
        first: Any = await self._redis.xrange(STREAM, count=1)
        if not first:
            return Backlog(0, None)
        accepted_ms = int(_made_ms(first[0][0]))
        age = round(max(0.0, time.time() - accepted_ms / 1000), 1)
        return Backlog(await self._redis.xlen(STREAM), age)

    async def paused(self) -> bool:
        """Whether the writers are told to rest."""
        return bool(await self._redis.exists(PAUSE))

    async def beat(self) -> None:
        """Note that a worker can work, as of now."""
        await self._redis.set(HEARTBEAT, time.time())

    async def last_beat(self) -> float | None:
        """When a worker last could work, in seconds since 1970; None: never."""
        value: Any = await self._redis.get(HEARTBEAT)
        return None if value is None else float(value)

    async def done(self, entries: Sequence[Entry]) -> None:
        """Forget entries that are safe in the database."""
        ids = [entry.id for entry in entries]
        async with self._redis.pipeline(transaction=True) as pipeline:
            pipeline.xack(STREAM, GROUP, *ids)
            pipeline.xdel(STREAM, *ids)
            await pipeline.execute()

    async def bury(self, entry: Entry) -> None:
        """Set aside an entry that nobody can read, for a person to look at."""
        await self._redis.xadd(DEAD, {"events": entry.payload}, maxlen=1000)
        await self.done([entry])


def _entries(raw: list[Any]) -> list[Entry]:
    return [
        Entry(entry_id, fields[b"events"], int(fields.get(b"taken") or _made_ms(entry_id)))
        for entry_id, fields in raw
        if fields
    ]
