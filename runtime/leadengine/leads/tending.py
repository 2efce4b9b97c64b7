"""The worker's care for leads: score, give to somebody, and have them and other systems told."""

from datetime import UTC, datetime
from uuid import UUID

from leadengine.chores import Chore
from leadengine.database import Connection, Database
from leadengine.leads import models, store
from leadengine.leads.assigning import assign
from leadengine.leads.rules import Model
from leadengine.leads.scoring import Score, has_asked, score
from leadengine.notifications import notices
from leadengine.tenants.choices import Routing
from leadengine.tenants.preferences import Chosen
from leadengine.webhooks import store as webhooks

_AT_ONCE = 50


def tend(database: Database, channels: tuple[str, ...]) -> Chore:
    """Bring scores up to date; `channels` are the ways in which somebody can be told."""

    async def chore(tenant: UUID) -> None:
        async with database.tenant(tenant) as connection:
            leads = await store.to_score(connection, _AT_ONCE)
            if not leads:
                return
            model, chosen = await models.current(connection), await Chosen.read(connection)
            for lead in leads:
                await _judge(connection, tenant, lead, model, chosen.routing, channels)

    return chore


async def _judge(
    connection: Connection,
    tenant: UUID,
    lead: store.Unscored,
    model: Model,
    routing: Routing,
    channels: tuple[str, ...],
) -> None:
    now = datetime.now(UTC)
    deeds = await store.signals(connection, lead.id)
    result = score(lead.contact, deeds, now, model.rules)
    await store.keep_score(connection, lead.id, result, now)
    if lead.owner_id is None:
        await assign(connection, lead, routing, now)
    # Each is told once: what was told before is left out where it is written down.
    told = {"created": True, "asked": has_asked(deeds), "hot": result.label == "hot"}
    for kind in (kind for kind, applies in told.items() if applies):
        await webhooks.make(connection, f"lead.{kind}", lead.id, as_payload(lead, result))
        for channel in channels if kind != "created" else ():
            await notices.make(connection, tenant, lead.id, kind, channel)


def as_payload(lead: store.Unscored, result: Score) -> dict[str, object]:
    """What other systems get to know of a lead."""
    return {
        "lead": str(lead.id),
        "email": lead.email,
        "name": lead.name,
        "company": lead.company,
        "phone": lead.phone,
        "score": {"label": result.label, "fit": result.fit, "engagement": result.engagement},
        "reasons": [vars(reason) for reason in result.reasons],
    }
