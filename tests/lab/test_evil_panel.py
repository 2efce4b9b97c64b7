"""A panel that was taken over orders what it likes through a real agent: nothing outside the policy is done.

It owns store, queue and TLS; the reporter carries its words, and the executor judges them (promise S3).
"""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import insert

from leadengine_agent.protocol import Outcome
from leadengine_ctl.fleet.store import Store
from leadengine_ctl.hosts.base import HostAddress
from leadengine_ctl.releases.library import Library
from leadengine_ctl.releases.repository import Repository
from tests.lab.authority import Authority
from tests.lab.evil_tasks import Attack, Evil
from tests.lab.operator import Operator, wait_until
from tests.lab.panel import lab_panel, panel_settings
from tests.lab.run import Run
from tests.lab.stack import Stack
from tests.lab.vps import Vps

CLIENT, DOMAIN = "evil", "leads.evil-panel.internal"
AT_LEAST = 30
REFUSALS = "SELECT what || ' ' || why FROM refusals"
READ = (
    "import json,sqlite3,sys; print(json.dumps(sqlite3.connect(sys.argv[1]).execute("
    f'"{REFUSALS}").fetchall()))'
)
JOURNAL = "/var/lib/leadengine/agent/journal.sqlite"


@pytest.fixture(scope="module")
def store(
    run: Run, authority: Authority, lab_operator: Operator, stocked_vps: Vps
) -> Iterator[Store]:
    """The store of a panel that a host with a stack reports to."""
    with lab_panel(run, authority, lab_operator, interval=5.0) as server:
        operator = lab_operator.with_settings(**panel_settings(server, authority))
        ended = operator.deploy(stocked_vps, CLIENT, DOMAIN)
        assert ended.code == 0, ended.text
        store = server.open_store()
        name = HostAddress.parse(stocked_vps.url).name
        wait_until(lambda: store.reports.heartbeat(name), 300)
        yield store


def let_loose(store: Store, host: str, attack: Attack, number: int) -> str:
    """Put an order into the queue past everything that would look at it."""
    name, now = f"attack-{number:04d}", time.time()
    row = {
        "id": name, "host": host, "client": "", "verb": "evil", "actor": "evil", "state": "queued",
        "task": SecretStr(attack.text), "signature": attack.signature, "created_at": now,
        "changed_at": now,
    }  # fmt: skip
    with store.queue._engine.begin() as connection:
        connection.execute(insert(store.queue._tasks).values(row))
    return name


def journal(vps: Vps) -> str:
    python = ("docker", "exec", "leadengine-executor", "/opt/leadengine/bin/python", "-c")
    return vps.run(*python, READ, JOURNAL).stdout


def canary(vps: Vps) -> bool:
    return "canary" in vps.run("ls", "/root", "/tmp").stdout


def test_nothing_of_thirty_attacks_is_done_and_each_refusal_is_on_the_host(
    store: Store, stocked_vps: Vps, lab_operator: Operator, tmp_path: Path
) -> None:
    host = HostAddress.parse(stocked_vps.url).name
    bundle = Library(Repository(lab_operator.data / "releases")).newest()
    attacks = Evil(store.clients.get(CLIENT), bundle, host, tmp_path).attacks()
    assert len(attacks) >= AT_LEAST
    stack = Stack(stocked_vps, CLIENT, DOMAIN)
    before = (stack.runtimes(), stack.secret_digests(), stack.query("select count(*) from tenants"))
    outcomes: dict[str, Outcome] = {}
    for number, attack in enumerate(attacks):
        name = let_loose(store, host, attack, number)
        wait_until(lambda name=name: store.queue.outcome(name), 120, 0.2)  # type: ignore[misc]
        found = store.queue.outcome(name)
        assert found is not None
        outcomes[attack.name] = found
    done = [name for name, outcome in outcomes.items() if outcome.failure is None]
    assert done == []
    after = (stack.runtimes(), stack.secret_digests(), stack.query("select count(*) from tenants"))
    assert after == before
    assert not canary(stocked_vps)
    written = journal(stocked_vps)
    refused = [each.failure for each in outcomes.values() if each.failure]
    unwritten = [
        failure.why
        for failure in refused
        if failure.code in {"signature", "invalid"} and failure.what not in written
    ]
    assert unwritten == []
    assert len([failure for failure in refused if failure.code == "signature"]) >= 20
