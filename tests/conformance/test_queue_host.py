"""A host that fetches its tasks keeps the contract of one that is called."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from leadengine_agent.protocol import (
    Decommission,
    Event,
    Failure,
    FailureCode,
    Inspect,
    InstallRelease,
    Outcome,
    StackSpec,
    Task,
)
from leadengine_ctl.errors import HostUnreachableError, NotAllowedError
from leadengine_ctl.fleet.agent_records import QueueState
from leadengine_ctl.fleet.store import Store, open_store
from leadengine_ctl.hosts import queue as queueing
from leadengine_ctl.hosts.base import HostAddress, Transport
from leadengine_ctl.hosts.memory import MemoryHost
from leadengine_ctl.hosts.queue import QueueHost
from leadengine_ctl.operations.mailbox import StoredMailbox
from leadengine_ctl.secrets import KeyRing
from tests.conformance.agent_suite import AgentSuite
from tests.unit.ctl.builders import a_bundle, a_spec, an_image

ADDRESS = HostAddress.parse("queue://one")


def brief(_seconds: float) -> None:
    time.sleep(0.01)


@dataclass(frozen=True)
class Signed(StoredMailbox):
    """The mailbox of a host whose operator signs whatever has to be signed."""

    def put(self, task: Task) -> None:
        super().put(task)
        if self.wants_signature(task.id):
            self.store.queue.sign(task.id, "signed", time.time())


class Fetching(threading.Thread):
    """The host's agent: fetches, carries out on a host in memory, answers."""

    def __init__(self, store: Store) -> None:
        super().__init__(daemon=True)
        self._queue = store.queue
        self.stopped = threading.Event()

    def run(self) -> None:
        with MemoryHost(HostAddress.parse("memory://one")) as host:
            host.prepare(an_image("agent"))
            while not self.stopped.is_set():
                found = self._queue.fetch("one", time.time())
                if found is None:
                    time.sleep(0.01)
                    continue
                self._carry_out(host, *found)

    def _carry_out(self, host: MemoryHost, name: str, text: str, _signature: str) -> None:
        number = self._queue.told(name)
        for answer in host.submit(Task.model_validate_json(text)):
            if isinstance(answer, Event):
                number += 1
                self._queue.answer("one", name, [(number, answer)], None, time.time())
            else:
                self._queue.answer("one", name, [], answer, time.time())


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(
        f"sqlite:///{tmp_path / 'control.sqlite'}", tmp_path, KeyRing(tmp_path / "key")
    )


@pytest.fixture
def host(store: Store) -> Iterator[Transport]:
    agent = Fetching(store)
    agent.start()
    with QueueHost(ADDRESS, Signed(store, "one"), brief) as host:
        yield host
    agent.stopped.set()
    agent.join()


@pytest.fixture
def install() -> InstallRelease:
    return a_bundle().order(None)


@pytest.fixture
def spec() -> StackSpec:
    return a_spec()


class TestQueueHost(AgentSuite):
    """The suite, through a mailbox."""


def step_of(answer: Event | Outcome) -> str:
    return answer.step if isinstance(answer, Event) else "outcome"


def answered(store: Store, task: Task, outcome: Outcome) -> str:
    """Let the agent fetch the task and answer it; the signature that came along."""
    taken = store.queue.fetch("one", time.time())
    assert taken is not None
    store.queue.answer("one", task.id, [], outcome, time.time())
    return taken[2]


def test_what_destroys_waits_for_a_signature(store: Store) -> None:
    host = QueueHost(ADDRESS, StoredMailbox(store, "one"), brief)
    task = Task(id="destroy-0001", order=Decommission(client="acme"))
    answers = host.submit(task)
    assert step_of(next(answers)) == "signature"
    assert store.queue.get(task.id).state is QueueState.UNSIGNED
    assert store.queue.fetch("one", time.time()) is None
    store.queue.sign(task.id, "signed", time.time())
    assert step_of(next(answers)) == "signature"
    assert answered(store, task, Outcome(task=task.id)) == "signed"
    assert [step_of(each) for each in answers] == ["outcome"]


def test_what_the_host_wants_signed_is_signed_and_goes_there_again(store: Store) -> None:
    host = QueueHost(ADDRESS, StoredMailbox(store, "one"), brief)
    task = Task(id="guarded-0001", order=Inspect())
    host.mailbox.put(task)
    refusal = Failure(code=FailureCode.SIGNATURE, what="No.", why="It changes mail.", hint="")
    assert answered(store, task, Outcome(task=task.id, failure=refusal)) == ""
    box = StoredMailbox(store, "one")
    box.ask_for_signature(task.id)
    answers = host.submit(task)
    assert step_of(next(answers)) == "signature"
    store.queue.sign(task.id, "signed", time.time())
    next(answers)
    assert answered(store, task, Outcome(task=task.id, result={"well": 1})) == "signed"
    assert [each.result for each in answers if isinstance(each, Outcome)] == [{"well": 1}]


def test_a_signature_that_never_comes_is_not_waited_for_for_ever(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queueing, "_SIGNATURE_PATIENCE", 0.0)
    host = QueueHost(ADDRESS, StoredMailbox(store, "one"), brief)
    with pytest.raises(NotAllowedError, match="signature"):
        list(host.submit(Task(id="destroy-0002", order=Decommission(client="acme"))))


def test_an_agent_that_never_comes_is_unreachable_and_its_task_withdrawn(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queueing, "_PATIENCE", 0.05)
    host = QueueHost(ADDRESS, StoredMailbox(store, "one"), brief)
    with pytest.raises(HostUnreachableError, match="does not come"):
        list(host.submit(Task(id="inspect-0001", order=Inspect())))
    assert store.queue.get("inspect-0001").state is QueueState.CANCELLED


def test_what_needs_hands_on_the_machine_is_refused(store: Store) -> None:
    host = QueueHost(ADDRESS, StoredMailbox(store, "one"), brief)
    with pytest.raises(NotAllowedError, match="through the panel"):
        host.remove_agent(purge=True)
