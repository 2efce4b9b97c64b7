"""An address that an operator typed leads outward and nowhere else (promise S11)."""

import socket
from functools import partial

import pytest

from leadengine_ctl.notify.base import NotSentError
from leadengine_ctl.notify.outward import get_text, is_public, post_json
from tests.connections import watched

INSIDE = (
    "https://127.0.0.1/", "https://127.1/", "https://127.0.0.1:8700/", "https://2130706433/", "https://0x7f000001/",
    "https://0177.0.0.1/", "https://0/", "https://0.0.0.0/", "https://localhost/", "https://localhost.localdomain/",
    "https://10.0.0.1/", "https://10.255.255.254/", "https://172.16.0.1/", "https://172.31.255.1/",
    "https://192.168.0.1/", "https://192.168.255.255/", "https://169.254.169.254/latest/meta-data/",
    "https://169.254.170.2/", "https://100.64.0.1/", "https://198.18.0.1/", "https://224.0.0.1/",
    "https://255.255.255.255/", "https://192.0.0.1/", "https://240.0.0.1/", "https://[::1]/", "https://[::]/",
    "https://[fe80::1]/", "https://[fc00::1]/", "https://[fd00:ec2::254]/", "https://[ff02::1]/",
    "https://[::ffff:127.0.0.1]/", "https://[::ffff:10.0.0.1]/", "https://[::ffff:169.254.169.254]/",
    "https://[::127.0.0.1]/", "https://[64:ff9b::7f00:1]/", "https://[64:ff9b::a9fe:a9fe]/",
    "https://[2002:7f00:1::]/", "https://[2002:a00:1::]/", "https://[2001:0:0:1::1]/", "https://[fec0::1]/",
    "http://hooks.example.com/", "ftp://hooks.example.com/", "file:///etc/passwd", "gopher://127.0.0.1/",
    "https://user:pass@127.0.0.1/", "https://hooks.example.com@127.0.0.1/", "https://127.0.0.1#hooks.example.com/",
    "https://127.0.0.1?hooks.example.com", "https:///etc", "https://", "//127.0.0.1/", "https://127.0.0.1:99999/",
    "https://127.0.0.1:x/", "https://a b/", "https://\x00/", "https://xn--/", "https://.localhost/",
    "https://panel.localhost/", "https://2852039166/", "https://0xa9fea9fe/", "https://ⓛocalhost/",
)  # fmt: skip


def test_none_of_60_forms_of_an_inner_address_is_connected_to() -> None:
    """The interpreter tells of each connection; nothing is patched."""
    assert len(INSIDE) >= 60
    with watched() as made:
        for url in INSIDE:
            for ask in (partial(post_json, url, {}), partial(get_text, url)):
                with pytest.raises(NotSentError):
                    ask()
                assert made == [], url


def test_the_watch_sees_a_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, watched() as made:
        socket.create_connection(server.getsockname(), 5).close()
        assert made == [server.getsockname()]


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Nothing may be connected to in these tests; whatever is tried is kept."""
    tried: list[object] = []

    def refuse(address: object, *_: object, **__: object) -> socket.socket:
        tried.append(address)
        raise OSError

    monkeypatch.setattr("socket.create_connection", refuse)
    return tried


def test_a_name_that_leads_inside_is_refused_also_when_only_one_of_its_addresses_does(
    monkeypatch: pytest.MonkeyPatch, no_network: list[object]
) -> None:
    def resolve(*_: object, **__: object) -> list[tuple[object, ...]]:
        kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*kind, ("93.184.215.14", 443)), (*kind, ("10.0.0.5", 443))]

    monkeypatch.setattr("socket.getaddrinfo", resolve)
    with pytest.raises(NotSentError):
        post_json("https://rebinding.example.com/", {})
    assert no_network == []


def test_the_address_that_was_looked_at_is_the_one_that_is_connected_to(
    monkeypatch: pytest.MonkeyPatch, no_network: list[object]
) -> None:
    """A name that answers differently the second time gains nothing: it is asked once."""
    answers = [["93.184.215.14"], ["127.0.0.1"]]

    def resolve(*_: object, **__: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (text, 443)) for text in answers.pop(0)]

    monkeypatch.setattr("socket.getaddrinfo", resolve)
    with pytest.raises(NotSentError):
        post_json("https://rebinding.example.com/", {})
    assert no_network == [("93.184.215.14", 443)]
    assert len(answers) == 1


def test_addresses_of_the_internet_are_public() -> None:
    assert all(
        map(is_public, ("93.184.215.14", "8.8.8.8", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"))
    )
    assert not is_public("nonsense")
