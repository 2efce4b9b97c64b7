"""The page of the payment server on which a client sees its bills, pays, and leaves a card."""

from leadengine_ctl.billing.base import BillingServer
from leadengine_ctl.errors import NotAllowedError
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.billing.payers import find_payer


def open_portal(world: World, server: BillingServer, client: str) -> str:
    """A link that is good for some minutes. It opens the page to whoever has it.

    Raises:
        NotFoundError: there is no such client.
        NotAllowedError: it is no customer yet.
        BillingError: the server did not answer, or refused.
    """
    payer = find_payer(world, client)
    customers = world.store.books.customers(payer.slug)
    if not customers:
        raise NotAllowedError(
            f"{client} is no customer yet",
            "It never subscribed.",
            f"Run: lectl billing subscribe {client}",
        )
    link = server.portal(customers[0].id, f"https://{payer.domain}/")
    world.record("billing.portal", client)
    return link
