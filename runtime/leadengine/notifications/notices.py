"""What somebody is to be told about a lead: kept until a channel has taken it.

A notice exists once for each lead, kind and channel. It is claimed before it is sent, so that two
workers never send it together; a worker killed in between sends it once more.
"""

from dataclasses import dataclass
from uuid import UUID

from psycopg.rows import class_row

from leadengine.database import Connection

MOST_TRIES = 8
MOST_AN_HOUR = 30
"""For each channel: anybody may fill in a form, nobody is to flood a mailbox with it."""

_MAKE = """
INSERT INTO notices (tenant_id, lead_id, kind, channel)
SELECT %(tenant)s, %(lead)s, %(kind)s, %(channel)s
WHERE %(most)s > (SELECT count(*) FROM notices
                  WHERE channel = %(channel)s AND made_at > now() - interval '1 hour')
ON CONFLICT DO NOTHING
"""
# Half a minute, then one, two, four … up to an hour later.
_CLAIM = """
WITH due AS (
  SELECT tenant_id, lead_id, kind, channel FROM notices
  WHERE sent_at IS NULL AND next_try_at <= now() AND tries < %s
  ORDER BY next_try_at LIMIT 1 FOR UPDATE SKIP LOCKED
), claimed AS (
  UPDATE notices n SET tries = n.tries + 1, next_try_at = now() + interval '30 s' * 2 ^ n.tries
  FROM due WHERE n.lead_id = due.lead_id AND n.kind = due.kind AND n.channel = due.channel
  RETURNING n.lead_id, n.kind, n.channel
)
SELECT c.lead_id, c.kind, c.channel, l.email, l.name, l.company, l.fit, l.engagement, l.reasons,
       coalesce(u.email, '') AS owner
FROM claimed c JOIN leads l ON l.id = c.lead_id LEFT JOIN users u ON u.id = l.owner_id
"""
_KEY = "lead_id = %s AND kind = %s AND channel = %s"


@dataclass(frozen=True)
class Notice:
    """One message to be sent, with what it tells."""

    lead_id: UUID
    kind: str
    channel: str
    email: str
    name: str
    company: str
    fit: int
    engagement: int
    reasons: list[dict[str, str | int]]
    owner: str

    @property
    def headline(self) -> str:
        """What happened, without saying to whom."""
        return {"asked": "A lead asks to be contacted", "hot": "A lead is hot"}[self.kind]


async def make(connection: Connection, tenant: UUID, lead: UUID, kind: str, channel: str) -> None:
    """Have it told, unless it has been, or too much is being told."""
    values = {"tenant": tenant, "lead": lead, "kind": kind, "channel": channel}
    await connection.execute(_MAKE, {**values, "most": MOST_AN_HOUR})


async def claim(connection: Connection) -> Notice | None:
    """The next notice that is due; it is due again later unless `done` is called."""
    async with connection.cursor(row_factory=class_row(Notice)) as cursor:
        await cursor.execute(_CLAIM, (MOST_TRIES,))
        return await cursor.fetchone()


async def done(connection: Connection, notice: Notice, problem: str = "") -> None:
    """Note that a channel took it, or why it did not."""
    change = "problem = %s" if problem else "problem = %s, sent_at = now()"
    await connection.execute(
        f"UPDATE notices SET {change} WHERE {_KEY}",  # noqa: S608 - constants
        (problem, notice.lead_id, notice.kind, notice.channel),
    )
