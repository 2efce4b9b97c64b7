"""One way to talk to a running program, wherever it runs.

A kind of host says how a program is started there; feeding, reading, deadlines and limits are the
same for all and stand here. Input is made and written in the caller's thread, so that whoever makes
it may report progress; output is read beside it, so that neither side can block the other.
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
    """A started program. Every wait ends with TimeoutError; `close` ends a program that runs."""

    def write(self, piece: bytes, seconds: float) -> None:
        """Raises BrokenPipeError when the program reads no more."""

    def close_input(self) -> None: ...

    def read(self, seconds: float) -> bytes:
        """The next piece of standard output, empty at its end."""
        ...

    def end(self, seconds: float) -> tuple[int | None, bytes]:
        """Exit code (None: the connection broke) and the tail of standard error."""
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

        def left() -> float:
            return max(deadline - time.monotonic(), 0)

        with closing(self.start(argv)) as program:
            out = _Collector(program, left)
            try:
                _feed(program, stdin, left)
                output = out.finish(left())
                code, err = program.end(left())
            except TimeoutError as error:
                raise self._late(f"'{argv[0]}' did not end within {timeout:.0f} s.") from error
        return Completed(self._exit_code(code), output, err)

    def lines(self, argv: tuple[str, ...], *, stdin: bytes, silence: float) -> Iterator[bytes]:
        with closing(self.start(argv)) as program:
            try:
                _feed(program, stdin, lambda: silence)
                yield from _lines(_pieces(program, lambda: silence))
                code, err = program.end(silence)
            except TimeoutError as error:
                raise self._late(f"It said nothing for {silence:.0f} s.") from error
        if code != 0:
            raise ProgramFailedError(Completed(self._exit_code(code), b"", err))

    def _exit_code(self, code: int | None) -> int:
        if code is None:
            raise HostUnreachableError(
                f"The connection to {self.address} broke",
                "It ended in the middle of a program.",
                "What was under way there may still run. Run the command again: it takes up there.",
            )
        return code

    def _late(self, why: str) -> HostUnreachableError:
        return HostUnreachableError(
            f"{self.address} stopped answering",
            why,
            "What was under way there may still run. Check the host and run the command again.",
        )


def _feed(program: Program, stdin: Input, left: Callable[[], float]) -> None:
    """Write all input; a program that stops reading says with its exit code whether that was right."""
    pieces = iter((stdin,)) if isinstance(stdin, bytes) else stdin
    try:
        for piece in pieces:
            program.write(piece, left())
        program.close_input()
    except BrokenPipeError:
        return


def _pieces(program: Program, left: Callable[[], float]) -> Iterator[bytes]:
    length = 0
    while piece := program.read(left()):
        length += len(piece)
        if length > _MOST_OUTPUT:
            raise LeadEngineError("The host's answer is too long to be true", "It was cut off.")
        yield piece


def _lines(pieces: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        yield from whole
    if rest:
        yield rest


class _Collector(Thread):
    """Reads standard output to its end while the caller writes."""

    def __init__(self, program: Program, left: Callable[[], float]) -> None:
        super().__init__(daemon=True)
        self._pieces = _pieces(program, left)
        self._output = b""
        self._error: Exception | None = None
        self.start()

    def run(self) -> None:
        try:
            self._output = b"".join(self._pieces)
        except (TimeoutError, LeadEngineError) as error:
            self._error = error

    def finish(self, seconds: float) -> bytes:
        self.join(seconds)
        if self.is_alive():
            raise TimeoutError
        if self._error:
            raise self._error
        return self._output


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
