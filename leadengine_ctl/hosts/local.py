"""Programs on this machine."""

import os
import select
import subprocess
from contextlib import suppress
from typing import IO

from leadengine_ctl.hosts.base import HostAddress
from leadengine_ctl.hosts.programs import Program, ProgramRunner, Tail


class LocalRunner(ProgramRunner):
    """Runs programs as the user who runs us."""

    def __init__(self, address: HostAddress) -> None:
        self.address = address

    def start(self, argv: tuple[str, ...]) -> Program:
        try:
            # A session of its own: Ctrl-C is for us to handle, not for the program.
            return _LocalProgram(
                subprocess.Popen(
                    argv,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    start_new_session=True,
                )
            )
        except (FileNotFoundError, PermissionError) as error:
            return _NoProgram(f"{argv[0]}: {error.strerror}")

    def close(self) -> None:
        return


class _LocalProgram:
    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process
        self._input, self._output, errors = _pipes(process)
        self._errors = Tail(lambda: os.read(errors.fileno(), 64 * 1024))

    def write(self, piece: bytes) -> None:
        self._input.write(piece)
        self._input.flush()

    def close_input(self) -> None:
        self._input.close()

    def read(self, seconds: float) -> bytes:
        ready = select.poll()
        ready.register(self._output.fileno(), select.POLLIN)
        if not ready.poll(seconds * 1000):
            raise TimeoutError
        return os.read(self._output.fileno(), 64 * 1024)

    def end(self, seconds: float) -> tuple[int, bytes]:
        try:
            code = self._process.wait(max(seconds, 0))
        except subprocess.TimeoutExpired as error:
            raise TimeoutError from error
        return code, self._errors.finish()

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        self._errors.finish()
        for pipe in (self._input, self._output):
            with suppress(BrokenPipeError):
                pipe.close()


def _pipes(process: "subprocess.Popen[bytes]") -> tuple[IO[bytes], IO[bytes], IO[bytes]]:
    assert process.stdin and process.stdout and process.stderr  # noqa: S101, PT018 - asked for
    return process.stdin, process.stdout, process.stderr


class _NoProgram:
    """What `sh` does for a program that is not there: code 127 and a line on standard error."""

    def __init__(self, message: str) -> None:
        self._message = message

    def write(self, _piece: bytes) -> None:
        raise BrokenPipeError

    def close_input(self) -> None:
        return

    def read(self, _seconds: float) -> bytes:
        return b""

    def end(self, _seconds: float) -> tuple[int, bytes]:
        return 127, self._message.encode()

    def close(self) -> None:
        return
