"""Who listens on 80 and 443."""

from leadengine_ctl.hosts.base import PortOwner, Runner
from leadengine_ctl.hosts.parsing import parse_listeners
from leadengine_ctl.hosts.text import plain

WEB = (80, 443)
_PUBLISHED = '{{.Names}} {{.Label "leadengine.client"}}'


def port_owners(runner: Runner, *, has_engine: bool) -> tuple[PortOwner, ...]:
    """The owners of the ports that are taken; a container counts before the proxy in front of it."""
    listening = dict(parse_listeners(_listeners(runner)))
    owners = (
        (_container(runner, port) if has_engine else None) or _program(listening, port)
        for port in WEB
    )
    return tuple(owner for owner in owners if owner)


def _listeners(runner: Runner) -> str:
    return runner.run(("ss", "-ltnpH")).out.decode(errors="replace")


def _program(listening: dict[int, str], port: int) -> PortOwner | None:
    return PortOwner(port, listening[port]) if port in listening else None


def _container(runner: Runner, port: int) -> PortOwner | None:
    argv = ("docker", "ps", "--filter", f"publish={port}/tcp", "--format", _PUBLISHED)
    for line in runner.run(argv).out.decode(errors="replace").splitlines():
        name, _, client = line.partition(" ")
        return PortOwner(port, f"the container {plain(name, 60)}", ours=bool(client.strip()))
    return None
