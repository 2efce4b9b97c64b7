"""Everything a library raises on the way to a host has its sentence."""

import inspect
import socket

import paramiko
import pytest
from paramiko import ssh_exception

from leadengine_ctl.errors import HostUnreachableError, NotAllowedError
from leadengine_ctl.hosts.base import HostAddress
from leadengine_ctl.hosts.ssh_errors import translated

ADDRESS = HostAddress.parse("ssh://root@203.0.113.7:2222")


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (socket.gaierror(-2, "x"), "The name 203.0.113.7 has no address."),
        (ConnectionRefusedError(), "Nothing listens on port 2222."),
        (TimeoutError(), "Nothing answered on port 2222 in time."),
        (EOFError(), "It closed the connection before we could talk."),
        (ConnectionResetError(), "It closed the connection before we could talk."),
        (
            ssh_exception.IncompatiblePeer("no kex"),
            "Its SSH is too old: the two sides have no method in common.",
        ),
        (
            paramiko.SSHException("bad\x1b[2J\nbanner"),
            "SSH on port 2222 said: bad [2J banner",
        ),
        (
            OSError(101, "Network is unreachable"),
            "The network said: [Errno 101] Network is unreachable",
        ),
    ],
)
def test_each_error_has_its_sentence(error: Exception, why: str) -> None:
    with pytest.raises(HostUnreachableError) as caught, translated(ADDRESS):
        raise error
    assert caught.value.what == "ssh://root@203.0.113.7:2222 cannot be reached"
    assert caught.value.why == why
    assert caught.value.hint


def test_every_exception_of_the_library_is_of_a_kind_that_is_translated() -> None:
    kinds = [kind for _, kind in inspect.getmembers(ssh_exception, inspect.isclass)]
    assert kinds
    assert all(issubclass(kind, (paramiko.SSHException, OSError)) for kind in kinds)


def test_our_own_errors_pass_through() -> None:
    with pytest.raises(NotAllowedError), translated(ADDRESS):
        raise NotAllowedError("the key has changed")
