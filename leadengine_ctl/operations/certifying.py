"""Get a stack's certificate, or advice on what is missing for it: a step that several verbs have."""

from dataclasses import dataclass

from leadengine_agent.protocol import (
    CertificateState,
    Certify,
    CertifyResult,
    FailureCode,
    HostState,
    Inspect,
)
from leadengine_ctl.errors import TaskFailedError
from leadengine_ctl.hosts.base import HostAddress
from leadengine_ctl.operations.base import Did, Run
from leadengine_ctl.operations.proving import Proving


@dataclass
class Certifying:
    """One certificate.

    Attributes:
        seen: as an activation saw it served a moment ago, in this process.
        prove_by: who keeps the domain's DNS, to certify it before it leads here; None: it leads here.
    """

    run: Run
    address: HostAddress
    client: str
    seen: CertificateState | None = None
    prove_by: str | None = None

    def certify(self) -> Did:
        """The step; it does not fail where only DNS is not right yet."""
        advice = ""
        try:
            answer = self._order()
            advice = CertifyResult.model_validate(answer).advice.get(self.client, "")
        except TaskFailedError as error:
            if error.code != FailureCode.CERTIFICATE:
                raise
            # The stack is live on the certificate it has; the host tries again by itself.
            advice = f"{error.what}. {error.why} {error.hint}"
            self.seen = None
        if self.seen is None or self.run.has_changed("certify"):
            self.seen = self._served()
        certificate = self.seen
        root = self._keep_root(certificate)
        return Did(
            changed=self.run.has_changed("certify"),
            detail=advice or f"{certificate.issuer_kind} certificate",
            data={"kind": certificate.issuer_kind, "advice": advice, "root": root},
        )

    def _order(self) -> dict[str, object]:
        if self.prove_by:
            return Proving(self.run, self.address, self.client, self.prove_by).certify()
        return self.run.order(self.address, "certify", Certify(client=self.client))

    def _served(self) -> CertificateState:
        answer = self.run.order(self.address, "inspect", Inspect(client=self.client))
        return HostState.model_validate(answer).stacks[0].certificate

    def _keep_root(self, certificate: CertificateState) -> str:
        """Keep the root of the host's own CA, for people who want to trust it; says where."""
        if not certificate.root_pem:
            return ""
        folder = self.run.world.settings.data_folder / "roots"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.address.name}.pem"
        path.write_text(certificate.root_pem, encoding="ascii")
        return str(path)
