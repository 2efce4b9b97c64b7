"""Is this the host we mean? Decided before anybody signs in."""

from leadengine_ctl.errors import NotAllowedError
from leadengine_ctl.hosts.base import HostAddress, HostKey, HostTrust


def check_identity(
    address: HostAddress, offered: HostKey, known: tuple[HostKey, ...], trust: HostTrust
) -> None:
    """Accept the key a host shows, or stop.

    Args:
        known: what `~/.ssh/known_hosts` says about the host.

    Raises:
        NotAllowedError: it is another key than the one we trust, or nobody vouched for it.
    """
    if trust.fingerprint:
        _check_named(address, offered, trust.fingerprint)
    elif known:
        _check_unchanged(address, offered, known, f"run 'ssh-keygen -R {_name(address)}', then")
    elif trust.pinned:
        _check_unchanged(address, offered, (trust.pinned,), "")
    elif not trust.confirm(address, offered):
        raise _unknown(address, offered)
    if offered != trust.pinned:
        trust.pin(offered)


def _name(address: HostAddress) -> str:
    return address.address if address.port == 22 else f"[{address.address}]:{address.port}"


def _check_named(address: HostAddress, offered: HostKey, fingerprint: str) -> None:
    if offered.fingerprint != fingerprint:
        raise NotAllowedError(
            f"{address} is not the host that --host-key names",
            f"It shows {offered.kind} {offered.fingerprint}; you named {fingerprint}.",
            "Compare with 'ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub' on the host's console.",
        )


def _check_unchanged(
    address: HostAddress, offered: HostKey, known: tuple[HostKey, ...], first: str
) -> None:
    if offered in known:
        return
    old = next((key for key in known if key.kind == offered.kind), known[0])
    again = f"run this again with --host-key {offered.fingerprint}"
    raise NotAllowedError(
        f"The key of {address} has changed; nothing was sent to it",
        f"It was {old.kind} {old.fingerprint}, it is {offered.kind} {offered.fingerprint}. "
        "Either the host was reinstalled, or somebody stands between you and it.",
        "If it was reinstalled, compare the new fingerprint on its console; "
        f"if it is right, {first} {again}.".replace("  ", " "),
    )


def _unknown(address: HostAddress, offered: HostKey) -> NotAllowedError:
    return NotAllowedError(
        f"{address} is not known yet",
        f"It shows {offered.kind} {offered.fingerprint}, and nobody confirmed that this is its key.",
        f"Compare it on the host's console, then run this again with "
        f"--host-key {offered.fingerprint}",
    )
