"""The part of a cloud that all providers have in common: servers, and actions that take their time."""

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.lab.cloud.machines import Addresses, Machines


@dataclass
class Action:
    """Something under way. `effect` happens when its time has come."""

    id: int
    kind: str
    server: int
    due: float
    effect: Callable[[], None]
    done: bool = False


@dataclass(frozen=True)
class Picture:
    """A snapshot that is paid for, whether its server is there or not."""

    server: int
    name: str
    labels: dict[str, str]


@dataclass
class Box:
    """A server.

    Attributes:
        tags: Hetzner's labels, or DigitalOcean's words with empty values.
        snapshots: id -> name.
    """

    id: int
    name: str
    size: str
    region: str
    user_data: str
    tags: dict[str, str]
    addresses: Addresses
    status: str = "starting"
    created: str = field(default_factory=lambda: datetime.now(UTC).isoformat())
    snapshots: dict[int, str] = field(default_factory=dict)


class Hall:
    """All servers of one account.

    Attributes:
        pace: seconds that each action takes.
        limit: how many servers the account may have.
        sold_out: sizes that nobody gets right now.
        sells_out_at_order: lists still have everything, and nothing can be had.
        boots: False: servers are made and never get ready.
        history: every server that was ever made, by name, for counting.
        left: id -> name of the snapshots whose server is gone: they are paid for all the same.
    """

    def __init__(self, machines: Machines, pace: float = 0.02) -> None:
        self.machines = machines
        self.pace = pace
        self.limit = 25
        self.sold_out: set[str] = set()
        self.sells_out_at_order = False
        self.boots = True
        self.boxes: dict[int, Box] = {}
        self.actions: dict[int, Action] = {}
        self.history: list[str] = []
        self.left: dict[int, str] = {}
        self.pictures: dict[int, Picture] = {}
        self.numbers = itertools.count(4_000_001)

    def is_sold_out(self, size: str) -> bool:
        return size in self.sold_out or self.sells_out_at_order

    def create(
        self, name: str, size: str, region: str, user_data: str, tags: dict[str, str]
    ) -> tuple[Box, Action]:
        addresses = self.machines.boot(name, user_data)
        box = Box(next(self.numbers), name, size, region, user_data, dict(tags), addresses)
        self.boxes[box.id] = box
        self.history.append(name)
        return box, self.begin("create", box, lambda: self._ready(box))

    def power(self, box: Box, *, on: bool) -> Action:
        def effect() -> None:
            self.machines.power(box.name, on=on)
            box.status = "running" if on else "off"

        return self.begin("start_server" if on else "stop_server", box, effect)

    def resize(self, box: Box, size: str) -> Action:
        return self.begin("change_server_type", box, lambda: setattr(box, "size", size))

    def rebuild(self, box: Box, user_data: str) -> Action:
        def effect() -> None:
            box.addresses = self.machines.rebuild(box.name, user_data)
            box.status = "running"

        return self.begin("rebuild_server", box, effect)

    def snapshot(
        self, box: Box, name: str, labels: dict[str, str] | None = None
    ) -> tuple[int, Action]:
        number = next(self.numbers)
        box.snapshots[number] = name
        self.pictures[number] = Picture(box.id, name, labels or {})
        return number, self.begin("create_image", box, lambda: None)

    def forget_picture(self, number: int) -> bool:
        """Delete a snapshot; False: there is none."""
        found = self.pictures.pop(number, None)
        if found and found.server in self.boxes:
            del self.boxes[found.server].snapshots[number]
        self.left.pop(number, None)
        return found is not None

    def delete(self, box: Box) -> None:
        del self.boxes[box.id]
        self.left.update(box.snapshots)
        self.machines.remove(box.name)

    def begin(self, kind: str, box: Box, effect: Callable[[], None]) -> Action:
        action = Action(next(self.numbers), kind, box.id, time.monotonic() + self.pace, effect)
        self.actions[action.id] = action
        return action

    def is_busy(self, box: Box) -> bool:
        return any(each.server == box.id and not each.done for each in self.actions.values())

    def settle(self) -> None:
        """Let everything happen whose time has come."""
        for action in list(self.actions.values()):
            if not action.done and action.due <= time.monotonic():
                action.done = True
                action.effect()

    def _ready(self, box: Box) -> None:
        if self.boots:
            box.status = "running"
