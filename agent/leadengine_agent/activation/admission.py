"""Whether an activation may begin: everything here refuses before anything is changed."""

from leadengine_agent import docker
from leadengine_agent.failures import TaskFailure
from leadengine_agent.layout import StackLayout
from leadengine_agent.protocol import Activate, FailureCode, Release, StackSpec
from leadengine_agent.records import Record
from leadengine_agent.stack import read_state


def refuse_unplanned(current: Record | None, order: Activate) -> None:
    """Refuse where the host is not as whoever gave the order believes."""
    refuse_taken_ports(order.spec.client)
    refuse_other_identity(current, order.spec)
    refuse_other_data(current, order.spec)
    refuse_other_start(current, order)


def refuse_taken_ports(client: str) -> None:
    """Say which container holds port 80 or 443, before anything is started."""
    for port in (80, 443):
        for each in docker.containers(f"publish={port}", "status=running"):
            holder = each["Config"]["Labels"].get("leadengine.client", "")
            if holder != client:
                name = each["Name"].lstrip("/")
                who = f"the stack of client '{holder}'" if holder else f"the container '{name}'"
                raise docker.port_taken(who)


def refuse_other_identity(current: Record | None, spec: StackSpec) -> None:
    """A client ID is in every snippet out there: an operator whose records lack it must not change it."""
    if current is None or current.spec.client_id == spec.client_id:
        return
    raise TaskFailure(
        FailureCode.CONFLICT,
        f"The stack of {spec.client} on this host has another client ID.",
        f"It was deployed from other records, as {current.spec.client_id}.",
        "Use the data folder or the database it was deployed from (LECTL_DATA_FOLDER, "
        "LECTL_DATABASE_URL); nothing was changed.",
    )


def refuse_other_data(current: Record | None, spec: StackSpec) -> None:
    """Data does not go where a setting points: a stack that would serve without it is refused."""
    if current is None or current.spec.elsewhere == spec.elsewhere:
        return
    there, here = "in a database of somebody else's", "in its own database"
    has, wants = (there, here) if current.spec.elsewhere else (here, there)
    raise TaskFailure(
        FailureCode.CONFLICT,
        f"The data of '{spec.client}' is {has}, and this asks for a stack with its data {wants}.",
        "Nobody has brought it there.",
        "Nothing was changed. Make another stack, and move its clients: 'lectl move'.",
    )


def refuse_other_start(current: Record | None, order: Activate) -> None:
    """An order that was planned against another release than the one that runs is out of date."""
    running = current.release if current else None
    if order.expects is None or running in {order.expects, order.release}:
        return
    raise TaskFailure(
        FailureCode.SUPERSEDED,
        f"The stack of {order.spec.client} does not run release {order.expects}.",
        f"It runs {running or 'nothing yet'}: somebody changed it since this was planned.",
        "Nothing was changed. Plan again: `lectl update --plan` shows what would be done.",
    )


def refuse_contract(layout: StackLayout, release: Release, order: Activate) -> None:
    """Automatic activations only add to the schema, so that the way back never needs a backup."""
    applied = read_state(layout, "migration").get("head")
    steps = set(release.database.pending(applied)) & set(release.database.contract)
    if applied is None or not steps or order.contract:
        return
    raise TaskFailure(
        FailureCode.MIGRATION,
        f"Release {release.version} takes something away from the database.",
        f"Older code cannot run after the revisions {', '.join(sorted(steps))}: "
        "there is no automatic way back from them.",
        "Nothing was changed. Choose a quiet hour and allow it: "
        "`lectl update CLIENT --allow-contract`.",
    )


def refuse_frozen(layout: StackLayout) -> None:
    """What was moved away must not come back to life by the way."""
    if read_state(layout, "frozen"):
        raise TaskFailure(
            FailureCode.FROZEN,
            f"The stack of '{layout.client}' on this host is frozen.",
            "It was moved to another host and is kept here only to go back to.",
            "Nothing was changed. Work on the one that serves, or thaw this one first.",
        )
