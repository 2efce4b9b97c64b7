"""Agents for the tests: the reporter's own code, and an executor that answers from memory."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from leadengine_agent.reporter.executor import ExecutorDoor, NoAnswerError
from leadengine_agent.reporter.identity import Clock, Identity
from leadengine_agent.reporter.orders import Orders
from leadengine_agent.reporter.reporting import Reporting
from leadengine_agent.reporter.spool import Spool
from leadengine_ctl.fleet.store import Store
from tests.unit.reporting.panel import PanelServer


def an_event(number: int, kind: str = "audit", **words: Any) -> dict[str, Any]:
    return {
        "id": number,
        "at": 1_800_000_000.0 + number,
        "kind": kind,
        "client": "",
        "what": "activate",
        "state": "done",
        "detail": f"event {number}",
        "actor": "ann@desk",
        **words,
    }


class Executor(ExecutorDoor):
    """Answers vitals from a list of events, and whatever a test puts into `outcomes`."""

    def __init__(self, events: list[dict[str, Any]] | None = None) -> None:
        super().__init__("/nowhere")
        self.events = events or []
        self.usage: list[dict[str, Any]] = []
        self.stacks: list[dict[str, Any]] = []
        self.frozen = False
        self.got: list[dict[str, Any]] = []
        self.answers: dict[str, list[dict[str, Any]]] = {}

    def submit(self, line: dict[str, Any]) -> Iterator[dict[str, Any]]:
        if self.frozen:
            raise NoAnswerError("timed out")
        self.got.append(line)
        if "queued" in line:
            task = json.loads(line["queued"]["task"])
            yield from self.answers.get(
                task["id"], [{"kind": "outcome", "task": task["id"], "result": {}}]
            )
            return
        yield {
            "kind": "outcome",
            "task": line["id"],
            "failure": None,
            "result": self._result(line["order"]),
        }

    def _result(self, order: dict[str, Any]) -> dict[str, Any]:
        if order["verb"] != "vitals":
            return {}
        after = order["after"] if order["journal"] == "j" else 0
        # Some at a time, as the real one does.
        new = [event for event in self.events if event["id"] > after][:5000]
        heartbeat = {
            "looked_at": time.time(),
            "agent_version": "1.0.0",
            "disk_free": 50,
            "disk_total": 100,
            "memory_free": 5,
            "memory_total": 10,
            "stacks": self.stacks,
        }
        return {
            "heartbeat": heartbeat,
            "events": new,
            "usage": self.usage if order["usage"] else [],
            "journal": "j",
            "last": new[-1]["id"] if new else after,
        }


@dataclass
class Agent:
    """A reporter with its files; `restart` is what a kill leaves."""

    folder: Path
    executor: Executor = field(default_factory=Executor)
    largest: int = 64 * 1024 * 1024

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.restart()

    def restart(self) -> None:
        self.identity, self.clock = Identity(self.folder), Clock()
        self.spool = Spool(self.folder / "spool.sqlite", self.largest)
        self.reporting = Reporting(
            self.folder, self.executor, self.identity, self.clock, self.spool
        )
        self.orders = Orders(self.folder, self.executor, self.identity, self.clock)

    def connect(self, panel: PanelServer, store: Store, host: str) -> "Agent":
        """What connecting a host leaves in its folder."""
        self.link(panel.url, host)
        (self.folder / "token").write_text(store.agents.issue_token(host, "ann@desk", time.time()))
        return self

    def link(self, url: str, host: str) -> None:
        (self.folder / "panel.json").write_text(json.dumps({"url": url, "host": host}))
