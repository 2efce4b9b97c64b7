"""Connect to a host: reach it, know it, sign in. In this order."""

import socket
from pathlib import Path

import paramiko

from leadengine_ctl.hosts.base import HostAddress, HostKey, HostTrust, Runner
from leadengine_ctl.hosts.host_identity import check_identity
from leadengine_ctl.hosts.known_hosts import known_keys
from leadengine_ctl.hosts.ssh import SshRunner
from leadengine_ctl.hosts.ssh_errors import translated
from leadengine_ctl.hosts.ssh_sign_in import sign_in

_CONNECT_TIMEOUT = 10.0
_KEEPALIVE = 10
_DEAD_AFTER_MS = 30_000


def connect(address: HostAddress, trust: HostTrust, key_file: Path | None) -> Runner:
    """A runner on the host.

    Raises:
        HostUnreachableError: it cannot be reached, or does not let us in.
        NotAllowedError: its key is not the one we trust.
    """
    with translated(address):
        transport = paramiko.Transport(_reach(address))
        try:
            _check(transport, address, trust)
            sign_in(transport, address, key_file)
        except BaseException:
            transport.close()
            raise
        transport.set_keepalive(_KEEPALIVE)
    return SshRunner(address, transport)


def _reach(address: HostAddress) -> socket.socket:
    connection = socket.create_connection((address.address, address.port), _CONNECT_TIMEOUT)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        # With the keepalive, a host that vanished is noticed within a minute and not after fifteen.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _DEAD_AFTER_MS)
    return connection


def _check(transport: paramiko.Transport, address: HostAddress, trust: HostTrust) -> None:
    transport.banner_timeout = transport.handshake_timeout = _CONNECT_TIMEOUT
    transport.auth_timeout = _CONNECT_TIMEOUT
    known = () if trust.made else known_keys(address)
    _prefer(transport, [key.kind for key in known or _pinned(trust)])
    transport.start_client(timeout=_CONNECT_TIMEOUT)
    offered = transport.get_remote_server_key()
    check_identity(address, HostKey(offered.get_name(), offered.asbytes()), known, trust)


def _pinned(trust: HostTrust) -> tuple[HostKey, ...]:
    return (trust.pinned,) if trust.pinned and not trust.fingerprint else ()


def _prefer(transport: paramiko.Transport, kinds: list[str]) -> None:
    """Ask for the kinds of key we know the host by: it has several and shows one."""
    options = transport.get_security_options()
    first = [kind for kind in options.key_types if _family(kind) in kinds]
    options.key_types = (*first, *(kind for kind in options.key_types if kind not in first))


def _family(kind: str) -> str:
    """RSA keys are named by the key but asked for by the signature."""
    return "ssh-rsa" if kind.startswith("rsa-sha2-") else kind
