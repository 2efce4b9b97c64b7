"""`certify`: the certificate a stack should have, as soon as it can be had, without anybody asking."""

import time
from typing import Any

from leadengine_agent.certifying import Keeper, Site
from leadengine_agent.failures import not_found
from leadengine_agent.gateway import Gateway
from leadengine_agent.layout import HostLayout, StackLayout
from leadengine_agent.panel.front import panel_site
from leadengine_agent.protocol import Certify, CertifyResult
from leadengine_agent.records import Record, current_record
from leadengine_agent.schedule import read_history, stacks_of
from leadengine_agent.stack import compose_of, load_release
from leadengine_agent.tasks.context import Context


def run(order: Certify, context: Context) -> dict[str, Any]:
    """Look after one stack's certificate, or after every stack's and the panel's. Answers a
    `CertifyResult`.

    A certificate that cannot be had yet is no failure: the advice says what is missing.
    """
    advice = {}
    for layout in stacks_of(order, context.layout):
        record = current_record(layout)
        if record is None:
            if order.client:
                raise not_found(order.client)
            continue
        if _look_after(order, context, layout.client, site_of(context.layout, layout, record)):
            advice[layout.client] = read_history(context.layout, record.spec.names[0]).advice
    if not order.client and (panel := panel_site(context.layout)):
        _look_after(order, context, "panel", panel)
    return CertifyResult(advice=advice).model_dump()


def _look_after(order: Certify, context: Context, name: str, site: Site) -> bool:
    """False: it is not time yet."""
    history = read_history(context.layout, site.named.names[0])
    if order.scheduled and history.waits(time.time()):
        return False
    context.steps.run(f"certificate {name}", Keeper(context.layout, site).look_after)
    return True


def site_of(host: HostLayout, layout: StackLayout, record: Record) -> Site:
    """A stack as something that is served under a name."""
    release, _ = load_release(host, record.release)
    compose = compose_of(layout, record)
    gateway = Gateway(layout, record, compose, release.images["nginx"].reference)
    return Site(layout, record.spec, gateway)
