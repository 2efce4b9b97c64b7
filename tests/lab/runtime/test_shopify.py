"""What Shopify asks of an app about a shop's customers: answered when Shopify signed it."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping

import httpx
import pytest

from tests.lab.runtime.stack import RuntimeStack
from tests.lab.runtime.test_accounts_pages import sign_in
from tests.lab.runtime.vouching import make_lead

SECRET = "canary-shopify"
SHOP = "acme.myshopify.com"
BUYER = "buyer@shopper.test"
OTHER = "other@shopper.test"


def signature(body: bytes, secret: str = SECRET) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def send(
    client: httpx.Client, topic: str, more: Mapping[str, object], signed: str | None = None
) -> httpx.Response:
    body = json.dumps({"shop_id": 954889, "shop_domain": SHOP, **more}).encode()
    headers = {"X-Shopify-Topic": topic, "Content-Type": "application/json"}
    headers["X-Shopify-Hmac-Sha256"] = signature(body) if signed is None else signed
    return client.post("/v1/shopify/webhooks", content=body, headers=headers)


@pytest.fixture(autouse=True)
def leads(stack: RuntimeStack) -> Iterator[None]:
    """Two people who bought something, as the stack knows them."""
    for email in (BUYER, OTHER):
        make_lead(stack, email)
    yield
    stack.sql("TRUNCATE complaints, erasures; DELETE FROM leads WHERE email LIKE '%@shopper.test'")


def known(stack: RuntimeStack) -> list[str]:
    return stack.sql(
        "SELECT email FROM leads WHERE email LIKE '%@shopper.test' ORDER BY 1"
    ).splitlines()


def test_a_customer_is_forgotten_and_asking_again_is_fine(
    stack: RuntimeStack, client: httpx.Client
) -> None:
    customer = {"id": 191167, "email": BUYER.upper(), "phone": "555-625-1199"}
    for _ in range(2):
        asked = {"customer": customer, "orders_to_redact": [299938]}
        answer = send(client, "customers/redact", asked)
        assert (answer.status_code, answer.json()) == (200, {"result": "forgotten"})
    assert known(stack) == [OTHER]


def test_a_request_for_data_stands_once_among_those_that_people_answer(
    stack: RuntimeStack, client: httpx.Client
) -> None:
    wanted: dict[str, object] = {
        "customer": {"id": 1, "email": BUYER},
        "data_request": {"id": 9999},
    }
    said = [send(client, "customers/data_request", wanted).json()["result"] for _ in range(2)]
    assert said == ["noted", "noted before"]
    assert sign_in(client).status_code == 303
    page = client.get("/settings/requests").text
    assert page.count("request 9999") == 1
    assert (BUYER in page, SHOP in page) == (True, True)
    assert known(stack) == [BUYER, OTHER]


@pytest.mark.parametrize("topic", ["shop/redact", "customers/redact", "orders/create"])
def test_what_names_nobody_is_thanked_for_and_changes_nothing(
    stack: RuntimeStack, client: httpx.Client, topic: str
) -> None:
    assert send(client, topic, {"customer": {"id": 2, "email": None}}).status_code == 200
    assert known(stack) == [BUYER, OTHER]


@pytest.mark.parametrize("signed", ["", "AAAA", signature(b"{}"), signature(b"{}", "another")])
def test_what_shopify_did_not_sign_is_refused(
    stack: RuntimeStack, client: httpx.Client, signed: str
) -> None:
    answer = send(client, "customers/redact", {"customer": {"email": BUYER}}, signed)
    assert answer.status_code == 401
    assert known(stack) == [BUYER, OTHER]


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"shop_domain": "a b"}', b"\xff"])
def test_what_cannot_be_read_is_refused_in_a_sentence(client: httpx.Client, body: bytes) -> None:
    headers = {"X-Shopify-Topic": "customers/redact", "X-Shopify-Hmac-Sha256": signature(body)}
    answer = client.post("/v1/shopify/webhooks", content=body, headers=headers)
    assert (answer.status_code, "no message of Shopify's" in answer.text) == (422, True)
