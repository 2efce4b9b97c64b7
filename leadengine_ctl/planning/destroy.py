"""The steps of a destroy."""

from leadengine_ctl.planning.plan import Plan, Step


def plan_destroy(
    client: str,
    domain: str,
    host: str,
    server: str = "",
    records: tuple[str, ...] = (),
    *,
    last_point: bool,
) -> Plan:
    """Say what destroying this client does, and what is lost.

    Args:
        server: the server that goes with it, in words; empty: its host stays.
        records: DNS records that were made for it.
        last_point: a last recovery point is taken first.
    """
    point = (Step("point", f"Take a last recovery point of {client}, and keep its recovery kit"),)
    back = (
        f"The way back, with a recovery key: lectl restore {client} --keys FOLDER --to HOST"
        if last_point
        else "No backup is made by this command. There is no way back."
    )
    return Plan(
        title=f"Destroy {client} on {host}",
        steps=(
            *(point if last_point else ()),
            Step("decommission", f"Remove the stack of {client} and all its data from {host}"),
            *_elsewhere(client, server, records),
        ),
        notes=(
            f"All data of {client} will be lost: database, knowledge base, files, certificates.",
            f"https://{domain} will stop answering, and the snippet on the client's site with it.",
            back,
        ),
    )


def plan_lost(
    client: str,
    host: str,
    why: str,
    server: str = "",
    records: tuple[str, ...] = (),
    others: tuple[str, ...] = (),
) -> Plan:
    """Say what forgetting a stack does whose machine is lost for good.

    Args:
        why: why the machine is not asked.
        others: the stacks that serve the same clients; none: what was on the machine is given up.
    """
    kept = f"The data of its clients is not touched: {', '.join(others)} serve them."
    gone = f"All data of {client} on {host} is given up. No backup is made by this command."
    return Plan(
        title=f"Forget {client}: {host} is lost",
        steps=(
            *_elsewhere(client, server, records),
            Step("forget-host", f"Forget {host}, and let its agent in no more"),
        ),
        notes=(
            why,
            f"Nothing on {host} is removed, as it is not asked.",
            "Should it ever run again, it serves as before.",
            kept if others else gone,
        ),
    )


def _elsewhere(client: str, server: str, records: tuple[str, ...]) -> tuple[Step, ...]:
    """What goes of it besides what is on its host."""
    named = f": {', '.join(records)}" if records else " (there are none)"
    rented = (
        (
            Step("delete-server", f"Delete {server}"),
            Step("forget-server", "Forget it, and the key it was known by"),
        )
        if server
        else ()
    )
    return (
        Step("dns", f"Remove the DNS records that were made for {client}{named}"),
        *rented,
        Step("forget", f"Forget {client}: its client ID, configuration and stored secrets"),
    )


def plan_leftover(client: str, host: str) -> Plan:
    """Say what removing the frozen copy that a move left does."""
    return Plan(
        title=f"Remove the frozen copy of {client} from {host}",
        steps=(Step("decommission", f"Remove it and its data from {host}"),),
        notes=(f"{client} itself lives elsewhere and is not touched.",),
    )
