"""May this machine become a host?"""

from leadengine_agent.protocol import StepState
from leadengine_ctl.errors import LeadEngineError, NotAllowedError
from leadengine_ctl.hosts.base import HostAddress, HostFacts, Minimum, Progress, Report, Runner
from leadengine_ctl.hosts.facts import SPECIFICATION
from leadengine_ctl.hosts.probing import docker_disk

_STEP = "check"
_TOLERANCE = 0.9
"""A machine sold as 4 GB and 50 GB shows a little less of both."""


_SLACK = 500_000_000
"""Bytes that stay free: a full disk stops more than a load of images."""


def shortfalls(facts: HostFacts, minimum: Minimum) -> tuple[str, ...]:
    """What the host has too little of, as `memory 1.9 GB of 4 GB`."""
    wanted = (
        ("memory", facts.memory, minimum.memory),
        ("disk", facts.disk_total, minimum.disk),
    )
    sizes = [
        f"{name} {has / 1e9:.1f} GB of {needs / 1e9:.0f} GB"
        for name, has, needs in wanted
        if has < needs * _TOLERANCE
    ]
    cores = [f"cores {facts.cores} of {minimum.cores}"] if facts.cores < minimum.cores else []
    return (*sizes, *cores)


def check_suitable(facts: HostFacts, address: HostAddress, floor: Minimum, report: Report) -> None:
    """Refuse a host that is too small or whose web ports are somebody else's.

    Raises:
        NotAllowedError: with the sentence that says which.
    """
    if short := shortfalls(facts, floor):
        raise NotAllowedError(
            f"{address} is too small for a stack",
            f"It has {', '.join(short)}.",
            "Take a larger host, or lower the floor if you know that this one will do.",
        )
    check_ports(facts, address)
    small = shortfalls(facts, SPECIFICATION)
    warning = f"; below the specification's minimum: {', '.join(small)}" if small else ""
    report(Progress(_STEP, StepState.DONE, f"{facts.os_name}, {facts.arch}{warning}"))


def check_ports(facts: HostFacts, address: HostAddress) -> None:
    """Raises NotAllowedError when somebody else has port 80 or 443."""
    for port in facts.ports:
        if not port.ours:
            raise NotAllowedError(
                f"Port {port.port} of {address} is taken",
                f"{port.owner} listens on it.",
                f"A stack needs 80 and 443: stop {port.owner}, then run the command again.",
            )


def check_room(runner: Runner, address: HostAddress, size: int) -> None:
    """Raises LeadEngineError when images of `size` bytes would fill the host's disk."""
    _, free = docker_disk(runner)
    # The archive is kept beside the layers made of it until the load is done.
    needed = 2 * size + _SLACK
    if free < needed:
        raise LeadEngineError(
            f"The disk of {address} is too full for the images",
            f"{free / 1e9:.1f} GB are free where Docker keeps its data, {needed / 1e9:.1f} are needed.",
            "Free some ('docker system df' shows what Docker holds), or take a larger disk.",
        )
