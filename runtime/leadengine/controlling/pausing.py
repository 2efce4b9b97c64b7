"""The worker's pause: what is accepted meanwhile waits in the stream, and nothing is lost by it."""

from redis.asyncio import Redis

from leadengine.tracking.queue import PAUSE

LONGEST_SECONDS = 3600
"""A pause that nobody ends ends by itself."""


async def pause(redis: Redis, seconds: int = LONGEST_SECONDS) -> None:
    """Let the worker rest, after the batch it holds."""
    await redis.set(PAUSE, b"1", ex=max(1, min(seconds, LONGEST_SECONDS)))


async def resume(redis: Redis) -> None:
    """Let it work again, within a second."""
    await redis.delete(PAUSE)


async def seconds_left(redis: Redis) -> int:
    """How long the worker still rests; 0 when it works."""
    return max(0, int(await redis.ttl(PAUSE)))
