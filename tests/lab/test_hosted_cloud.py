"""A hosted stack on a host: both names over HTTPS, a client within seconds, and one less again."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import pytest

from leadengine_ctl.hosts.base import HostAddress, HostKey, HostTrust, Transport
from leadengine_ctl.hosts.registry import open_host
from leadengine_ctl.releases.keys import read_keys
from leadengine_ctl.releases.licences import sign
from leadengine_ctl.releases.pending import Pending
from leadengine_ctl.releases.repository import Repository
from tests.conformance.hosting_suite import OWN, HostingSuite
from tests.lab.acme import Pebble
from tests.lab.browser import Browser
from tests.lab.conftest import MakeVps
from tests.lab.names import Names
from tests.lab.operator import Operator, certificate_settings, fingerprint, wait_until
from tests.lab.run import Run
from tests.lab.runtime.sending import body, fresh
from tests.lab.runtime.stack import CLIENT_ID
from tests.lab.site import serve_site
from tests.lab.stack import Stack
from tests.lab.vps import Vps
from tests.unit.ctl.builders import PASSPHRASE

DOMAIN = "cloud.le.test"
pytestmark = pytest.mark.soak

APP, CDN, SITE = f"app.{DOMAIN}", f"cdn.{DOMAIN}", "www.acme.test"
SECONDS = 5


@dataclass(frozen=True)
class Cloud:
    """A hosted stack that lives, and who made it."""

    operator: Operator
    stack: Stack
    root: str
    result: dict[str, object]

    def get(self, host: str, path: str) -> httpx.Response:
        return Stack(self.stack.vps, "cloud", host).get(path, root=self.root)

    def tenant(self, *words: str):  # type: ignore[no-untyped-def]
        return self.operator.lectl("tenant", *words)


@pytest.fixture(scope="module")
def cloud(lab_operator: Operator, stocked_vps: Vps, names: Names, pebble: Pebble) -> Cloud:
    vps = stocked_vps
    for name in (APP, CDN):
        names.point(name, vps.address, vps.address6)
    operator = lab_operator.with_settings(**certificate_settings(pebble, lab_operator.home))
    words = ("--host", vps.url, "--host-key", fingerprint(vps), "--json")
    ended = operator.lectl("cloud", "create", DOMAIN, f"ops@{DOMAIN}", *words)
    assert ended.code == 0, ended.text
    return Cloud(operator, Stack(vps, "cloud", APP), pebble.root, ended.result)


def test_one_certificate_of_the_authority_has_both_names(cloud: Cloud) -> None:
    assert (cloud.result["certificate"], cloud.result["url"]) == ("acme", f"https://{APP}")
    assert cloud.get(APP, "/readyz").status_code == 200
    assert cloud.get(CDN, "/pixel.js").status_code == 200
    again = cloud.operator.lectl("cloud", "create", DOMAIN, "--json")
    assert again.code == 0, again.text
    assert again.result["changed"] is False


def test_a_client_lives_within_five_seconds(cloud: Cloud, browser: Browser, run: Run) -> None:
    """From the command to a visit on the dashboard, by a person's own browser."""
    began = time.monotonic()
    ended = cloud.tenant("create", "acme", SITE, f"ann@{SITE}")
    took = time.monotonic() - began
    print(f"lectl tenant create: {took:.2f} s")  # noqa: T201 - the figure is the point
    assert ended.code == 0, ended.text
    told = dict(line.strip().split(": ", 1) for line in ended.out.splitlines() if ": " in line)
    email, password = told["Admin"].split(" / ")
    assert cloud.tenant("create", "acme", SITE, f"ann@{SITE}").out.count(" / ") == 0
    here = cloud.stack.vps.address
    hosts = {APP: here, CDN: here, SITE: run.gateway}
    with browser.open(hosts, (cloud.root,)) as page:
        html = f"<title>Acme</title><h1>Acme</h1>{told['Snippet']}"
        with serve_site(run.gateway, html) as port:
            page.goto(f"http://{SITE}:{port}/pricing")
            wait_until(lambda: cloud.stack.query("SELECT count(*) FROM events") != "0", 30)
        page.goto(f"https://{APP}/acme/")
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_text("/pricing").first.wait_for()
        assert page.url == f"https://{APP}/acme/"
        page.get_by_role("link", name="Leads", exact=True).click()
        page.wait_for_url(f"https://{APP}/acme/leads")
    assert took <= SECONDS


def test_the_loader_finds_the_client_it_names(cloud: Cloud, browser: Browser, run: Run) -> None:
    """`cdn.DOMAIN/pixel.js` is the same for all: it loads what belongs to the ID of `le('init', …)`."""
    shown = cloud.tenant("show", "acme", "--json").result
    before = int(cloud.stack.query("SELECT count(*) FROM events"))
    here = cloud.stack.vps.address
    asked: list[str] = []
    html = (
        f"<title>Acme</title><h1>Acme</h1>{shown['snippet']}<script>le('track', 'asked')</script>"
    )
    with (
        browser.open({APP: here, CDN: here, SITE: run.gateway}, (cloud.root,)) as page,
        serve_site(run.gateway, html) as port,
    ):
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"http://{SITE}:{port}/by-loader")
        count = "SELECT count(*) FROM events"
        wait_until(lambda: int(cloud.stack.query(count)) >= before + 2, 30)
    scripts = [url for url in asked if url.endswith("pixel.js")]
    assert scripts == [f"https://{CDN}/pixel.js", f"https://{CDN}/{shown['client_id']}/pixel.js"]


def test_a_deleted_client_is_gone_and_the_stack_serves(cloud: Cloud) -> None:
    assert cloud.tenant("create", "bolt", "www.bolt.test", "ann@bolt.test").code == 0
    assert cloud.get(APP, "/bolt/sign-in").status_code == 200
    assert cloud.tenant("suspend", "bolt").code == 0
    wait_until(lambda: cloud.get(APP, "/bolt/sign-in").status_code == 403, 20)
    ended = cloud.tenant("delete", "bolt", "--confirm", "bolt", "--json")
    assert ended.code == 0, ended.text
    assert ended.result["residue"] == {}
    wait_until(lambda: cloud.get(APP, "/bolt/sign-in").status_code == 404, 20)
    assert cloud.get(APP, "/acme/sign-in").status_code == 200
    assert cloud.tenant("show", "bolt").code == 10


@dataclass(frozen=True)
class Own:
    """A stack of one client's own, on another host; `password`: its administrator's."""

    stack: Stack
    password: str


@pytest.fixture(scope="module")
def own(cloud: Cloud, make_stocked_vps: MakeVps, names: Names) -> Iterator[Own]:
    vps, domain = make_stocked_vps(), f"{OWN}.le.test"
    names.point(domain, vps.address, vps.address6)
    ended = cloud.operator.deploy(vps, OWN, domain)
    assert ended.code == 0, ended.text
    yield Own(Stack(vps, OWN, domain), cloud.operator.first_password(vps, OWN, domain))
    vps.remove()


@contextmanager
def opened(vps: Vps) -> Iterator[Transport]:
    trust = HostTrust(pinned=HostKey.parse(vps.host_key))
    with open_host(HostAddress.parse(vps.url), trust, vps.key) as host:
        yield host


class TestHostingOverSsh(HostingSuite):
    """The orders about clients that share a stack, carried out by a real agent on real containers."""

    @pytest.fixture
    def host(self, cloud: Cloud) -> Iterator[Transport]:
        with opened(cloud.stack.vps) as host:
            yield host

    @pytest.fixture
    def other(self, own: Own) -> Iterator[Transport]:
        with opened(own.stack.vps) as host:
            yield host


def test_a_licence_that_ended_is_said_and_stops_nothing(
    cloud: Cloud, own: Own, browser: Browser
) -> None:
    """In the dashboard and by `lectl status`; visits are taken and leads handed out as before."""
    operator, domain = cloud.operator, f"{OWN}.le.test"
    file = operator.home / "own.licence"
    file.write_text(_ended_licence(operator, domain))
    used = operator.lectl("licence", "use", str(file), OWN, "--yes")
    assert used.code == 0, used.text
    told = operator.lectl("status", OWN)
    assert (told.code, "Its licence ended on 2026-01-31" in told.err) == (0, True), told.text
    with browser.open({domain: own.stack.vps.address}, (cloud.root,)) as page:
        page.goto(f"https://{domain}/")
        page.get_by_label("E-mail").fill(f"ops@{domain}")
        page.get_by_label("Password").fill(own.password)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_text("The licence of this installation ended on 2026-01-31").wait_for()
        browser.screenshot(page, "licence-ended")
        assert page.evaluate("fetch('/leads.csv').then(answer => answer.status)") == 200
    client_id = operator.must("status", OWN, "--json").result["clients"][0]["client_id"]
    sent = body(fresh(), url="https://www.own.test/a").replace(CLIENT_ID, client_id)
    stack = own.stack
    url = f"https://{stack.vps.address}/v1/events"
    with stack.visitor(cloud.root) as visitor:
        assert visitor.post(url, content=sent).status_code == 202
    wait_until(lambda: stack.query("SELECT count(*) FROM events") == "1", 60)


def _ended_licence(operator: Operator, domain: str) -> str:
    """Signed as the publisher would have done last year."""
    said = {"client": OWN, "tier": "self-hosted", "domains": [domain],
            "issued": "2025-02-01", "until": "2026-01-31"}  # fmt: skip
    root = Pending(Repository(operator.data / "releases")).published_root()
    return sign(said, root, read_keys(operator.home / "stick", PASSPHRASE))
