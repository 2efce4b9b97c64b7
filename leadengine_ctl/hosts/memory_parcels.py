"""Clients on their way between hosts in memory: a parcel is what a tenant is, as JSON."""

import base64
import hashlib
from collections.abc import Callable
from typing import Any

from leadengine_agent.protocol import (
    PARCEL_PIECE,
    ArrivedResult,
    Failure,
    FailureCode,
    Order,
    PackTenant,
    ParcelResult,
    ParcelTable,
    PieceResult,
    PutParcel,
    ReadParcel,
    UnpackTenant,
)
from leadengine_ctl.hosts.memory_refusals import RefusedError, missing
from leadengine_ctl.hosts.memory_state import MemoryStack, MemoryTenant

Keep = Callable[[str, MemoryStack], None]


class MemoryParcels:
    """The parcels of one host. `keep`: is given a client's stack as it is from now on."""

    def __init__(self, stack_of: Callable[[str], MemoryStack], keep: Keep) -> None:
        self._stack_of = stack_of
        self._keep = keep

    def run(self, order: Order) -> dict[str, Any]:
        """Carry one out."""
        match order:
            case PackTenant():
                return self._pack(order).model_dump(mode="json")
            case ReadParcel():
                return self._read(order).model_dump(mode="json")
            case PutParcel():
                return self._put(order).model_dump(mode="json")
            case UnpackTenant():
                return self._unpack(order).model_dump(mode="json")
        raise AssertionError(order.verb)

    def _pack(self, order: PackTenant) -> ParcelResult:
        stack = self._stack_of(order.client)
        one = stack.tenants.get(order.tenant) if order.tenant else _own(stack)
        if one is None:
            raise missing(f"client '{order.tenant}'", "See which there are with 'list'.")
        self._keep(order.client, stack.model_copy(update={"leaving": one.model_dump_json()}))
        data = one.model_dump_json().encode()
        return ParcelResult(
            client_id=one.client_id,
            slug=one.slug,
            size=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            tables=_tables(one),
        )

    def _read(self, order: ReadParcel) -> PieceResult:
        stack = self._stack_of(order.client)
        if not stack.leaving:
            raise missing("parcel", "Pack the client first.")
        data = stack.leaving.encode()
        if order.offset >= len(data):
            self._keep(order.client, stack.model_copy(update={"leaving": ""}))
        piece = data[order.offset : order.offset + PARCEL_PIECE]
        return PieceResult(data=base64.b64encode(piece).decode(), size=len(data))

    def _put(self, order: PutParcel) -> PieceResult:
        stack = self._stack_of(order.client)
        before = stack.arriving.encode()[: order.offset]
        data = before + base64.b64decode(order.data)
        text = data.decode(errors="replace")
        self._keep(order.client, stack.model_copy(update={"arriving": text}))
        return PieceResult(size=len(data))

    def _unpack(self, order: UnpackTenant) -> ArrivedResult:
        stack = self._stack_of(order.client)
        if hashlib.sha256(stack.arriving.encode()).hexdigest() != order.sha256:
            raise _refused("It is not what was packed.", "Carry it again from its beginning.")
        one = MemoryTenant.model_validate_json(stack.arriving)
        changed: dict[str, Any] = {"arriving": ""}
        if stack.spec.kind == "hosted":
            new = one.model_copy(update={"suspended": True})
            changed |= {"tenants": {**stack.tenants, one.slug: new}}
        elif one.client_id != stack.spec.client_id:
            why = f"This stack is that of client ID {stack.spec.client_id}."
            raise _refused(why, "Deploy a stack for that client ID.")
        self._keep(order.client, stack.model_copy(update=changed))
        return ArrivedResult(
            client_id=one.client_id, slug=one.slug, changed=True, tables=_tables(one)
        )


def _own(stack: MemoryStack) -> MemoryTenant:
    spec = stack.spec
    return MemoryTenant(
        slug=spec.client, client_id=spec.client_id, domain=spec.domain, email=spec.email
    )


def _tables(one: MemoryTenant) -> dict[str, ParcelTable]:
    return {"users": ParcelTable(rows=1, sha256=hashlib.sha256(one.email.encode()).hexdigest())}


def _refused(why: str, hint: str) -> RefusedError:
    what = "The stack refused it."
    return RefusedError(Failure(code=FailureCode.REFUSED, what=what, why=why, hint=hint))
