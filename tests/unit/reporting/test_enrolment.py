"""Who an agent is to its panel: one token, one host, once; nothing stolen is of use (promises S1, S2, S6)."""

import shutil
import time
from pathlib import Path

import pytest

from leadengine_agent.reporter.identity import Clock
from leadengine_ctl.fleet.store import Store
from tests.unit.reporting.agents import Agent
from tests.unit.reporting.panel import PanelServer
from tests.unit.reporting.racing import race
from tests.unit.reporting.stating import host_of, post, statement

ENDPOINTS = ("/agent/v1/report", "/agent/v1/rotate", "/agent/v1/tasks", "/agent/v1/tasks/task-0001")


def test_one_token_admits_one_of_many_that_come_at_once(
    panel: PanelServer, store: Store, tmp_path: Path
) -> None:
    assert race(panel, store, tmp_path, rounds=10, comers=20) == 10


def test_an_enrolment_whose_answer_was_lost_is_finished_by_the_same_agent(
    agent: Agent, store: Store, panel: PanelServer
) -> None:
    host = host_of(agent)
    token = store.agents.issue_token(host, "ann@desk", time.time())
    (agent.folder / "token").write_text(token)
    agent.reporting.turn()
    key = store.agents.get(host).public_key
    # The panel took it up, and the agent was killed before it knew.
    (agent.folder / "identity.json").unlink()
    (agent.folder / "token").write_text(token)
    (agent.folder / "token-used").write_text(token)
    agent.restart()
    agent.reporting.turn()
    assert agent.identity.exists
    assert store.agents.get(host).public_key == key


@pytest.mark.parametrize(
    ("claims", "problem"),
    [
        ({"aud": "https://another.test"}, "audience"),
        ({"iss": "somebody"}, "audience"),
        ({"iat": -160, "exp": -100}, "clock"),
        ({"exp": 90_000}, "clock"),
        ({"iat": 600, "exp": 660}, "clock"),
        ({"req": "another"}, "request"),
        ({"jti": "short"}, "assertion"),
        ({"admin": True}, "assertion"),
    ],
    ids=[
        "audience",
        "issuer",
        "expired",
        "too long",
        "of the future",
        "request",
        "id",
        "more claims",
    ],
)
def test_an_assertion_that_says_anything_else_is_refused(
    agent: Agent, panel: PanelServer, claims: dict[str, object], problem: str
) -> None:
    # Times are meant from now on: the list above was made when the run began.
    now = int(time.time())
    claims = {
        name: value + now if isinstance(value, int) and name in {"iat", "exp"} else value
        for name, value in claims.items()
    }
    answer = post(panel, ENDPOINTS[0], statement(agent, panel, ENDPOINTS[0], b"{}", **claims))
    assert (answer.status_code, answer.json()["problem"]) == (401, problem)


@pytest.mark.parametrize("proof", ["none", "x.y.z", "eyJhbGciOiJub25lIn0.e30.", "a" * 9000])
def test_what_is_no_assertion_is_refused(panel: PanelServer, proof: str) -> None:
    assert {post(panel, path, proof).status_code for path in ENDPOINTS} == {401}


def test_an_assertion_is_not_taken_for_another_body_nor_a_second_time(
    agent: Agent, panel: PanelServer
) -> None:
    body = b'{"holding": [], "wait": 0}'
    proof = statement(agent, panel, ENDPOINTS[2], body)
    assert post(panel, ENDPOINTS[2], proof, b'{"holding": [],  "wait": 0}').status_code == 401
    assert post(panel, ENDPOINTS[2], proof, body).status_code == 200
    answer = post(panel, ENDPOINTS[2], proof, body)
    assert (answer.status_code, answer.json()["problem"]) == (401, "replayed")


def test_a_clone_is_locked_out_with_its_original_at_the_next_rotation(
    agent: Agent, store: Store
) -> None:
    clone_folder = agent.folder.with_name("clone")
    agent.spool.close()
    shutil.copytree(agent.folder, clone_folder)
    clone = Agent(clone_folder)
    agent.restart()
    for each in (clone, agent):
        state = each.identity._read()
        each.identity._keep({**state, "rotated": 0})
        each.reporting.turn()
    record = store.agents.get(host_of(agent))
    assert "two places" in record.revoked_why
    assert store.reports.events(host=record.host)[-1].what == "locked"
    assert clone.reporting.turn() >= 30
    assert "locked" in clone.reporting._said


def test_a_revoked_agent_is_out_with_its_next_request_and_in_again_with_a_new_token(
    agent: Agent, store: Store, panel: PanelServer
) -> None:
    host = host_of(agent)
    store.agents.revoke(host, "the laptop was stolen", time.time())
    agent.reporting.turn()
    assert "locked" in agent.reporting._said
    agent.connect(panel, store, host)
    agent.reporting.turn()
    assert agent.reporting._said == "reported"
    assert store.agents.get(host).revoked_at is None


def test_an_agent_whose_clock_is_off_by_a_day_gets_through(agent: Agent, store: Store) -> None:
    agent.restart()
    agent.reporting.clock = Clock(lambda: time.time() - 86_400)
    before = store.agents.get(host_of(agent)).last_seen
    agent.reporting.turn()
    assert agent.reporting._said == "reported"
    assert store.agents.get(host_of(agent)).last_seen != before
