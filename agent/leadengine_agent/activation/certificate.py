"""Something to serve from the first second: a real certificate comes by `certify`."""

import datetime

from leadengine_agent.certificates import CertificateStore, LocalCA, check, self_signed
from leadengine_agent.executor.steps import Did
from leadengine_agent.layout import HostLayout, StackLayout
from leadengine_agent.values import is_private


def ensure_certificate(host: HostLayout, layout: StackLayout, names: tuple[str, ...]) -> Did:
    """See that there is a certificate for these names, whoever issued it."""
    domain, *others = names
    also = tuple(others)
    now = datetime.datetime.now(datetime.UTC)
    store = CertificateStore(layout.certificates)
    pair = store.current()
    if pair is not None and not check(pair, domain, now, also):
        return Did(False, "a certificate is there")
    if is_private(domain):
        store.install(LocalCA(host.local_ca).issue(domain, now, also))
        return Did(True, "issued by the host's own CA")
    store.install(self_signed(domain, now, also))
    return Did(True, "self-signed until a CA answers")
