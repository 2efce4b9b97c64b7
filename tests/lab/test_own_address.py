"""A real host answers to an address that is brought to its door, also after a reboot, and then no more."""

import socket
import subprocess
from collections.abc import Iterator

import pytest

from leadengine_ctl.hosts.base import Host, HostAddress, HostKey, HostTrust
from leadengine_ctl.hosts.registry import open_host
from tests.lab.operator import wait_until
from tests.lab.vps import Vps

pytestmark = pytest.mark.soak

ADDRESS = "198.51.100.77"


@pytest.fixture
def route(vps: Vps) -> Iterator[None]:
    """As a provider does: packets for the address are brought to the host."""
    words = (f"{ADDRESS}/32", "via", vps.address)
    subprocess.run(("ip", "route", "replace", *words), check=True)
    yield
    subprocess.run(("ip", "route", "del", *words), check=True)


def opened(vps: Vps) -> Host:
    trust = HostTrust(pinned=HostKey.parse(vps.host_key))
    return open_host(HostAddress.parse(vps.url), trust, vps.key)


def greets() -> bool:
    try:
        with socket.create_connection((ADDRESS, 22), timeout=2) as connection:
            return connection.recv(4) == b"SSH-"
    except OSError:
        return False


def test_a_host_answers_to_an_address_until_it_is_taken_away(vps: Vps, route: None) -> None:
    assert not greets()
    with opened(vps) as host:
        assert host.hold_addresses((ADDRESS,)) is True
        assert host.hold_addresses((ADDRESS,)) is False
    assert greets()
    vps.box.stop()
    vps.boot()
    wait_until(greets, 60)
    with opened(vps) as host:
        assert host.hold_addresses(()) is True
    assert not greets()
