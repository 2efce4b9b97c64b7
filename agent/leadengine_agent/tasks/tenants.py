"""Clients of a hosted stack: what its api's own command does to them, inside the container that serves."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leadengine_agent.docker import DockerError, docker
from leadengine_agent.executor.steps import Did
from leadengine_agent.failures import TaskFailure, not_found
from leadengine_agent.protocol import (
    ChangedResult,
    CreateTenant,
    CredentialsResult,
    DeletedTenant,
    DeleteTenant,
    FailureCode,
    ListedTenant,
    ReadSite,
    SuspendTenant,
    TenantCredentials,
    TenantResult,
    Tenants,
    TenantsResult,
)
from leadengine_agent.records import current_record
from leadengine_agent.stack import api_service, compose_of
from leadengine_agent.tasks.context import Context

Change = CreateTenant | SuspendTenant | DeleteTenant | ReadSite
TenantOrder = Change | Tenants | TenantCredentials

_SECONDS = 120
_FAILED = re.compile(r"^leadengine-admin \w+ failed: ")
_UNKNOWN = "there is no client called"


def run(order: TenantOrder, context: Context) -> dict[str, Any]:
    """Do it, and answer the verb's result."""
    admin = _admin(order, context)
    if isinstance(order, DeleteTenant):
        layout = context.layout.stack(order.client)
        for parcel in (layout.leaving, layout.arriving):
            # It may be this very client's.
            parcel.unlink(missing_ok=True)
    match order:
        case Tenants():
            return _tenants(order, admin).model_dump(mode="json")
        case TenantCredentials():
            return _credentials(order, admin)
    answer: dict[str, Any] = {}

    def step() -> Did:
        did, found = _change(order, admin)
        answer.update(found)
        return did

    context.steps.run(order.verb.removesuffix("-tenant"), step)
    return answer


@dataclass(frozen=True)
class _Admin:
    """The command inside the api that serves."""

    container: str

    def __call__(self, doing: str, **asked: str) -> Any:
        """Ask; what is asked stands on standard input, in nobody's list of processes.

        Raises:
            TaskFailure: it refused, in its own words.
        """
        words = ("exec", "-i", self.container, "leadengine-admin", "hosting", doing)
        try:
            return json.loads(docker(*words, stdin=json.dumps(asked), timeout=_SECONDS))
        except DockerError as error:
            raise refusal(error) from error


def refusal(error: DockerError) -> TaskFailure:
    """What the stack's own command said, in the protocol's words."""
    said = _FAILED.sub("", str(error))
    why, _, hint = said.partition("; ")
    return TaskFailure(
        FailureCode.NOT_FOUND if _UNKNOWN in said else FailureCode.REFUSED,
        "The hosted stack refused it.",
        f"{why[:1].upper()}{why[1:].rstrip('.')}.",
        f"{hint[:1].upper()}{hint[1:].rstrip('.')}." if hint else "Mend that and ask again.",
    )


def _admin(order: TenantOrder, context: Context) -> _Admin:
    layout = context.layout.stack(order.client)
    record = current_record(layout)
    if record is None:
        raise not_found(order.client)
    if record.spec.kind == "hosted" and _is_of_own_stack(order):
        raise TaskFailure(
            FailureCode.REFUSED,
            f"The stack '{order.client}' is shared by many.",
            "Each of them has a website of its own.",
            "Name the client.",
        )
    if record.spec.kind != "hosted" and not _is_of_own_stack(order):
        raise TaskFailure(
            FailureCode.REFUSED,
            f"The stack '{order.client}' hosts no clients.",
            "It is one client's own.",
            "Make a stack for many first: lectl cloud create DOMAIN",
        )
    return _Admin(compose_of(layout, record).name_of(api_service(record.colour)))


def _is_of_own_stack(order: TenantOrder) -> bool:
    return isinstance(order, ReadSite) and order.tenant is None


def _change(order: Change, admin: _Admin) -> tuple[Did, dict[str, Any]]:
    match order:
        case CreateTenant():
            return _create(order, admin)
        case SuspendTenant():
            return _suspend(order, admin)
        case DeleteTenant():
            return _delete(order, admin)
        case ReadSite():
            whose = {"slug": order.tenant} if order.tenant else {"site": order.site or ""}
            begun = ChangedResult.model_validate(admin("read-site", **whose))
            detail = f"the website of {order.tenant or order.client} is read"
            return Did(begun.changed, detail), begun.model_dump()


def _create(order: CreateTenant, admin: _Admin) -> tuple[Did, dict[str, Any]]:
    # An older stack knows of neither: what was not chosen is not said.
    said = {"company": order.company, "colour": order.colour}
    chosen = {name: value for name, value in said.items() if value}
    asked = {"slug": order.tenant, "domain": order.domain, "email": order.email, **chosen}
    made = _result(admin("create", **asked))
    detail = f"client ID {made.client_id}"
    return Did(made.created, detail), made.model_dump(mode="json")


def _suspend(order: SuspendTenant, admin: _Admin) -> tuple[Did, dict[str, Any]]:
    found = admin("resume" if order.resume else "suspend", slug=order.tenant)
    changed = ChangedResult.model_validate(found)
    words = "let in again" if order.resume else "let in nowhere; its data is kept"
    return Did(changed.changed, f"{order.tenant} is {words}"), changed.model_dump()


def _delete(order: DeleteTenant, admin: _Admin) -> tuple[Did, dict[str, Any]]:
    gone = DeletedTenant.model_validate(admin("delete", slug=order.tenant))
    detail = f"looked for in {gone.looked_at} places afterwards: nothing is left"
    return Did(True, detail), gone.model_dump()


def _tenants(order: Tenants, admin: _Admin) -> TenantsResult:
    if order.tenant is None:
        listed = tuple(ListedTenant.model_validate(each) for each in admin("list"))
        return TenantsResult(tenants=listed)
    shown = _result(admin("show", slug=order.tenant))
    kept = admin("count", slug=order.tenant)
    return TenantsResult(shown=shown.model_copy(update={"kept": kept}))


def _credentials(order: TenantCredentials, admin: _Admin) -> dict[str, Any]:
    told = admin("password", slug=order.tenant)
    return CredentialsResult.model_validate(told).to_result()


def _result(found: Mapping[str, Any]) -> TenantResult:
    return TenantResult.model_validate(
        {name: "" if value is None else value for name, value in found.items()}
    )
