"""`certify-ahead`: a certificate before the domain points here, proven by a TXT record that others put."""

from typing import Any

from leadengine_agent.certifying import Keeper
from leadengine_agent.failures import TaskFailure, not_found
from leadengine_agent.proof import Asking
from leadengine_agent.protocol import CertifyAhead, CertifyResult, FailureCode, Proof
from leadengine_agent.records import current_record
from leadengine_agent.schedule import read_history
from leadengine_agent.tasks.certify import site_of
from leadengine_agent.tasks.context import Context


def run(order: CertifyAhead, context: Context) -> dict[str, Any]:
    """Look after one stack's certificate. Answers a `CertifyResult`, as `certify` does."""
    layout = context.layout.stack(order.client)
    record = current_record(layout)
    if record is None:
        raise not_found(order.client)
    if record.spec.kind == "hosted" and not record.spec.wildcard:
        raise _several_names(record.spec.identity.domain)
    domain, step = record.spec.identity.domain, f"certificate {layout.client}"

    def tell(value: str) -> None:
        context.steps.ask(step, Proof(domain=domain, value=value))

    site = site_of(context.layout, layout, record)
    # A wildcard and the domain itself are proven one after the other.
    asking = Asking(tell, order.patience * len(record.spec.certified))
    keeper = Keeper(context.layout, site, asking)
    context.steps.run(step, keeper.look_after)
    advice = read_history(context.layout, record.spec.names[0]).advice
    return CertifyResult(advice={layout.client: advice}).model_dump()


def _several_names(domain: str) -> TaskFailure:
    return TaskFailure(
        FailureCode.REFUSED,
        "This certificate is not ordered before its names lead here.",
        f"A hosted stack has two names below {domain}, and one record proves one of them.",
        f"Let app.{domain} and cdn.{domain} lead to this host; the certificate comes by itself then."
        " Or give --wildcard too: one record proves all names below.",
    )
