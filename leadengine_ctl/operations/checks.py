"""What a look at a host means: each fact against what a stack needs. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from leadengine_ctl.hosts.base import FLOOR, HostFacts, PortOwner
from leadengine_ctl.hosts.facts import SPECIFICATION

_GB = 1_000_000_000
_SKEW_LIMIT = 30.0
"""Seconds a host's clock may be off before certificates and sessions suffer."""


class Level(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Check:
    """One finding. `hint` says what to do; empty when all is well."""

    name: str
    level: Level
    detail: str
    hint: str = ""


@dataclass(frozen=True)
class DomainLookup:
    """Where a client's domain points, as this machine sees it."""

    domain: str
    addresses: tuple[str, ...]


def check_host(facts: HostFacts, lookups: tuple[DomainLookup, ...]) -> tuple[Check, ...]:
    """Judge a host."""
    sizes = (
        _check_size("memory", facts.memory, SPECIFICATION.memory, FLOOR.memory),
        _check_size("disk", facts.disk_total, SPECIFICATION.disk, FLOOR.disk),
        _check_cores(facts.cores),
    )
    ports = tuple(_check_port(port, facts.ports) for port in (80, 443))
    domains = tuple(_check_domain(lookup, facts.addresses) for lookup in lookups)
    about = (_check_system(facts), _check_rights(facts), _check_engine(facts), _check_agent(facts))
    return (*about, *sizes, *ports, _check_clock(facts.clock_skew), *domains)


def _check_system(facts: HostFacts) -> Check:
    return Check("system", Level.OK, f"{facts.os_name}, {facts.arch}")


def _check_rights(facts: HostFacts) -> Check:
    if facts.privileged:
        return Check("rights", Level.OK, "root, or sudo without a password")
    hint = "Sign in as root, or let the user run sudo without a password."
    return Check("rights", Level.FAIL, "neither root nor sudo without a password", hint)


def _check_engine(facts: HostFacts) -> Check:
    if facts.engine:
        return Check("docker", Level.OK, f"Engine {facts.engine}")
    return Check("docker", Level.WARN, "no engine answers", "A deploy installs and starts it.")


def _check_agent(facts: HostFacts) -> Check:
    if facts.agent:
        return Check("agent", Level.OK, f"version {facts.agent}")
    return Check("agent", Level.WARN, "does not run", "A deploy starts it.")


def _check_size(name: str, found: int, wanted: int, floor: int) -> Check:
    detail = f"{found / _GB:.1f} GB of the {wanted / _GB:.0f} GB a stack needs"
    if found >= wanted:
        return Check(name, Level.OK, detail)
    if found >= floor:
        return Check(name, Level.WARN, detail, f"Expect it to be slow; better get more {name}.")
    return Check(name, Level.FAIL, detail, f"A deploy refuses this host: get more {name}.")


def _check_cores(found: int) -> Check:
    detail = f"{found} of the {SPECIFICATION.cores} a stack needs"
    if found >= SPECIFICATION.cores:
        return Check("cores", Level.OK, detail)
    level = Level.WARN if found >= FLOOR.cores else Level.FAIL
    return Check("cores", level, detail, "Expect it to be slow; better get more cores.")


def _check_port(port: int, owners: tuple[PortOwner, ...]) -> Check:
    name = f"port {port}"
    owner = next((each for each in owners if each.port == port), None)
    if owner is None:
        return Check(name, Level.OK, "free")
    if owner.ours:
        return Check(name, Level.OK, f"used by one of our stacks: {owner.owner}")
    return Check(name, Level.FAIL, f"taken by {owner.owner}", f"Stop {owner.owner} there.")


def _check_clock(skew: float) -> Check:
    detail = f"{skew:+.1f} s from this machine's"
    if abs(skew) <= _SKEW_LIMIT:
        return Check("clock", Level.OK, detail)
    return Check("clock", Level.WARN, detail, "Switch on time synchronisation on the host.")


def _check_domain(lookup: DomainLookup, addresses: tuple[str, ...]) -> Check:
    name = f"dns {lookup.domain}"
    target = " or ".join(addresses) or "the host's address"
    hint = f"Point {lookup.domain} to {target}."
    if not lookup.addresses:
        return Check(name, Level.WARN, "does not resolve", hint)
    if set(lookup.addresses) <= set(addresses):
        return Check(name, Level.OK, f"points to {', '.join(lookup.addresses)}")
    strange = sorted(set(lookup.addresses) - set(addresses))
    return Check(name, Level.WARN, f"points to {', '.join(strange)}, not to this host", hint)
