"""Entries on their way to a Redis stream: those of the same moment share a round trip."""

import asyncio
from asyncio import Future, Task
from collections.abc import Mapping

from redis.asyncio import Redis
from redis.typing import EncodableT, FieldT

Fields = Mapping[str, bytes]


class Post:
    """Adds entries to one stream. While some are on their way, the next ones gather."""

    def __init__(self, redis: Redis, stream: str) -> None:
        self._redis = redis
        self._stream = stream
        self._waiting: list[tuple[Fields, Future[None]]] = []
        self._sending: Task[None] | None = None

    async def add(self, fields: Fields) -> None:
        """Add an entry; when this returns, Redis has it.

        Raises:
            redis.exceptions.RedisError: it may or may not have it.
        """
        taken: Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((fields, taken))
        if self._sending is None:
            self._sending = asyncio.create_task(self._send())
        await taken

    async def _send(self) -> None:
        try:
            while self._waiting:
                # All of them: while Redis is away, none waits for the failure of others.
                portion, self._waiting = self._waiting, []
                answers = await self._answers([fields for fields, _ in portion])
                for (_, taken), answer in zip(portion, answers, strict=True):
                    _tell(taken, answer)
        finally:
            self._sending = None

    async def _answers(self, portion: list[Fields]) -> list[object]:
        try:
            async with self._redis.pipeline(transaction=False) as pipeline:
                for fields in portion:
                    entry: dict[FieldT, EncodableT] = dict(fields.items())
                    pipeline.xadd(self._stream, entry)
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
