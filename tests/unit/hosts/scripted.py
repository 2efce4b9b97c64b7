"""A runner that answers as it was told to and remembers what it was asked."""

from collections.abc import Callable, Iterator

from leadengine_ctl.hosts.base import Completed, Input

OK = Completed(0, b"", b"")
Answer = Callable[[tuple[str, ...]], Completed | None]


class Scripted:
    """`answer` gives the end of a program, or None for one that ends well and says nothing."""

    def __init__(self, answer: Answer = lambda _argv: None) -> None:
        self._answer = answer
        self.asked: list[tuple[str, ...]] = []

    def run(self, argv: tuple[str, ...], *, stdin: Input = b"", timeout: float = 60) -> Completed:
        self.asked.append(argv)
        return self._answer(argv) or OK

    def lines(self, argv: tuple[str, ...], *, stdin: bytes, silence: float) -> Iterator[bytes]:
        raise NotImplementedError

    def close(self) -> None:
        return
