"""What small programs print, as machines in the field print it."""

import pytest

from leadengine_ctl.hosts.base import Completed
from leadengine_ctl.hosts.parsing import (
    parse_addresses,
    parse_disk,
    parse_listeners,
    parse_memory,
    parse_number,
    parse_os_release,
)
from leadengine_ctl.hosts.probing import find_engine
from tests.unit.hosts.scripted import Scripted

LISTENERS = """\
LISTEN 0      4096         0.0.0.0:80        0.0.0.0:*    users:(("docker-proxy",pid=9,fd=4))
LISTEN 0      511             [::]:443          [::]:*    users:(("nginx",pid=7,fd=6),("nginx",pid=8,fd=6))
LISTEN 0      128        127.0.0.1:5432      0.0.0.0:*
LISTEN 0      128                *:22               *:*    users:(("ev\x1b[2Jil",pid=1,fd=3))
nonsense
"""
ADDRESSES = """[
 {"ifname":"lo","addr_info":[{"local":"127.0.0.1"},{"local":"::1"}]},
 {"ifname":"eth0","addr_info":[{"local":"203.0.113.7"},{"local":"2001:db8::7"},{"local":"fe80::1"}]},
 {"ifname":"docker0","addr_info":[{"local":"172.17.0.1"}]},
 {"ifname":"br-0123456789ab","addr_info":[{"local":"172.18.0.1"}]},
 {"ifname":"wg0","addr_info":[{}]}
]"""


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("4", 4.0),
        ("1767225600.25", 1767225600.25),
        *((text, 0.0) for text in ("", "²", "1.2.3", "9" * 5000, "-1", "1e9", "1.%N", "4\n4")),
    ],
)
def test_number_is_plain_or_nothing(text: str, number: float) -> None:
    assert parse_number(text) == number


@pytest.mark.parametrize("said", [b"[]", b"null", b'"x"', b"{}", b'{"version":"20.10"}', b"\xff"])
def test_engine_that_says_something_else_is_none(said: bytes) -> None:
    assert find_engine(Scripted(lambda _argv: Completed(0, said, b""))) is None


def test_os_release_with_and_without_quotes_is_read() -> None:
    text = (
        'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nID=debian\nVERSION_ID=\'13\'\n# note\nBAD="\n'
    )
    assert parse_os_release(text) == {
        "PRETTY_NAME": "Debian GNU/Linux 13 (trixie)",
        "ID": "debian",
        "VERSION_ID": "13",
        "BAD": "",
    }


def test_os_release_that_writes_to_the_terminal_is_made_plain() -> None:
    assert parse_os_release('PRETTY_NAME="a\x1b[31mb\u202ec"') == {"PRETTY_NAME": "a [31mb c"}


def test_memory_is_in_bytes() -> None:
    assert parse_memory("MemTotal:        4018212 kB\nMemFree: 1 kB\n") == 4018212 * 1024
    assert parse_memory("") == 0


def test_disk_of_a_long_device_name_is_read() -> None:
    text = (
        "Filesystem     1B-blocks        Used   Available Capacity Mounted on\n"
        "/dev/mapper/vg-root 52521566208 4000000000 45000000000       9% /\n"
    )
    assert parse_disk(text) == (52521566208, 45000000000)


@pytest.mark.parametrize("text", ["", "df: no such file", "a b c d e f"])
def test_disk_that_cannot_be_read_counts_as_none(text: str) -> None:
    assert parse_disk(text) == (0, 0)


def test_addresses_are_those_that_others_can_use() -> None:
    assert parse_addresses(ADDRESSES) == ("203.0.113.7", "2001:db8::7")


@pytest.mark.parametrize(
    "text", ["", "{}", "[1]", "not json", '[{"ifname":1}]', '[{"ifname":7,"addr_info":[]}]']
)
def test_addresses_that_cannot_be_read_are_none(text: str) -> None:
    assert parse_addresses(text) == ()


def test_listeners_are_named_by_their_program_where_it_is_told() -> None:
    assert parse_listeners(LISTENERS) == (
        (80, "docker-proxy"),
        (443, "nginx"),
        (5432, "another program"),
        (22, "ev [2Jil"),
    )
