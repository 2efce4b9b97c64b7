"""A client is carried from one stack to another: a hosted one gets a stack of its own, or the other way.

Where it comes from is kept until it is proven where it arrives: the host there reads its rows again
and compares what they come to. Each step can be repeated; after a kill the same command goes on.
"""

from dataclasses import dataclass

from leadengine_agent.protocol import (
    ArrivedResult,
    Freeze,
    FreezeResult,
    PackTenant,
    ParcelResult,
    PieceResult,
    PutParcel,
    ReadParcel,
    SuspendTenant,
    UnpackTenant,
)
from leadengine_agent.values import Frozen, Slug
from leadengine_ctl.errors import LeadEngineError, NotFoundError
from leadengine_ctl.hosts.base import HostAddress
from leadengine_ctl.operations.base import Did, Run, Work
from leadengine_ctl.operations.client_verb import ClientVerb
from leadengine_ctl.operations.orders import ask


class CarryRequest(Frozen):
    """From where to where.

    Attributes:
        client: the stack it leaves, on `host`; tenant: its name there; None: the stack is its own.
        to_client: the stack it comes to, on `to_host`; to_tenant: its name there; None: as before.
    """

    client: Slug
    host: str
    tenant: Slug | None
    to_client: Slug
    to_host: str
    to_tenant: Slug | None


@dataclass(frozen=True)
class CarryVerb(ClientVerb[CarryRequest]):
    """The verb."""

    name: str = "carry-client"

    def works(self, run: Run) -> tuple[Work, ...]:
        steps = _Steps(run, self.request)
        return (
            Work("close", steps.close),
            Work("carry", steps.carry),
            Work("arrive", steps.arrive),
            Work("open", steps.open),
            Work("tidy", steps.tidy),
        )


@dataclass(frozen=True)
class _Steps:
    run: Run
    request: CarryRequest

    def close(self) -> Did:
        """Take nothing any more where it leaves, and pack it."""
        packed = self._packed()
        return Did(changed=True, detail=f"{packed.rows:,} rows, {packed.size:,} bytes")

    def _packed(self) -> ParcelResult:
        """What was packed; asked again, the host says the same."""
        asked = self.request
        if asked.tenant is None:
            order = Freeze(client=asked.client, parcel=True)
            found = FreezeResult.model_validate(self.run.order(self._old, "freeze", order))
            assert found.parcel is not None  # noqa: S101 - it was asked for
            return found.parcel
        suspend = SuspendTenant(client=asked.client, tenant=asked.tenant)
        self.run.order(self._old, "suspend", suspend)
        pack = PackTenant(client=asked.client, tenant=asked.tenant)
        try:
            return ParcelResult.model_validate(self.run.order(self._old, "pack", pack))
        except LeadEngineError as error:
            self._go_back(error)
            raise

    def carry(self) -> Did:
        """Bring the parcel over, piece by piece."""
        # Asked once: each question about it is an order to the host.
        size, offset = self._packed().size, 0
        while offset < size:
            read = ReadParcel(client=self.request.client, offset=offset)
            piece = PieceResult.model_validate(self._ask(self._old, read))
            put = PutParcel(client=self.request.to_client, offset=offset, data=piece.data)
            offset = PieceResult.model_validate(self._ask(self._new, put)).size
        return Did(changed=True, detail=f"{offset:,} bytes")

    def arrive(self) -> Did:
        """Unpack it; its rows are read again there and compared. Else it lives on where it was."""
        packed = self._packed()
        order = UnpackTenant(client=self.request.to_client, sha256=packed.sha256)
        try:
            answer = self.run.order(self._new, "unpack", order)
        except LeadEngineError as error:
            self._go_back(error)
            raise
        arrived = ArrivedResult.model_validate(answer)
        detail = f"{packed.rows:,} rows in {len(packed.tables)} tables, as they left"
        return Did(arrived.changed, detail, arrived.model_dump(mode="json"))

    def _go_back(self, error: LeadEngineError) -> None:
        asked = self.request
        if asked.tenant is None:
            self.run.order(self._old, "thaw", Freeze(client=asked.client, thaw=True))
        else:
            resume = SuspendTenant(client=asked.client, tenant=asked.tenant, resume=True)
            self.run.order(self._old, "resume", resume)
        error.hint = f"It is served where it was, as before. {error.hint}".strip()

    def open(self) -> Did:
        """Let it be served where it arrived."""
        asked = self.request
        if asked.to_tenant is None:
            return Did(changed=False, detail=f"{asked.to_client} serves it")
        order = SuspendTenant(client=asked.to_client, tenant=asked.to_tenant, resume=True)
        self.run.order(self._new, "open", order)
        return Did(changed=True)

    def tidy(self) -> Did:
        """Let the parcel go, on both sides."""
        asked = self.request
        self._ask(self._new, PutParcel(client=asked.to_client, offset=0, data=""))
        try:
            self._ask(self._old, ReadParcel(client=asked.client, offset=self._packed().size))
        except NotFoundError:
            return Did(changed=False, detail="it was gone before")
        return Did(changed=True)

    def _ask(self, address: HostAddress, order: ReadParcel | PutParcel) -> dict[str, object]:
        return ask(self.run.host(address), self.run.world.actor, order)

    @property
    def _old(self) -> HostAddress:
        return HostAddress.parse(self.request.host)

    @property
    def _new(self) -> HostAddress:
        return HostAddress.parse(self.request.to_host)
