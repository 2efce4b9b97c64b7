"""Giving a lead to somebody: the facts and the members, as the database has them."""

from datetime import datetime
from uuid import UUID

from pydantic import ValidationError

from leadengine.database import Connection
from leadengine.leads.routing import Hours, Member, choose
from leadengine.leads.store import Unscored
from leadengine.tenants.choices import Routing

_MEMBERS = """
SELECT u.id, u.hours, u.last_given_at, count(l.id)
FROM users u LEFT JOIN leads l ON l.tenant_id = u.tenant_id AND l.owner_id = u.id
WHERE u.takes_leads AND u.role <> 'viewer' GROUP BY u.tenant_id, u.id
"""
_WHENCE = """
SELECT v.landing_url, v.source FROM lead_visitors b
JOIN visits v ON v.tenant_id = b.tenant_id AND v.visitor = b.visitor
WHERE b.lead_id = %s ORDER BY v.started_at LIMIT 1
"""


async def assign(
    connection: Connection, lead: Unscored, routing: Routing, now: datetime
) -> UUID | None:
    """Give a lead to whom the routing says; None when nobody takes any."""
    owner = choose(routing, await _facts(connection, lead), await members(connection), now)
    if owner is not None:
        await connection.execute("UPDATE leads SET owner_id = %s WHERE id = %s", (owner, lead.id))
        await connection.execute("UPDATE users SET last_given_at = %s WHERE id = %s", (now, owner))
    return owner


async def members(connection: Connection) -> list[Member]:
    """Everybody who takes leads."""
    cursor = await connection.execute(_MEMBERS)
    return [Member(one, _hours(said), given, n) for one, said, given, n in await cursor.fetchall()]


def _hours(said: object) -> Hours:
    try:
        return Hours.model_validate(said)
    except ValidationError:
        return Hours()


async def _facts(connection: Connection, lead: Unscored) -> dict[str, str]:
    cursor = await connection.execute(_WHENCE, (lead.id,))
    page, source = await cursor.fetchone() or ("", "")
    return {"company": lead.company, "email": lead.email, "page": page, "source": source}
