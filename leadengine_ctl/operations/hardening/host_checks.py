"""The machine: SSH, firewall, updates, clock, journal, kernel, swap."""

from leadengine_ctl.hosts.hardening.baseline import baseline_id, settings_of
from leadengine_ctl.hosts.hardening.facts import HardeningFacts
from leadengine_ctl.hosts.hardening.upkeep import TIMERS
from leadengine_ctl.operations.hardening.finding import Finding, deviate, expect, prefer

_SKEW_LIMIT = 30.0
_OURS = {"22", "80", "443"}
_BELOW = "It is a container: this belongs to the machine below it."
_FIREWALL = {
    "loaded": "stands, and after a reboot",
    "edited": "stands, and was edited by hand since",
    "once": "stands until the next reboot",
    "none": "there is none of ours",
}


def check_host(facts: HardeningFacts) -> tuple[Finding, ...]:
    """Judge the machine."""
    return (
        _baseline(facts),
        *_ssh(facts.sshd),
        *_network(facts),
        *_updates(facts),
        *_upkeep(facts),
        *_kernel(facts),
        *_file_systems(facts),
    )


def _baseline(facts: HardeningFacts) -> Finding:
    now = baseline_id()
    old = f"{facts.baseline}, this version has {now}" if facts.baseline else "never put in place"
    detail = now if facts.baseline == now else old
    title = "hardening baseline of this version"
    return expect("baseline", title, holds=facts.baseline == now, detail=detail)


def _ssh(sshd: dict[str, str]) -> tuple[Finding, ...]:
    def says(*words: str) -> str:
        return ", ".join(f"{word} {sshd.get(word, 'unknown')}" for word in words)

    def off(*words: str) -> bool:
        return all(sshd.get(word) == "no" for word in words)

    passwords = ("passwordauthentication", "kbdinteractiveauthentication")
    ways = ("allowtcpforwarding", "allowagentforwarding", "x11forwarding")
    root = sshd.get("permitrootlogin", "unknown")
    keys_only = root in {"no", "without-password", "prohibit-password"}
    root_login = (
        deviate("ssh-root", "SSH: nobody signs in as root", holds=root == "no", detail=f"root: {root}",
                reason="Most rented servers know only root; it signs in with a key, never a password.")
        if keys_only
        else expect("ssh-root", "SSH: root only with a key", holds=False, detail=f"root: {root}")
    )  # fmt: skip
    return (
        expect("ssh-keys", "SSH: keys only", holds=off(*passwords), detail=says(*passwords)),
        root_login,
        expect("ssh-forward", "SSH: no forwarding", holds=off(*ways), detail=says(*ways)),
        expect("ssh-log", "SSH: says which key signed in", holds=sshd.get("loglevel") == "VERBOSE",
               detail=says("loglevel")),
    )  # fmt: skip


def _network(facts: HardeningFacts) -> tuple[Finding, ...]:
    ours = {*_OURS, facts.sshd.get("port", "22")}
    more = [each for each in facts.listeners if each.split()[0] not in ours]
    return (
        expect("firewall", "firewall that Docker cannot pass, IPv4 and IPv6",
               holds=facts.firewall == "loaded", detail=_FIREWALL[facts.firewall]),
        prefer("listeners", "nothing else listens to the outside", holds=not more,
               detail=", ".join(more) or "SSH and the web alone",
               reason="The firewall stands before it; stop what nobody needs."),
    )  # fmt: skip


def _updates(facts: HardeningFacts) -> tuple[Finding, ...]:
    apt = facts.updates
    daily = facts.updates_installed and apt.get("APT::Periodic::Unattended-Upgrade") == "1"
    at = apt.get("Unattended-Upgrade::Automatic-Reboot-Time", "")
    reboots = apt.get("Unattended-Upgrade::Automatic-Reboot") == "true" and bool(at)
    off = [each for each in TIMERS if each not in facts.timers]
    timers = "Switch them on: systemctl unmask " + " ".join(TIMERS) + ", then --fix."
    return (
        expect("updates", "security updates by themselves", holds=daily,
               detail="daily" if daily else "not set up"),
        prefer("update-timers", "apt's own timers are on", holds=not off,
               detail=f"off: {', '.join(off)}" if off else "on", reason=timers),
        expect("reboot-window", "reboots in a window of the host's own", holds=reboots,
               detail=f"at {at}" if reboots else "not set up"),
        prefer("reboot", "no update waits for a reboot", holds=not facts.reboot_pending,
               detail="waiting" if facts.reboot_pending else "none waits",
               reason="It is taken in the window; 'systemctl reboot' takes it now."),
    )  # fmt: skip


def _upkeep(facts: HardeningFacts) -> tuple[Finding, ...]:
    far = abs(facts.skew) > _SKEW_LIMIT
    clock = facts.clock or ("the machine below" if facts.container else "nothing sets it")
    swap = f"{facts.swap / 1e9:.1f} GB"
    enough = facts.swap > 0 or facts.memory >= 16_000_000_000
    return (
        expect("clock", "the clock is set right", detail=f"{clock}, {facts.skew:+.1f} s from ours",
               holds=(bool(facts.clock) or facts.container) and not far),
        expect("journal", "the journal has a limit", holds=bool(facts.journal),
               detail=facts.journal or "a tenth of the disk"),
        deviate("swap", "swap, or 16 GB of memory", holds=enough, detail=swap, reason=_BELOW)
        if facts.container
        else expect("swap", "swap, or 16 GB of memory", holds=enough, detail=swap),
    )  # fmt: skip


def _kernel(facts: HardeningFacts) -> tuple[Finding, ...]:
    network = _different(facts, "network.conf")
    kernel = _different(facts, "kernel.conf")
    title = "kernel: addresses random, logs and links kept"
    shown = ", ".join(kernel) or "as it should be"
    return (
        expect("network", "network stack refuses redirects and source routes", holds=not network,
               detail=", ".join(network) or "as it should be"),
        deviate("kernel", title, holds=not kernel, detail=shown, reason=_BELOW)
        if facts.container
        else expect("kernel", title, holds=not kernel, detail=shown),
    )  # fmt: skip


def _different(facts: HardeningFacts, name: str) -> list[str]:
    """What the kernel has otherwise; keys it does not know are no finding (a host without IPv6)."""
    wanted = settings_of(name)
    return [
        f"{key}={facts.kernel[key]}"
        for key, value in sorted(wanted.items())
        if facts.kernel.get(key, value) != value
    ]


def _file_systems(facts: HardeningFacts) -> tuple[Finding, ...]:
    own = "/var/lib/docker" in facts.mounts
    return (
        deviate("CIS-1.1.1", "Docker's data on a file system of its own", holds=own,
                detail="its own" if own else "shares the root's",
                reason="Rented servers have one disk; logs have limits, and a deploy asks for room first."),
        deviate("CIS-1.1.3", "auditd watches Docker's files", holds=facts.auditd,
                detail="runs" if facts.auditd else "is not there",
                reason="The agent's journal has every order; who writes as root could edit either."),
    )  # fmt: skip
