"""Programs on this machine."""

import os
import select
import subprocess
import time
from typing import IO

from leadengine_ctl.hosts.base import HostAddress
from leadengine_ctl.hosts.programs import Program, ProgramRunner, Tail

_PIECE = 64 * 1024


class LocalRunner(ProgramRunner):
    """Runs programs as the user who runs us."""

    def __init__(self, address: HostAddress) -> None:
        self.address = address

    def start(self, argv: tuple[str, ...]) -> Program:
        try:
            return _LocalProgram(argv)
        except (FileNotFoundError, PermissionError) as error:
            return _NoProgram(f"{argv[0]}: {error.strerror}")

    def close(self) -> None:
        return


class _LocalProgram:
    def __init__(self, argv: tuple[str, ...]) -> None:
        pipe = subprocess.PIPE
        # A session of its own: Ctrl-C is for us to handle, not for the program.
        self._process = subprocess.Popen(
            argv, stdin=pipe, stdout=pipe, stderr=pipe, bufsize=0, start_new_session=True
        )
        self._input, self._output, errors = _streams(self._process)
        os.set_blocking(self._input.fileno(), False)
        # The thread holds the stream itself: a number could be given to another file meanwhile.
        self._errors = Tail(lambda: os.read(errors.fileno(), _PIECE))

    def write(self, piece: bytes, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        rest = memoryview(piece)
        while rest:
            _wait(self._input.fileno(), select.POLLOUT, deadline - time.monotonic())
            rest = rest[os.write(self._input.fileno(), rest) :]

    def close_input(self) -> None:
        self._input.close()

    def read(self, seconds: float) -> bytes:
        _wait(self._output.fileno(), select.POLLIN, seconds)
        return os.read(self._output.fileno(), _PIECE)

    def end(self, seconds: float) -> tuple[int, bytes]:
        try:
            code = self._process.wait(max(seconds, 0))
        except subprocess.TimeoutExpired as error:
            raise TimeoutError from error
        return code, self._errors.finish()

    def close(self) -> None:
        self._process.kill()
        self._process.wait()


def _streams(process: "subprocess.Popen[bytes]") -> tuple[IO[bytes], IO[bytes], IO[bytes]]:
    if not (process.stdin and process.stdout and process.stderr):
        raise ValueError("the process was started without pipes")
    return process.stdin, process.stdout, process.stderr


def _wait(stream: int, event: int, seconds: float) -> None:
    ready = select.poll()
    ready.register(stream, event)
    if not ready.poll(max(seconds, 0) * 1000):
        raise TimeoutError


class _NoProgram:
    """What a shell does for a program that is not there: code 127 and a line on standard error."""

    def __init__(self, message: str) -> None:
        self._message = message

    def write(self, _piece: bytes, _seconds: float) -> None:
        raise BrokenPipeError

    def close_input(self) -> None:
        return

    def read(self, _seconds: float) -> bytes:
        return b""

    def end(self, _seconds: float) -> tuple[int, bytes]:
        return 127, self._message.encode()

    def close(self) -> None:
        return
