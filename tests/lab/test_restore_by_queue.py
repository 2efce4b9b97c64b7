"""A restore that was ordered in a panel: its host wants an operator's signature, which no panel can give."""

import os
from collections.abc import Iterator

import httpx
import pytest

from leadengine_ctl.fleet.agent_records import QueuedTask, QueueState
from leadengine_ctl.fleet.panel_records import Role
from leadengine_ctl.fleet.store import Store
from leadengine_ctl.hosts.base import HostAddress
from tests.lab.evil_tasks import journal
from tests.lab.operator import Operator, wait_until
from tests.lab.served_panel import serve
from tests.lab.stack import Stack
from tests.lab.vps import Vps

pytestmark = [pytest.mark.soak, pytest.mark.timeout(900)]

CLIENT, DOMAIN = "signed", "leads.signed.internal"
NOWHERE = "/nowhere/key"


@pytest.fixture(scope="module")
def stack(operator: Operator, stocked_vps: Vps, store: Store) -> Stack:
    """A stack whose host reports, with a note in its database."""
    ended = operator.deploy(stocked_vps, CLIENT, DOMAIN)
    assert ended.code == 0, ended.text
    name = HostAddress.parse(stocked_vps.url).name
    wait_until(lambda: store.reports.heartbeat(name), 120)
    stack = Stack(stocked_vps, CLIENT, DOMAIN)
    stack.query("CREATE TABLE lab_notes (line text); INSERT INTO lab_notes VALUES ('monday')")
    return stack


@pytest.fixture(scope="module")
def panel(lab_operator: Operator, store: Store) -> Iterator[httpx.Client]:
    """An owner's program at a panel that has no key: neither an operator's nor one of a host."""
    alone = lab_operator.with_settings(
        LECTL_HOSTS_BY="queue", LECTL_OPERATOR_KEY=NOWHERE, LECTL_SSH_KEY=NOWHERE
    )
    ann = store.people.add("ann@panel.test", Role.OWNER)
    _, token = store.tokens.create(ann.id, "a test", Role.OWNER, 1)
    bearer = {"Authorization": f"Bearer {token.get_secret_value()}"}
    with serve({**os.environ, **alone.environment()}) as served:
        yield httpx.Client(base_url=f"{served.url}/api/v1", headers=bearer, timeout=60)


def asked(panel: httpx.Client, path: str, **body: object) -> str:
    """Ask for something; the id of its operation."""
    answer = panel.post(path, json=body)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["operation"])


def state(panel: httpx.Client, operation: str) -> str:
    found = panel.get(f"/operations/{operation}").json()["operation"]
    assert found["state"] != "failed", found
    return str(found["state"])


def unsigned(store: Store) -> list[QueuedTask]:
    return [each for each in store.queue.all() if each.state is QueueState.UNSIGNED]


def test_a_restore_from_the_panel_is_done_once_an_operator_has_signed_it(
    stack: Stack, panel: httpx.Client, store: Store, operator: Operator
) -> None:
    backup = asked(panel, f"/clients/{CLIENT}/backup")
    wait_until(lambda: state(panel, backup) == "done", 240)
    stack.query("UPDATE lab_notes SET line = 'tuesday'")
    before = stack.runtimes()
    restore = asked(panel, f"/clients/{CLIENT}/restore", confirm=CLIENT)
    wait_until(lambda: unsigned(store), 120)
    (task,) = unsigned(store)
    assert (task.verb, task.client) == ("restore", CLIENT)
    story = panel.get(f"/operations/{restore}").text
    assert f"lectl task sign {task.id}" in story, "whoever looks is told what it waits for"
    stranger = operator.with_settings(LECTL_OPERATOR_KEY=str(operator.home / "another-key"))
    stranger.must("task", "sign", task.id, "--yes")
    wait_until(lambda: unsigned(store), 120)
    assert "of nobody this host knows" in journal(stack.vps), "the host says why it refused"
    assert stack.runtimes() == before
    assert stack.query("SELECT line FROM lab_notes") == "tuesday"
    operator.must("task", "sign", task.id, "--yes")
    wait_until(lambda: state(panel, restore) == "done", 400)
    assert stack.query("SELECT line FROM lab_notes") == "monday"
    assert stack.get("/readyz").status_code == 200
