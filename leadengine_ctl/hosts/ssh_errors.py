"""What paramiko and sockets raise, in three sentences."""

import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import paramiko
from paramiko.ssh_exception import IncompatiblePeer

from leadengine_ctl.errors import HostUnreachableError
from leadengine_ctl.hosts.base import HostAddress
from leadengine_ctl.hosts.text import plain

# Without a handler of its own, Python would print paramiko's tracebacks to the terminal, words of
# the other side included. The exceptions come to us anyway.
logging.getLogger("paramiko").addHandler(logging.NullHandler())


_CAUSES: tuple[tuple[tuple[type[Exception], ...], str, str], ...] = (
    (
        (socket.gaierror,),
        "The name {address} has no address.",
        "Check its spelling, or use the IP address.",
    ),
    (
        (ConnectionRefusedError,),
        "Nothing listens on port {port}.",
        "Check that sshd runs there, and on which port: 'ssh://user@address:port'.",
    ),
    (
        (TimeoutError,),
        "Nothing answered on port {port} in time.",
        "Check that the host is up and that no firewall is in between.",
    ),
    (
        (EOFError, ConnectionResetError),
        "It closed the connection before we could talk.",
        "Its sshd may refuse this machine or be overloaded: try again, then look at its log.",
    ),
    (
        (IncompatiblePeer,),
        "Its SSH is too old: the two sides have no method in common.",
        "Update the SSH server of the host.",
    ),
    (
        (paramiko.SSHException,),
        "SSH on port {port} said: {said}",
        "Check that this is the port of an SSH server, then try again.",
    ),
    (
        (OSError,),
        "The network said: {said}",
        "Check the address and the network between here and there.",
    ),
)
"""The first that fits counts."""


@contextmanager
def translated(address: HostAddress) -> Iterator[None]:
    """Raise HostUnreachableError for everything that can go wrong on the way to a host."""
    try:
        yield
    except (OSError, EOFError, paramiko.SSHException) as error:
        why, hint = next((why, hint) for kinds, why, hint in _CAUSES if isinstance(error, kinds))
        raise HostUnreachableError(
            f"{address} cannot be reached",
            why.format(address=address.address, port=address.port, said=plain(str(error))),
            hint,
        ) from error
