"""Which server takes the money."""

from leadengine_ctl.billing.base import BillingServer
from leadengine_ctl.errors import NotAllowedError
from leadengine_ctl.settings import Settings


def is_set_up(settings: Settings) -> bool:
    """True: there is a server to ask."""
    return settings.billing == "memory" or settings.stripe_key is not None


def open_server(settings: Settings) -> BillingServer:
    """The server that the settings name.

    Raises:
        NotAllowedError: they name none.
    """
    if settings.billing == "memory":
        from leadengine_ctl.billing.memory import MemoryBilling

        return MemoryBilling(settings.data_folder / "memory" / "billing.json")
    if settings.stripe_key is None:
        raise NotAllowedError(
            "Billing is not set up",
            "There is no key for Stripe.",
            "Set LECTL_STRIPE_KEY, or a file of that name in LECTL_SECRETS_FOLDER.",
        )
    # Imported here: the library takes half a second, and few commands ask for money.
    from leadengine_ctl.billing.stripe_server import StripeServer

    return StripeServer(settings.stripe_key, settings.stripe_endpoint)
