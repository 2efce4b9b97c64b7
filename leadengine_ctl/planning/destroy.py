"""The steps of a destroy."""

from leadengine_ctl.planning.plan import Plan, Step


def plan_destroy(
    client: str, domain: str, host: str, server: str = "", records: tuple[str, ...] = ()
) -> Plan:
    """Say what destroying this client does, and what is lost.

    Args:
        server: the server that goes with it, in words; empty: its host stays.
        records: DNS records that were made for it.
    """
    named = f": {', '.join(records)}" if records else " (there are none)"
    rented = (
        (
            Step("delete-server", f"Delete {server}"),
            Step("forget-server", "Forget it, and the key it was known by"),
        )
        if server
        else ()
    )
    return Plan(
        title=f"Destroy {client} on {host}",
        steps=(
            Step("decommission", f"Remove the stack of {client} and all its data from {host}"),
            Step("dns", f"Remove the DNS records that were made for {client}{named}"),
            *rented,
            Step("forget", f"Forget {client}: its client ID, configuration and stored secrets"),
        ),
        notes=(
            f"All data of {client} will be lost: database, knowledge base, files, certificates.",
            f"https://{domain} will stop answering, and the snippet on the client's site with it.",
            "No backup is made by this command. There is no way back.",
        ),
    )
