"""A scanner comes by before its owner does, and again afterwards; it gets nowhere (promise S9).

It speaks to a real server and writes its requests itself: a library would tidy the paths.
"""

import itertools
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote, urlsplit

import pytest

from leadengine_ctl.fleet.panel_records import Role
from leadengine_ctl.panel.door.rules import RULES
from tests.unit.ctl.fleet import Fleet
from tests.unit.panel.serving import served

pytestmark = pytest.mark.long

WORDS = (
    "setup", "install", "init", "register", "signup", "admin", "admin/setup", "first-run", "onboarding",
    "wizard", "api/setup", "api/v1/setup", "api/v1/users", "users/new", "account/create", "debug", "docs",
    "auth/local/register", ".env", "SetupWizard.aspx", "setup/../team", "welcome/..;/team", "openapi.json",
)  # fmt: skip
HEADERS = (
    {"X-Original-URL": "/team"},
    {"X-Rewrite-URL": "/team"},
    {"X-HTTP-Method-Override": "GET"},
    {"X-Forwarded-For": "127.0.0.1"},
    {"X-Forwarded-User": "admin"},
    {"Authorization": "Basic YWRtaW46YWRtaW4="},
    {"Authorization": "Bearer "},
    {"Cookie": "__Host-lectl=; lectl=admin"},
    {"Host": "localhost"},
    {"Referer": "http://127.0.0.1/team"},
)
OPEN = {name.partition(" ")[2] for name, rule in RULES.items() if rule.role is None}
REFUSED = {303, 307, 400, 401, 403, 404, 405, 410, 413, 422, 429}


def spellings(path: str) -> Iterator[str]:
    """A path as those write it who look for a way around whoever compares paths."""
    yield from (f"/{path}", f"/{path}/", f"//{path}", f"/{path.upper()}", f"/{path.title()}")
    yield from (f"/%2f{path}", f"/{path}%2f", f"/{path}%00", f"/{path};a=b", f"/./{path}")
    yield from (f"/static/../{path}", f"/static/%2e%2e/{path}", f"/static/..%2f{path}")
    yield from (f"/healthz/../{path}", f"/sign-in/..;/{path}", f"/{path}%20", f"/{path}.json")
    yield from (
        f"/{path.replace('/', '%2f')}",
        f"/%{ord(path[0]):x}{path[1:]}",
        f"/{path}?a=/static/",
    )
    yield from (
        f"/{path}#",
        f"\\{path}",
        f"/\\{path}",
        f"/{path}%0d%0aX: y",
        f"http://evil.test/{path}",
    )


def targets() -> tuple[str, ...]:
    """Words that others have, and every path of ours."""
    ours = (name.partition(" ")[2].replace("{", "").replace("}", "")[1:] for name in RULES)
    return tuple(dict.fromkeys((*WORDS, *filter(None, ours))))


class Scanner:
    """Asks one thing after the other on a connection that it keeps."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._address = (str(parts.hostname), parts.port or 80)
        self.asked = 0
        self.found: list[tuple[str, str, int]] = []

    def ask(self, method: str, path: str, headers: dict[str, str]) -> None:
        """Ask, and keep what was answered if it is anything but a refusal or a page for strangers."""
        body = (
            b'{"email":"eve@evil.test","password":"x","role":"owner"}' if method != "GET" else b""
        )
        words = {"Host": "panel.test", "Content-Length": str(len(body)), "Connection": "close"}
        words |= {"Content-Type": "application/json", **headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in words.items())
        with socket.create_connection(self._address, 30) as connection:
            connection.sendall(f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + body)
            status = int(connection.makefile("rb").readline().split()[1])
        self.asked += 1
        # What a server reads there: whatever host is named, and letters written as numbers, once.
        plain = path.removeprefix("http://evil.test").partition("?")[0].partition("#")[0]
        is_open = unquote(plain) in OPEN
        if status not in REFUSED and not (status == 200 and is_open):
            self.found.append((method, path, status))

    def scan(self, paths: tuple[str, ...], headers: tuple[dict[str, str], ...]) -> None:
        for path in paths:
            for spelling in spellings(path):
                for method in ("GET", "POST", "PUT"):
                    self.ask(method, spelling, {})
            for more, method in itertools.product(headers, ("GET", "POST")):
                self.ask(method, f"/{path}", more)


@contextmanager
def scanned(fleet: Fleet) -> Iterator[Scanner]:
    with served(fleet) as url:
        yield Scanner(url)


@pytest.mark.parametrize("share", [40, pytest.param(1, marks=pytest.mark.soak)])
def test_a_scanner_gets_nowhere_before_the_first_owner_is_there_and_after(
    fleet: Fleet, share: int
) -> None:
    people, paths = fleet.world.store.people, targets()[::share]
    with scanned(fleet) as scanner:
        scanner.scan(paths, HEADERS)
        assert people.all() == ()
        owner = people.add("ann@panel.test", Role.OWNER)
        people.invite(owner.id, 600)
        scanner.scan(paths, HEADERS)
        assert [(each.id, each.totp) for each in people.all()] == [(owner.id, None)]
        assert scanner.found == []
        assert scanner.asked == 2 * len(paths) * (25 * 3 + len(HEADERS) * 2)
        scanner.ask("GET", "/sign-in", {})
        scanner.ask("GET", "/healthz?x", {})
        assert scanner.found == [], "pages for strangers are theirs"


def test_the_scanner_sees_a_door_that_was_left_open(fleet: Fleet) -> None:
    with scanned(fleet) as scanner:
        path = "/healthz"
        OPEN.discard(path)
        try:
            scanner.ask("GET", path, {})
        finally:
            OPEN.add(path)
        assert scanner.found == [("GET", path, 200)]
