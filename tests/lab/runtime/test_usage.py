"""What a stack says it was used: the numbers that an operator's books are made of."""

import json
from typing import Any

import httpx

from tests.lab.container import Container
from tests.lab.runtime.sending import fresh, send
from tests.lab.runtime.stack import RuntimeStack
from tests.lab.runtime.test_events import everything_written
from tests.lab.waiting import until


def today(stack: RuntimeStack) -> dict[str, Any]:
    assert stack.api is not None
    days: list[dict[str, Any]] = json.loads(stack.api.run("leadengine-admin", "usage").stdout)[
        "days"
    ]
    assert len(days) == 2
    return days[0]


def test_calls_and_visitors_of_a_day_are_counted(
    stack: RuntimeStack, worker: Container, client: httpx.Client
) -> None:
    before, ids = today(stack), fresh(3)
    for one in ids:
        assert send(client, [one]).status_code == 202
    until(lambda: everything_written(stack, ids), "the events")
    after = today(stack)
    # Others may visit the shared stack meanwhile, but nobody takes a call back.
    assert after["api_calls"] >= before["api_calls"] + 3
    assert after["visitors"] >= max(1, before["visitors"])
    assert after["leads"] >= before["leads"]


def test_usage_is_not_for_the_world(stack: RuntimeStack, client: httpx.Client) -> None:
    assert client.get("/internal/usage").status_code == 404
