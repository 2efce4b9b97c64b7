"""Files read in a process of their own, which is replaced when it breaks or takes too long."""

import asyncio
import contextlib
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from types import TracebackType
from typing import Self

from leadengine.knowledge.reading.section import Document, Section, UnreadableError

_LONGEST_ANSWER = 64 * 1024 * 1024


class Reader:
    """One child for many files; leave the context, and its memory is given back."""

    def __init__(self, seconds: float = 60) -> None:
        self._seconds = seconds
        self._child: Process | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._end()

    async def read(self, name: str, content: bytes, encoding: str = "") -> Document:
        """The sections of a file.

        Raises:
            UnreadableError: it cannot be read, breaks its reader, or keeps it for too long.
        """
        try:
            answer = await asyncio.wait_for(self._ask(name, content, encoding), self._seconds)
        except TimeoutError:
            await self._end()
            message = f"{name} takes longer than {self._seconds:.0f} seconds to be read"
            raise UnreadableError(message) from None
        except (OSError, ValueError):
            await self._end()
            raise UnreadableError(f"{name} broke the program that was reading it") from None
        except asyncio.CancelledError:
            await self._end()
            raise
        if "unreadable" in answer:
            raise UnreadableError(answer["unreadable"])
        sections = tuple(Section(**section) for section in answer["sections"])
        return Document(answer["title"], sections, answer["answers"])

    async def _ask(self, name: str, content: bytes, encoding: str) -> dict:  # type: ignore[type-arg]
        child = await self._running()
        assert child.stdin is not None and child.stdout is not None  # noqa: S101, PT018 - pipes
        asked = {"name": name, "encoding": encoding, "size": len(content)}
        child.stdin.write(json.dumps(asked).encode() + b"\n" + content)
        await child.stdin.drain()
        answer: dict[str, object] = json.loads(await child.stdout.readline())
        return answer

    async def _running(self) -> Process:
        if self._child is None or self._child.returncode is not None:
            self._child = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "leadengine.knowledge.reading.child"),
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
                limit=_LONGEST_ANSWER,
            )
        return self._child

    async def _end(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            await child.wait()
