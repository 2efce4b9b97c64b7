"""Draw the demo's dashboard inside another application's page: docs/pictures/embedded.png.

Part of `python -m tools.screenshots`, which has the demo live and its administrator signed in.
"""

import re
import ssl
from pathlib import Path

import httpx
from playwright.sync_api import Page

from tests.lab.runtime.host_application import HostApplication, serving
from tests.lab.stack import Named
from tools.demo import DOMAIN, PORT

PICTURE = Path("docs/pictures/embedded.png")
PLATFORM_PORT = 8091
PLATFORM = f"http://localhost:{PLATFORM_PORT}"
PEOPLE = (
    ("Hana Okafor", "h.okafor@northquay.test", "Northquay Lettings"),
    ("Tom Evans", "t.evans@millstone.test", "Millstone Homes"),
    ("Maja Lind", "m.lind@harbour.test", "Harbour & Co"),
    ("Sam Ferreira", "sam@brightlane.test", "Brightlane"),
    ("Anna Rossi", "a.rossi@viamar.test", ""),
)
WRITE = """async ([origin, form]) => (await fetch(`${origin}/v1/leads`, {
  method: "POST", body: JSON.stringify({...form, url: location.href})})).status"""


def draw_embedded(page: Page, website: str, root: str) -> None:
    """Let some people write to the client, allow an application, and look at leads inside of it.

    Args:
        website: the name of the client's website.
        root: the authority behind the dashboard's certificate, as PEM.
    """
    write_as_people(page, website)
    key = allow_platform(page)
    with httpx.Client(
        transport=Named(DOMAIN, ssl.create_default_context(cadata=root)),
        base_url="https://127.0.0.1",
        headers={"Host": DOMAIN},
    ) as backend:
        host = HostApplication(f"https://{DOMAIN}", backend, key, PLATFORM)
        with serving(host, None, "127.0.0.1", PLATFORM_PORT):
            page.set_viewport_size({"width": 1280, "height": 720})
            page.goto(f"{PLATFORM}/platform/leads")
            inner = page.frame_locator("le-dashboard iframe")
            inner.get_by_role("link", name=PEOPLE[0][0]).wait_for()
            page.wait_for_timeout(1000)  # The frame grows to its page's height, smoothly.
            page.screenshot(path=PICTURE)


def write_as_people(page: Page, website: str) -> None:
    """By the form of the client's website; each is a lead a moment later."""
    client = client_id(page)
    for number, (name, email, company) in enumerate(PEOPLE):
        page.set_extra_http_headers({"User-Agent": f"Mozilla/5.0 (person {number})"})
        page.goto(f"http://{website}:{PORT}/")
        form = {"client": client, "email": email, "name": name, "company": company}
        status = page.evaluate(WRITE, [f"https://{DOMAIN}", form])
        if status != 202:
            raise SystemExit(f"The form of {website} was answered {status}.")
    page.goto(f"https://{DOMAIN}/leads")
    for _ in range(60):
        if page.get_by_role("link", name=PEOPLE[-1][0]).count():
            return
        page.wait_for_timeout(1000)
        page.reload()
    raise SystemExit("What people wrote did not become leads.")


def client_id(page: Page) -> str:
    page.goto(f"https://{DOMAIN}/install")
    found = re.search(r"\b[0-9a-f]{24}\b", page.locator("main").inner_text())
    if found is None:
        raise SystemExit("The page Install shows no client ID.")
    return found.group()


def allow_platform(page: Page) -> str:
    """Put the application on the list and make its key, as an administrator does."""
    page.goto(f"https://{DOMAIN}/settings/embedding")
    page.get_by_label("Origins, one to a line").fill(PLATFORM)
    page.get_by_role("button", name="Save").click()
    page.get_by_label("Application").fill("Property Connect")
    page.get_by_label("At most").select_option("member")
    page.get_by_role("button", name="Make the key").click()
    return page.locator("#key").inner_text()
