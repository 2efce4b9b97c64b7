"""The worker's care for leads: score, give to somebody, and have them told."""

from datetime import UTC, datetime
from uuid import UUID

from leadengine.chores import Chore
from leadengine.database import Connection, Database
from leadengine.leads import store
from leadengine.leads.scoring import ASKED, Score, score
from leadengine.notifications import notices

_AT_ONCE = 50


def tend(database: Database, channels: tuple[str, ...]) -> Chore:
    """Bring scores up to date; `channels` are the ways in which somebody can be told."""

    async def chore(tenant: UUID) -> None:
        async with database.tenant(tenant) as connection:
            for lead in await store.to_score(connection, _AT_ONCE):
                await _judge(connection, tenant, lead, channels)

    return chore


async def _judge(
    connection: Connection, tenant: UUID, lead: store.Unscored, channels: tuple[str, ...]
) -> None:
    now = datetime.now(UTC)
    result = score(lead.contact, await store.signals(connection, lead.id), now)
    await store.keep_score(connection, lead.id, result, now)
    if lead.owner_id is None:
        await store.assign(connection, lead.id)
    for kind in _worth_telling(result):
        for channel in channels:
            await notices.make(connection, tenant, lead.id, kind, channel)


def _worth_telling(result: Score) -> tuple[str, ...]:
    asked = any(reason.words == ASKED for reason in result.reasons)
    kinds = {"asked": asked, "hot": result.label == "hot"}
    return tuple(kind for kind, applies in kinds.items() if applies)
