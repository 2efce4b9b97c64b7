"""Before a suspended client leaves, all that was accepted from it has to be written."""

import asyncio
import time

from leadengine.controlling.letting_go import SETTLED_SECONDS, Places
from leadengine.tenants.hosting import Client
from leadengine.travelling.reading import TravelError

_LONGEST_SECONDS = 60.0
_SINCE = "SELECT extract(epoch FROM now() - suspended_at)::float FROM hosted_clients"


async def settled(places: Places, client: Client) -> None:
    """Wait until nobody takes anything for a suspended client any more, and the worker wrote what was taken.

    A client that lives on leaves as it is now.

    Raises:
        TravelError: the worker does not come to its end.
    """
    if not client.suspended:
        return
    async with places.database.tenant(client.id) as connection:
        (since,) = await (await connection.execute(_SINCE)).fetchone() or (0.0,)
    await asyncio.sleep(max(0.0, SETTLED_SECONDS - since))
    end = time.monotonic() + _LONGEST_SECONDS
    while await places.waiting(client):
        if time.monotonic() > end:
            raise TravelError(f"events of '{client.slug}' are still on their way; try again")
        await asyncio.sleep(0.2)
