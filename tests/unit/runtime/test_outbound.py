"""Addresses that a person typed lead to the outside, or nowhere."""

import asyncio

import pytest

from leadengine.outbound import OutboundError, resolve


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://127.0.0.1/hook", "private network"),
        ("https://localhost/hook", "private network"),
        ("https://169.254.169.254/latest", "private network"),
        ("https://10.0.0.1/", "private network"),
        ("https://[::1]/", "private network"),
        ("https://[::ffff:127.0.0.1]/", "private network"),
        ("https://0/", "private network"),
        ("http://192.0.2.1/", "https://"),
        ("ftp://192.0.2.1/", "https://"),
        ("https://user@192.0.2.1/", "names no user"),
        ("https:///path", "https://"),
        ("https://nowhere.invalid/", "not found"),
    ],
)
def test_inside_is_refused(url: str, why: str) -> None:
    with pytest.raises(OutboundError, match=why):
        asyncio.run(resolve(url))


def test_address_is_pinned() -> None:
    target = asyncio.run(resolve("https://8.8.8.8:8443/hook?a=b"))
    assert str(target.pinned) == "https://8.8.8.8:8443/hook?a=b"
    private = asyncio.run(resolve("http://localhost:9/x", private=True))
    assert private.pinned.host in ("127.0.0.1", "::1")
