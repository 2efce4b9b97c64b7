"""lectl agent and lectl task: a host is connected, its tasks are signed, and nothing is kept in clear."""

import json
import time

import pytest

from leadengine_agent.assertions import decode, digest
from leadengine_agent.protocol import Decommission, Task
from leadengine_agent.reports import CertificateVitals, Heartbeat, Report, StackVitals
from leadengine_ctl.fleet.agent_records import QueueState, Received
from leadengine_ctl.panel.agents.assertion import is_signed
from tests.unit.ctl.cli import Cli
from tests.unit.ctl.hostile import a_world

PANEL = "https://panel.example.com"


@pytest.fixture
def connected(lectl: Cli, monkeypatch: pytest.MonkeyPatch) -> Cli:
    monkeypatch.setenv("LECTL_PANEL_URL", PANEL)
    assert lectl.deploy().code == 0
    return lectl


def test_a_deploy_connects_its_host_where_a_panel_is_set(connected: Cli) -> None:
    state = json.loads((connected.folder / "memory/one.json").read_text())
    assert state["panel"] == PANEL
    assert (connected.folder / "operator-key").stat().st_mode & 0o777 == 0o600


def test_without_a_panel_nobody_is_connected_and_enrol_says_what_is_missing(lectl: Cli) -> None:
    lectl.deploy()
    ran = lectl("agent", "enrol", "one")
    assert ran.code == 2
    assert "LECTL_PANEL_URL" in ran.err


def test_an_agent_is_listed_and_its_access_taken(connected: Cli) -> None:
    assert "No host reports yet" in connected("agent", "list").err
    store = a_world().store
    token = store.agents.issue_token("one", "ann", time.time())
    store.agents.enrol(token, "one", "key", "1.0.0", time.time())
    listed = connected("agent", "list")
    assert listed.out.splitlines()[1].split() == ["unknown", "one", "1.0.0", "never"]
    assert connected("agent", "revoke", "one", "--why", "stolen").code == 0
    assert "locked: stolen" in connected("agent", "list").err
    assert connected("agent", "revoke", "two").code == 10


def test_a_task_is_signed_with_the_operators_key_for_its_host_and_its_text(connected: Cli) -> None:
    queue = a_world().store.queue
    task = Task(id="destroy-0001", actor="ann", order=Decommission(client="acme"))
    queue.put("one", "acme", task, time.time(), signed=True)
    assert "unsigned" in connected("task", "list").out
    assert connected("task", "sign", task.id).code == 12
    signed = connected("task", "sign", task.id, "--yes")
    assert signed.code == 0
    assert "decommission of acme on one, for ann" in signed.err
    taken = queue.fetch("one", time.time())
    assert taken is not None
    claims, content, signature = decode(taken[2])
    assert (claims["aud"], claims["task"]) == ("host:one", digest(taken[1].encode()))
    from leadengine_ctl.operator_key import load_key

    key = load_key(connected.folder / "operator-key")
    assert claims["iss"] == key.id
    assert is_signed(key.public, signature, content)
    assert connected("task", "cancel", task.id).code == 12


def test_a_task_that_waits_can_be_withdrawn(connected: Cli) -> None:
    queue = a_world().store.queue
    task = Task(id="destroy-0002", order=Decommission(client="acme"))
    queue.put("one", "acme", task, time.time(), signed=True)
    assert connected("task", "cancel", task.id).code == 0
    assert queue.get(task.id).state is QueueState.CANCELLED
    assert connected("task", "sign", task.id, "--yes").code == 12
    assert connected("task", "sign", "nothing-there", "--yes").code == 10


def test_a_key_that_others_can_read_is_not_used(connected: Cli) -> None:
    (connected.folder / "operator-key").chmod(0o644)
    ran = connected("agent", "enrol", "one")
    assert ran.code == 12
    assert "chmod 600" in ran.err


def test_status_from_reports_is_never_green_for_what_is_old(connected: Cli) -> None:
    store, now = a_world().store, time.time()
    token = store.agents.issue_token("one", "ann", now)
    store.agents.enrol(token, "one", "key", "1.0.0", now)
    assert connected("status", "--reported").out.splitlines()[1].split()[:2] == ["unknown", "acme"]
    stack = StackVitals(
        client="acme", release="1.0.0", generation=1, colour="blue", healthy=True,
        certificate=CertificateVitals(issuer_kind="acme"),
    )  # fmt: skip
    beat = Heartbeat(looked_at=now, agent_version="1.0.0", stacks=(stack,))
    for number, (received, code, word) in enumerate(((now, 0, "green"), (now - 71, 3, "unknown"))):
        report = Report(boot=f"{number:016x}", number=1, sent_at=now, heartbeat=beat)
        request = Received("one", f"{number:032x}", now + 60, 1, report)
        store.intake.take([request], received)
        ran = connected("status", "--reported")
        assert (ran.code, ran.out.splitlines()[1].split()[0]) == (code, word)
    shown = connected("status", "acme", "--reported", "--json").json[0]["clients"][0]
    assert (shown["state"], shown["stack"]["release"]) == ("unknown", "1.0.0")
