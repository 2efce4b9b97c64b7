"""What is kept of a person outside of PostgreSQL: in Redis, and among the vectors."""

import json
from typing import Any

import httpx
from redis.asyncio import Redis

from leadengine.privacy.people import Person
from leadengine.tracking.queue import DEAD, STREAM

_TIMEOUT_SECONDS = 20.0
_PAGE = 500
_DATABASE = "/api/v2/tenants/default_tenant/databases/default_database/collections"


async def erase_in_redis(redis: Redis, person: Person) -> int:
    """Take a person's events out of the streams, and their counters away; returns how many."""
    erased = 0
    for stream in (STREAM, DEAD):
        erased += await _erase_in_stream(redis, stream, person)
    for visitor in person.visitors:
        async for key in redis.scan_iter(match=f"le:*{visitor}*", count=1000):
            erased += await redis.delete(key)
    return erased


async def _erase_in_stream(redis: Redis, stream: str, person: Person) -> int:
    """Entries are replaced by what is left of them: others' events in the same entry stay."""
    erased, start = 0, "-"
    while True:
        entries: Any = await redis.xrange(stream, min=start, count=_PAGE)
        for entry, fields in entries:
            payload: bytes = fields.get(b"events", b"")
            if names(payload, person):
                async with redis.pipeline(transaction=True) as pipeline:
                    pipeline.xdel(stream, entry)
                    if left := _without(payload, person):
                        pipeline.xadd(stream, {"events": left})
                    await pipeline.execute()
                erased += 1
        if len(entries) < _PAGE:
            return erased
        start = f"({entries[-1][0].decode()}"


def names(payload: bytes, person: Person) -> bool:
    """Whether an entry of the stream is about somebody."""
    text = payload.decode(errors="replace").lower()
    return person.email in text or any(visitor in text for visitor in person.visitors)


def _without(payload: bytes, person: Person) -> bytes:
    try:
        events = json.loads(payload)
        kept = [one for one in events if not names(json.dumps(one).encode(), person)]
    except (ValueError, TypeError):
        return b""
    return json.dumps(kept).encode() if kept else b""


async def erase_in_chroma(address: str, email: str) -> int:
    """Delete every passage that contains an address; returns how many.

    Raises:
        httpx.HTTPError: Chroma does not answer, or refuses.
    """
    if not address:
        return 0
    erased = 0
    wanted = {"where_document": {"$contains": email}}
    async with httpx.AsyncClient(base_url=address, timeout=_TIMEOUT_SECONDS) as client:
        listed = (await client.get(_DATABASE, params={"limit": 1000})).raise_for_status()
        for collection in listed.json():
            path = f"{_DATABASE}/{collection['id']}"
            found = await client.post(f"{path}/get", json={**wanted, "include": []})
            ids = found.raise_for_status().json()["ids"]
            if ids:
                (await client.post(f"{path}/delete", json={"ids": ids})).raise_for_status()
                erased += len(ids)
    return erased
