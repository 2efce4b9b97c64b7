"""The steps of a destroy."""

from leadengine_ctl.planning.plan import Plan, Step


def plan_destroy(client: str, domain: str, host: str) -> Plan:
    """Say what destroying this client does, and what is lost."""
    return Plan(
        title=f"Destroy {client} on {host}",
        steps=(
            Step("decommission", f"Remove the stack of {client} and all its data from {host}"),
            Step("forget", f"Forget {client}: its client ID, configuration and stored secrets"),
        ),
        notes=(
            f"All data of {client} will be lost: database, knowledge base, files, certificates.",
            f"https://{domain} will stop answering, and the snippet on the client's site with it.",
            "No backup is made by this command. There is no way back.",
        ),
    )
