"""Look at a host for what the baseline asks; changes nothing, and works on a bare one."""

import re

from leadengine_ctl.hosts.base import HostAddress, Runner
from leadengine_ctl.hosts.commands import said
from leadengine_ctl.hosts.hardening.baseline import JOURNAL, MARK, settings_of
from leadengine_ctl.hosts.hardening.door import LOADED, is_loaded
from leadengine_ctl.hosts.hardening.facts import HardeningFacts
from leadengine_ctl.hosts.hardening.look_engine import (
    find_containers,
    look_at_engine,
    service_versions,
)
from leadengine_ctl.hosts.hardening.site import Site, is_container
from leadengine_ctl.hosts.hardening.upkeep import CLOCKS, TIMERS
from leadengine_ctl.hosts.parsing import parse_listeners, parse_memory, parse_os_release
from leadengine_ctl.hosts.probing import clock_skew
from leadengine_ctl.hosts.text import plain

_MOUNTS = ("/var/lib/docker", "/var/log", "/home", "/tmp")  # noqa: S108 - asked about, not written to


def look(runner: Runner, address: HostAddress) -> HardeningFacts:
    """See `Host.look_hard`."""
    systemd = runner.run(("test", "-d", "/run/systemd/system")).code == 0
    site = Site(runner, address, None, systemd, is_container(runner))
    meminfo = said(runner, "cat", "/proc/meminfo")
    containers = find_containers(runner)
    return HardeningFacts(
        system=parse_os_release(said(runner, "cat", "/etc/os-release")).get("PRETTY_NAME", ""),
        container=site.container,
        baseline=plain(said(runner, "cat", MARK), 20),
        sshd=parse_sshd(said(runner, "sshd", "-T")),
        firewall=_firewall(site),
        listeners=_listeners(runner),
        updates=parse_apt(said(runner, "apt-config", "dump")),
        updates_installed=site.succeeds("test", "-x", "/usr/bin/unattended-upgrade"),
        timers=_active(site, TIMERS, "is-enabled"),
        reboot_pending=site.succeeds("test", "-e", "/var/run/reboot-required"),
        clock=" ".join(_active(site, CLOCKS, "is-active")[:1]),
        skew=clock_skew(runner),
        journal=_journal_limit(runner),
        swap=parse_size(meminfo, "SwapTotal"),
        memory=parse_memory(meminfo),
        kernel=_kernel(runner),
        mounts=tuple(each for each in _MOUNTS if site.succeeds("mountpoint", "-q", each)),
        auditd=site.succeeds("systemctl", "is-active", "--quiet", "auditd.service"),
        engine=look_at_engine(runner),
        containers=containers,
        services=service_versions(runner, containers),
    )


def parse_sshd(text: str) -> dict[str, str]:
    """`sshd -T`: a keyword and its value in each line; the first of a repeated one counts."""
    pairs = [line.partition(" ") for line in text.splitlines()]
    return {key.lower(): plain(value, 200) for key, _, value in reversed(pairs) if value}


def parse_apt(text: str) -> dict[str, str]:
    """`apt-config dump`: `Name "value";` in each line."""
    found = re.findall(r'^([A-Za-z:-]+) "([^"\n]*)";$', text, re.MULTILINE)
    wanted = ("APT::Periodic", "Unattended-Upgrade")
    return {name: plain(value, 80) for name, value in found if name.startswith(wanted)}


def parse_size(meminfo: str, key: str) -> int:
    """Bytes of one line of /proc/meminfo."""
    found = re.search(rf"^{key}:\s+(\d+) kB", meminfo, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


def _firewall(site: Site) -> str:
    if not site.succeeds(*LOADED):
        return "none"
    if is_loaded(site):
        return "loaded"
    enabled = site.succeeds("systemctl", "is-enabled", "--quiet", "leadengine-firewall.service")
    return "edited" if enabled else "once"


def _listeners(runner: Runner) -> tuple[str, ...]:
    lines = said(runner, "ss", "-ltnpH").splitlines()
    outside = [line for line in lines if not re.search(r"\s(127\.|\[::1\])", line)]
    return tuple(sorted({f"{port} {name}" for port, name in parse_listeners("\n".join(outside))}))


def _active(site: Site, names: tuple[str, ...], question: str) -> tuple[str, ...]:
    return tuple(each for each in names if site.succeeds("systemctl", question, "--quiet", each))


def _journal_limit(runner: Runner) -> str:
    """The last value counts: systemd reads its folders in this order."""
    told = said(runner, "systemd-analyze", "cat-config", "systemd/journald.conf")
    found = re.findall(r"^SystemMaxUse=(\S+)$", told or said(runner, "cat", JOURNAL), re.MULTILINE)
    return plain(found[-1], 20) if found else ""


def _kernel(runner: Runner) -> dict[str, str]:
    keys = sorted({**settings_of("network.conf"), **settings_of("kernel.conf")})
    told = runner.run(("sysctl", "--ignore", *keys)).out.decode(errors="replace")
    pairs = (line.partition(" = ") for line in told.splitlines())
    return {key: plain(value, 20) for key, equals, value in pairs if equals}
