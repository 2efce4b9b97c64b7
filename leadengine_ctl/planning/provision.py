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
            Step("address", "Let it answer to its reserved address again, if it has one"),
        ),
        notes=("Everything on its disk is lost.",),
    )


def plan_reserve(name: str, price: str, clients: tuple[str, ...]) -> Plan:
    """Say what an address costs and does."""
    lead = tuple(
        f"Then let the domain of {each} lead to it: lectl dns check {each}" for each in clients
    )
    return Plan(
        title=f"Reserve an address for {name}",
        steps=(
            Step("reserve", f"Have an IPv4 address that outlives {name}, and note it"),
            Step("hold", f"Let {name} answer to it"),
        ),
        notes=(f"This costs {price}, until it is released.", *lead),
    )


def plan_move_address(address: str, old: str, new: str) -> Plan:
    """Say what happens to both servers."""
    return Plan(
        title=f"Move {address} from {old} to {new}",
        steps=(
            Step("move", f"Let it lead to {new}, and note it"),
            Step("hold", f"Let {new} answer to it"),
            Step("let-go", f"Let {old} answer to it no more, if it still answers at all"),
        ),
        notes=(f"Whoever comes by {address} meets {new} from then on; no DNS record changes.",),
    )


def plan_release(address: str, name: str, price: str, clients: tuple[str, ...]) -> Plan:
    """Say what is given back, and who may be missed."""
    lost = (f"A domain that leads to it stops: look at {', '.join(clients)}.",) if clients else ()
    return Plan(
        title=f"Release {address} of {name}",
        steps=(
            Step("let-go", f"Let {name} answer to it no more"),
            Step("release", "Give it back at the provider: somebody else may get it"),
        ),
        notes=(*lost, f"It no longer costs {price}."),
    )


def plan_delete(name: str, provider: str, price: str, reserved: str = "") -> Plan:
    """Say what is given back."""
    kept = f"Its reserved address {reserved} goes, too; to keep it: lectl host address move."
    return Plan(
        title=f"Delete the server {name} at {provider}",
        steps=(
            Step("check", "Check that no client lives there"),
            Step("delete", f"Delete it at {provider}, with its snapshots, address and tags"),
            Step("forget", "Forget it, and the key it was known by"),
        ),
        notes=(
            "Everything on its disk is lost, and every snapshot of it.",
            *((kept,) if reserved else ()),
            f"It no longer costs {price}.",
        ),
    )
