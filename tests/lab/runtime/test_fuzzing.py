"""Odd requests against everything the api offers: none of them is answered with a failure of ours."""

from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core.result import Ok
from schemathesis.openapi.loaders import from_dict

from leadengine.api import create_app
from leadengine.services import build
from leadengine.settings import Settings, load
from tests.lab.runtime.stack import RuntimeStack
from tests.lab.runtime.test_accounts_pages import sign_in

FEW = 300
# What the client itself refuses to put on the wire.
_NOT_TO_BE_SENT = (
    httpx.InvalidURL,
    httpx.LocalProtocolError,
    AttributeError,
    TypeError,
    ValueError,
)
MANY = 10_000
_PROBE = 3


def schema_of(stack: RuntimeStack) -> dict[str, object]:
    """The OpenAPI of the application, made from the code; the stack itself publishes none."""
    environ = {**stack.settings, "SLACK_WEBHOOK": ""}
    return create_app(build(load(Settings, environ))).openapi()


def fuzz(stack: RuntimeStack, client: httpx.Client, number: int) -> int:
    """Send about so many requests, spread over all operations; returns how many were sent."""
    operations = [
        result.ok()
        for result in from_dict(schema_of(stack)).get_all_operations()
        if isinstance(result, Ok) and result.ok().path not in ("/live", "/sign-out")
    ]
    # Some take nothing that could be odd: one request of each is all there is.
    rich = [one for one in operations if len(_cases(one, _PROBE)) == _PROBE]
    each = max(1, (number - len(operations)) // len(rich))
    sent, failed = 0, []
    for operation in operations:
        for case in _cases(operation, each if operation in rich else 1):
            sent += 1
            words = case.as_transport_kwargs(base_url=str(client.base_url).rstrip("/"))
            words.pop("cookies", None)
            try:
                answer = client.request(**words)
            except _NOT_TO_BE_SENT:
                continue  # no client could send this
            if answer.status_code >= 500:
                failed.append(f"{operation.method} {operation.path}: {answer.status_code} {words}")
    assert failed == [], failed[:3]
    return sent


def _cases(operation: Any, number: int) -> list[Any]:
    """Made once, without a search for the simplest: each is sent to a server that remembers."""
    found: list[Any] = []
    calm = settings(
        max_examples=number,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )

    def keep(case: Any) -> None:
        found.append(case)

    calm(given(case=operation.as_strategy())(keep))()
    return found


def test_odd_requests_are_no_failures_of_ours(stack: RuntimeStack, client: httpx.Client) -> None:
    sign_in(client)
    assert fuzz(stack, client, FEW) >= 100


@pytest.mark.soak
def test_ten_thousand_odd_requests(stack: RuntimeStack, client: httpx.Client) -> None:
    sign_in(client)
    assert fuzz(stack, client, MANY) >= MANY * 9 // 10
