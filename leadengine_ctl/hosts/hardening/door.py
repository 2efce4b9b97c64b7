"""SSH and the firewall: what could lock an operator out, so both stand under one guard.

A timer on the host takes them back after three minutes. It is stopped by whoever has proved, with a new
sign-in, that the door still opens. A kill in between leaves the timer running.
"""

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager

from leadengine_ctl.errors import LeadEngineError
from leadengine_ctl.hosts.commands import said
from leadengine_ctl.hosts.hardening.baseline import (
    FIREWALL,
    FIREWALL_HELP,
    FIREWALL_LOADED,
    FIREWALL_UNIT,
    SSH_PORTS,
    SSHD,
    UNDO,
)
from leadengine_ctl.hosts.hardening.site import Site, UnmetError

_TIMER = "leadengine-undo"
_PATIENCE = "180"
_UNIT = "leadengine-firewall.service"
LOADED = ("nft", "list", "table", "inet", "leadengine")


@contextmanager
def guarded(site: Site) -> Iterator[None]:
    """Let what is done inside stand only if a new sign-in works afterwards.

    Raises:
        UnmetError: it did not work; all was taken back.
    """
    if site.reopen is None or not site.systemd:
        yield
        return
    site.place(UNDO)
    site.runner.run(("systemctl", "stop", f"{_TIMER}.timer"))
    timer = ("systemd-run", "--quiet", f"--unit={_TIMER}", f"--on-active={_PATIENCE}")
    site.must(*timer, "/bin/sh", UNDO)
    yield
    try:
        with closing(site.reopen()) as fresh:
            opened = fresh.run(("true",), timeout=30).code == 0
    except LeadEngineError:
        opened = False
    if not opened:
        site.runner.run(("sh", UNDO))
    site.must("systemctl", "stop", f"{_TIMER}.timer")
    if not opened:
        message = "a new sign-in did not work with it, so SSH and firewall are as they were"
        raise UnmetError(message)


def harden_ssh(site: Site) -> str:
    """Keys only.

    Raises:
        UnmetError: nobody could sign in any more, or sshd refuses the file.
    """
    if not site.succeeds("sshd", "-T"):
        message = "no OpenSSH server is configured here"
        raise UnmetError(message)
    if site.address.kind != "ssh" and not site.succeeds("test", "-s", "/root/.ssh/authorized_keys"):
        message = "nobody has a key in /root/.ssh/authorized_keys: passwords stay allowed"
        raise UnmetError(message)
    changed = site.place(SSHD)
    if not site.succeeds("sshd", "-t"):
        site.must("rm", "-f", SSHD)
        message = "this sshd does not understand the file, so it was taken away again"
        raise UnmetError(message)
    if changed:
        _reload_sshd(site)
    if "passwordauthentication no" not in said(site.runner, "sshd", "-T").splitlines():
        message = f"sshd does not read {SSHD}: its sshd_config has no Include of that folder"
        raise UnmetError(message)
    return "keys only" if changed else ""


def _reload_sshd(site: Site) -> None:
    if not any(site.succeeds("systemctl", "reload", name) for name in ("ssh", "sshd")):
        # Where a socket starts sshd for each sign-in, there is nothing to reload.
        site.must("sshd", "-t")


def ssh_ports(site: Site) -> tuple[int, ...]:
    """Where sshd listens, and where we came in: a router may translate between them."""
    found = re.findall(r"^port (\d{1,5})$", said(site.runner, "sshd", "-T"), re.MULTILINE)
    through = [site.address.port] if site.address.kind == "ssh" else []
    return tuple(sorted({*map(int, found), *through})) or (22,)


def raise_firewall(site: Site) -> str:
    """Only SSH and the web from outside, whatever Docker publishes."""
    site.need("nftables")
    ports = ", ".join(map(str, ssh_ports(site)))
    wrote = (
        site.put(SSH_PORTS, f"define ssh_ports = {{ {ports} }}\n"),
        site.place(FIREWALL_HELP),
        site.place(FIREWALL),
        site.place(FIREWALL_UNIT) if site.systemd else False,
    )
    site.must("nft", "--check", "--file", FIREWALL)
    if not any(wrote) and is_loaded(site):
        return ""
    _load(site)
    kernel_says = site.must(*LOADED).out.decode()
    site.put(FIREWALL_LOADED, kernel_says)
    if not site.systemd:
        message = "it stands, but without systemd nothing loads it after a reboot"
        raise UnmetError(message)
    return f"only {ports}, 80 and 443 from outside"


def is_loaded(site: Site) -> bool:
    """The kernel has the table as it was when it was loaded, and will have it after a reboot."""
    said_now = site.runner.run(LOADED)
    kept = site.runner.run(("cat", FIREWALL_LOADED))
    same = said_now.code == 0 and said_now.out == kept.out
    return same and (not site.systemd or site.succeeds("systemctl", "is-enabled", "--quiet", _UNIT))


def _load(site: Site) -> None:
    if not site.systemd:
        site.must("nft", "--file", FIREWALL)
        return
    site.must("systemctl", "daemon-reload")
    site.must("systemctl", "enable", "--quiet", "--now", _UNIT)
    site.must("systemctl", "reload", _UNIT)
