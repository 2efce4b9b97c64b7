"""One way to talk to a running program, wherever it runs.

A kind of host says how a program is started there; feeding, reading, deadlines and limits are the
same for all and stand here.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import closing
from threading import Thread
from typing import Protocol

from leadengine_ctl.errors import HostUnreachableError, LeadEngineError
from leadengine_ctl.hosts.base import Completed, HostAddress, Input, ProgramFailedError

_MOST_OUTPUT = 64 * 1024 * 1024
"""A host that never stops talking must not fill our memory."""
_TAIL = 64_000
"""Bytes of standard error that are kept: an error's last lines, not a log."""


class Program(Protocol):
    """A started program. `close` ends it if it still runs."""

    def write(self, piece: bytes) -> None:
        """Raises OSError when it no longer reads."""

    def close_input(self) -> None: ...

    def read(self, seconds: float) -> bytes:
        """The next piece of standard output, empty at its end; raises TimeoutError."""
        ...

    def end(self, seconds: float) -> tuple[int | None, bytes]:
        """Exit code (None: the connection broke) and standard error's tail; raises TimeoutError."""
        ...

    def close(self) -> None: ...


class ProgramRunner(ABC):
    """A `Runner` for everything that can start a `Program`."""

    address: HostAddress

    @abstractmethod
    def start(self, argv: tuple[str, ...]) -> Program: ...

    @abstractmethod
    def close(self) -> None: ...

    def run(self, argv: tuple[str, ...], *, stdin: Input = b"", timeout: float = 60) -> Completed:
        deadline = time.monotonic() + timeout
        with closing(self.start(argv)) as program:
            feeder = _Feeder(program, stdin)
            try:
                out = b"".join(_pieces(program, lambda: deadline - time.monotonic()))
                code, err = program.end(deadline - time.monotonic())
            except TimeoutError as error:
                raise self._late(f"'{argv[0]}' did not end within {timeout:.0f} s.") from error
            feeder.finish()
        return Completed(self._exit_code(code), out, err)

    def lines(self, argv: tuple[str, ...], *, stdin: bytes, silence: float) -> Iterator[bytes]:
        with closing(self.start(argv)) as program:
            _Feeder(program, stdin)
            try:
                yield from _lines(_pieces(program, lambda: silence))
                code, err = program.end(silence)
            except TimeoutError as error:
                raise self._late(f"It said nothing for {silence:.0f} s.") from error
        if code != 0:
            raise ProgramFailedError(Completed(self._exit_code(code), b"", err))

    def _exit_code(self, code: int | None) -> int:
        if code is None:
            raise HostUnreachableError(
                f"The connection to {self.address} broke.",
                "It ended in the middle of a program.",
                "What was under way there may still run. Run the command again: it takes up there.",
            )
        return code

    def _late(self, why: str) -> HostUnreachableError:
        return HostUnreachableError(
            f"{self.address} stopped answering.",
            why,
            "What was under way there may still run. Check the host and run the command again.",
        )


def _pieces(program: Program, seconds: Callable[[], float]) -> Iterator[bytes]:
    length = 0
    while piece := program.read(max(seconds(), 0)):
        length += len(piece)
        if length > _MOST_OUTPUT:
            raise LeadEngineError("The host's answer is too long to be true; it was cut off.")
        yield piece


def _lines(pieces: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        yield from whole
    if rest:
        yield rest


class Tail(Thread):
    """Reads standard error beside everything else and keeps its end."""

    def __init__(self, read: Callable[[], bytes]) -> None:
        super().__init__(daemon=True)
        self._read = read
        self._kept = b""
        self.start()

    def run(self) -> None:
        while piece := self._read():
            self._kept = (self._kept + piece)[-_TAIL:]

    def finish(self) -> bytes:
        """What was kept, once the program closed it; a child it left behind is not waited for."""
        self.join(timeout=1)
        return self._kept


class _Feeder(Thread):
    """Writes standard input while the caller reads: neither side can block the other."""

    def __init__(self, program: Program, stdin: Input) -> None:
        super().__init__(daemon=True)
        self._program = program
        self._stdin = stdin
        self._error: LeadEngineError | None = None
        self.start()

    def run(self) -> None:
        try:
            if self._write_all():
                self._program.close_input()
        except LeadEngineError as error:
            self._error = error
            self._program.close()

    def _write_all(self) -> bool:
        if isinstance(self._stdin, bytes):
            return self._write(self._stdin)
        with closing(self._stdin) as pieces:
            return all(map(self._write, pieces))

    def _write(self, piece: bytes) -> bool:
        """False when the program reads no more; its exit code says whether that was right."""
        try:
            self._program.write(piece)
        except OSError:
            return False
        return True

    def finish(self) -> None:
        """Raise what making the input raised, if it did."""
        self.join()
        if self._error:
            raise self._error
