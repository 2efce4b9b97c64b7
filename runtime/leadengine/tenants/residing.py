"""The services of one client of a shared stack: the stack's own, with what is the client's in its place."""

from dataclasses import replace

from leadengine.accounts.throttle import Throttle
from leadengine.companies.finder import Finder
from leadengine.companies.registry import lookup_of
from leadengine.concierge.limits import Allowance
from leadengine.concierge.streaming import Broadcast
from leadengine.concierge.talking import Conversations
from leadengine.dashboard.brand import Brand
from leadengine.embedding.guests import Guests
from leadengine.services import Services
from leadengine.tenants.hosting import Client
from leadengine.tenants.preferences import Preferences
from leadengine.tracking.drops import Drops
from leadengine.tracking.pixel import Scripts


def services_of(shared: Services, client: Client) -> Services:
    """What a request of this client may use; the pools of connections are shared."""
    settings = client.settings(shared.settings)
    if not client.slug:
        return shared
    redis, keys = shared.redis, settings.keys
    answerer = shared.answerer.speaking_for(settings)
    return replace(
        shared,
        settings=settings,
        drops=Drops(redis, keys),
        allowance=Allowance(redis, keys),
        throttle=Throttle(redis, keys),
        guests=Guests(redis, keys),
        scripts=Scripts(client.client_id),
        own_brand=Brand(client.name, settings.brand_primary, settings.brand_logo),
        preferences=Preferences(shared.database, client.client_id),
        finder=Finder(redis, lookup_of(settings), keys),
        meter=shared.meter.of(keys),
        answerer=answerer,
        conversations=Conversations(shared.database, answerer),
        broadcast=Broadcast(redis, keys),
    )
