"""Requests of an agent that say what a test wants them to say."""

import itertools
import os
import time
from pathlib import Path

import httpx
from nacl import bindings

from leadengine_agent import assertions
from leadengine_agent.assertions import request_digest
from leadengine_agent.reporter.link import read_link
from leadengine_ctl.fleet.store import Store
from tests.unit.reporting.agents import Agent
from tests.unit.reporting.panel import PanelServer

_names = itertools.count(1)


def another(panel: PanelServer, store: Store, folder: Path) -> Agent:
    """One more host, whose agent was let in."""
    agent = Agent(folder).connect(panel, store, f"host-{next(_names)}")
    agent.reporting.turn()
    return agent


def host_of(agent: Agent) -> str:
    link = read_link(agent.folder)
    assert link is not None
    return link.host


def statement(
    agent: Agent, panel: PanelServer, path: str, body: bytes = b"{}", **claims: object
) -> str:
    """An assertion signed with this agent's key."""
    said = {
        "iss": host_of(agent), "sub": host_of(agent), "aud": panel.url, "iat": int(time.time()),
        "exp": int(time.time()) + 60, "jti": os.urandom(16).hex(), "ctr": 1,
        "req": request_digest("POST", path, body),
    }  # fmt: skip
    secret = agent.identity._pair()[1]
    return assertions.encode(
        {**said, **claims}, lambda text: bindings.crypto_sign(text, secret)[:64]
    )


def post(panel: PanelServer, path: str, proof: str, body: bytes = b"{}") -> httpx.Response:
    headers = {"Authorization": f"Bearer {proof}"}
    return httpx.post(panel.url + path, content=body, headers=headers, timeout=90)
