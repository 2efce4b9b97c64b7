"""What is kept of a person outside of PostgreSQL: in Redis, and among the vectors."""

import json
import re
from collections.abc import Awaitable, Callable, Collection
from typing import Any
from uuid import UUID

import httpx
from redis.asyncio import Redis

from leadengine.privacy.mentions import pattern_of
from leadengine.privacy.people import Person
from leadengine.settings import Settings
from leadengine.tracking.queue import DEAD, STREAM, put_back

OF_OTHERS = b"le:t:"

_TIMEOUT_SECONDS = 20.0
_PAGE = 500
_IDS = 5000
_DATABASE = "/api/v2/tenants/default_tenant/databases/default_database/collections"


async def erase_in_redis(redis: Redis, whose: Settings, person: Person) -> int:
    """Take a person's events out of the streams, and every key away that is about them; returns how many.

    Only what is the client's: another client of a shared stack may know the same person.
    """
    erased = 0
    for stream in (STREAM, DEAD):
        erased += await _erase_in_stream(redis, stream, whose, person)
    async for key in redis.scan_iter(match=f"{whose.keys}*", count=1000):
        others = not whose.hosted_as and key.startswith(OF_OTHERS)
        if others:
            continue
        if names(key, person) or names(await _content(redis, key), person):
            erased += await redis.delete(key)
    return erased


async def _content(redis: Redis, key: bytes) -> bytes:
    """All that a key holds, as one text; empty for streams, whose entries are looked at one by one."""
    kind = await redis.type(key)
    readers: dict[str | bytes, Callable[[], Awaitable[Any]]] = {
        b"string": lambda: redis.get(key),
        b"list": lambda: redis.lrange(key, 0, -1),
        b"set": lambda: redis.smembers(key),
        b"hash": lambda: redis.hgetall(key),
        b"zset": lambda: redis.zrange(key, 0, -1),
    }
    return _flat(await readers[kind]()) if kind in readers else b""


def _flat(found: Any) -> bytes:
    if isinstance(found, dict):
        return b"\n".join(b"%b %b" % pair for pair in found.items())
    return b"\n".join(found) if isinstance(found, list | set) else found or b""


async def _erase_in_stream(redis: Redis, stream: str, whose: Settings, person: Person) -> int:
    """Entries are replaced by what is left of them: others' events in the same entry stay."""
    erased, start = 0, "-"
    while True:
        entries: Any = await redis.xrange(stream, min=start, count=_PAGE)
        for entry, fields in entries:
            payload: bytes = fields.get(b"events", b"")
            if _may_be_of(whose, payload) and names(payload, person):
                async with redis.pipeline(transaction=True) as pipeline:
                    pipeline.xdel(stream, entry)
                    if left := _without(payload, whose, person):
                        pipeline.xadd(stream, put_back(entry, fields, left))
                    await pipeline.execute()
                erased += 1
        if len(entries) < _PAGE:
            return erased
        start = f"({entries[-1][0].decode()}"


def names(payload: bytes, person: Person) -> bool:
    """Whether a text is about somebody."""
    text = payload.decode(errors="replace").lower()
    if any(name in text for name in (*person.visitors, *map(str, person.conversations))):
        return True
    local = person.email.rpartition("@")[0]
    return local in text and re.search(pattern_of(person.email), text) is not None


def _may_be_of(whose: Settings, payload: bytes) -> bool:
    """In a stack of its own everything is the client's, also what nobody can read any more."""
    return whose.kind == "dedicated" or whose.client_id.encode() in payload


def _without(payload: bytes, whose: Settings, person: Person) -> bytes:
    try:
        events = json.loads(payload)
        kept = [
            one
            for one in events
            if one["client"] != whose.client_id or not names(json.dumps(one).encode(), person)
        ]
    except (ValueError, TypeError, KeyError):
        return b""
    return json.dumps(kept).encode() if kept else b""


async def erase_in_chroma(
    address: str, tenant: UUID, passages: Callable[[], Awaitable[Collection[str]]]
) -> int:
    """Delete a tenant's vectors whose passage is gone; returns how many.

    Args:
        passages: asked for those that are kept, as `document:number`, once the vectors are listed:
            a passage stands before its vector, so that none of a document that comes meanwhile is lost.

    Raises:
        httpx.HTTPError: Chroma does not answer, or refuses.
    """
    if not address:
        return 0
    erased = 0
    async with httpx.AsyncClient(base_url=address, timeout=_TIMEOUT_SECONDS) as client:
        listed = (await client.get(_DATABASE, params={"limit": 1000})).raise_for_status()
        for collection in listed.json():
            if collection["name"].startswith(f"kb_{tenant.hex}_"):
                path = f"{_DATABASE}/{collection['id']}"
                keys = await _ids(client, path)
                kept = await passages()
                gone = [key for key in keys if _passage(key) not in kept]
                for start in range(0, len(gone), _PAGE):
                    asked = {"ids": gone[start : start + _PAGE]}
                    (await client.post(f"{path}/delete", json=asked)).raise_for_status()
                erased += len(gone)
    return erased


def _passage(key: str) -> str:
    """Without the view that the vector is of."""
    return key.rpartition(":")[0]


async def _ids(client: httpx.AsyncClient, path: str) -> list[str]:
    found: list[str] = []
    while True:
        asked = {"limit": _IDS, "offset": len(found), "include": []}
        answer = (await client.post(f"{path}/get", json=asked)).raise_for_status()
        page: list[str] = answer.json()["ids"]
        found += page
        if len(page) < _IDS:
            return found
