"""What was not kept, by reason: a dashboard can only be trusted when it says what it leaves out."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from redis.asyncio import Redis

_KEPT_SECONDS = 3 * 86_400
_ROBOT = re.compile(
    # Cubot makes telephones.
    r"(?<!cu)bots?\b|crawl|spider|slurp|facebookexternalhit|lighthouse|pingdom|archiver|scrap",
    re.IGNORECASE,
)


class Reason(StrEnum):
    """Why events were not kept; the values are stored and shown."""

    ROBOT = "robot"
    OBJECTION = "objection"
    INVALID = "invalid"
    SIZE = "too-large"
    CLIENT = "other-client"


_STATUS = {
    Reason.INVALID: HTTPStatus.UNPROCESSABLE_ENTITY,
    Reason.SIZE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Reason.CLIENT: HTTPStatus.NOT_FOUND,
}


class Refused(Exception):  # noqa: N818 - it is an answer, not a failure of ours
    """A request is not what a website sends; the text says why."""

    def __init__(self, reason: Reason, text: str) -> None:
        super().__init__(text)
        self.reason = reason

    @property
    def status(self) -> HTTPStatus:
        """How it is answered."""
        return _STATUS[self.reason]


def unwanted(headers: Mapping[str, str]) -> Reason | None:
    """Why a well-formed request is not kept: its sender objects, or says to be a robot."""
    if headers.get("Sec-GPC") == "1":
        return Reason.OBJECTION
    return Reason.ROBOT if _ROBOT.search(headers.get("User-Agent", "")) else None


class Drops:
    """Counters by day in Redis; the worker copies them to the database.

    Raises:
        redis.exceptions.RedisError: from any method, when Redis does not answer.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def count(self, reason: Reason, events: int = 1) -> None:
        """Add to today's number."""
        key = _key(datetime.now(UTC).date())
        async with self._redis.pipeline(transaction=True) as pipeline:
            pipeline.hincrby(key, reason.value, events)
            pipeline.expire(key, _KEPT_SECONDS)
            await pipeline.execute()

    async def of(self, day: date) -> dict[str, int]:
        """The numbers of a day so far, by reason."""
        found: Any = await self._redis.hgetall(_key(day))
        return {reason.decode(): int(number) for reason, number in found.items()}


def _key(day: date) -> str:
    return f"le:drops:{day.isoformat()}"
