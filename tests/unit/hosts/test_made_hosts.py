"""A host that we made is known by the key we gave it, whatever `~/.ssh` knows of its address."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import paramiko
import pytest

from leadengine_ctl.errors import NotAllowedError
from leadengine_ctl.hosts.base import HostAddress, HostKey, HostTrust
from leadengine_ctl.hosts.ssh_connection import connect
from leadengine_ctl.operations.servers.first_boot import make_host_key


class Door(paramiko.ServerInterface):
    """Lets everybody in who has a key."""

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        del username, key
        return paramiko.common.AUTH_SUCCESSFUL

    def get_allowed_auths(self, username: str) -> str:
        del username
        return "publickey"


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "id"
    path.write_text(make_host_key().private.get_secret_value())
    return path


@pytest.fixture
def host(tmp_path: Path) -> Iterator[tuple[HostAddress, HostKey]]:
    """An SSH server with a key of our making."""
    pair = make_host_key()
    path = tmp_path / "host_key"
    path.write_text(pair.private.get_secret_value())
    key = paramiko.Ed25519Key.from_private_key_file(str(path))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_serve, args=(listener, key), daemon=True).start()
        port = listener.getsockname()[1]
        yield HostAddress.parse(f"ssh://root@127.0.0.1:{port}"), HostKey.parse(pair.public)


def _serve(listener: socket.socket, key: paramiko.PKey) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        transport = paramiko.Transport(connection)
        transport.add_server_key(key)
        transport.start_server(event=threading.Event(), server=Door())


def know(address: HostAddress, key: str) -> None:
    """Let `~/.ssh/known_hosts` have a key for the address."""
    folder = Path("~/.ssh").expanduser()
    folder.mkdir(parents=True)
    (folder / "known_hosts").write_text(f"[127.0.0.1]:{address.port} {key}\n")


def test_the_key_we_gave_counts_before_what_is_known_of_the_address(
    host: tuple[HostAddress, HostKey], key_file: Path
) -> None:
    address, key = host
    know(address, make_host_key().public)
    connect(address, HostTrust(pinned=key, made=True), key_file).close()
    with pytest.raises(NotAllowedError, match="has changed"):
        connect(address, HostTrust(pinned=key), key_file)


def test_another_key_than_the_one_we_gave_is_refused_though_it_is_known(
    host: tuple[HostAddress, HostKey], key_file: Path
) -> None:
    address, key = host
    know(address, str(key))
    ours = HostKey.parse(make_host_key().public)
    with pytest.raises(NotAllowedError, match="has changed; nothing was sent"):
        connect(address, HostTrust(pinned=ours, made=True), key_file)
