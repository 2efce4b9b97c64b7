"""Addresses of hosts: what is read, and what is refused with one sentence."""

import pytest

from leadengine_ctl.errors import UsageError
from leadengine_ctl.hosts.address import HostAddress


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("local", HostAddress("local", "local")),
        ("memory://lab-1", HostAddress("memory", "lab-1")),
        ("ssh://root@203.0.113.7", HostAddress("ssh", "203.0.113.7", "root", "203.0.113.7")),
        (
            "ssh://a.b@h.example:2222",
            HostAddress("ssh", "h.example:2222", "a.b", "h.example", 2222),
        ),
        ("ssh://root@[2001:db8::7]", HostAddress("ssh", "2001:db8::7", "root", "2001:db8::7")),
        (
            "ssh://r@[2001:db8::7]:22022",
            HostAddress("ssh", "[2001:db8::7]:22022", "r", "2001:db8::7", 22022),
        ),
    ],
)
def test_address_in_each_form_is_read_and_written_back(text: str, address: HostAddress) -> None:
    assert HostAddress.parse(text) == address
    assert str(address) == text


def test_two_hosts_behind_one_address_have_two_names() -> None:
    texts = ("ssh://root@198.51.100.7:2201", "ssh://root@198.51.100.7:2202", "local")
    assert len({HostAddress.parse(text).name for text in texts}) == 3


@pytest.mark.parametrize(
    "text",
    [
        "",
        "LOCAL",
        "local\n",
        "ssh://203.0.113.7",
        "ssh://root@",
        "ssh://-oProxyCommand=id@host",
        "ssh://root@-oProxyCommand=id",
        "ssh://root@host/path",
        "ssh://root@host:0",
        "ssh://root@host:65536",
        "ssh://root@host:22\n",
        "ssh://root@ho st",
        "ssh://root@$(id)",
        "ssh://root@fe80::1",
        "ssh://root@[fe80::1%eth0]",
        "ssh://root@[fe80::1%$(id)]",
        "ssh://root@[host]",
        "ssh://root:secret@host",
        "ssh://ro\u202eot@host",
        "memory://",
        "memory://../x",
        "ssh://root@local",
        "http://root@host",
    ],
)
def test_address_in_any_other_form_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        HostAddress.parse(text)
    assert caught.value.what == "This is not the address of a host"
    assert "ssh://root@203.0.113.7" in caught.value.hint
