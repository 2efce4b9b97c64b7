"""Deploy: from a name and a domain to a live stack."""

from dataclasses import dataclass

from leadengine_agent.protocol import Activate, CertificateState
from leadengine_ctl.fleet.records import ClientRecord
from leadengine_ctl.hosts.base import HostAddress
from leadengine_ctl.operations.admission import check_host, check_names, check_release
from leadengine_ctl.operations.backups.policy import credentials_of
from leadengine_ctl.operations.base import Did, Run, Work
from leadengine_ctl.operations.certifying import Certifying
from leadengine_ctl.operations.client_verb import ClientVerb
from leadengine_ctl.operations.hosts import forget_host
from leadengine_ctl.operations.naming import Naming, addresses_of
from leadengine_ctl.operations.placing import Placing
from leadengine_ctl.operations.request import DeployRequest
from leadengine_ctl.operations.spec import Wanted

_BAKE = 5
"""Seconds that a change is watched in service: somebody stands by. Updates take their time."""


@dataclass(frozen=True)
class Deploy(ClientVerb[DeployRequest]):
    """The verb."""

    name: str = "deploy"

    def works(self, run: Run) -> tuple[Work, ...]:
        steps = _Steps(run, self.request)
        named = (Work("dns", steps.dns),) if self.request.dns else ()
        lost = (Work("forget-host", steps.forget_host),) if self.request.instead_of else ()
        return (
            Work("check", steps.check),
            *named,
            Work("prepare", steps.prepare),
            Work("harden", steps.harden),
            Work("release", steps.release),
            Work("register", steps.register),
            Work("activate", steps.activate),
            Work("certify", steps.certify),
            Work("record", steps.record),
            *lost,
        )


@dataclass
class _Steps:
    run: Run
    request: DeployRequest
    seen: CertificateState | None = None
    """The certificate as the activation saw it served a moment ago, in this process."""

    def check(self) -> Did:
        check_names(self.run.world, self.request)
        check_release(self.run.world, self.request)
        check_host(self.run.world, self.request)
        return Did(changed=False, detail="both are free or ours already")

    def dns(self) -> Did:
        request = self.request
        addresses = addresses_of(self.run.world, self._address())
        did = [
            Naming(self.run.world, request.client, name).point(
                request.dns or "auto", addresses, replace=request.replace_dns
            )
            for name in self._names()
        ]
        detail = " ".join(dict.fromkeys(each.detail for each in did))
        return Did(changed=any(each.changed for each in did), detail=detail)

    def _names(self) -> tuple[str, ...]:
        """Those that are to lead to the host: of a dedicated wildcard, each below the domain."""
        return Wanted.of(self.run.world, self.request).spec().served

    def prepare(self) -> Did:
        return self._placing().prepare()

    def harden(self) -> Did:
        return self._placing().harden()

    def release(self) -> Did:
        return self._placing().release()

    def register(self) -> Did:
        clients, wanted = self.run.world.store.clients, Wanted.of(self.run.world, self.request)
        old = wanted.old
        new = ClientRecord(spec=wanted.spec(), host=self._address().name, secrets=wanted.secrets())
        clients.save(new)
        clients.keep_spec(new.spec, wanted.config())
        changed = old is None or (old.spec, old.secrets) != (new.spec, new.secrets)
        return Did(changed=changed, detail=f"client ID {new.spec.client_id}")

    def activate(self) -> Did:
        client = self.run.world.store.clients.get(self.request.client)
        order = Activate(
            spec=client.spec,
            release=self.request.release,
            secrets=client.secrets,
            credentials=credentials_of(self.run.world, client.spec.backup),
            without_backup=self.request.without_backup,
            bake=_BAKE,
        )
        did, result = self._placing().activate(order)
        self.seen = result.stack.certificate
        return did

    def certify(self) -> Did:
        request = self.request
        who = request.prove_by
        return Certifying(self.run, self._address(), request.client, self.seen, who).certify()

    def record(self) -> Did:
        clients, request = self.run.world.store.clients, self.request
        changed = clients.get(request.client).release != request.release
        clients.mark_live(request.client, request.release)
        return Did(changed=changed)

    def forget_host(self) -> Did:
        """The machine whose place this one takes."""
        return forget_host(self.run.world, self.request.instead_of or "")

    def _address(self) -> HostAddress:
        return HostAddress.parse(self.request.host)

    def _placing(self) -> Placing:
        return Placing(self.run, self._address(), self.request.release)
