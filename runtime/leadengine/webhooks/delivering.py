"""The worker's messenger: each due delivery goes to its address, signed."""

import json
import time
from uuid import UUID

from leadengine.chores import Chore
from leadengine.database import Database
from leadengine.outbound import OutboundError, fetch, resolve
from leadengine.settings import Settings
from leadengine.webhooks import store
from leadengine.webhooks.signing import HEADER, secret_of, signature
from leadengine.webhooks.store import Delivery


def deliver(database: Database, settings: Settings) -> Chore:
    """Send what is due, one after the other."""

    async def chore(tenant: UUID) -> None:
        while True:
            async with database.tenant(tenant) as connection:
                delivery = await store.claim(connection)
            if delivery is None:
                return
            problem = await _send(settings, delivery)
            async with database.tenant(tenant) as connection:
                await store.done(connection, delivery.id, problem)

    return chore


async def _send(settings: Settings, delivery: Delivery) -> str:
    """What went wrong; empty when the receiver took it."""
    body = body_of(delivery)
    secret = secret_of(settings.session_secret.get_secret_value(), delivery.nonce)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "LeadEngine-Webhooks/1",
        "X-LeadEngine-Delivery": str(delivery.id),
        HEADER: signature(secret, int(time.time()), body),
    }
    try:
        target = await resolve(delivery.url, private=settings.private_webhooks)
        answer = await fetch("POST", target, body, headers)
    except OutboundError as error:
        return str(error)
    return "" if 200 <= answer.status < 300 else f"it answered {answer.status}"


def body_of(delivery: Delivery) -> bytes:
    """What is sent: the same text at each try, so that a receiver knows a repetition by its id."""
    said = {
        "id": str(delivery.id),
        "event": delivery.event,
        "at": delivery.made_at.isoformat(),
        "data": delivery.payload,
    }
    return json.dumps(said, sort_keys=True).encode()
