"""The steps of getting, changing and giving back a server."""

from leadengine_ctl.planning.plan import Plan, Step


def plan_provision(name: str, offer: str, price: str) -> Plan:
    """Say what making a server costs and does."""
    return Plan(
        title=f"Make {name} a host: {offer}",
        steps=(
            Step("choose", f"Check that it is for sale, and what it costs: {price}"),
            Step("order", "Note the order, with the host key the server will be known by"),
            Step("create", "Have the server made behind a firewall, and note its id"),
            Step("boot", "Wait until it runs and has an address"),
            Step("connect", "Meet it over SSH by that key"),
            Step("identity", "Give it a host key of its own that nobody else has seen"),
            Step("register", f"Register it as the host of {name}"),
        ),
        notes=(f"This costs {price}, from now until the server is deleted.",),
    )


def plan_resize(name: str, old: str, new: str, price: str) -> Plan:
    """Say what another size costs and does."""
    return Plan(
        title=f"Resize {name} from {old} to {new}",
        steps=(
            Step("choose", f"Check that {new} is for sale, and what it costs: {price}"),
            Step("address", "Make sure that its address stays the same"),
            Step("off", "Switch the server off"),
            Step("resize", f"Let it be a {new}"),
            Step("on", "Switch it on and wait until it lets us in"),
            Step("record", "Note its size and price"),
        ),
        notes=(
            "Every client on it is down for some minutes.",
            "The disk keeps its size.",
            f"It will cost {price}.",
        ),
    )


def plan_replace(name: str) -> Plan:
    """Say what a fresh system does."""
    return Plan(
        title=f"Write a fresh system over {name}",
        steps=(
            Step("check", "Check that no client lives there"),
            Step("rebuild", "Write the system anew; address, size and price stay"),
            Step("boot", "Wait until it runs"),
            Step("connect", "Meet it over SSH by the key it was given"),
            Step("identity", "Give it a host key of its own that nobody else has seen"),
            Step("register", "Register it again"),
        ),
        notes=("Everything on its disk is lost.",),
    )


def plan_delete(name: str, provider: str, price: str) -> Plan:
    """Say what is given back."""
    return Plan(
        title=f"Delete the server {name} at {provider}",
        steps=(
            Step("check", "Check that no client lives there"),
            Step("delete", f"Delete it at {provider}, with its snapshots, address and tags"),
            Step("forget", "Forget it, and the key it was known by"),
        ),
        notes=(
            "Everything on its disk is lost, and every snapshot of it.",
            f"It no longer costs {price}.",
        ),
    )
