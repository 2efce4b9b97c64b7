"""Every route for agents, for tokens that were good once, and for strangers, from the one table (S8)."""

import base64
import secrets
import time
from dataclasses import dataclass

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from leadengine_agent.assertions import encode, request_digest
from leadengine_ctl.fleet.panel_records import Role
from leadengine_ctl.fleet.store import Store
from leadengine_ctl.panel.door.rules import RULES
from tests.connections import watched
from tests.unit.ctl.fleet import Fleet
from tests.unit.panel.asking import (
    NOTHING,
    OTHERS,
    OWN,
    ask,
    expected,
    furnish,
    outcome,
    path_of,
    questions,
)
from tests.unit.panel.visitors import Panel

pytestmark = pytest.mark.long


@dataclass(frozen=True)
class Agent:
    """A host that was let in, with its key."""

    host: str
    key: Ed25519PrivateKey

    @classmethod
    def enrol(cls, store: Store, host: str) -> "Agent":
        key, now = Ed25519PrivateKey.generate(), time.time()
        public = base64.b64encode(key.public_key().public_bytes_raw()).decode()
        assert store.agents.enrol(
            store.agents.issue_token(host, "ann", now), host, public, "1", now
        )
        return cls(host, key)

    def proof(self, path: str, body: bytes, panel: str) -> str:
        now = int(time.time())
        claims = {
            "iss": self.host, "sub": self.host, "aud": panel, "iat": now, "exp": now + 60, "ctr": 1,
            "jti": secrets.token_hex(16), "req": request_digest("POST", path, body),
        }  # fmt: skip
        return encode(claims, self.key.sign)


def test_agents_and_those_whose_access_is_over_get_no_further_than_strangers(
    fleet: Fleet, panel: Panel
) -> None:
    """At every route: two agents with the proof of their own routes, and tokens that were good once."""
    known, store = furnish(fleet, panel), panel.desk.world.store
    person, stranger = panel.person(Role.OWNER), panel.stranger()
    _, old = store.tokens.create(person.id, "old", Role.OWNER, -1)
    record, revoked = store.tokens.create(person.id, "revoked", Role.OWNER, 1)
    store.tokens.revoke(record.id)
    over = {"expired": old.get_secret_value(), "revoked": revoked.get_secret_value()}
    agents = {
        f"agent of {client}": Agent.enrol(store, f"host-{client}") for client in (OWN, OTHERS)
    }
    stranger.get("/sign-in")
    wrong, asked = [], 0
    for who in (*over, *agents):
        for name, client in questions():
            rule, path = RULES[name], path_of(name, client, known)
            agent = agents.get(who)
            proof = agent.proof(path, NOTHING, panel.desk.url) if agent else over[who]
            answer = ask(stranger, name, path, proof, NOTHING)
            asked += 1
            found = outcome(answer, name)
            if found != expected(rule, None, None, client):
                wrong.append((who, name, found, answer.status_code))
            if name.startswith("POST /agent/v1/") and not name.endswith("enrol"):
                # What is sent is not what the route wants: it looks at it once it knows who sends it.
                assert answer.status_code == (422 if agent else 401), (who, name)
    assert not wrong, "\n".join(map(str, wrong))
    assert asked == 4 * len(list(questions()))


def test_a_stranger_has_the_panel_connect_to_nowhere(fleet: Fleet, panel: Panel) -> None:
    """Not to a host, a payment server or a resolver, whatever a stranger asks for."""
    known, stranger = furnish(fleet, panel), panel.stranger()
    stranger.get("/sign-in")
    with watched() as made:
        for name, client in questions():
            ask(stranger, name, path_of(name, client, known))
    assert made == []
    with watched() as made:
        panel.browser(Role.VIEWER).get(f"/clients/{OWN}/dns")
    assert made, "the watch sees the question to a resolver of somebody who may ask"
