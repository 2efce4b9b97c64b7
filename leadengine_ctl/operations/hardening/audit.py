"""Look at a host and judge it against the baseline; put the baseline in place."""

from leadengine_agent.protocol import Release
from leadengine_ctl.errors import LeadEngineError
from leadengine_ctl.hosts.base import HardeningFacts, HostAddress, Report
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.hardening.container_checks import check_containers
from leadengine_ctl.operations.hardening.engine_checks import check_engine
from leadengine_ctl.operations.hardening.finding import Finding
from leadengine_ctl.operations.hardening.host_checks import check_host
from leadengine_ctl.operations.hardening.version_checks import check_versions
from leadengine_ctl.operations.lock import client_lock


def audit(world: World, address: HostAddress) -> tuple[Finding, ...]:
    """Every check of the baseline on this host; changes nothing.

    Raises:
        HostUnreachableError: it cannot be talked to.
        NotAllowedError: only root sees all of it.
    """
    with world.open_host(address) as host:
        facts = host.inspect_hardening()
    return judge(facts, _newest(world))


def judge(facts: HardeningFacts, release: Release | None) -> tuple[Finding, ...]:
    """What a look at a host means."""
    return (
        *check_host(facts),
        *check_engine(facts.engine),
        *check_versions(facts, release),
        *check_containers(facts.containers),
    )


def harden_host(world: World, address: HostAddress, report: Report) -> tuple[str, ...]:
    """Put the baseline in place as far as it can be had; what could not be had, a sentence each.

    Raises:
        LockedError: somebody else hardens it from this machine.
    """
    folder = world.settings.data_folder / "locks"
    lock = client_lock(folder, f"host:{address.name}", f"hardening by {world.actor}")
    with lock, world.open_host(address) as host:
        return host.harden(report)


def _newest(world: World) -> Release | None:
    """The newest release at hand: what it asks for is what will be asked of the host."""
    try:
        return world.library.newest().release
    except LeadEngineError:
        return None
