"""What the commands for hosted clients ask and show."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from leadengine_agent.protocol import CredentialsResult, ListedTenant, TenantResult
from leadengine_ctl.cli import terminal, texts
from leadengine_ctl.cli.asking import have_name_typed
from leadengine_ctl.cli.session import Session
from leadengine_ctl.errors import UsageError
from leadengine_ctl.operations.defaults import check_slug, client_host
from leadengine_ctl.operations.exporting import export_client
from leadengine_ctl.operations.tenants import (
    ChangeTenantRequest,
    ChangeTenantVerb,
    CreateTenantRequest,
    CreateTenantVerb,
    DeleteTenantVerb,
    TenantRequest,
    answering_place,
    read_tenants,
)
from leadengine_ctl.planning.delete_tenant import plan_delete_tenant


def create_tenant(
    session: Session, cloud: str | None, words: Mapping[str, str | None], plan: str
) -> None:
    """Make a client and show what its people need; the password once, and never in JSON."""
    if plan != "hosted":
        raise UsageError(
            f"A client of the plan '{plan}' is not made in a stack for many",
            "It has a stack of its own.",
            f"Deploy it: lectl deploy {words['tenant']} DOMAIN",
        )
    stack, host = answering_place(session.world, cloud)
    email = words["email"] or session.world.settings.support_email
    request = CreateTenantRequest.model_validate(
        {**words, "email": email, "client": stack, "host": host}
    )
    told: list[CredentialsResult] = []
    tell = None if session.as_json else told.append
    finished = session.run(CreateTenantVerb(request, tell=tell))
    made = TenantResult.model_validate(finished.data["create"])
    if session.as_json:
        put_tenant(made, as_json=True)
        return
    password = told[0].password if told else None
    admin = f"{made.email} / {password.get_secret_value()}" if password else made.email
    terminal.put(_made_text(made, admin))
    if password:
        terminal.say("The password is shown this once; it is kept nowhere.")


def _made_text(made: TenantResult, admin: str) -> str:
    state = "is made" if made.created else "was there already; nothing changed"
    return "\n".join(
        (
            f"{made.slug} {state}.",
            f"  Dashboard: {made.dashboard}",
            f"  Admin: {admin}",
            f"  Client ID: {made.client_id}",
            f"  Snippet: {made.tag}",
        )
    )


def put_tenants(found: Sequence[ListedTenant], *, as_json: bool) -> None:
    """One line a client."""
    if as_json:
        tenants = [each.model_dump(mode="json") for each in found]
        terminal.put_json({"kind": "result", "tenants": tenants})
        return
    if not found:
        terminal.say("There are no clients in it yet. Try: lectl tenant create acme www.acme.com")
        return
    rows = [(_state(each.suspended), each.slug, each.client_id) for each in found]
    tones = ["warn" if each.suspended else "good" for each in found]
    terminal.put_table([("STATE", "CLIENT", "CLIENT ID"), *rows], ["", *tones])


def _state(suspended: bool) -> str:
    return "suspended" if suspended else "live"


def put_tenant(found: TenantResult, *, as_json: bool) -> None:
    """One client with all there is of it."""
    if as_json:
        terminal.put_json({"kind": "result", **found.model_dump(mode="json")})
        return
    since = f" since {found.suspended_at[:19]}" if found.suspended_at else ""
    lines = [
        f"{found.slug} is {_state(bool(found.suspended_at))}{since}.",
        f"  Dashboard: {found.dashboard}",
        f"  Website: {found.domain}",
        f"  Admin: {found.email}",
        f"  Client ID: {found.client_id}",
        f"  Snippet: {found.tag}",
    ]
    kept = [f"  {number:>9,} {place}" for place, number in found.kept.items() if number]
    terminal.put("\n".join([*lines, *kept]))


def change_tenant(session: Session, cloud: str | None, tenant: str, do: str) -> None:
    """Suspend or resume."""
    stack, host = answering_place(session.world, cloud)
    request = ChangeTenantRequest.model_validate(
        {"client": stack, "host": host, "tenant": tenant, "do": do}
    )
    finished = session.run(ChangeTenantVerb(request))
    if session.as_json:
        terminal.put_json({"kind": "result", "operation": finished.operation})
        return
    words = "is let in nowhere; its data is kept" if do == "suspend" else "is let in again"
    terminal.say(f"{tenant} {words}.", "good")


def export_tenant(
    session: Session, cloud: str | None, tenant: str, file: Path, *, own: bool
) -> None:
    """Write a client into a file, and say what it came to."""
    world = session.world
    if own:
        place, named = (tenant, str(client_host(world, tenant))), None
    else:
        place, named = answering_place(world, cloud), check_slug(tenant)
    packed = export_client(world, place, named, file)
    if session.as_json:
        terminal.put_json({"kind": "result", **packed.model_dump(mode="json")})
        return
    full = sum(1 for each in packed.tables.values() if each.rows)
    terminal.put(f"{file}: {packed.rows:,} rows of {full} tables, {packed.size:,} bytes")
    terminal.say("It holds personal data in clear. Delete it when it is not needed any more.")


def delete_tenant(
    session: Session, cloud: str | None, tenant: str, answer: str | None, *, may_ask: bool
) -> None:
    """Say what is lost, have the name typed, delete.

    Raises:
        NotAllowedError: it was not typed right.
    """
    stack, host = answering_place(session.world, cloud)
    request = TenantRequest(client=stack, host=host, tenant=tenant)
    shown = read_tenants(session.world, cloud, tenant).shown
    plan = plan_delete_tenant(tenant, stack, shown.kept if shown else {})
    terminal.say(texts.plan_text(plan))
    have_name_typed(tenant, answer, "delete", f"{tenant} was not deleted", may_ask=may_ask)
    finished = session.run(DeleteTenantVerb(request))
    gone = finished.data["delete"]
    if session.as_json:
        terminal.put_json({"kind": "result", "operation": finished.operation, **gone})
        return
    places = gone["looked_at"]
    terminal.say(f"{tenant} is gone: looked for in {places} places, nothing is left.", "good")
