"""Certify: get or renew one client's certificate, where its domain's DNS has a part in it."""

from dataclasses import dataclass

from leadengine_agent.values import Frozen, Slug
from leadengine_ctl.hosts.base import HostAddress
from leadengine_ctl.operations.base import Did, Run, Work
from leadengine_ctl.operations.certifying import Certifying
from leadengine_ctl.operations.client_verb import ClientVerb


class CertifyRequest(Frozen):
    """What was asked for.

    Attributes:
        prove_by: who keeps the domain's DNS: a provider, `auto` or `manual`.
    """

    client: Slug
    host: str
    prove_by: str


@dataclass(frozen=True)
class CertifyVerb(ClientVerb[CertifyRequest]):
    """The verb. A certificate that is good, and not due, stays."""

    name: str = "certify"

    def works(self, run: Run) -> tuple[Work, ...]:
        request = self.request

        def certify() -> Did:
            address = HostAddress.parse(request.host)
            return Certifying(run, address, request.client, prove_by=request.prove_by).certify()

        return (Work("certify", certify),)
