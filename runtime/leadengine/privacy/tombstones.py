"""What was erased stays erased: events from before an erasure that arrive late are not taken in again.

Only hashes are kept, keyed by the client, so that the list itself says nothing of anybody.
"""

import hashlib
from collections.abc import Iterable, Sequence
from uuid import UUID

from leadengine.database import Connection
from leadengine.tracking.queue import Accepted


def digest(tenant: UUID, value: str) -> bytes:
    """An address of mail, or a visitor, as the list knows it."""
    return hashlib.sha256(b"erased:" + tenant.bytes + value.strip().lower().encode()).digest()


def _names(event: Accepted) -> tuple[str, ...]:
    email = event.properties.get("email")
    return tuple(filter(None, (event.visitor, email if isinstance(email, str) else "")))


async def bury(connection: Connection, tenant: UUID, values: Iterable[str], who: str) -> None:
    """Remember that these were erased, as of now."""
    for value in values:
        await connection.execute(
            "INSERT INTO erasures (tenant_id, person, done_by) VALUES (%s, %s, %s)",
            (tenant, digest(tenant, value), who),
        )


async def without_erased(
    connection: Connection, tenant: UUID, events: Sequence[Accepted]
) -> list[Accepted]:
    """The events whose person was not erased after they happened."""
    names = {name: digest(tenant, name) for event in events for name in _names(event)}
    if not names:
        return list(events)
    cursor = await connection.execute(
        "SELECT person, max(done_at) FROM erasures WHERE person = ANY(%s) GROUP BY 1",
        (list(names.values()),),
    )
    erased = {bytes(person): at for person, at in await cursor.fetchall()}
    if not erased:
        return list(events)
    return [
        event
        for event in events
        if not any(
            at is not None and event.occurred_at <= at
            for at in (erased.get(names[name]) for name in _names(event))
        )
    ]
