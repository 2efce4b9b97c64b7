"""Where a crawler may connect to: never to what lies inside."""

import asyncio
from ipaddress import ip_address

import pytest

from leadengine.knowledge.addresses import bare, normal
from leadengine.knowledge.crawling.fetching import Fetcher, FetchError
from leadengine.knowledge.crawling.guard import (
    ForbiddenAddressError,
    Guard,
    GuardedBackend,
    is_public,
    networks,
    pool,
)

INSIDE = (
    *("127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
    *("169.254.169.254", "100.64.0.1", "100.100.100.200", "0.0.0.0", "255.255.255.255"),
    *("224.0.0.1", "240.0.0.1", "192.0.2.1", "198.18.0.1", "203.0.113.9", "192.0.0.8"),
    *("::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1"),
    *("::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.0.0.1", "64:ff9b::7f00:1"),
    *("2002:7f00:1::1", "2001:0:7f00:1::1", "::127.0.0.1"),
)


@pytest.mark.parametrize("address", INSIDE)
def test_no_address_inside_is_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.215.14", "2606:4700::1111"])
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "0x7f000001", "2130706433", "127.1", "0177.0.0.1", "::1"]
)
def test_every_spelling_of_this_machine_is_refused(host: str) -> None:
    """The resolver decides what a spelling means, and the guard looks at what it decided."""
    with pytest.raises((ForbiddenAddressError, OSError)):
        asyncio.run(Guard().addresses_of(host, 80))


@pytest.mark.parametrize("port", [22, 25, 3306, 5432, 6379, 8000, 9200])
def test_ports_of_other_services_are_refused(port: int) -> None:
    with pytest.raises(ForbiddenAddressError):
        asyncio.run(Guard(networks("127.0.0.0/8")).addresses_of("127.0.0.1", port))


def test_named_network_may_be_read_and_no_other() -> None:
    guard = Guard(networks("127.0.0.0/8, fd00::/8"))
    assert asyncio.run(guard.addresses_of("127.0.0.1", 80)) == [ip_address("127.0.0.1")]
    with pytest.raises(ForbiddenAddressError):
        asyncio.run(guard.addresses_of("10.0.0.1", 80))


def test_name_that_changes_its_mind_is_looked_at_when_connecting() -> None:
    """What is checked is what is connected to: there is no moment in between."""

    class Turncoat(Guard):
        asked = 0

        async def addresses_of(self, host: str, port: int) -> list:  # type: ignore[type-arg]
            self.asked += 1
            return await super().addresses_of("127.0.0.1" if self.asked > 1 else host, port)

    backend = GuardedBackend(Turncoat())
    for host in ("192.0.2.1", "rebinding.test"):
        with pytest.raises(ForbiddenAddressError):
            asyncio.run(backend.connect_tcp(host, 80))


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://[::ffff:127.0.0.1]/",
        "http://site.test@127.0.0.1/",
        "file:///etc/passwd",
        "gopher://site.test/",
        "http://other.test/",
        "http://site.test.evil.test/",
    ],
)
def test_fetcher_takes_no_way_around(url: str) -> None:
    async def fetch() -> None:
        async with pool(Guard()) as connections:
            host = "127.0.0.1" if "127.0.0.1" in url else "site.test"
            await Fetcher(connections, host).get(url)

    with pytest.raises(FetchError):
        asyncio.run(fetch())


def test_one_page_has_one_address() -> None:
    assert normal("HTTP://WWW.Site.test:80#top") == "http://www.site.test/"
    assert normal("https://site.test/a?b=1#c") == "https://site.test/a?b=1"
    assert bare("WWW.site.test.") == "site.test"
