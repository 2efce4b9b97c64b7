"""`freeze`: stop a stack that is moved away, and keep all it has; or let it serve again."""

import time
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from leadengine_agent.activation.data_services import DEADLINE
from leadengine_agent.backup.chores import FROZEN, Client
from leadengine_agent.backup.home import BackupHome
from leadengine_agent.backup.making import make_point
from leadengine_agent.backup.swapping import STOPPED, stop_for_now
from leadengine_agent.compose import Compose, wait_until_ready
from leadengine_agent.docker import DockerError
from leadengine_agent.executor.steps import Did
from leadengine_agent.failures import TaskFailure, not_found
from leadengine_agent.layout import StackLayout
from leadengine_agent.protocol import FailureCode, Freeze, FreezeResult, ParcelResult
from leadengine_agent.records import Record, current_record
from leadengine_agent.stack import (
    api_service,
    compose_of,
    forget_state,
    read_state,
    services_of,
    write_state,
)
from leadengine_agent.tasks.context import Context
from leadengine_agent.tasks.parcels import described, pack

_DRAINED = 120.0


def run(order: Freeze, context: Context) -> dict[str, Any]:
    """Freeze or thaw, and answer a `FreezeResult`."""
    layout = context.layout.stack(order.client)
    record = current_record(layout)
    if record is None:
        raise not_found(order.client)
    freezing = _Freezing(context, layout, record)
    if order.thaw:
        context.steps.run("thaw", freezing.thaw)
    else:
        if order.point and not read_state(layout, FROZEN):
            context.steps.run("last point", freezing.last_point)
        if order.parcel:
            context.steps.run("pack", freezing.last_parcel)
        context.steps.run("freeze", freezing.freeze)
    return FreezeResult(
        changed=context.steps.changed, point=freezing.point, parcel=freezing.parcel
    ).model_dump(mode="json")


@dataclass
class _Freezing:
    context: Context
    layout: StackLayout
    record: Record
    point: str | None = None
    parcel: ParcelResult | None = None

    @cached_property
    def compose(self) -> Compose:
        return compose_of(self.layout, self.record)

    def last_point(self) -> Did:
        """Let nobody in, let the worker write what was accepted, and take a point of that.

        Raises:
            TaskFailure: there is none; the stack serves again.
        """
        client = Client(
            self.layout, self.record, BackupHome(self.context.layout, self.layout.client)
        )
        try:
            stop_for_now(client.home, self.compose, "nginx")
            self._drain()
            stop_for_now(client.home, self.compose, "worker")
            point = make_point(client, "move", lambda *_: None)
            if not point.is_good:
                raise _no_point(point.copies[0].why)
        except (TaskFailure, DockerError):
            self._serve()
            client.home.forget_note(STOPPED)
            raise
        self.point = point.id
        return Did(True, f"point {point.id}: nothing was accepted after it")

    def last_parcel(self) -> Did:
        """The same with all there is of the client; it was packed already when the stack is frozen.

        Raises:
            TaskFailure: it cannot be packed; the stack serves again.
        """
        if read_state(self.layout, FROZEN):
            self.parcel = described(self.layout.leaving)
            return Did(False, "it was packed before")
        home = BackupHome(self.context.layout, self.layout.client)
        try:
            stop_for_now(home, self.compose, "nginx")
            self._drain()
            stop_for_now(home, self.compose, "worker")
            api = self.compose.name_of(api_service(self.record.colour))
            self.parcel = pack(api, None, self.layout.leaving)
        except (TaskFailure, DockerError):
            self._serve()
            home.forget_note(STOPPED)
            raise
        return Did(True, f"{self.parcel.rows:,} rows: nothing was accepted after it")

    def _drain(self) -> None:
        """What stays in the queue after this is part of the point all the same."""
        end = time.monotonic() + _DRAINED
        while time.monotonic() < end:
            gauges = self.compose.gauges(api_service(self.record.colour))
            if gauges["pending_events"] == 0:
                return
            time.sleep(0.5)

    def freeze(self) -> Did:
        new = not read_state(self.layout, FROZEN)
        # First of all nobody starts it again.
        write_state(self.layout, FROZEN, {"frozen": True})
        # What was stopped for a moment is now stopped for good.
        BackupHome(self.context.layout, self.layout.client).forget_note(STOPPED)
        self.compose("stop", "--timeout", "60", timeout=400)
        return Did(new, "stopped; its data stays")

    def thaw(self) -> Did:
        if not read_state(self.layout, FROZEN):
            return Did(False, "it is not frozen")
        self._serve()
        forget_state(self.layout, FROZEN)
        return Did(True, "it serves again")

    def _serve(self) -> None:
        services = services_of(self.record)
        self.compose.up(*services)
        for name in services:
            wait_until_ready(self.compose, name, DEADLINE)


def _no_point(why: str) -> TaskFailure:
    return TaskFailure(
        FailureCode.BACKUP,
        "No last recovery point could be taken, so the stack goes on serving.",
        why,
        "Mend the backup target and move it then.",
    )
