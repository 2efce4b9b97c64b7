"""The executor: a unix socket, one task that changes something at a time, a journal.

It has the engine's socket and no network. Whoever can open its socket can give orders: that is root,
and the reporter's group, whose orders are checked against the reporter's own short list.
"""

import fcntl
import os
import signal
import socket
import socketserver
import struct
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from leadengine_agent import docker, valve
from leadengine_agent.backup.home import BackupHome
from leadengine_agent.backup.names import one_off_label
from leadengine_agent.connect import make_room_for_reporter
from leadengine_agent.docker import DockerError
from leadengine_agent.executor.failpoints import Failpoints
from leadengine_agent.executor.gate import RefusedError, admit
from leadengine_agent.executor.journal import Journal
from leadengine_agent.executor.leanness import Leanness
from leadengine_agent.executor.slots import BusyError, Slot
from leadengine_agent.executor.steps import Steps
from leadengine_agent.executor.teller import Teller
from leadengine_agent.executor.updated import tell_of_update
from leadengine_agent.failures import TaskFailure
from leadengine_agent.layout import REPORTER_UID, HostLayout, StackLayout
from leadengine_agent.protocol import (
    BACKGROUND,
    READ_ONLY,
    CertifyResult,
    Event,
    Failure,
    FailureCode,
    Fence,
    FenceResult,
    Outcome,
    Task,
)
from leadengine_agent.tasks import Context, client_of, dispatch, is_idle

_LARGEST_TASK = 8_000_000
_INHERITED = "LEADENGINE_LISTENING_SOCKET"


class Executor:
    """Runs tasks. Tasks that change something run one at a time, under a lock the kernel keeps."""

    def __init__(self, layout: HostLayout) -> None:
        self.layout = layout
        self.journal = Journal(layout.agent / "journal.sqlite")
        self._failpoints = Failpoints(layout.agent / "failpoint")
        self._slot = Slot()
        # Bringing gigabytes to a slow storage must not keep others from being updated meanwhile.
        self._background = Slot()
        # Held as long as this process lives: a second executor on the same host cannot start.
        self._lock_file = (layout.agent / "lock").open("w")
        fcntl.flock(self._lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def run(self, task: Task, tell: Teller) -> Outcome:
        """Carry out one task and return its outcome; never raises for what a task does."""
        if is_idle(task.order, self.layout):
            # Not even dispatched: that would import what an idle agent should not hold.
            return Outcome(task=task.id, result=CertifyResult().model_dump())
        if task.order.verb in READ_ONLY:
            return self._read(task, tell)
        mine, other = self._slot, self._background
        if task.order.verb in BACKGROUND:
            mine, other = other, mine
        try:
            with mine.taken(task), other.avoided(task):
                return self._recorded(task, tell)
        except BusyError as error:
            return _busy(task, error.holder)

    def _read(self, task: Task, tell: Teller) -> Outcome:
        if not isinstance(task.order, Fence):
            return self._carry_out(task, tell.send)
        try:
            result = FenceResult(fence=self.journal.newest_fence(task.order.client))
        except TaskFailure as error:
            return Outcome(task=task.id, failure=error.failure)
        return Outcome(task=task.id, result=result.model_dump())

    def drain(self) -> None:
        """Wait for the running tasks to end; no other can start afterwards."""
        self._slot.close()
        self._background.close()

    def _recorded(self, task: Task, tell: Teller) -> Outcome:
        def note(event: Event) -> None:
            if event.done is None:
                self.journal.note(event)
            tell.send(event)

        try:
            known = self.journal.accept(task, client_of(task.order))
        except TaskFailure as error:
            return Outcome(task=task.id, failure=error.failure)
        if known is not None:
            return known
        outcome = self._carry_out(task, note)
        self.journal.finish(outcome)
        return outcome

    def _carry_out(self, task: Task, tell: Callable[[Event], None]) -> Outcome:
        context = Context(self.layout, Steps(task.id, tell, self._failpoints), self.journal)
        try:
            return Outcome(task=task.id, result=dispatch(task.order, context))
        except TaskFailure as error:
            return Outcome(task=task.id, failure=error.failure)
        except Exception as error:  # noqa: BLE001 - the boundary: a bug must reach the sender as an answer
            return Outcome(task=task.id, failure=_internal(error))


def _busy(task: Task, holder: Task | None) -> Outcome:
    who = f"{holder.order.verb} by {holder.actor}" if holder else "another task"
    failure = Failure(
        code=FailureCode.LOCKED,
        what=f"The host is busy and did not start '{task.order.verb}'.",
        why=f"It is carrying out: {who}.",
        hint="Nothing was changed. Try again when it has ended.",
    )
    return Outcome(task=task.id, failure=failure)


def _internal(error: Exception) -> Failure:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
    return Failure(
        code=FailureCode.INTERNAL,
        what="The agent met an error of its own.",
        # Not the error's text: it could quote a value.
        why=f"{type(error).__name__} at {place}.",
        hint="Run it again; if it stays, report it with this line.",
    )


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        executor: Executor = self.server.executor  # type: ignore[attr-defined]
        teller = Teller(self.wfile.write)
        threading.Thread(target=teller.keep_alive, daemon=True).start()
        try:
            teller.send(self._answer(executor, teller))
        finally:
            teller.end()

    def _answer(self, executor: Executor, teller: Teller) -> Outcome:
        line, user = self.rfile.readline(_LARGEST_TASK), _peer(self.connection)
        try:
            task = admit(line, user, executor.layout)
        except RefusedError as refused:
            executor.journal.refuse(refused.failure, user)
            return Outcome(task=refused.task, failure=refused.failure)
        return executor.run(task, teller)


def _peer(connection: socket.socket) -> int:
    """The user at the other end, as the kernel vouches for it (unix(7), SO_PEERCRED)."""
    raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    user: int = struct.unpack("3i", raw)[1]
    return user


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    request_queue_size = 32

    def __init__(self, executor: Executor) -> None:
        path = executor.layout.socket
        path.parent.mkdir(parents=True, exist_ok=True)
        self.executor = executor
        self._leanness = Leanness()
        inherited = os.environ.pop(_INHERITED, "")
        super().__init__(str(path), _Handler, bind_and_activate=False)
        if inherited:
            self.socket.close()
            self.socket = socket.socket(fileno=int(inherited))
            return
        path.unlink(missing_ok=True)
        self.server_bind()
        self.server_activate()
        os.chown(path, 0, REPORTER_UID)
        path.chmod(0o660)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._leanness.begin()
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        super().shutdown_request(request)
        self._leanness.end()

    def service_actions(self) -> None:
        """Called twice a second between connections."""
        if self._leanness.is_wanted():
            # The listening socket goes over: who connects in between waits, and is served.
            os.set_inheritable(self.socket.fileno(), True)
            os.environ[_INHERITED] = str(self.socket.fileno())
            os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606


def main() -> int:
    """Serve until SIGTERM; then finish the task at hand and end."""
    layout = HostLayout()
    layout.agent.mkdir(mode=0o700, parents=True, exist_ok=True)
    make_room_for_reporter(layout)
    for stack in layout.stacks():
        # An executor that was killed while a data service was replaced left visitors waiting.
        valve.open_again(stack)
        _carry_through(layout, stack)
    server = _Server(Executor(layout))
    tell_of_update(server.executor.journal, layout)
    signal.signal(signal.SIGTERM, lambda *_: _stop(server))
    sys.stderr.write("executor: ready\n")
    server.serve_forever()
    server.executor.drain()
    return 0


def _carry_through(layout: HostLayout, stack: StackLayout) -> None:
    """Finish a restore that was killed while data changed places: until then nobody is served.

    What else a killed backup or restore left is removed: some of it is in clear.
    """
    home = BackupHome(layout, stack.client)
    if not home.root.exists():
        return
    try:
        docker.reap_one_offs(one_off_label(stack.client))
        if not home.note("restore"):
            home.clear()
        if not home.note("restore") and not home.note("stopped"):
            return
        from leadengine_agent.backup.swapping import finish_pending

        finish_pending(layout, stack)
    except (TaskFailure, DockerError, OSError) as error:
        # The next restore of the client tries again.
        sys.stderr.write(f"executor: the restore of {stack.client} is not finished: {error}\n")


def _stop(server: _Server) -> None:
    # shutdown() waits for the loop this signal interrupted, so it must not run in it.
    threading.Thread(target=server.shutdown, daemon=True).start()
