"""Programs on another machine, over SSH."""

import shlex
from collections.abc import Callable

import paramiko

from leadengine_ctl.hosts.base import HostAddress
from leadengine_ctl.hosts.programs import Program, ProgramRunner, Tail
from leadengine_ctl.hosts.ssh_errors import translated

_PIECE = 64 * 1024
_OPEN_TIMEOUT = 10.0
_ENDED_UNSAID = 255
"""What `ssh` says, too, for a program that ended without an exit code."""


class SshRunner(ProgramRunner):
    """Runs programs as the user who is signed in on `transport`."""

    def __init__(self, address: HostAddress, transport: paramiko.Transport) -> None:
        self.address = address
        self._transport = transport

    def start(self, argv: tuple[str, ...]) -> Program:
        with translated(self.address):
            channel = self._transport.open_session(timeout=_OPEN_TIMEOUT)
            # The one place where words become a line: SSH hands a line to the user's shell.
            channel.exec_command(shlex.join(argv).encode())
        return _SshProgram(channel, self._transport.is_active)

    def close(self) -> None:
        self._transport.close()


class _SshProgram:
    def __init__(self, channel: paramiko.Channel, is_connected: Callable[[], bool]) -> None:
        self._channel = channel
        self._is_connected = is_connected
        self._errors = Tail(self._read_errors)

    def write(self, piece: bytes, seconds: float) -> None:
        self._channel.settimeout(seconds)
        try:
            self._channel.sendall(piece)
        except TimeoutError:
            raise
        except OSError as error:
            raise BrokenPipeError from error

    def close_input(self) -> None:
        self._channel.shutdown_write()

    def read(self, seconds: float) -> bytes:
        self._channel.settimeout(seconds)
        return self._channel.recv(_PIECE)

    def _read_errors(self) -> bytes:
        while True:
            try:
                return self._channel.recv_stderr(_PIECE)
            except TimeoutError:
                # The time limit belongs to the reader of standard output; it closes when it gives up.
                continue

    def end(self, seconds: float) -> tuple[int | None, bytes]:
        if not self._channel.status_event.wait(seconds):
            raise TimeoutError
        code: int | None = self._channel.recv_exit_status()
        if code == -1:
            code = _ENDED_UNSAID if self._is_connected() else None
        return code, self._errors.finish()

    def close(self) -> None:
        self._channel.close()
