"""People at a panel: each with a browser of their own, signed in without the minutes it takes by hand."""

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from pydantic import SecretStr

from leadengine_ctl.fleet.panel_records import PersonRecord, Role
from leadengine_ctl.panel.app import create_app
from leadengine_ctl.panel.desk import Desk
from leadengine_ctl.panel.door import cookies, forms
from leadengine_ctl.panel.door.throttle import Pace
from leadengine_ctl.panel.serving import build_desk
from tests.unit.ctl.hostile import a_world

URL = "https://panel.test"
UNHURRIED = {"pace": Pace(1e6, 1e6), "strangers": Pace(1e6, 1e6)}


class Direct(httpx.BaseTransport):
    """Requests go to the application itself, one after the other, without a network."""

    def __init__(self, app: FastAPI, source: str = "192.0.2.7") -> None:
        self._app = httpx.ASGITransport(app, client=(source, 50_000))
        self._runner = asyncio.Runner()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        async def ask() -> httpx.Response:
            answer = await self._app.handle_async_request(request)
            body = await answer.aread()
            return httpx.Response(answer.status_code, headers=answer.headers, content=body)

        return self._runner.run(ask())

    def close(self) -> None:
        self._runner.close()


@dataclass
class Browser:
    """A browser, perhaps of somebody who is signed in."""

    client: httpx.Client
    person: PersonRecord | None = None

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.client.get(path, follow_redirects=False, **more)

    def post(
        self, path: str, values: dict[str, str] | None = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        """Send a form of ours."""
        anchor = self.client.cookies.get(cookies.SESSION) or self.client.cookies.get(cookies.DOOR)
        sent = {**(values or {}), forms.FIELD: forms.token_for(anchor or "")}
        headers = {"Origin": URL, **(headers or {})}
        return self.client.post(path, data=sent, headers=headers, follow_redirects=False)


@dataclass
class Panel:
    """A panel on this process's settings, served without a network."""

    desk: Desk
    folder: Path

    @classmethod
    def open(cls, folder: Path) -> "Panel":
        desk = replace(build_desk(a_world()), url=URL, **UNHURRIED)  # type: ignore[arg-type]
        return cls(desk, folder)

    def __post_init__(self) -> None:
        self.app = create_app(self.desk)
        self.transport = Direct(self.app)

    def stranger(self) -> Browser:
        return Browser(httpx.Client(transport=self.transport, base_url=URL))

    def person(
        self, role: Role, scope: tuple[str, ...] | None = None, name: str = ""
    ) -> PersonRecord:
        """Somebody with a password and codes."""
        people = self.desk.world.store.people
        email = f"{name or role}@panel.test"
        found = people.find(email)
        if found is None:
            found = people.add(email, role, scope)
            people.set_totp(found.id, SecretStr("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"), 0)
        return people.get(found.id)

    def browser(self, role: Role, scope: tuple[str, ...] | None = None, name: str = "") -> Browser:
        """The browser of somebody who is signed in."""
        person = self.person(role, scope, name)
        token = self.desk.world.store.sessions.open(person.id, proven=True)
        browser = self.stranger()
        browser.client.cookies.set(cookies.SESSION, token.get_secret_value(), domain="panel.test")
        browser.person = person
        return browser

    def program(
        self, role: Role, scope: tuple[str, ...] | None = None, name: str = ""
    ) -> httpx.Client:
        """A program with a token of somebody."""
        person = self.person(role, scope, name or f"program-{role}")
        _, token = self.desk.world.store.tokens.create(person.id, "a test", role, 1)
        client = self.stranger().client
        client.headers["Authorization"] = f"Bearer {token.get_secret_value()}"
        return client
