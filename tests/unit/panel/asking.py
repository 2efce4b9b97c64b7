"""Every row of the table of rules as a question, and what its answer means."""

from collections.abc import Iterator

import httpx

from leadengine_ctl.fleet.panel_records import Role
from leadengine_ctl.panel.door.rules import RULES, About, Rule
from tests.unit.ctl.fleet import Fleet
from tests.unit.panel.visitors import Browser, Panel

OWN, OTHERS = "acme", "beta"
JSON = {"Content-Type": "application/json"}
NOTHING = b'{"none": "of theirs"}'
"""What no route of agents wants."""


def path_of(name: str, client: str, known: dict[str, str]) -> str:
    """A path of a row, about one client."""
    values = {
        "client": client,
        "host": f"host-{client}",
        "operation": known[f"operation-{client}"],
        "rollout": known[f"rollout-{client}"],
        "word": "dance",
        "answer": "dance",
        "approval": "0123456789abcdef",
        "signup": "0123456789abcdef",
        "token": "0123456789ab",
        "mute": "0123456789ab",
        "channel": "0123456789ab",
        "action": "dance",
        "incident": "0123456789ab",
        "view": "0123456789ab",
        "person": "0123456789abcdef",
        "task": "task-00000001",
    }
    return name.partition(" ")[2].format(**values)


def expected(rule: Rule, role: Role | None, scope: tuple[str, ...] | None, client: str) -> str:
    """What the table says: `in`, `door`, `role` or `hidden`."""
    if rule.machine or rule.role is None:
        return "in"
    if role is None:
        return "door"
    if not role.covers(rule.role):
        return "role"
    if scope is not None and rule.about is About.ALL:
        return "hidden"
    if scope is not None and rule.about is not About.NOTHING and client not in scope:
        return "hidden"
    return "in"


def outcome(answer: httpx.Response, name: str) -> str:
    """What was answered, in the same words."""
    if answer.status_code == 303 and answer.headers["location"].startswith("/sign-in"):
        return (
            "in"
            if name in {"POST /sign-out", "GET /sign-in/code", "POST /sign-in/code"}
            else "door"
        )
    if answer.status_code == 401:
        # At the door itself, and where agents are asked for their own proof, this comes from behind the gate.
        return "in" if RULES[name].machine or RULES[name].role is None else "door"
    if answer.status_code == 403:
        return "role"
    if answer.status_code == 404 and "There is nothing here" in answer.text:
        return "hidden"
    return "in"


def ask(
    browser: Browser, name: str, path: str, token: str = "", body: bytes = b"{}"
) -> httpx.Response:
    method = name.partition(" ")[0]
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    if path.startswith(("/api/", "/agent/")):
        return browser.client.request(method, path, content=body, headers={**JSON, **headers})
    if method == "GET":
        return browser.get(path, headers=headers)
    return browser.post(path, headers=headers)


def furnish(fleet: Fleet, panel: Panel) -> dict[str, str]:
    """An operation and a rollout of each of two clients."""
    fleet.add(OWN, OTHERS)
    fleet.publish("1.1.0")
    known = {}
    for client in (OWN, OTHERS):
        assert fleet.update(client).code == 0
        known[f"rollout-{client}"] = fleet.rollout().id
        known[f"operation-{client}"] = fleet.target(client).operation
    return known


def questions() -> Iterator[tuple[str, str]]:
    """Every row with a client: what is about a client is asked for one's own and for another's.

    Left out: files, and what ends a session or half of one, which are asked for by tests of their own.
    """
    for name, rule in RULES.items():
        if name == "GET /static" or rule.half or name.startswith("POST /account/sessions"):
            continue
        about_one = rule.about not in (About.NOTHING, About.ALL)
        yield from ((name, client) for client in ((OWN, OTHERS) if about_one else (OWN,)))
