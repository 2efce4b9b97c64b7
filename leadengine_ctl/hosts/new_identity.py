"""A host key that nobody but the host has ever seen: made there, and taken into use there.

The key that a rented server is made with went through its provider's user data, which programs on the
server may read. So it is good for one contact, over which this one takes its place.
"""

from leadengine_ctl.hosts.base import HostAddress, HostKey, Runner
from leadengine_ctl.hosts.commands import check

_DRAFT = "/etc/ssh/leadengine_host_key"
_KEY = "/etc/ssh/ssh_host_ed25519_key"


def draft(runner: Runner, address: HostAddress) -> HostKey:
    """Make the key where there is none yet; its public half."""
    if runner.run(("test", "-s", f"{_DRAFT}.pub")).code != 0:
        runner.run(("rm", "-f", _DRAFT))
        words = ("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", _DRAFT)
        check(runner, words, f"{address} could not make a host key")
    line = check(runner, ("cat", f"{_DRAFT}.pub"), f"{address} could not read its new host key")
    kind, blob = line.out.decode("ascii").split()[:2]
    return HostKey.parse(f"{kind} {blob}")


def adopt(runner: Runner, address: HostAddress) -> None:
    """Put the draft in place of the old key. It stays beside it, so that all of this can be repeated;
    sshd reads it when it is told, and the connection that carries this stays open."""
    what = f"{address} could not take its new host key into use"
    for name in (".pub", ""):
        check(runner, ("cp", "--preserve=mode", f"{_DRAFT}{name}", f"{_KEY}{name}"), what)
    check(runner, ("sync", _KEY), what)
    check(runner, ("systemctl", "reload-or-restart", "ssh.service"), what)
