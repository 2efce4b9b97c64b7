"""Custom events are kept with their properties; what is left out is counted, with its reason."""

import httpx

from tests.lab.container import Container
from tests.lab.runtime.sending import body, fresh, send
from tests.lab.runtime.stack import RuntimeStack
from tests.lab.runtime.test_accounts_pages import sign_in
from tests.lab.waiting import until

ROBOT = {"User-Agent": "Googlebot/2.1 (+http://www.google.com/bot.html)"}


def test_custom_event_is_kept_with_its_properties(
    stack: RuntimeStack, worker: Container, client: httpx.Client
) -> None:
    ids = fresh()
    said = {"plan": "pro", "seats": 3, "trial": True, "quote": "it's \u00fcber \U0001f600"}
    client.post("/v1/events", content=body(ids, type="track", name="Chosen", properties=said))
    query = f"FROM events WHERE message_id = '{ids[0]}'"

    def kept() -> None:
        found = stack.sql(f"SELECT type, name, properties->>'seats', properties->>'quote' {query}")
        assert found == "track|Chosen|3|it's \u00fcber \U0001f600"

    until(kept, "the event")


def test_what_is_left_out_is_counted_and_shown(
    stack: RuntimeStack, worker: Container, client: httpx.Client
) -> None:
    ids = fresh(3)
    assert send(client, ids, **ROBOT).status_code == 204
    assert client.post("/v1/events", content="{").status_code == 422
    assert send(client, fresh(), **{"Sec-GPC": "1"}).status_code == 204
    send(client, fresh())

    def counted() -> None:
        found = dict(
            line.split("|") for line in stack.sql("SELECT reason, events FROM drops").splitlines()
        )
        assert {"robot", "invalid", "objection"} <= found.keys()
        assert int(found["robot"]) >= 3

    until(counted, "the numbers", 30)
    sign_in(client)
    text = client.get("/").text
    assert "from robots" in text
    assert "from visitors who object" in text
