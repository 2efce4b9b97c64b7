"""Look at a host, bare or not, and say what is missing."""

import json
import socket
from dataclasses import asdict, replace

from leadengine_agent.values import is_private
from leadengine_ctl.hosts.base import HostAddress, HostFacts
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.checks import Check, DomainLookup, check_host


def examine(world: World, address: HostAddress) -> tuple[Check, ...]:
    """Look at the host and at the DNS of the clients on it.

    Raises:
        HostUnreachableError: it cannot be talked to.
    """
    with world.open_host(address) as host:
        facts = host.facts()
    world.store.hosts.keep_facts(address.name, json.dumps(asdict(facts)))
    here = [
        name
        for each in world.store.clients.all()
        if each.host == address.name
        for name in each.spec.names
    ]
    # A private name has no public record that could be right or wrong.
    public = [domain for domain in here if not is_private(domain)]
    return check_host(_with_public(facts, address), tuple(_look_up(name) for name in public))


def _with_public(facts: HostFacts, address: HostAddress) -> HostFacts:
    """Add the address we reach the host by: behind a translating router it knows only its own."""
    if address.kind != "ssh":
        return facts
    reached = resolve(address.address)
    return replace(facts, addresses=(*facts.addresses, *reached))


def _look_up(domain: str) -> DomainLookup:
    return DomainLookup(domain, resolve(domain))


def resolve(name: str) -> tuple[str, ...]:
    """The addresses of a name, as this machine sees them; none where it does not resolve."""
    try:
        found = socket.getaddrinfo(name, 443, type=socket.SOCK_STREAM)
    except OSError:
        return ()
    return tuple(sorted({str(each[4][0]) for each in found}))
