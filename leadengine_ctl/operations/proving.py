"""Prove a domain to an authority by a TXT record, before the domain leads to its host."""

import time
from dataclasses import dataclass
from functools import partial

from leadengine_agent.protocol import CertifyAhead, Proof, Proven
from leadengine_ctl.dns.base import Record
from leadengine_ctl.dns.looking import sees_text
from leadengine_ctl.dns.manual import instructions
from leadengine_ctl.errors import NotAllowedError
from leadengine_ctl.hosts.base import HostAddress
from leadengine_ctl.operations.base import Run
from leadengine_ctl.operations.naming import Naming
from leadengine_ctl.operations.orders import ask
from leadengine_ctl.operations.seeing import resolvers_of

_STEP = "certify/record"
_PAUSE = 2.0
_OF_A_PROVIDER, _OF_A_PERSON = 600, 1800
"""Seconds until the world has to see the record."""


@dataclass(frozen=True)
class Proving:
    """The proof of one client's domain.

    Attributes:
        who: keeps the domain's DNS: a provider's name, `auto` or `manual`.
    """

    run: Run
    address: HostAddress
    client: str
    who: str

    def certify(self) -> dict[str, object]:
        """Have the host order the certificate, and put the records that it asks for; none stays.

        Raises:
            NotAllowedError: orders reach this host by a queue, one after the other.
            LeadEngineError: as `Run.order`.
        """
        if self.run.world.settings.hosts_by == "queue":
            raise NotAllowedError(
                "A certificate ahead of its domain needs a connection to the host",
                "Orders reach this host by a queue, one after the other (LECTL_HOSTS_BY).",
                "Give the command again with LECTL_HOSTS_BY=connection.",
            )
        naming = self._naming()
        provider = naming.provider(self.who)
        patience = _OF_A_PROVIDER if provider else _OF_A_PERSON
        order = CertifyAhead(client=self.client, patience=patience)
        try:
            return self.run.order(self.address, "certify", order, partial(self._prove, patience))
        finally:
            naming.forget_proofs()

    def _prove(self, patience: float, proof: Proof) -> None:
        record = Record(f"_acme-challenge.{proof.domain}", "TXT", proof.value)
        naming = self._naming()
        provider = naming.provider(self.who)
        if provider:
            naming.put(provider, record)
        else:
            self.run.ask(_STEP, instructions((record,)))
        if self._is_seen(record, time.monotonic() + patience):
            order = Proven(client=self.client, value=proof.value)
            ask(self.run.host(self.address), self.run.world.actor, order)

    def _is_seen(self, record: Record, deadline: float) -> bool:
        """Wait until every resolver that says anything sees the record."""
        resolvers = resolvers_of(self.run.world.settings.resolvers)
        while time.monotonic() < deadline:
            said = {sees_text(record.name, record.value, each) for each in resolvers}
            if said - {None} == {True}:
                return True
            time.sleep(_PAUSE)
        return False

    def _naming(self) -> Naming:
        world = self.run.world
        return Naming(world, self.client, world.store.clients.get(self.client).spec.domain)
