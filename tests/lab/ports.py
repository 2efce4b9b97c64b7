"""Which TCP ports answer: all 65,535 of an address, from this machine."""

import errno
import resource
import select
import socket
from collections.abc import Iterable, Iterator, Sequence

PATIENCE = 1.0
"""Seconds a silent port is given; a closed one refuses at once, one behind a firewall says nothing."""
IN_PROGRESS = (errno.EINPROGRESS, errno.EWOULDBLOCK)
"""A non-blocking connection under way."""
WAVE = 4000
"""Connections tried at once: behind a firewall each wave lasts as long as the patience with it."""


def open_ports(address: str, ports: Sequence[int] = range(1, 65536)) -> set[int]:
    """Return the ports of an IPv4 or IPv6 address that accept a connection."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    waves = (ports[first : first + WAVE] for first in range(0, len(ports), WAVE))
    return {port for wave in waves for port in _open_of(address, wave)}


def _open_of(address: str, ports: Iterable[int]) -> Iterator[int]:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    asked = {socket.socket(family, socket.SOCK_STREAM): port for port in ports}
    waiting = {}
    try:
        for connection, port in asked.items():
            connection.setblocking(False)
            answer = connection.connect_ex((address, port))
            if answer == 0:
                yield port
            elif answer in IN_PROGRESS:
                waiting[connection.fileno()] = connection
        yield from (asked[each] for each in _answered(waiting))
    finally:
        for connection in asked:
            connection.close()


def _answered(waiting: dict[int, socket.socket]) -> Iterator[socket.socket]:
    poll = select.poll()
    for number in waiting:
        poll.register(number, select.POLLOUT)
    while waiting and (events := poll.poll(PATIENCE * 1000)):
        for number, _ in events:
            poll.unregister(number)
            connection = waiting.pop(number)
            if connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0:
                yield connection
