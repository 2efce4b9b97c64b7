"""The steps of deleting a hosted client."""

from leadengine_ctl.planning.plan import Plan, Step


def plan_delete_tenant(tenant: str, stack: str, kept: dict[str, int]) -> Plan:
    """Say what deleting this client does, and what is lost.

    Args:
        kept: what there is of it, by table and other place.
    """
    rows = ", ".join(f"{number:,} {place}" for place, number in kept.items() if number)
    return Plan(
        title=f"Delete the client {tenant} of the hosted stack {stack}",
        steps=(
            Step("suspend", f"Let nobody in any more, and take no events of {tenant}"),
            Step(
                "delete", "Delete its rows, its keys in Redis, its events on the way, its vectors"
            ),
            Step("prove", "Look for it in every place afterwards; what is left is an error"),
        ),
        notes=(
            f"What is lost: {rows or 'nothing that is counted'}.",
            "Recovery points of the stack keep it until they are too old to be kept.",
            "There is no way back.",
        ),
    )
