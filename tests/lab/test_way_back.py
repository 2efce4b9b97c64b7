"""The way back: by a person's word to any kept generation, and never to code the schema cannot bear."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count

import httpx
import pytest

from leadengine_agent.protocol import (
    Activate,
    ActivateResult,
    DatabaseSchema,
    FailureCode,
    Order,
    Outcome,
    Rollback,
    Task,
)
from leadengine_agent.records import Record
from leadengine_ctl.hosts.base import HostAddress, HostKey, HostTrust, Transport
from leadengine_ctl.hosts.registry import open_host
from leadengine_ctl.releases.library import Library
from leadengine_ctl.releases.repository import Repository
from tests.lab.operator import Operator
from tests.lab.releases import derive, publish
from tests.lab.stack import Stack
from tests.lab.vps import Vps

CLIENT, DOMAIN = "back", "leads.back.localhost"
NUMBERS = count(1)


@dataclass(frozen=True)
class Desk:
    """A live client, and both ways to order something for it."""

    operator: Operator
    stack: Stack
    host: Transport

    def bring(self, version: str) -> None:
        """Publish a release that differs in content, and deploy it."""
        image = derive(f"back-{version}", f"LABEL edition={version}")
        publish(self.operator, version, {"api": image})
        ended = self.operator.deploy(self.stack.vps, CLIENT, DOMAIN)
        assert ended.code == 0, ended.text

    def order(self, order: Order) -> Outcome:
        task = Task(id=f"way-back-{next(NUMBERS):04}", actor="a test", order=order)
        *_, outcome = self.host.submit(task)
        assert isinstance(outcome, Outcome)
        return outcome

    def back(self, to: int | None = None) -> Outcome:
        return self.order(Rollback(client=CLIENT, to=to))


@pytest.fixture(scope="module")
def desk(lab_operator: Operator, stocked_vps: Vps) -> Iterator[Desk]:
    ended = lab_operator.deploy(stocked_vps, CLIENT, DOMAIN)
    assert ended.code == 0, ended.text
    trust = HostTrust(pinned=HostKey.parse(stocked_vps.host_key))
    with open_host(HostAddress.parse(stocked_vps.url), trust, stocked_vps.key) as host:
        yield Desk(lab_operator, Stack(stocked_vps, CLIENT, DOMAIN), host)


def served_image(stack: Stack) -> str:
    """The image of the api that visitors are sent to, as root on the host sees it."""
    live = f"/var/lib/leadengine/stacks/{CLIENT}/live"
    colour = "green" if "green" in stack.vps.run("ls", live).stdout.split() else "blue"
    return str(stack.containers()[f"api-{colour}"]["Image"])


def answered(outcome: Outcome) -> ActivateResult:
    assert outcome.failure is None, outcome.failure
    return ActivateResult.model_validate(outcome.result)


def test_back_to_the_generation_before_and_forward_again(desk: Desk) -> None:
    first = served_image(desk.stack)
    desk.bring("1.1.0")
    second = served_image(desk.stack)
    assert second != first
    result = answered(desk.back())
    assert (result.generation, result.stack.release, result.previous) == (3, "1.0.0", "1.1.0")
    assert served_image(desk.stack) == first
    again = answered(desk.back())
    assert (again.generation, again.stack.release) == (4, "1.1.0")
    assert served_image(desk.stack) == second


def test_back_to_a_generation_by_its_number(desk: Desk) -> None:
    result = answered(desk.back(to=1))
    assert result.stack.release == "1.0.0"
    assert result.stack.healthy


def test_a_generation_that_is_not_kept_is_refused_with_those_that_are(desk: Desk) -> None:
    before = desk.stack.runtimes()
    failure = desk.back(to=99).failure
    assert failure is not None
    assert failure.code is FailureCode.NOT_FOUND
    assert failure.why == "Kept are: 1, 2, 3, 4, 5."
    assert desk.stack.runtimes() == before


def test_an_older_release_by_an_ordinary_order_is_refused(desk: Desk) -> None:
    desk.bring("1.2.0")
    order = Activate(spec=current(desk.stack).spec, release="1.0.0")
    failure = desk.order(order).failure
    assert failure is not None
    assert failure.code is FailureCode.REFUSED


def test_replacing_nginx_lets_new_connections_wait(desk: Desk) -> None:
    """One new connection after the other, from outside, while nginx itself becomes another one."""
    image = derive("back-nginx", "LABEL edition=2", base="leadengine/standin-nginx:dev")
    publish(desk.operator, "1.3.0", {"nginx": image})
    before = desk.stack.containers()["nginx"]["Id"]
    with asking(desk.stack) as answers:
        ended = desk.operator.deploy(desk.stack.vps, CLIENT, DOMAIN)
    assert ended.code == 0, ended.text
    assert desk.stack.containers()["nginx"]["Id"] != before
    assert len(answers) > 20
    assert set(answers) == {200}


def test_a_release_that_takes_something_away_needs_a_person_and_has_no_way_back(desk: Desk) -> None:
    """Its manifest says that code older than its own revision cannot run on what it leaves."""
    old = current(desk.stack)
    releases = Library(Repository(desk.operator.data / "releases"))
    good, taking = releases.newest().release.database, "9000"
    takes = DatabaseSchema(
        lineage=(*good.lineage, taking), contract=(taking,), oldest_compatible=taking
    )
    image = derive("back-contract", "LABEL edition=contract")
    publish(desk.operator, "1.4.0", {"api": image}, takes)
    ended = desk.operator.deploy(desk.stack.vps, CLIENT, DOMAIN)
    assert ended.code == 1
    assert "Release 1.4.0 takes something away from the database" in ended.err
    assert current(desk.stack) == old
    order = Activate(spec=old.spec, release="1.4.0", contract=True)
    assert answered(desk.order(order)).stack.release == "1.4.0"
    failure = desk.back().failure
    assert failure is not None
    assert failure.code is FailureCode.CONFLICT
    assert failure.hint.endswith("The way back is a recovery point from before that update.")
    assert current(desk.stack).release == "1.4.0"


def current(stack: Stack) -> Record:
    path = f"/var/lib/leadengine/stacks/{CLIENT}/current/generation.json"
    return Record.model_validate_json(stack.vps.run("cat", path).stdout)


@contextmanager
def asking(stack: Stack) -> Iterator[list[int]]:
    """Ask for a page again and again, each time by a new connection, until the block ends."""
    answers: list[int] = []
    over = threading.Event()

    def ask() -> None:
        while not over.is_set():
            try:
                answers.append(stack.get("/healthz").status_code)
            except httpx.HTTPError:
                answers.append(0)

    asker = threading.Thread(target=ask)
    asker.start()
    yield answers
    over.set()
    asker.join()
