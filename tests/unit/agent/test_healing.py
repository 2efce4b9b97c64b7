"""What is ill on a host, and what is left alone."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from leadengine_agent.executor.journal import Journal, Notice
from leadengine_agent.healing import ills, remember
from leadengine_agent.layout import HostLayout, StackLayout
from leadengine_agent.protocol import Decommission, Failure, FailureCode, Outcome, Task
from leadengine_agent.records import Record
from leadengine_agent.stack import services_of, write_state
from leadengine_agent.vitals import Standing, is_well
from tests.unit.agent.builders import a_spec

NETWORK = "leadengine-acme_data"
RECORD = Record(number=1, colour="blue", key="k", release="1.0.0", spec=a_spec())


def running(status: str = "Up 3 hours (healthy)", network: str = NETWORK) -> dict[str, Any]:
    networks = {network: {"EndpointID": "e"}}
    return {
        "Id": "1", "State": "running", "Status": status, "NetworkSettings": {"Networks": networks},
    }  # fmt: skip


@pytest.fixture
def layout(tmp_path: Path) -> StackLayout:
    layout = HostLayout(tmp_path).stack("acme")
    layout.create()
    services = {name: [NETWORK] for name in services_of(RECORD)}
    write_state(layout, "networks", {"generation": 1, "services": services})
    return layout


def standing(layout: StackLayout, **changes: dict[str, Any] | None) -> Standing:
    found: dict[str, dict[str, Any]] = {name: running() for name in services_of(RECORD)}
    found.update({name.replace("_", "-"): each for name, each in changes.items() if each})
    for name in [name for name, each in changes.items() if each is None]:
        del found[name.replace("_", "-")]
    return Standing(layout, RECORD, found)


def found(standing: Standing) -> list[tuple[str, str]]:
    return [(ill.service, ill.how) for ill in ills(standing, time.time())]


def test_a_stack_that_is_well_is_left_alone(layout: StackLayout) -> None:
    assert found(standing(layout)) == []
    # The other colour is no business of a generation that does not use it.
    stopped = {"Id": "2", "State": "exited", "Status": "Exited (0)"}
    assert found(standing(layout, api_green=stopped)) == []


@pytest.mark.parametrize("state", ["exited", "created", "dead"])
def test_a_container_that_does_not_run_is_ill(layout: StackLayout, state: str) -> None:
    ill = standing(layout, worker={"Id": "2", "State": state, "Status": ""})
    assert found(ill) == [("worker", "stopped")]


def test_a_container_that_is_gone_and_one_without_network_are_ill(layout: StackLayout) -> None:
    ill = standing(layout, redis=None, db=running(network="bridge"))
    assert found(ill) == [("db", "cut off"), ("redis", "gone")]


def test_one_that_restarts_or_is_paused_is_the_engines_or_a_persons_business(
    layout: StackLayout,
) -> None:
    busy = {"Id": "2", "State": "restarting", "Status": "Restarting (1)"}
    paused = {"Id": "3", "State": "paused", "Status": "Up (Paused)"}
    assert found(standing(layout, worker=busy, redis=paused)) == []


def test_after_five_times_in_an_hour_a_person_has_to_look(layout: StackLayout) -> None:
    ill, now = standing(layout, worker=None), time.time()
    for number in range(5):
        assert found(ill) == [("worker", "gone")]
        remember(layout, "worker", now - 10 + number)
    assert found(ill) == []
    assert list(ills(ill, now + 3_700))


def test_well_is_what_runs_and_does_not_say_otherwise() -> None:
    assert is_well(running())
    assert is_well(running("Up 2 seconds (health: starting)"))
    assert not is_well(running("Up 3 hours (unhealthy)"))
    assert not is_well({"State": "exited", "Status": "Exited (1)"})


def test_the_journal_tells_what_happened_once_to_whoever_asks_on(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite")
    task = Task(id="task-0001", actor="ann", order=Decommission(client="acme"))
    journal.accept(task, "acme")
    journal.finish(Outcome(task=task.id))
    journal.refuse(Failure(code=FailureCode.INVALID, what="No.", why="Why.", hint=""), 65532)
    journal.notice(Notice("health", "restarted", "done", "It serves again.", "acme"))
    name, notices = journal.notices("", 0, 10)
    told = [
        (each["kind"], each["what"], each["state"], each["client"], each["actor"])
        for each in notices
    ]
    assert told == [
        ("audit", "decommission", "done", "acme", "ann"),
        ("audit", "refused", "failed", "", "user 65532"),
        ("health", "restarted", "done", "acme", "agent"),
    ]
    last = int(str(notices[1]["id"]))
    assert [each["what"] for each in journal.notices(name, last, 10)[1]] == ["restarted"]
    # Another journal's number says nothing about this one.
    assert len(Journal(tmp_path / "other.sqlite").notices(name, 99, 10)[1]) == 0
    assert json.dumps(journal.notices("another", 99, 10)[1])
