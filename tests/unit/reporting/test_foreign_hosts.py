"""What was stolen from one host is of no use for another one, nor after it was noticed (promises S2, S6)."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from leadengine_agent.protocol import Inspect, Outcome, Task
from leadengine_ctl.fleet.agent_records import QueueState
from leadengine_ctl.fleet.store import Store
from leadengine_ctl.panel.agents.reception import Reception
from leadengine_ctl.panel.agents.routes import agent_router
from tests.unit.reporting.agents import Agent
from tests.unit.reporting.panel import PanelServer
from tests.unit.reporting.stating import another, host_of, post, statement


@pytest.fixture
def victim(panel: PanelServer, store: Store, tmp_path: Path) -> Agent:
    """The host that the credential is not for."""
    return another(panel, store, tmp_path / "victim")


def order(store: Store, host: str, name: str) -> str:
    """A task that waits for a host; its id."""
    task = Task(id=f"{name}-{host}", actor="ann", order=Inspect())
    return store.queue.put(host, "", task, time.time(), signed=False).id


def said(answer: httpx.Response) -> tuple[int, dict[str, object]]:
    """What was answered, but for the time."""
    return answer.status_code, {**answer.json(), "time": 0}


def paths(store: Store, task: str) -> list[str]:
    """Every endpoint that agents have: a new one is asked as well."""
    routes = agent_router(Reception(store, "")).routes
    return [str(getattr(route, "path", "")).format(task=task) for route in routes]


def test_no_endpoint_takes_a_credential_for_another_host_or_says_whether_it_exists(
    agent: Agent, victim: Agent, panel: PanelServer, store: Store
) -> None:
    own, theirs, asked = host_of(agent), host_of(victim), 0
    waiting = order(store, theirs, "look")
    before = (store.agents.get(theirs), store.reports.heartbeat(theirs))
    for path in paths(store, waiting):
        words = {"token": "a" * 43, "public_key": agent.identity.public_key, "version": "1"}
        for claim in ({"sub": "{}"}, {"iss": "{}"}, {"sub": "{}", "iss": "{}"}):
            answers = []
            for other in (theirs, "nobody-at-all"):
                claims = {name: text.format(other) for name, text in claim.items()}
                body = json.dumps({**words, "host": other}).encode()
                proof = statement(agent, panel, path, body, **claims)
                answers.append(said(post(panel, path, proof, body)))
                asked += 1
            assert answers[0] == answers[1], (path, claim)
            assert answers[0][0] in {401, 403}, (path, claim, answers)
    assert asked == 5 * 3 * 2
    assert (store.agents.get(theirs), store.reports.heartbeat(theirs)) == before
    assert store.queue.get(waiting).state is QueueState.QUEUED
    assert store.agents.get(own).revoked_at is None


def test_a_task_of_another_host_is_not_answered_and_looks_like_one_that_there_is_not(
    agent: Agent, victim: Agent, panel: PanelServer, store: Store
) -> None:
    """In whatever state it is; with a credential that is good, for its own host."""
    theirs = host_of(victim)
    waiting, taken, ended = (order(store, theirs, name) for name in ("first", "second", "third"))
    for _ in (waiting, taken, ended):
        assert store.queue.fetch(theirs, time.time())
    store.queue.deliver_again(theirs, waiting, time.time())
    done = Outcome(task=ended)
    assert store.queue.answer(theirs, ended, (), done, time.time())
    before = [store.queue.get(each) for each in (waiting, taken, ended)]
    answers = []
    for task in (waiting, taken, ended, "no-task-of-anybody"):
        path = f"/agent/v1/tasks/{task}"
        body = json.dumps({"outcome": {"kind": "outcome", "task": task, "result": {"evil": 1}}})
        proof = statement(agent, panel, path, body.encode())
        answers.append(said(post(panel, path, proof, body.encode())))
    assert answers == [answers[-1]] * 4
    assert answers[-1][0] == 403
    assert [store.queue.get(each) for each in (waiting, taken, ended)] == before
    assert store.queue.outcome(ended) == done


def test_a_token_is_good_for_its_host_alone_for_a_quarter_of_an_hour_and_kept_as_a_digest(
    agent: Agent, panel: PanelServer, store: Store, tmp_path: Path
) -> None:
    now, key = time.time(), "A" * 43 + "="
    token = store.agents.issue_token("meant", "ann@desk", now)
    assert not store.agents.enrol(token, host_of(agent), key, "1", now)
    assert not store.agents.enrol(token, "meant", key, "1", now + 15 * 60 + 1)
    assert store.agents.find("meant") is None
    held = b"".join(each.read_bytes() for each in panel.folder.iterdir() if each.is_file())
    assert b"SQLite format" in held
    assert token.encode() not in held
    assert store.agents.enrol(token, "meant", key, "1", now + 15 * 60 - 1)
    assert not store.agents.enrol(token, "meant", "B" * 43 + "=", "1", now + 1)


def test_each_request_is_taken_once_at_every_endpoint(
    agent: Agent, panel: PanelServer, store: Store
) -> None:
    """Word for word the same, as somebody who listened sends it again."""
    mine = order(store, host_of(agent), "own")
    boot = {"boot": "0123456789abcdef", "sent_at": time.time()}
    report = {**boot, "number": 2**40, "heartbeat": None}
    bodies = {
        "/agent/v1/report": report,
        "/agent/v1/tasks": {"holding": [mine], "wait": 0},
        f"/agent/v1/tasks/{mine}": {},
        "/agent/v1/rotate": {"counter": 1, "rotation": "ab" * 16},
    }
    assert set(bodies) == set(paths(store, mine)) - {"/agent/v1/enrol"}
    for path, words in bodies.items():
        body = json.dumps(words).encode()
        proof = statement(agent, panel, path, body)
        first, second = post(panel, path, proof, body), post(panel, path, proof, body)
        assert first.status_code == 200, (path, first.text)
        assert (second.status_code, second.json()["problem"]) == (401, "replayed"), path


def test_a_revoked_agent_that_is_waiting_for_a_task_gets_none(
    agent: Agent, panel: PanelServer, store: Store
) -> None:
    """Its question was let in before: what comes afterwards is not for it any more."""
    host, path, body = host_of(agent), "/agent/v1/tasks", b'{"holding": [], "wait": 30}'
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(post, panel, path, statement(agent, panel, path, body), body)
        end = time.monotonic() + 20
        while not store.agents.get(host).last_seen and time.monotonic() < end:
            time.sleep(0.05)
        time.sleep(0.5)
        assert not asking.done()
        store.agents.revoke(host, "the host was stolen", time.time())
        order(store, host, "late")
        answer = asking.result(60)
    assert (answer.status_code, answer.json()["problem"]) == (403, "locked")
    assert store.queue.get(f"late-{host}").state is QueueState.QUEUED
