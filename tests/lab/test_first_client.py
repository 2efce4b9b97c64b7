"""A bare host becomes a live client; everything a newcomer would look at, in a real browser."""

import json
from collections.abc import Iterator

import httpx
import pytest

from tests.lab.acme import Pebble
from tests.lab.browser import Browser
from tests.lab.mail import MailSink
from tests.lab.names import Names
from tests.lab.operator import (
    Operator,
    certificate_settings,
    mail_settings,
    wait_until,
)
from tests.lab.ports import open_ports
from tests.lab.run import Run
from tests.lab.site import serve_site
from tests.lab.stack import Stack
from tests.lab.vps import Vps

DOMAIN = "leads.acme.test"
SITE = "www.acme.test"


class Live:
    """What the first deploy left: shared by the tests of this module, which do not change it."""

    def __init__(
        self, operator: Operator, stack: Stack, result: dict[str, object], password: str
    ) -> None:
        self.operator = operator
        self.stack = stack
        self.result = result
        self.password = password


@pytest.fixture(scope="module")
def module_mail(run: Run) -> Iterator[MailSink]:
    sink = MailSink(run.gateway)
    sink.start()
    yield sink
    sink.stop()


@pytest.fixture(scope="module")
def live(
    lab_operator: Operator,
    bare_vps: Vps,
    names: Names,
    pebble: Pebble,
    module_mail: MailSink,
) -> Live:
    """Deploy to a host that has neither Docker nor Python."""
    names.point(DOMAIN, bare_vps.address, bare_vps.address6)
    operator = lab_operator.with_settings(
        LECTL_HARDEN="new",
        **certificate_settings(pebble, lab_operator.home),
        **mail_settings(module_mail),
    )
    assert not bare_vps.run("which", "docker", "python3", check=False).stdout
    ended = operator.deploy(bare_vps, "acme", DOMAIN)
    assert ended.code == 0, ended.text
    assert "password" not in ended.result
    password = operator.first_password(bare_vps, "acme", DOMAIN)
    return Live(operator, Stack(bare_vps, "acme", DOMAIN), ended.result, password)


def test_https_answers_with_a_certificate_that_chains_to_the_authority(
    live: Live, pebble: Pebble
) -> None:
    answer = live.stack.get("/readyz", root=pebble.root)
    assert answer.status_code == 200
    assert live.result["certificate"] == "acme"
    assert live.result["advice"] == ""


def test_the_first_password_is_shown_once(live: Live) -> None:
    assert len(live.password) >= 12
    assert live.operator.first_password(live.stack.vps, "acme", DOMAIN) == ""


def test_plain_http_leads_to_https(live: Live) -> None:
    answer = httpx.get(f"http://{live.stack.vps.address}/a?b=c", headers={"Host": DOMAIN})
    assert answer.status_code == 308
    assert answer.headers["location"] == f"https://{DOMAIN}/a?b=c"


def test_the_printed_password_signs_in_and_a_visit_appears_in_a_browser(
    live: Live, pebble: Pebble, browser: Browser, run: Run
) -> None:
    html = f"<title>Acme</title><h1>Acme</h1>{live.result['snippet']}"
    with browser.open(_hosts(live, run), (pebble.root,)) as page:
        with serve_site(run.gateway, html) as port:
            page.goto(f"http://{SITE}:{port}/pricing?utm_source=lab")
            wait_until(lambda: _events(live) > 0, 20)
        page.goto(f"https://{DOMAIN}/")
        page.get_by_label("E-mail").fill(str(live.result["email"]))
        page.get_by_label("Password").fill(live.password)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_text("/pricing").first.wait_for()
        browser.screenshot(page, "dashboard-first-visit")


def test_the_loader_snippet_of_the_specification_works_too(
    live: Live, pebble: Pebble, browser: Browser, run: Run
) -> None:
    before = _events(live)
    html = f"<head><title>B</title>{live.result['loader']}</head><h1>B</h1>"
    with (
        serve_site(run.gateway, html) as port,
        browser.open(_hosts(live, run), (pebble.root,)) as page,
    ):
        page.goto(f"http://{SITE}:{port}/loader")
        wait_until(lambda: _events(live) > before, 20)


def test_the_administrator_got_a_link_that_sets_a_password(
    live: Live, module_mail: MailSink
) -> None:
    message = module_mail.wait_for(f"ops@{DOMAIN}")
    body = message.get_body(("plain",))
    assert body is not None
    assert f"https://{DOMAIN}/" in body.get_content()


def test_only_ssh_and_the_web_answer_on_ipv4_and_ipv6(live: Live) -> None:
    assert open_ports(live.stack.vps.address) == {22, 80, 443}
    assert open_ports(live.stack.vps.address6) == {22, 80, 443}


@pytest.mark.parametrize("service", ["db", "redis", "chromadb"])
def test_data_services_have_no_way_out(live: Live, service: str, run: Run) -> None:
    """Positive control first: the api, on the same host, does reach the outside."""
    assert _reaches(live, "api-blue", run.resolver)
    assert not _reaches(live, service, run.resolver)
    assert not _reaches(live, service, live.stack.vps.address)


def test_second_deploy_restarts_nothing_changes_nothing_and_asks_no_authority(
    live: Live, pebble: Pebble
) -> None:
    before = (live.stack.runtimes(), live.stack.ordered_files(), pebble.orders)
    ended = live.operator.deploy(live.stack.vps, "acme", DOMAIN)
    assert ended.code == 0, ended.text
    assert ended.result["changed"] is False
    assert ended.result["password_waiting"] is False
    assert (live.stack.runtimes(), live.stack.ordered_files(), pebble.orders) == before


def test_status_shows_the_client_green(live: Live) -> None:
    ended = live.operator.lectl("status", "acme", "--json")
    assert ended.code == 0, ended.text
    assert '"healthy": true' in json.dumps(ended.result)


def _hosts(live: Live, run: Run) -> dict[str, str]:
    return {DOMAIN: live.stack.vps.address, SITE: run.gateway}


def _events(live: Live) -> int:
    return int(live.stack.query("select count(*) from events"))


def _reaches(live: Live, service: str, address: str) -> bool:
    """Whether a container can open a connection to a port that does answer there."""
    port = 22 if address == live.stack.vps.address else 53
    code = f"exec 3<>/dev/tcp/{address}/{port}"
    name = f"leadengine-acme-{service}-1"
    done = live.stack.vps.run(
        "docker", "exec", name, "timeout", "4", "bash", "-c", code, check=False
    )
    return done.returncode == 0
