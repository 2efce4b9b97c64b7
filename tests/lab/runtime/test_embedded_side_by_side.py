"""Two clients of a shared stack in one page of another application, in Chromium: each sees its own."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import FrameLocator, Page, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from tests.lab.authority import Authority
from tests.lab.browser import Browser
from tests.lab.run import Run
from tests.lab.runtime.browsing import ORIGIN, go
from tests.lab.runtime.host_application import serving
from tests.lab.runtime.hosting import DOMAIN, Client, Hosting, start_hosting
from tests.lab.runtime.vouching import PLATFORM, allow, ask, make_key
from tests.lab.served_panel import free_port
from tests.lab.waiting import until

pytestmark = pytest.mark.soak

WHO = {"acme": "Ada Acme", "bolt": "Bo Bolt"}


@dataclass
class Portal:
    """A page with a dashboard of each client; whoever looks is let in to both.

    Attributes:
        keys: client -> its key.
        asks: client whose frame is meant -> client whose key is used; a portal of good sense: the same.
    """

    hosting: Hosting
    keys: dict[str, str]
    asks: dict[str, str] = field(default_factory=lambda: {name: name for name in WHO})

    def page(self, _: Request) -> Response:
        elements = "".join(
            f'<le-dashboard id="{name}" view="leads" dashboard="{ORIGIN}/{name}"'
            f' token-url="/token/{name}" deep-link="{name}" scheme="light"></le-dashboard>'
            for name in WHO
        )
        script = f'<script src="{ORIGIN}/acme/embed.js" defer></script>'
        head = f'<!doctype html><html lang="en"><title>Portal</title>{script}'
        return HTMLResponse(head + elements)

    def mounted(self, _: Request) -> Response:
        """By both clients' scripts, each of which mounts its own."""
        scripts = "".join(
            f'<script src="{ORIGIN}/{name}/embed.js"></script>'
            f"<div id={name}-here></div><script>LeadEngine.mount(document.getElementById("
            f"'{name}-here'), {{view: 'leads', id: '{name}', 'token-url': '/token/{name}'}})</script>"
            for name in WHO
        )
        return HTMLResponse(f'<!doctype html><html lang="en"><title>Portal</title>{scripts}')

    def token(self, request: Request) -> Response:
        whose = self.asks[request.path_params["client"]]
        with self.hosting.browser() as backend:
            answer = ask(backend, self.keys[whose], f"/{whose}", views=["leads"], role="member")
        return JSONResponse(answer.json(), answer.status_code)

    def application(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/both", self.page),
                Route("/mounted", self.mounted),
                Route("/token/{client}", self.token, methods=["POST"]),
            ]
        )


@pytest.fixture(scope="module")
def hosting(run: Run, authority: Authority, product_images: None) -> Hosting:
    return start_hosting(run, authority, "side", last=244)


@pytest.fixture(scope="module")
def clients(hosting: Hosting) -> dict[str, Client]:
    """Each with the portal on its list and one lead of its own."""
    made = {name: hosting.create(name) for name in WHO}
    for name, client in made.items():
        with closing(hosting.signed_in(client)) as admin:
            assert allow(admin, PLATFORM, below=f"/{name}").status_code == 303
        hosting.stack.sql(
            "INSERT INTO leads (tenant_id, email, name, first_seen_at, last_seen_at) VALUES "  # noqa: S608
            f"('{hosting.tenant(client)}', 'lead@{name}.test', '{WHO[name]}', now(), now())"
        )
    return made


@pytest.fixture(scope="module")
def keys(hosting: Hosting, clients: dict[str, Client]) -> dict[str, str]:
    found = {}
    for name, client in clients.items():
        with closing(hosting.signed_in(client)) as admin:
            found[name] = make_key(admin, role="member", below=f"/{name}")
    return found


@pytest.fixture
def portal(hosting: Hosting, keys: dict[str, str]) -> Portal:
    return Portal(hosting, keys)


@pytest.fixture
def page(portal: Portal, browser: Browser, authority: Authority) -> Iterator[Page]:
    port = free_port()
    authority.issue("platform.test", "127.0.0.1")
    names = {
        DOMAIN: f"{portal.hosting.stack.address}:8443",
        "platform.test": f"127.0.0.1:{port}",
    }
    with (
        serving(portal, authority.folder / "platform.test.pem", "127.0.0.1", port),
        browser.open(names, (authority.root_pem,)) as page,
    ):
        page.set_default_timeout(30_000)
        yield page


def frame_of(page: Page, name: str) -> FrameLocator:
    return page.frame_locator(f"#{name} iframe")


def each_sees_its_own(page: Page) -> None:
    for name, who in WHO.items():
        expect(frame_of(page, name).get_by_role("link", name=who)).to_be_visible(timeout=30_000)
    for name, other in (("acme", "bolt"), ("bolt", "acme")):
        expect(frame_of(page, name).get_by_text(WHO[other])).to_have_count(0)


def test_two_clients_in_one_page_each_see_their_own(page: Page, browser: Browser) -> None:
    """A link is followed in one, the other stays, and the page's address keeps both; no cookie is set."""
    go(page, f"{PLATFORM}/both")
    each_sees_its_own(page)
    browser.screenshot(page, "embedded-side-by-side")
    frame_of(page, "bolt").get_by_role("link", name=WHO["bolt"]).click()
    expect(frame_of(page, "bolt").get_by_role("heading", name=WHO["bolt"])).to_be_visible()
    expect(frame_of(page, "acme").get_by_role("link", name=WHO["acme"])).to_be_visible()
    page.wait_for_url("**/both?bolt=%2Fleads%2F*")
    address = page.url
    go(page, "about:blank")
    go(page, address)
    expect(frame_of(page, "bolt").get_by_role("heading", name=WHO["bolt"])).to_be_visible()
    expect(frame_of(page, "acme").get_by_role("link", name=WHO["acme"])).to_be_visible()
    assert page.context.cookies() == []


def test_two_scripts_in_one_page_mount_each_its_own(page: Page) -> None:
    go(page, f"{PLATFORM}/mounted")
    each_sees_its_own(page)


def test_a_token_of_one_client_opens_nothing_of_the_other(page: Page, portal: Portal) -> None:
    """The portal mixes its keys up: neither shows anything, of nobody."""
    portal.asks = {"acme": "bolt", "bolt": "acme"}
    go(page, f"{PLATFORM}/both")
    for name in WHO:
        inner = frame_of(page, name)
        expect(inner.get_by_role("alert")).to_be_visible(timeout=30_000)
        text = inner.locator("body").inner_text()
        assert not [who for who in WHO.values() if who in text], text


def test_a_client_that_takes_the_portal_off_its_list_is_gone_and_the_other_stays(
    page: Page, hosting: Hosting, clients: dict[str, Client]
) -> None:
    go(page, f"{PLATFORM}/both")
    each_sees_its_own(page)
    with closing(hosting.signed_in(clients["bolt"])) as admin:
        allow(admin, below="/bolt")
        try:
            go(page, f"{PLATFORM}/both")
            expect(frame_of(page, "acme").get_by_role("link", name=WHO["acme"])).to_be_visible()
            until(lambda: is_refused(page), "the frame to be refused")
        finally:
            allow(admin, PLATFORM, below="/bolt")


def is_refused(page: Page) -> None:
    shown = [each.url for each in page.frames[1:]]
    assert not [each for each in shown if each.startswith(f"{ORIGIN}/bolt/")], shown
    assert [each for each in shown if each.startswith(f"{ORIGIN}/acme/")], shown


def test_what_is_no_address_is_refused_in_a_sentence(page: Page) -> None:
    go(page, f"{PLATFORM}/both")
    for wrong in ("http://evil.test", "javascript:alert(1)", "leads"):
        page.locator("#acme").evaluate("(e, to) => e.setAttribute('dashboard', to)", wrong)
        alert = page.locator("#acme").get_by_role("alert")
        expect(alert).to_contain_text("has to be an address that begins with https://")
        expect(page.locator("#acme iframe")).to_have_count(0)
