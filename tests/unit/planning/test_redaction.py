"""What somebody else must not read is taken out, and what helps them stays."""

import pytest

from leadengine_ctl.planning.redaction import redact


@pytest.mark.parametrize(
    ("text", "gone", "kind"),
    [
        ("mail to ann.lee+x@acme.co.uk failed", "ann.lee+x@acme.co.uk", "e-mail"),
        ('203.0.113.7 - - "GET / HTTP/1.1" 200', "203.0.113.7", "address"),
        ("from 2001:db8::1 port 22", "2001:db8::1", "address"),
        ("client: ::ffff:203.0.113.9, server", "203.0.113.9", "address"),
        ("GET /find?name=Ann&mail=x HTTP/1.1", "name=Ann", "query"),
        ("Authorization: Bearer abc.def-ghi", "abc.def-ghi", "credential"),
        ("Cookie: __Host-le-session=abcdef; other=1", "other=1", "credential"),
        ("password=hunter2hunter", "hunter2hunter", "credential"),
        ('{"token": "abc123xyz"}', "abc123xyz", "credential"),
        ("postgresql://le:s3cretword@db:5432/leadengine", "s3cretword", "credential"),
        ("call +44 20 7946 0958 now", "7946 0958", "telephone"),
        ("seen 7f3a9c0de14b55aa7f3a9c0de14b55aa", "7f3a9c0de14b55aa", "token"),
        ("the key key_q8Kd93mCq0Zx81mmaPq99LkT here", "q8Kd93mCq0", "token"),
        ("visitor 0b9d7c1e-4a55-4e0e-9f3c-6d2f8a7b1c00", "6d2f8a7b1c00", "token"),
        ("snapshot 5f9c0a77de21b84c03aa is kept", "5f9c0a77de21b84c03aa", "token"),
        ("-----BEGIN PRIVATE KEY-----\nMC4CAQ\n-----END PRIVATE KEY-----", "MC4CAQ", "key"),
        ("-----BEGIN PRIVATE KEY-----\nMC4CAQ and cut off", "MC4CAQ", "key"),
        ("it said tr0ub4dor twice: tr0ub4dor", "tr0ub4dor", "secret"),
    ],
)
def test_it_is_taken_out(text: str, gone: str, kind: str) -> None:
    told, found = redact(text, ["tr0ub4dor"])
    assert gone not in told
    assert f"[{kind}]" in told
    assert found[kind] > 0


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-27T04:12:55.123456Z api-blue | started in 1.2 s",
        "nginx: [emerg] host not found in upstream leads.acme.test at 12:30:11",
        "image sha256:" + "a1" * 32,
        "leadengine-acme-api-blue-1 is unhealthy",
        "Traceback: File /usr/lib/python3.13/site-packages/leadengine/api.py, line 12",
        "release 1.10.2, generation 12, 3 of 5",
    ],
)
def test_what_helps_stays(text: str) -> None:
    told, found = redact(text)
    assert (told, dict(found)) == (text, {})
