"""Make exactly one server, whatever happens in between."""

from functools import partial

from leadengine_ctl.apis.patience import Patience
from leadengine_ctl.apis.refusals import UnknownFateError, unknown_fate
from leadengine_ctl.providers.base import OPERATION, Provider, Server, ServerOrder

_LOOKS = 3
"""How often to look for a server whose order got no answer: a list may lag behind."""


def create_once(provider: Provider, order: ServerOrder, patience: Patience) -> Server:
    """The operation's server: found again by its tag, or ordered now. Of two, the younger goes.

    Raises:
        UnknownFateError: no answer, again and again; run again.
        ApiError: the provider refuses.
    """
    found = provider.servers(OPERATION, order.tags[OPERATION])
    if not found:
        try:
            provider.create(order)
        except UnknownFateError:
            if not _look(provider, order, patience):
                patience.settle(lambda: _create_if_missing(provider, order))
        found = _look(provider, order, patience)
    if not found:
        raise unknown_fate(provider.name, "The server was ordered, and is on no list yet.")
    for surplus in found[1:]:
        patience.settle(partial(provider.delete, surplus.id))
    return found[0]


def _create_if_missing(provider: Provider, order: ServerOrder) -> None:
    if not provider.servers(OPERATION, order.tags[OPERATION]):
        provider.create(order)


def _look(provider: Provider, order: ServerOrder, patience: Patience) -> tuple[Server, ...]:
    for _ in range(_LOOKS):
        if found := provider.servers(OPERATION, order.tags[OPERATION]):
            return found
        patience.sleep(patience.seconds / 100)
    return ()
