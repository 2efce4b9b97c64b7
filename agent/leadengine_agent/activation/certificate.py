"""Something to serve from the first second: a real certificate comes by `certify`."""

import datetime

from leadengine_agent.certificates import (
    CertificateStore,
    LocalCA,
    Pair,
    check,
    fault,
    kind_of,
    self_signed,
)
from leadengine_agent.executor.steps import Did
from leadengine_agent.layout import HostLayout, StackLayout
from leadengine_agent.values import is_private


def ensure_certificate(
    host: HostLayout, layout: StackLayout, names: tuple[str, ...], wished: tuple[str, ...] = ()
) -> Did:
    """See that there is a certificate for these names, whoever issued it.

    Args:
        wished: what one that is made here is for: with a wildcard, as an authority's may become; else
            the names.
    """
    domain, *others = wished or names
    also = tuple(others)
    now = datetime.datetime.now(datetime.UTC)
    store = CertificateStore(layout.certificates)
    pair = store.current()
    if pair is not None and _is_best(pair, names, wished or names, now):
        return Did(False, "a certificate is there")
    if is_private(domain):
        store.install(LocalCA(host.local_ca).issue(domain, now, also))
        return Did(True, "issued by the host's own CA")
    store.install(self_signed(domain, now, also))
    return Did(True, "self-signed until a CA answers")


def _is_best(
    pair: Pair, names: tuple[str, ...], wished: tuple[str, ...], now: datetime.datetime
) -> bool:
    """Whether nothing that can be made here is better. An authority's certificate stays, also when it has
    run out by our clock: visitors judge by theirs, and `certify` replaces it."""
    if kind_of(pair.leaf) == "acme":
        return not fault(pair, *names)
    return not check(pair, wished[0], now, wished[1:])
