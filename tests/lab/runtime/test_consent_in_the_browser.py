"""The question, its answers, and the pages, in a real browser."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.lab.runtime.browsing import ORIGIN, go, sees, shop, sign_in
from tests.lab.runtime.stack import RuntimeStack
from tests.lab.waiting import until

LONDON = """
const original = Intl.DateTimeFormat.prototype.resolvedOptions;
Intl.DateTimeFormat.prototype.resolvedOptions = function () {
  return { ...original.call(this), timeZone: 'Europe/London' };
};
const attach = Element.prototype.attachShadow;
Element.prototype.attachShadow = function (options) {
  return attach.call(this, { ...options, mode: 'open' });
};
"""
"""A browser in London, whose closed shadow roots a test can look into."""
PATHS = (
    *(
        "/",
        "/leads",
        "/insights",
        "/conversations",
        "/install",
        "/settings/branding",
        "/complaints",
    ),
    *("/settings/routing", "/settings/scoring", "/settings/webhooks", "/settings/privacy"),
    *("/settings/requests", "/settings/team", "/settings/account"),
)


def test_nothing_happens_in_london_before_the_answer(stack: RuntimeStack, page: Page) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    page.add_init_script(LONDON)
    shop(page, "/bare")
    yes = page.get_by_role("button", name="Yes, that is fine")
    yes.wait_for()
    no = page.get_by_role("button", name="No, thank you")
    first, second = yes.bounding_box(), no.bounding_box()
    assert first
    assert second
    assert (first["height"], first["width"]) == pytest.approx(
        (second["height"], second["width"]), abs=2
    )
    page.wait_for_timeout(1500)
    assert not any("/v1/events" in url for url in sent)
    assert page.evaluate("Object.keys(localStorage).length + document.cookie.length") == 0
    assert violations_of_ours(page) == []
    yes.click()
    sees(stack, "/bare")
    until(lambda: assert_answers(stack, "t|banner"), "the answer in the ledger")
    shop(page, "/loader")
    sees(stack, "/bare", "/loader")
    assert yes.count() == 0, "asked once"


def violations_of_ours(page: Page) -> list[str]:
    """What axe finds inside of a shadow root; the page around it is the website's own."""
    found = Axe().run(page).response["violations"]
    targets = (
        (rule["id"], part) for rule in found for node in rule["nodes"] for part in node["target"]
    )
    return [name for name, part in targets if isinstance(part, list)]


def test_no_is_an_answer(stack: RuntimeStack, page: Page) -> None:
    stack.sql("TRUNCATE consents")
    page.add_init_script(LONDON)
    shop(page, "/bare")
    page.get_by_role("button", name="No, thank you").click()
    until(lambda: assert_answers(stack, "f|banner"), "the answer in the ledger")
    shop(page, "/loader")
    page.wait_for_timeout(1500)
    sees(stack)
    assert page.evaluate("Object.keys(localStorage)") == ["leadengine_consent"]


def assert_answers(stack: RuntimeStack, wanted: str) -> None:
    query = "SELECT (choices->>'analytics')::boolean, source FROM consents ORDER BY at DESC LIMIT 1"
    assert stack.sql(query) == wanted


def test_pages_have_no_violations(stack: RuntimeStack, page: Page) -> None:
    """Fourteen pages, light and dark, wide and narrow."""
    stack.sql("""
        INSERT INTO visits (tenant_id, id, visitor, started_at, last_seen_at, pages, landing_url,
          landing_title, referrer, source, company) SELECT id, gen_random_uuid(), md5(i::text), now(),
          now(), i, 'https://shop.test/', 'Shop', '', 'Google', 'buyer.test'
          FROM tenants, generate_series(1, 3) i WHERE name = 'acme';
        INSERT INTO day_counts SELECT id, current_date, 'source', 'Google', 3 FROM tenants WHERE name = 'acme'
          ON CONFLICT DO NOTHING;
    """)
    sign_in(page)
    axe, found = Axe(), []
    for scheme, width in (("light", 1280), ("dark", 375)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 900})
        for path in PATHS:
            go(page, ORIGIN + path)
            results = axe.run(page)
            if results.violations_count:
                found.append(f"{path} {scheme}: {results.generate_report()}")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    assert found == []


def test_keys_lead_through_the_rows(stack: RuntimeStack, page: Page) -> None:
    stack.sql("""
        INSERT INTO leads (tenant_id, email, first_seen_at, last_seen_at)
        SELECT id, 'key' || i || '@buyer.test', now(), now() FROM tenants, generate_series(1, 3) i
        WHERE name = 'acme' ON CONFLICT DO NOTHING
    """)
    sign_in(page)
    go(page, f"{ORIGIN}/leads?q=key&sort=recent")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement === document.querySelector('[data-row] a')")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    stack.sql("DELETE FROM leads WHERE email LIKE 'key%@buyer.test'")
