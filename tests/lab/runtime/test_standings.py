"""A stack of one client that does not pay: read-only, then suspended, and whole again with the payment."""

import json
from collections.abc import Iterator

import httpx
import pytest

from tests.lab.container import Container
from tests.lab.runtime.sending import fresh, send, written
from tests.lab.runtime.stack import RuntimeStack
from tests.lab.runtime.test_accounts_pages import form_of, sign_in
from tests.lab.waiting import until


def stand(stack: RuntimeStack, standing: str, slug: str = "") -> bool:
    """As the agent tells it, in the container that serves; whether that changed anything."""
    assert stack.api is not None
    asked = json.dumps({"slug": slug, "standing": standing})
    done = stack.api.run("leadengine-admin", "standing", stdin=asked, check=False)
    assert done.returncode == 0, done.stderr
    changed: bool = json.loads(done.stdout)["changed"]
    return changed


@pytest.fixture
def debtor(stack: RuntimeStack) -> Iterator[RuntimeStack]:
    """The shared stack; whatever becomes of it here, it is in good standing afterwards."""
    yield stack
    stand(stack, "good")
    with stack.client() as browser:
        until(lambda: _answers(browser, "/sign-in", 200), "the good standing")


def _answers(browser: httpx.Client, path: str, wanted: int) -> None:
    assert browser.get(path).status_code == wanted


def rename(browser: httpx.Client, words: str) -> httpx.Response:
    """Change what the widget says first."""
    values = {"greeting": words, "primary": "#0f766e", "logo": "", "font": "", "corner": ""}
    values |= {"do": "save", "form": form_of(browser, "/settings/branding")}
    return browser.post("/settings/branding", data=values)


def test_read_only_keeps_the_website_going_and_refuses_changes(
    debtor: RuntimeStack, client: httpx.Client, worker: Container
) -> None:
    assert sign_in(client).status_code == 303
    assert rename(client, "Before").status_code == 303
    assert stand(debtor, "read-only") is True
    assert stand(debtor, "read-only") is False
    until(lambda: _is_told(client), "the notice on the page")
    refused = rename(client, "After")
    assert (refused.status_code, "read-only" in refused.text) == (403, True)
    assert "After" not in client.get("/settings/branding").text
    # Visits, leads and questions of the website are taken as ever, and written.
    ids = fresh(3)
    assert send(client, ids).status_code == 202
    until(lambda: _written(debtor, ids), "the worker")
    assert client.get("/pixel.js").status_code == 200
    # Looking, the door, and a person's rights stay.
    for path in ("/", "/leads", "/leads.csv", "/settings/requests"):
        assert client.get(path).status_code == 200, path
    form = form_of(client, "/settings/requests")
    asked = client.post("/settings/requests/find", data={"email": "a@b.test", "form": form})
    assert asked.status_code != 403
    assert stand(debtor, "good") is True
    until(lambda: _renamed(client), "changes again")


def _is_told(browser: httpx.Client) -> None:
    assert "This account is read-only" in browser.get("/").text


def _renamed(browser: httpx.Client) -> None:
    assert rename(browser, "Again").status_code == 303


def _written(stack: RuntimeStack, ids: list) -> None:  # type: ignore[type-arg]
    assert len(written(stack, ids)) == len(ids)


def test_suspended_it_serves_nobody_and_has_everything_afterwards(
    debtor: RuntimeStack, client: httpx.Client
) -> None:
    assert sign_in(client).status_code == 303
    before = debtor.sql("SELECT count(*) FROM events"), debtor.sql("SELECT count(*) FROM leads")
    assert stand(debtor, "suspended") is True
    until(lambda: _answers(client, "/", 403), "the suspension")
    assert "Its data is kept" in client.get("/").text
    assert send(client, fresh()).status_code == 403
    script = client.get("/pixel.js")
    assert (script.status_code, script.text) == (200, "")
    for path in ("/healthz", "/readyz"):
        assert client.get(path).status_code == 200, "its own host must not take it for broken"
    assert stand(debtor, "good") is True
    until(lambda: _answers(client, "/", 200), "everything again")
    assert send(client, fresh()).status_code == 202
    after = debtor.sql("SELECT count(*) FROM events"), debtor.sql("SELECT count(*) FROM leads")
    assert (int(after[0]) >= int(before[0]), after[1]) == (True, before[1])


def test_what_cannot_be_is_said_in_one_sentence(stack: RuntimeStack) -> None:
    assert stack.api is not None
    for asked, sentence in (
        ('{"slug": "acme", "standing": "good"}', "a client is named in a stack for many"),
        ('{"standing": "poor"}', "Input should be"),
        ("", "Invalid JSON"),
    ):
        done = stack.api.run("leadengine-admin", "standing", stdin=asked, check=False)
        assert done.returncode == 1
        assert sentence in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1
