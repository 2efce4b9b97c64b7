"""From the concierge to a person: the conversation waits, and the client's people are called."""

from uuid import UUID

from leadengine.concierge import store
from leadengine.concierge.asking import Call
from leadengine.database import Connection, Database
from leadengine.notifications.telling import channels
from leadengine.settings import Settings

MOST_AN_HOUR = 30
"""Calls of a channel: anybody may ask for a person, nobody is to flood a mailbox with it."""

_CALL = """
INSERT INTO calls (tenant_id, conversation_id, channel)
SELECT %(tenant)s, %(conversation)s, %(channel)s
WHERE %(most)s > (SELECT count(*) FROM calls
                  WHERE channel = %(channel)s AND made_at > now() - interval '1 hour')
ON CONFLICT (tenant_id, conversation_id, channel) DO UPDATE SET
  sent_at = NULL, tries = 0, next_try_at = now(), made_at = now(), problem = ''
WHERE calls.sent_at < now() - interval '15 min'
"""


async def hand_over(
    settings: Settings, database: Database, tenant: UUID, conversation: UUID, call: Call
) -> None:
    """Have a person answer, and keep what the visitor says to them."""
    async with database.tenant(tenant) as connection:
        await store.wait(connection, conversation, "asked", call.email, call.name)
        if call.message:
            await store.say(connection, tenant, conversation, call.message)
        await call_people(settings, connection, tenant, conversation)


async def call_people(
    settings: Settings, connection: Connection, tenant: UUID, conversation: UUID
) -> None:
    """Have the client's people told by each channel, unless they were in the last quarter of an hour."""
    for channel in channels(settings):
        values = {"tenant": tenant, "conversation": conversation, "channel": channel}
        await connection.execute(_CALL, {**values, "most": MOST_AN_HOUR})
