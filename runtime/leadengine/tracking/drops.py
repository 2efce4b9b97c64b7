"""What was not kept, by reason: a dashboard can only be trusted when it says what it leaves out."""

import re
from datetime import UTC, date, datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from redis.asyncio import Redis

_KEPT_SECONDS = 3 * 86_400
_ROBOT = re.compile(
    # Cubot makes telephones.
    r"(?<!cu)bots?\b|crawl|spider|slurp|facebookexternalhit|lighthouse|pingdom|archiver|scrap"
    r"|python-requests|curl/|wget/|go-http-client|okhttp|headless(?!chrome)|phantomjs|uptime",
    re.IGNORECASE,
)


class Reason(StrEnum):
    """Why events were not kept; the values are stored and shown."""

    ROBOT = "robot"
    OBJECTION = "objection"
    INVALID = "invalid"
    SIZE = "too-large"
    CLIENT = "other-client"
    DATA_CENTRE = "data-centre"
    ORIGIN = "wrong-origin"
    CONSENT = "consent"


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


def says_to_be_a_robot(user_agent: str) -> bool:
    """Whether a sender names itself a robot."""
    return bool(_ROBOT.search(user_agent))


class Drops:
    """Counters by day in Redis; the worker copies them to the database.

    Raises:
        redis.exceptions.RedisError: from any method, when Redis does not answer.
    """

    def __init__(self, redis: Redis, keys: str = "le:") -> None:
        self._redis = redis
        self._keys = keys

    async def count(self, reason: Reason, events: int = 1) -> None:
        """Add to today's number."""
        key = self._key(datetime.now(UTC).date())
        async with self._redis.pipeline(transaction=True) as pipeline:
            pipeline.hincrby(key, reason.value, events)
            pipeline.expire(key, _KEPT_SECONDS)
            await pipeline.execute()

    async def of(self, day: date) -> dict[str, int]:
        """The numbers of a day so far, by reason."""
        found: Any = await self._redis.hgetall(self._key(day))
        return {reason.decode(): int(number) for reason, number in found.items()}

    def _key(self, day: date) -> str:
        return f"{self._keys}drops:{day.isoformat()}"
