"""Somebody said in a conversation who they are: they become a lead as if they had filled in a form."""

from datetime import UTC, datetime
from uuid import uuid4

from leadengine.services import Services
from leadengine.tracking.queue import Accepted, Value


async def note_lead(
    services: Services, visitor: str, url: str, email: str, name: str = "", message: str = ""
) -> None:
    """Queue what the worker makes a lead of.

    Raises:
        redis.exceptions.RedisError: it cannot be kept now.
    """
    now = datetime.now(UTC)
    client = services.settings.client_id
    traits: dict[str, Value] = {"email": email, "name": name}
    said: list[tuple[str, str, dict[str, Value]]] = [("identify", "", traits)]
    if message:
        said.append(("track", "Lead Submitted", {"message": message[:500]}))
    await services.queue.put(
        tuple(
            Accepted(client, uuid4(), kind, now, now, visitor, url, "", "", what, properties)
            for kind, what, properties in said
        )
    )
