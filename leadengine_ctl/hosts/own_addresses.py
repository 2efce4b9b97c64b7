"""Addresses that a provider brings to a host's door: the host has to answer to them as its own.

They stand on the loopback interface: packets for them come in by any other, and nobody asks the network
who has them. A unit of systemd sets them at every boot, before the network is up.
"""

from leadengine_ctl.hosts.base import HostAddress, Runner
from leadengine_ctl.hosts.commands import check, said

_NAME = "leadengine-addresses.service"
_PATH = f"/etc/systemd/system/{_NAME}"
_UNIT = """\
[Unit]
Description=Addresses of LeadEngine that lead here beside the host's own
Before=network-online.target

[Service]
Type=oneshot
RemainAfterExit=yes
{words}

[Install]
WantedBy=multi-user.target
"""


def hold(runner: Runner, address: HostAddress, own: tuple[str, ...]) -> bool:
    """Let the host answer to these IPv4 addresses, and to no others that were held before.

    Returns:
        Whether anything was changed. A kill leaves some of it; the next run does the rest.

    Raises:
        LeadEngineError: it could not.
    """
    what = f"{address} could not be given its addresses"
    text = _text(own) if own else ""
    before = said(runner, "cat", _PATH)
    if before == text.strip() and (not own or _is_active(runner)):
        return False
    if before:
        # What it set before goes by the words that it was written with.
        check(runner, ("systemctl", "disable", "--now", _NAME), what)
    if not own:
        check(runner, ("rm", "-f", _PATH), what)
        check(runner, ("systemctl", "daemon-reload"), what)
        return True
    _write(runner, text, what)
    check(runner, ("systemctl", "daemon-reload"), what)
    check(runner, ("systemctl", "enable", "--now", _NAME), what)
    return True


def _text(own: tuple[str, ...]) -> str:
    begin = [f"ExecStart=ip address replace {each}/32 dev lo" for each in own]
    end = [f"ExecStop=ip address del {each}/32 dev lo" for each in own]
    return _UNIT.format(words="\n".join((*begin, *end)))


def _is_active(runner: Runner) -> bool:
    return runner.run(("systemctl", "is-active", "--quiet", _NAME)).code == 0


def _write(runner: Runner, text: str, what: str) -> None:
    beside = f"{_PATH}.new"
    ended = runner.run(("install", "-m", "644", "/dev/stdin", beside), stdin=text.encode())
    if ended.code:
        check(runner, ("test", "-w", "/etc/systemd/system"), what)
    check(runner, ("mv", "-f", beside, _PATH), what)
