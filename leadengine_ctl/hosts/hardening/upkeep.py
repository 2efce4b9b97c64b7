"""What keeps a host well while nobody looks: updates, clock, journal, kernel, swap."""

import hashlib

from leadengine_ctl.hosts.commands import said
from leadengine_ctl.hosts.hardening.baseline import (
    JOURNAL,
    KERNEL,
    NETWORK,
    REBOOT,
    UPDATES,
)
from leadengine_ctl.hosts.hardening.site import Site, UnmetError
from leadengine_ctl.hosts.parsing import parse_disk, parse_memory

TIMERS = ("apt-daily.timer", "apt-daily-upgrade.timer")
CLOCKS = ("systemd-timesyncd", "chrony", "chronyd", "ntpsec", "ntp", "openntpd")
_FIRST_HOUR, _MINUTES = 2, 180
"""Reboots are taken between two and five o'clock of the host's own time."""

_SWAP, _SWAP_SIZE = "/swapfile", "2G"
_ROOM = 10_000_000_000
_MEMORY = 16_000_000_000
"""Bytes of memory from which on a host is left without swap."""


def reboot_time(machine: str) -> str:
    """When a host may reboot, as `HH:MM`: spread by its machine-id, so that a fleet goes in waves."""
    minute = int(hashlib.sha256(machine.encode()).hexdigest(), 16) % _MINUTES
    return f"{_FIRST_HOUR + minute // 60:02d}:{minute % 60:02d}"


def keep_updated(site: Site) -> str:
    """Security updates by themselves, and the reboots they ask for."""
    at = reboot_time(said(site.runner, "cat", "/etc/machine-id"))
    wrote = (
        site.need("unattended-upgrades"),
        site.place(UPDATES),
        site.put(REBOOT, f'Unattended-Upgrade::Automatic-Reboot-Time "{at}";\n'),
    )
    if not site.systemd or not site.succeeds("systemctl", "enable", "--quiet", "--now", *TIMERS):
        message = f"{' and '.join(TIMERS)} cannot be switched on (masked, or there is no systemd)"
        raise UnmetError(message)
    return f"security updates daily, reboots at {at}" if any(wrote) else ""


def keep_time(site: Site) -> str:
    """A clock that is set right by itself."""
    if site.container or any(
        site.succeeds("systemctl", "is-active", "--quiet", name) for name in CLOCKS
    ):
        return ""
    site.need("systemd-timesyncd")
    site.must("systemctl", "enable", "--quiet", "--now", "systemd-timesyncd.service")
    return "systemd-timesyncd sets the clock"


def cap_journal(site: Site) -> str:
    """A journal that cannot fill the disk."""
    if not site.place(JOURNAL):
        return ""
    site.must("systemctl", "restart", "systemd-journald.service")
    return "at most 500 MB"


def set_kernel(site: Site) -> str:
    """What network stack and kernel refuse."""
    files = (NETWORK,) if site.container else (NETWORK, KERNEL)
    changed = [path for path in files if site.place(path)]
    for path in changed:
        # A host without IPv6 does not know half of the keys.
        site.must("sysctl", "--quiet", "--ignore", "--load", path)
    return "set" if changed else ""


def have_swap(site: Site) -> str:
    """A way out for a small host that runs short of memory for a moment."""
    meminfo = said(site.runner, "cat", "/proc/meminfo")
    has_some = "SwapTotal:" in meminfo and not _has_no_swap(meminfo)
    if site.container or has_some or parse_memory(meminfo) >= _MEMORY:
        return ""
    if parse_disk(said(site.runner, "df", "-P", "-B1", "--", "/"))[1] < _ROOM:
        message = "the disk has too little room for a swap file"
        raise UnmetError(message)
    if not site.succeeds("test", "-e", _SWAP):
        beside = f"{_SWAP}.new"
        site.must("fallocate", "--length", _SWAP_SIZE, beside, timeout=300)
        site.must("chmod", "600", beside)
        site.must("mkswap", beside)
        site.must("mv", beside, _SWAP)
    site.must("swapon", _SWAP)
    table, line = said(site.runner, "cat", "/etc/fstab"), f"{_SWAP} none swap sw 0 0"
    if line not in table.splitlines():
        site.put("/etc/fstab", f"{table}\n{line}\n")
    return f"{_SWAP_SIZE} of it"


def _has_no_swap(meminfo: str) -> bool:
    line = next(each for each in meminfo.splitlines() if each.startswith("SwapTotal:"))
    return line.split()[1:2] == ["0"]
