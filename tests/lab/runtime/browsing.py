"""A browser on a client's website and on the dashboard: what the tests of pages share."""

from playwright.sync_api import ConsoleMessage, Error, Page

from leadengine.dashboard.snippet import bare_tag, loader
from tests.lab.engine import LabError
from tests.lab.runtime.stack import ADMIN, CLIENT_ID, DOMAIN, PASSWORD, RuntimeStack
from tests.lab.waiting import until

ORIGIN = f"https://{DOMAIN}"
CALLS = """
  le('track', 'Plan Chosen', {plan: 'pro', seats: 3, cart: {no: 1}, big: 1 / 0});
  le('identify', 'u-7', {email: 'ann@acme.test', name: 'Ann'});
"""
DENIED = f"'{CLIENT_ID}', {{consent: 'denied', beforeSend: e => e.name === 'Secret' ? null : e}}"
POLICY = f"default-src 'none'; script-src {ORIGIN}; connect-src {ORIGIN}"
SNIPPETS = {
    "/strict": f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">' + bare_tag(ORIGIN),
    "/bare": bare_tag(ORIGIN),
    "/loader": loader(ORIGIN, CLIENT_ID),
    "/twice": bare_tag(ORIGIN) + bare_tag(ORIGIN),
    "/calls": loader(ORIGIN, CLIENT_ID).replace("</script>", CALLS + "</script>"),
    "/asks": loader(ORIGIN, CLIENT_ID).replace(f"'{CLIENT_ID}'", DENIED),
    "/late": loader(ORIGIN, CLIENT_ID).replace("le('init'", "setTimeout(le, 500, 'init'"),
}
NETWORK_CHANGED = "ERR_NETWORK_CHANGED"


def go(page: Page, url: str) -> None:
    """Open a page; a container that came or went meanwhile is no fault of ours."""
    for _ in range(10):
        try:
            page.goto(url)
        except Error as error:
            if NETWORK_CHANGED not in str(error):
                raise
            page.wait_for_timeout(500)
        else:
            return
    message = f"the machine's network kept changing while {url} was loading"
    raise LabError(message)


def shop(page: Page, path: str) -> None:
    """Open a page of the client's website, with our script."""
    go_with_script(page, f"http://shop.test{path}")


def go_with_script(page: Page, url: str) -> None:
    """Open a page, once more if our script was lost on its way."""
    for _ in range(10):
        go(page, url)
        if page.evaluate("typeof le === 'function' && le.live"):
            return


def complaints_of(page: Page) -> list[str]:
    """What the browser's console will say about the dashboard: broken policies, errors."""
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        ours = message.location["url"].startswith(ORIGIN)
        if ours and NETWORK_CHANGED not in message.text:
            complaints.append(message.text)

    page.on("console", note)
    return complaints


def seen(stack: RuntimeStack) -> list[str]:
    """The paths that were counted, in the order they were looked at."""
    urls = stack.sql("SELECT url FROM events ORDER BY occurred_at").split()
    return [url.removeprefix("http://shop.test") for url in urls]


def sees(stack: RuntimeStack, *paths: str) -> None:
    def check() -> None:
        assert seen(stack) == list(paths)

    until(check, f"visits of {paths}")


def sign_in(page: Page) -> None:
    go(page, f"{ORIGIN}/")
    page.get_by_label("E-mail").fill(ADMIN)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Today", exact=True).wait_for()
