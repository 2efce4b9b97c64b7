"""Who an agent is and what it reported, in the store: each token once, each event once, no clone unseen."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from leadengine_agent.protocol import Inspect, Outcome, Task
from leadengine_agent.reports import DayUsage, HealthPiece, Heartbeat, Report, ReportedEvent
from leadengine_ctl.fleet.agent_records import QueueState, Received, Verdict
from leadengine_ctl.fleet.agents import TOKEN_LIFE
from leadengine_ctl.fleet.records import ClientRecord
from leadengine_ctl.fleet.store import Store, open_store
from leadengine_ctl.secrets import KeyRing
from tests.unit.ctl.builders import a_spec

NOW = 1_800_000_000.0
BOOT = "0123456789abcdef"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(
        f"sqlite:///{tmp_path / 'control.sqlite'}", tmp_path, KeyRing(tmp_path / "key")
    )


def enrol(store: Store, host: str = "one") -> None:
    token = store.agents.issue_token(host, "ann@desk", NOW)
    assert store.agents.enrol(token, host, f"key-of-{host}", "1.0.0", NOW)


def a_heartbeat(*, disk_free: int = 5) -> Heartbeat:
    return Heartbeat(looked_at=NOW, agent_version="1.0.0", disk_free=disk_free, disk_total=9)


def a_request(
    number: int,
    host: str = "one",
    counter: int = 1,
    events: tuple[int, ...] = (),
    health: tuple[int, ...] = (),
) -> Received:
    told = tuple(
        ReportedEvent(seq=seq, at=NOW, kind="audit", client="acme", what="activate", state="done")
        for seq in events
    )
    usage = (DayUsage(client="acme", day="2026-11-26", visitors=number),)
    pieces = tuple(
        HealthPiece(at=at, span=900, samples=10, well=9, disk_free=5, memory_free=5)
        for at in health
    )
    report = Report(
        boot=BOOT, number=number, sent_at=NOW, heartbeat=a_heartbeat(), events=told, usage=usage,
        health=pieces,
    )  # fmt: skip
    return Received(host, secrets.token_hex(8), NOW + 60, counter, report)


def test_one_token_admits_one_host_once_however_many_come_at_once(store: Store) -> None:
    token = store.agents.issue_token("one", "ann@desk", NOW)

    def try_it(number: int) -> bool:
        return store.agents.enrol(token, "one", f"key {number}", "1.0.0", NOW)

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(try_it, range(40))) == 1


@pytest.mark.parametrize(
    ("host", "later"), [("two", 0.0), ("one", TOKEN_LIFE + 1)], ids=["another host", "too late"]
)
def test_a_token_is_for_its_host_and_for_a_quarter_of_an_hour(
    store: Store, host: str, later: float
) -> None:
    token = store.agents.issue_token("one", "ann@desk", NOW)
    assert not store.agents.enrol(token, host, "key", "1.0.0", NOW + later)
    assert store.agents.find(host) is None


def test_a_newer_token_makes_the_older_one_void(store: Store) -> None:
    older = store.agents.issue_token("one", "ann@desk", NOW)
    newer = store.agents.issue_token("one", "ann@desk", NOW)
    assert not store.agents.enrol(older, "one", "key", "1.0.0", NOW)
    assert store.agents.enrol(newer, "one", "key", "1.0.0", NOW)


def test_a_key_that_one_host_has_is_not_taken_for_another(store: Store) -> None:
    enrol(store, "one")
    token = store.agents.issue_token("two", "ann@desk", NOW)
    assert not store.agents.enrol(token, "two", "key-of-one", "1.0.0", NOW)


def test_a_rotation_whose_answer_was_lost_is_answered_again(store: Store) -> None:
    enrol(store)
    assert store.agents.rotate("one", 1, "first", NOW) == 2
    assert store.agents.rotate("one", 1, "first", NOW + 9999) == 2
    assert store.agents.rotate("one", 2, "second", NOW) == 3


def test_a_clone_that_rotates_locks_the_credential(store: Store) -> None:
    enrol(store)
    assert store.agents.rotate("one", 1, "the clone's", NOW) == 2
    assert store.agents.rotate("one", 1, "the owner's", NOW) is None
    assert "two places" in store.agents.get("one").revoked_why
    assert store.agents.rotate("one", 2, "the clone's next", NOW) is None
    assert store.intake.take([a_request(1, counter=2)], NOW) == (Verdict.LOCKED,)


def test_a_store_that_came_back_from_a_backup_locks_nobody(store: Store) -> None:
    enrol(store)
    assert store.agents.rotate("one", 7, "x", NOW) == 8


def test_what_is_taken_twice_is_there_once(store: Store) -> None:
    enrol(store)
    store.clients.save(ClientRecord(spec=a_spec(), host="one"))
    first, again = a_request(1, events=(1, 2)), a_request(1, events=(1, 2))
    store.intake.take([first], NOW)
    assert store.intake.take([again, a_request(2, events=(3,))], NOW) == (Verdict.TAKEN,) * 2
    events = store.reports.events(host="one")
    assert [event.seq for event in events if event.boot == BOOT] == [1, 2, 3]
    assert store.reports.usage("2026-11-01")[0].visitors == 2


def test_an_assertion_is_good_once(store: Store) -> None:
    enrol(store)
    request = a_request(1)
    assert store.intake.take([request, request], NOW) == (Verdict.TAKEN, Verdict.REPLAYED)
    assert store.intake.take([request], NOW) == (Verdict.REPLAYED,)


def test_an_old_report_that_comes_late_makes_nothing_look_fresh(store: Store) -> None:
    enrol(store)
    store.intake.take([a_request(5)], NOW)
    store.intake.take([a_request(5), a_request(4)], NOW + 300)
    found = store.reports.heartbeat("one")
    assert found is not None
    assert found.received_at == NOW
    assert store.agents.get("one").last_seen == NOW


def test_a_stranger_and_a_revoked_agent_bring_nothing(store: Store) -> None:
    enrol(store)
    store.agents.revoke("one", "stolen", NOW)
    verdicts = store.intake.take([a_request(1), a_request(1, host="stranger")], NOW)
    assert verdicts == (Verdict.LOCKED, Verdict.UNKNOWN)
    assert store.reports.heartbeats() == ()


def test_old_health_is_kept_in_longer_pieces(store: Store) -> None:
    enrol(store)
    times = (NOW - 90 * 86_400, NOW - 3 * 86_400, NOW - 3 * 86_400 + 900, NOW)
    store.intake.take([a_request(1, health=tuple(int(at) // 900 * 900 for at in times))], NOW)
    store.reports.thin(NOW)
    assert [row.samples for row in store.reports.health("one", 0)] == [20, 10]


def test_a_host_speaks_for_its_own_clients_alone(store: Store) -> None:
    enrol(store, "one")
    enrol(store, "two")
    store.clients.save(ClientRecord(spec=a_spec(), host="one"))
    store.intake.take([a_request(9, host="two", events=(1,)), a_request(3, host="one")], NOW)
    assert [usage.visitors for usage in store.reports.usage("2026-11-01")] == [3]
    assert store.reports.events(client="acme") == ()


def test_a_queued_task_is_handed_out_once_and_its_outcome_can_be_forgotten(store: Store) -> None:
    task = Task(id="task-0001", actor="ann", order=Inspect())
    store.queue.put("one", "", task, NOW, signed=False)
    assert store.queue.hosts_waited_for() == {"one"}
    assert store.queue.fetch("two", NOW) is None
    taken = store.queue.fetch("one", NOW)
    assert taken is not None
    assert Task.model_validate_json(taken[1]) == task
    assert store.queue.fetch("one", NOW) is None
    assert not store.queue.answer("two", task.id, (), Outcome(task=task.id), NOW)
    assert store.queue.answer("one", task.id, (), Outcome(task=task.id, result={"a": 1}), NOW)
    found = store.queue.outcome(task.id)
    assert found is not None
    assert found.result == {"a": 1}
    store.queue.forget_outcome(task.id, NOW)
    assert store.queue.outcome(task.id) is None


def test_a_task_that_wants_a_signature_is_not_handed_out_without(store: Store) -> None:
    task = Task(id="task-0002", actor="ann", order=Inspect())
    assert store.queue.put("one", "", task, NOW, signed=True).state is QueueState.UNSIGNED
    assert store.queue.fetch("one", NOW) is None
    store.queue.sign(task.id, "signature", NOW)
    taken = store.queue.fetch("one", NOW)
    assert taken is not None
    assert taken[2] == "signature"
