"""Something to serve from the first second: a real certificate comes by `certify`."""

import datetime

from leadengine_agent.certificates import CertificateStore, LocalCA, check, self_signed
from leadengine_agent.executor.steps import Did
from leadengine_agent.layout import HostLayout, StackLayout
from leadengine_agent.values import is_private


def ensure_certificate(host: HostLayout, layout: StackLayout, domain: str) -> Did:
    """See that there is a certificate for `domain`, whoever issued it."""
    now = datetime.datetime.now(datetime.UTC)
    store = CertificateStore(layout.certificates)
    pair = store.current()
    if pair is not None and not check(pair, domain, now):
        return Did(False, "a certificate is there")
    if is_private(domain):
        store.install(LocalCA(host.local_ca).issue(domain, now))
        return Did(True, "issued by the host's own CA")
    store.install(self_signed(domain, now))
    return Did(True, "self-signed until a CA answers")
