"""A stranger buys a stack of their own: a server is bought for it, and their one deed is a DNS record."""

import os
import re
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
from playwright.sync_api import Page

from tests.lab.acme import Pebble
from tests.lab.browser import Browser
from tests.lab.cloud.hall import Hall
from tests.lab.cloud.hetzner import HetznerApi
from tests.lab.cloud.lab_machines import LabMachines
from tests.lab.cloud.web import serve as serve_cloud
from tests.lab.mail import MailSink
from tests.lab.names import Names
from tests.lab.operator import Operator, certificate_settings
from tests.lab.run import Run
from tests.lab.served_panel import PASSWORD, Served, serve
from tests.lab.signing_up import PANEL_PORT, open_to_strangers
from tests.unit.billing.stripe_server import serving

pytestmark = [pytest.mark.soak, pytest.mark.timeout(1500)]

SITE = "www.birch.test"
NAME = "leads.birch.test"
COMPANY = "Birch & Söhne"
CLIENT = "birch-sohne"
BEA = f"bea@{SITE}"
COLOUR = "#7c3aed"
MINUTES_15 = 900_000
"""As a browser counts: what a page may wait for while a server boots and is given its images."""


@dataclass(frozen=True)
class Shop:
    """A panel that is open to strangers, and the cloud that it buys from."""

    panel: Served
    mail: MailSink
    api: HetznerApi
    operator: Operator


@pytest.fixture(scope="module")
def shop(lab_operator: Operator, names: Names, pebble: Pebble, run: Run) -> Iterator[Shop]:
    names.forget(NAME)
    api = HetznerApi(Hall(LabMachines(run), pace=0.5))
    mail = MailSink(run.gateway)
    mail.start()
    folder = lab_operator.home / "account"
    folder.mkdir()
    with serving(folder) as account, serve_cloud(api) as base:
        operator = lab_operator.with_settings(
            **certificate_settings(pebble, lab_operator.home),
            **open_to_strangers(account, mail),
            LECTL_RESOLVERS=run.resolver,
            LECTL_HETZNER_TOKEN="good",
            LECTL_HETZNER_ENDPOINT=f"{base}/v1",
            LECTL_SIGNUP_ON="hetzner:cx32@fsn1",
        )
        operator.must("billing", "setup")
        with serve({**os.environ, **operator.environment()}, port=PANEL_PORT) as panel:
            yield Shop(panel, mail, api, operator)
    mail.stop()


def sign_up(page: Page, shop: Shop) -> float:
    """From the first page to the payment, by clicks; when it was made."""
    page.goto(f"{shop.panel.url}/start")
    page.get_by_role("radio", name="Dedicated").check()
    page.get_by_label("Your e-mail at work").fill(BEA)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Company").fill(COMPANY)
    page.get_by_label("Website").fill(SITE)
    page.get_by_label("Colour of your brand").fill(COLOUR)
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="To the payment").click()
    page.get_by_role("link", name="Pay by card").click()
    assert shop.api.hall.history == [], "nothing is bought before it is paid"
    page.get_by_role("button", name="Pay").click()
    return time.monotonic()


def write_records(page: Page, names: Names) -> None:
    """Do what the page asks for, as whoever keeps the domain does: the only hand in all of it."""
    page.locator("#record-1").wait_for()
    asked = page.locator("pre[id^=record-]").all_inner_texts()
    found = {kind: value for kind, name, value in map(str.split, asked) if name == NAME}
    assert "A" in found, asked
    names.point(NAME, found["A"], found.get("AAAA", ""))


def test_a_payment_buys_a_server_and_ends_in_https(
    shop: Shop, browser: Browser, names: Names, pebble: Pebble
) -> None:
    with browser.open({}) as page:
        page.set_default_timeout(MINUTES_15)
        paid = sign_up(page, shop)
        write_records(page, names)
        shown = time.monotonic() - paid
        browser.screenshot(page, "signup-server-1-records")
        page.get_by_role("heading", name="You are live").wait_for()
        seconds = time.monotonic() - paid
        said = page.get_by_text(re.compile(r"with a certificate after \d+")).inner_text()
        names.text("birch.test", page.locator("#proof").inner_text())
        page.get_by_text("Your website is being read for the concierge").wait_for()
        browser.screenshot(page, "signup-server-2-live")
    print(  # noqa: T201 - the figure
        f"\nrecords shown {shown:.0f} s and HTTPS {seconds:.0f} s after the payment; the page: {said}"
    )
    (box,) = shop.api.hall.boxes.values()
    assert len(shop.api.hall.history) == 1
    with httpx.Client(verify=ssl.create_default_context(cadata=pebble.root)) as client:
        answer = client.get(
            f"https://{box.addresses.address}/readyz",
            headers={"Host": NAME},
            extensions={"sni_hostname": NAME},
        )
    assert answer.status_code == 200


def test_the_person_chooses_a_password_by_the_mailed_link_and_is_in(
    shop: Shop, browser: Browser, pebble: Pebble
) -> None:
    (box,) = shop.api.hall.boxes.values()
    invited = shop.mail.wait_for(BEA, 120, f"https://{NAME}/set-password#")
    body = invited.get_body(("plain",))
    assert body is not None
    link = re.search(r"https://\S+/set-password#\S+", body.get_content())
    assert link is not None
    with browser.open({NAME: box.addresses.address}, (pebble.root,)) as page:
        page.set_default_timeout(60_000)
        page.goto(link[0])
        page.get_by_label("New password").fill(PASSWORD)
        page.get_by_label("The same again").fill(PASSWORD)
        page.get_by_role("button", name="Set password").click()
        page.get_by_label("E-mail").fill(BEA)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("link", name="Leads").first.wait_for()
        worn = "getComputedStyle(document.documentElement).getPropertyValue('--brand').trim()"
        assert page.evaluate(worn) == COLOUR
        assert page.title().endswith(f"· {COMPANY}")
        browser.screenshot(page, "signup-server-3-dashboard")


def test_each_stage_was_written_about_once(shop: Shop) -> None:
    mails = [each for each in shop.mail.messages if BEA in str(each["To"])]
    subjects = [str(each["Subject"]) for each in mails if "hello@le.test" in str(each["From"])]
    theirs = [each for each in subjects if "dashboard for" not in each]
    assert theirs == [
        "Your sign-up at LeadEngine",
        "Thank you: your payment has arrived",
        f"What {SITE} needs in its DNS",
        f"Your server for {SITE} is ready",
        f"LeadEngine is live for {SITE}",
    ]


def test_the_end_of_the_client_gives_the_server_back(shop: Shop) -> None:
    (known,) = shop.operator.must("status", "--json").result["clients"]
    assert known["client"] == CLIENT
    shop.operator.must("destroy", CLIENT, "--confirm", CLIENT)
    assert shop.api.hall.boxes == {}
