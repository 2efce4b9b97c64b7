"""How long an API is asked again: as it asks, and never without end."""

from collections.abc import Iterator
from email.utils import formatdate

import pytest

from leadengine_ctl.apis.patience import Patience
from leadengine_ctl.apis.refusals import ApiError, RateLimitedError, UnknownFateError
from leadengine_ctl.apis.session import PatientSession
from tests.conformance import clouds
from tests.lab.cloud.hetzner import HetznerApi

NOW = 1_700_000_000.0


class Slept:
    """A patience whose sleep takes no time, and what it slept."""

    def __init__(self, seconds: float = 100.0) -> None:
        self.pauses: list[float] = []
        self.patience = Patience(seconds, sleep=self.pauses.append, now=lambda: NOW)


@pytest.fixture
def api() -> Iterator[tuple[HetznerApi, str]]:
    with clouds.hetzner() as (api, endpoint):
        yield api, f"{endpoint}/servers"


def ask(url: str, slept: Slept, method: str = "GET") -> int:
    headers = {"Authorization": "Bearer good"}
    session = PatientSession("Hetzner", slept.patience)
    return session.request(method, url, headers=headers, json={"name": "n"}).status_code


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": formatdate(NOW + 9, usegmt=True)}, 9.0),
        ({"Retry-After": "soon"}, 1.0),
        ({"RateLimit-Reset": str(int(NOW) + 12)}, 12.0),
        ({"RateLimit-Reset": str(int(NOW) + 3600)}, None),
        ({"RateLimit-Reset": str(int(NOW) - 5)}, 0.0),
        ({}, None),
    ],
)
def test_what_an_api_asks_for(headers: dict[str, str], seconds: float | None) -> None:
    assert Slept().patience.asked(headers) == seconds


def test_it_waits_as_long_as_it_is_asked_to(api: tuple[HetznerApi, str]) -> None:
    api[0].faults.order("429", times=2, after=7)
    slept = Slept()
    assert ask(api[1], slept) == 200
    assert slept.pauses == [7.0, 7.0]


def test_it_waits_longer_each_time_where_nothing_is_asked(api: tuple[HetznerApi, str]) -> None:
    api[0].faults.order("429", times=3, after=None)
    slept = Slept()
    assert ask(api[1], slept) == 200
    assert slept.pauses == [1.0, 2.0, 4.0]


def test_more_patience_than_there_is_ends_with_the_time_asked_for(
    api: tuple[HetznerApi, str],
) -> None:
    api[0].faults.order("429", after=3600)
    slept = Slept()
    with pytest.raises(RateLimitedError) as refused:
        ask(api[1], slept)
    assert "3600 s" in refused.value.why
    assert slept.pauses == []


def test_reads_are_repeated_and_bounded(api: tuple[HetznerApi, str]) -> None:
    api[0].faults.order("reset", times=3)
    assert ask(api[1], Slept()) == 200
    api[0].faults.order("503", times=100)
    slept = Slept()
    with pytest.raises(ApiError, match="cannot be used right now"):
        ask(api[1], slept)
    assert sum(slept.pauses) <= 100


@pytest.mark.parametrize("kind", ["500", "503", "reset", "500-after", "reset-after"])
def test_an_order_without_an_answer_is_sent_once(api: tuple[HetznerApi, str], kind: str) -> None:
    api[0].faults.order(kind)
    with pytest.raises(UnknownFateError, match="gave no proper answer"):
        ask(api[1], Slept(), "POST")
    assert sum(api[0].faults.happened.values()) == 1


def test_an_order_that_was_certainly_not_carried_out_is_sent_again(
    api: tuple[HetznerApi, str],
) -> None:
    api[0].faults.order("429", times=2)
    body = {"name": "a", "server_type": "cx32"}
    session = PatientSession("Hetzner", Slept().patience)
    headers = {"Authorization": "Bearer good"}
    assert session.post(api[1], headers=headers, json=body).status_code == 201
    assert api[0].hall.history == ["a"]


def test_nobody_there_is_said(api: tuple[HetznerApi, str]) -> None:
    slept = Slept()
    with pytest.raises(ApiError, match="cannot be used right now") as refused:
        ask("http://127.0.0.1:9/", slept, "POST")
    assert "refused" in refused.value.why


def test_settling_gives_an_order_again_until_it_is_answered() -> None:
    answers = iter([UnknownFateError("x"), UnknownFateError("x"), None])
    slept = Slept()

    def order() -> str:
        if error := next(answers):
            raise error
        return "done"

    assert slept.patience.settle(order) == "done"
    assert slept.pauses == [1.0, 2.0]
