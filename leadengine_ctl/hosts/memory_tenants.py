"""Hosted clients on a host in memory: what a real stack's api does to them, in a dictionary."""

import secrets
from collections.abc import Callable
from typing import Any

from leadengine_agent.protocol import (
    Answered,
    ChangedResult,
    CreateTenant,
    CredentialsResult,
    DeletedTenant,
    DeleteTenant,
    Failure,
    FailureCode,
    Freeze,
    FreezeResult,
    ListedTenant,
    Order,
    PackTenant,
    ParcelResult,
    PutParcel,
    ReadParcel,
    ReadSite,
    SetStanding,
    SuspendTenant,
    TenantCredentials,
    TenantResult,
    Tenants,
    TenantsResult,
    UnpackTenant,
)
from leadengine_ctl.hosts.memory_parcels import MemoryParcels
from leadengine_ctl.hosts.memory_refusals import RefusedError, missing
from leadengine_ctl.hosts.memory_state import MemoryStack, MemoryState, MemoryTenant

CHANGES = (
    *(CreateTenant, SuspendTenant, DeleteTenant, ReadSite, SetStanding),
    *(PackTenant, UnpackTenant),
)
"""The orders that `MemoryTenants.change` carries out."""


class MemoryTenants:
    """The clients of the hosted stacks of one host."""

    def __init__(
        self, state: Callable[[], MemoryState], keep: Callable[[MemoryState], None]
    ) -> None:
        self._state = state
        self._keep = keep
        self._parcels = MemoryParcels(self._any_stack, self._put_stack)

    def read(self, order: Order) -> dict[str, Any]:
        """Answer what changes nothing that a journal would note."""
        match order:
            case Tenants(tenant=None):
                listed = tuple(_listed(one) for one in self._stack(order).tenants.values())
                return TenantsResult(tenants=listed).model_dump(mode="json")
            case Tenants():
                shown = _shown(self._stack(order), self._tenant(order), asked=True)
                return TenantsResult(shown=shown).model_dump(mode="json")
            case TenantCredentials():
                return self._credentials(order)
            case ReadParcel() | PutParcel():
                return self._parcels.run(order)
        raise AssertionError(order.verb)

    def change(self, order: Order) -> dict[str, Any]:
        """Carry out what changes a client."""
        match order:
            case CreateTenant():
                return self._create(order).model_dump(mode="json")
            case SuspendTenant(resume=resume):
                old = self._tenant(order)
                self._put(order, old.model_copy(update={"suspended": not resume}))
                return ChangedResult(changed=old.suspended is resume).model_dump()
            case SetStanding(standing=standing):
                return ChangedResult(changed=self._stand(order, standing)).model_dump()
            case ReadSite():
                return ChangedResult(changed=self._read(order)).model_dump()
            case DeleteTenant():
                self._tenant(order)
                self._put(order, None)
                gone = DeletedTenant(deleted={"tenants": 1}, residue={}, looked_at=1)
                return gone.model_dump()
            case PackTenant() | UnpackTenant():
                return self._parcels.run(order)
        raise AssertionError(order.verb)

    def packed(self, order: Freeze, result: FreezeResult) -> FreezeResult:
        """The end of a freeze, with the client's parcel if that was asked for."""
        if not order.parcel or order.thaw:
            return result
        found = self._parcels.run(PackTenant(client=order.client))
        return result.model_copy(update={"parcel": ParcelResult.model_validate(found)})

    def _read(self, order: ReadSite) -> bool:
        if order.tenant:
            old = self._tenant(order)
            self._put(order, old.model_copy(update={"site": True}))
            return not old.site
        stack = self._own_stack(order, "Each client of a stack for many has a website of its own.")
        self._put_stack(order.client, stack.model_copy(update={"site": order.site or ""}))
        return stack.site != order.site

    def _stand(self, order: SetStanding, standing: str) -> bool:
        if order.tenant:
            one = self._tenant(order)
            self._put(order, one.model_copy(update={"standing": standing}))
            return one.standing != standing
        stack = self._own_stack(order, "A client is named in a stack for many.")
        self._put_stack(order.client, stack.model_copy(update={"standing": standing}))
        return stack.standing != standing

    def _create(self, order: CreateTenant) -> TenantResult:
        stack = self._stack(order)
        old = stack.tenants.get(order.tenant)
        if old and (old.domain, old.email) != (order.domain, order.email):
            why = f"'{order.tenant}' is another client already, with the website {old.domain}."
            raise _refused(why, "Choose another name.")
        one = old or MemoryTenant(
            slug=order.tenant,
            client_id=secrets.token_hex(12),
            domain=order.domain,
            email=order.email,
            company=order.company,
            colour=order.colour,
        )
        self._put(order, one)
        return _shown(stack, one).model_copy(update={"created": old is None})

    def _credentials(self, order: TenantCredentials) -> dict[str, Any]:
        old = self._tenant(order)
        password = None if old.told else secrets.token_urlsafe(18)
        self._put(order, old.model_copy(update={"told": True}))
        found = {"email": old.email, "password": password}
        return CredentialsResult.model_validate(found).to_result()

    def _tenant(
        self,
        order: SuspendTenant | DeleteTenant | Tenants | TenantCredentials | SetStanding | ReadSite,
    ) -> MemoryTenant:
        found = self._stack(order).tenants.get(order.tenant or "")
        if found is None:
            raise missing(f"client '{order.tenant}'", "See which there are with 'list'.")
        return found

    def _any_stack(self, client: str) -> MemoryStack:
        found = self._state().stacks.get(client)
        if found is None:
            raise missing(f"stack of {client}", "Deploy it first.")
        return found

    def _stack(self, order: Any) -> MemoryStack:
        found = self._any_stack(order.client)
        if found.spec.kind != "hosted":
            why = "It is one client's own."
            raise _refused(why, "Make a stack for many first: lectl cloud create DOMAIN")
        return found

    def _own_stack(self, order: Any, why: str) -> MemoryStack:
        """One client's own; `why` a client has to be named in another."""
        found = self._any_stack(order.client)
        if found.spec.kind == "hosted":
            raise _refused(why, "Name it.")
        return found

    def _put(self, order: Any, tenant: MemoryTenant | None) -> None:
        stack = self._stack(order)
        others = {name: one for name, one in stack.tenants.items() if name != order.tenant}
        mine = {order.tenant: tenant} if tenant else {}
        self._put_stack(order.client, stack.model_copy(update={"tenants": {**others, **mine}}))

    def _put_stack(self, client: str, stack: MemoryStack) -> None:
        state = self._state()
        self._keep(state.model_copy(update={"stacks": {**state.stacks, client: stack}}))


def plain(answer: Answered) -> dict[str, Any]:
    """An answer as it goes over the wire."""
    return answer.model_dump(mode="json")


def _listed(one: MemoryTenant) -> ListedTenant:
    return ListedTenant(
        slug=one.slug,
        client_id=one.client_id,
        suspended=one.suspended or one.standing == "suspended",
    )


def _shown(stack: MemoryStack, one: MemoryTenant, *, asked: bool = False) -> TenantResult:
    """A client; what there is of it stands there when it was asked about. A visit comes with the site."""
    app, cdn = stack.spec.names
    return TenantResult(
        slug=one.slug,
        client_id=one.client_id,
        domain=one.domain,
        email=one.email,
        dashboard=f"https://{app}/{one.slug}",
        snippet=f"le('init', '{one.client_id}')",
        tag=f'<script async src="https://{cdn}/{one.client_id}/pixel.js"></script>',
        visits=int(one.site),
        kept={"visits": int(one.site), "passages": int(one.site)} if asked else {},
        suspended_at="2026-01-01T00:00:00+00:00" if one.suspended else "",
    )


def _refused(why: str, hint: str) -> RefusedError:
    what = "The hosted stack refused it."
    return RefusedError(Failure(code=FailureCode.REFUSED, what=what, why=why, hint=hint))
