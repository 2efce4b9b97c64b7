"""What a website can ask of the pixel, in a real browser."""

from playwright.sync_api import Page

from tests.lab.runtime.browsing import sees, shop
from tests.lab.runtime.stack import RuntimeStack
from tests.lab.waiting import until

KEPT = "SELECT type, name, properties FROM events WHERE type <> 'page' ORDER BY type DESC"


def test_calls_before_the_script_is_there_are_kept(stack: RuntimeStack, page: Page) -> None:
    shop(page, "/calls")

    def kept() -> None:
        assert stack.sql(KEPT).splitlines() == [
            'track|Plan Chosen|{"plan": "pro", "seats": 3}',
            'identify||{"name": "Ann", "email": "ann@acme.test", "userId": "u-7"}',
        ]

    until(kept, "both calls")


def test_nothing_is_sent_before_the_visitor_agrees(stack: RuntimeStack, page: Page) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    shop(page, "/asks")
    page.evaluate("le('track', 'Too Early')")
    page.wait_for_timeout(1500)
    assert not any("/v1/events" in url for url in sent)
    assert remembered(page) == []
    page.evaluate("le('consent', {analytics: true})")
    sees(stack, "/asks")
    page.evaluate("le('track', 'Late'); le('consent', {analytics: false}); le('track', 'Gone')")
    page.wait_for_timeout(1500)
    assert remembered(page) == ["leadengine_consent"], "the answer, and no name"
    page.evaluate("le('consent', {analytics: true}); le('track', 'Back'); le('track', 'Secret')")
    until(lambda: is_all(stack, ["Back"]), "what was allowed")
    page.wait_for_timeout(1500)
    is_all(stack, ["Back"])
    assert remembered(page) == ["leadengine_consent", "leadengine_id"]
    page.evaluate("le('reset')")
    assert remembered(page) == ["leadengine_consent"]
    assert page.context.cookies() == []


def remembered(page: Page) -> list[str]:
    keys: list[str] = page.evaluate("Object.keys(localStorage).sort()")
    return keys


def is_all(stack: RuntimeStack, names: list[str]) -> None:
    assert stack.sql("SELECT name FROM events WHERE type = 'track'").splitlines() == names


def test_functions_of_the_website_may_fail(stack: RuntimeStack, page: Page) -> None:
    """A `beforeSend` that throws keeps its event here, and nothing else breaks."""
    page.add_init_script(
        "window.le = function () { le.q.push(arguments) }; le.q = [];"
        "le('init', '0123456789abcdef01234567', {beforeSend: e => { if (e.name) throw 1; return e }})"
    )
    shop(page, "/bare")
    page.evaluate("le('track', 'Broken'); le('track'); le(); le('no such thing', 1)")

    def kept() -> None:
        assert stack.sql("SELECT type, name FROM events ORDER BY 1").splitlines() == [
            "page|",
            "track|",
        ]

    until(kept, "the events without a name")
