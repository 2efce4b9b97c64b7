"""The snippets of `plugins/` in a browser: once, escaped, and only with consent where it is asked for."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.lab.authority import Authority
from tests.lab.browser import Browser
from tests.lab.container import Container
from tests.lab.runtime.browsing import go, seen, sees, shop
from tests.lab.runtime.site import website
from tests.lab.runtime.site_builders import BUILDERS
from tests.lab.runtime.stack import CLIENT_ID, DOMAIN, RuntimeStack

EVIL = '"></script><script>window.evil = 1</script>'
PAGES = {f"/{name}": build(DOMAIN, CLIENT_ID) for name, build in BUILDERS.items()}
PAGES |= {f"/twice-{name}": PAGES[f"/{name}"] * 2 for name in BUILDERS}
TYPED = [name for name in BUILDERS if name != "squarespace"]
PAGES |= {f"/evil-{name}": BUILDERS[name](EVIL, EVIL) for name in TYPED}
PAGES |= {f"/elsewhere-{name}": BUILDERS[name]("evil.test/x", CLIENT_ID) for name in TYPED}


@pytest.fixture
def visitor(
    stack: RuntimeStack, steady_worker: Container, browser: Browser, authority: Authority
) -> Iterator[Page]:
    stack.sql("TRUNCATE visits, events, event_receipts")
    with website(PAGES) as address:
        names = {DOMAIN: f"{stack.address}:8443", "shop.test": address}
        with browser.open(names, (authority.root_pem,)) as page:
            yield page


@pytest.mark.parametrize("name", BUILDERS)
@pytest.mark.parametrize("prefix", ["/", "/twice-"])
def test_a_page_is_counted_once(stack: RuntimeStack, visitor: Page, name: str, prefix: str) -> None:
    shop(visitor, f"{prefix}{name}?agreed")
    sees(stack, f"{prefix}{name}?agreed")
    visitor.wait_for_timeout(1000)
    assert len(seen(stack)) == 1


@pytest.mark.parametrize("name", TYPED)
@pytest.mark.parametrize("prefix", ["/evil-", "/elsewhere-"])
def test_what_was_typed_is_never_markup_nor_another_server(
    visitor: Page, name: str, prefix: str
) -> None:
    go(visitor, f"http://shop.test{prefix}{name}?agreed")
    visitor.wait_for_timeout(500)
    assert visitor.evaluate("typeof window.evil") == "undefined"
    assert visitor.locator("script[src]").count() == 0


def test_a_shop_asks_first(stack: RuntimeStack, visitor: Page) -> None:
    shop(visitor, "/shopify")
    visitor.wait_for_timeout(1500)
    assert seen(stack) == []
    visitor.evaluate("agree()")
    sees(stack, "/shopify")
