"""Database and Redis that somebody else runs: asked who they are before anything is changed there."""

from urllib.parse import parse_qs, urlsplit

import psycopg
from redis import Redis
from redis.exceptions import RedisError

_SECONDS = 10


class UnreachedError(Exception):
    """One of them cannot be reached, is not who it should be, or lets us not in: one sentence."""


def reach(database: str, redis: str) -> None:
    """Sign in to both, where their certificates can be proven; others are left to who uses them.

    Args:
        database: its URL, as its owner.
        redis: its URL, or nothing.

    Raises:
        UnreachedError: one was not reached.
    """
    if "sslrootcert" in parse_qs(urlsplit(database).query):
        _reach_database(database)
    if redis.startswith("rediss:"):
        _reach_redis(redis)


def _reach_database(url: str) -> None:
    try:
        psycopg.connect(url, connect_timeout=_SECONDS).close()
    except psycopg.Error as error:
        raise _unreached("database", url, error) from error


def _reach_redis(url: str) -> None:
    try:
        with Redis.from_url(url, socket_timeout=_SECONDS) as connection:
            connection.ping()
    except (RedisError, OSError) as error:
        raise _unreached("Redis", url, error) from error


def _unreached(what: str, url: str, error: Exception) -> UnreachedError:
    """The URL is said without its password, and without what follows the port."""
    parts = urlsplit(url)
    reason = " ".join(str(error).split())
    return UnreachedError(f"the {what} at {parts.hostname}:{parts.port} was not reached: {reason}")
