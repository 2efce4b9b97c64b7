"""Entries on their way to a Redis stream: those of the same moment share a round trip."""

import asyncio
from asyncio import Future, Task

from redis.asyncio import Redis


class Post:
    """Adds entries of one field to one stream. While some are on their way, the next ones gather."""

    def __init__(self, redis: Redis, stream: str, field: str) -> None:
        self._redis = redis
        self._stream = stream
        self._field = field
        self._waiting: list[tuple[bytes, Future[None]]] = []
        self._sending: Task[None] | None = None

    async def add(self, value: bytes) -> None:
        """Add an entry; when this returns, Redis has it.

        Raises:
            redis.exceptions.RedisError: it may or may not have it.
        """
        taken: Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((value, taken))
        if self._sending is None:
            self._sending = asyncio.create_task(self._send())
        await taken

    async def _send(self) -> None:
        try:
            while self._waiting:
                # All of them: while Redis is away, none waits for the failure of others.
                portion, self._waiting = self._waiting, []
                answers = await self._answers([value for value, _ in portion])
                for (_, taken), answer in zip(portion, answers, strict=True):
                    _tell(taken, answer)
        finally:
            self._sending = None

    async def _answers(self, portion: list[bytes]) -> list[object]:
        try:
            async with self._redis.pipeline(transaction=False) as pipeline:
                for value in portion:
                    pipeline.xadd(self._stream, {self._field: value})
                return await pipeline.execute(raise_on_error=False)
        except Exception as error:  # noqa: BLE001
            # Whatever it is, each of those who wait has to hear of it.
            return [error] * len(portion)


def _tell(taken: Future[None], answer: object) -> None:
    if taken.done():
        return  # whoever sent it has gone
    if isinstance(answer, BaseException):
        taken.set_exception(answer)
    else:
        taken.set_result(None)
