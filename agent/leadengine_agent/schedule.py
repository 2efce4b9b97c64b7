"""What is due, found out cheaply: asked twice a minute for as long as the host lives."""

import time

from leadengine_agent.layout import HostLayout, StackLayout
from leadengine_agent.limiter import History
from leadengine_agent.panel.words import panel_spec
from leadengine_agent.protocol import Certify
from leadengine_agent.records import current_record


def stacks_of(order: Certify, host: HostLayout) -> list[StackLayout]:
    """The stacks a certificate order is about."""
    if order.client:
        return [host.stack(order.client)]
    # What was moved away keeps the certificate it has.
    return [layout for layout in host.stacks() if not (layout.state / "frozen.json").exists()]


def read_history(host: HostLayout, domain: str) -> History:
    """What was asked of the CA for a domain on this host, and when to ask again."""
    path = host.certify_history(domain)
    return History.model_validate_json(path.read_text()) if path.exists() else History()


def is_certify_due(order: Certify, host: HostLayout) -> bool:
    """Is there any stack, or a panel, for which a scheduled run would do something now?"""
    now = time.time()
    records = (current_record(layout) for layout in stacks_of(order, host))
    domains = [record.spec.names[0] for record in records if record]
    if not order.client and (panel := panel_spec(host)):
        domains.append(panel.domain)
    return any(not read_history(host, domain).waits(now) for domain in domains)
