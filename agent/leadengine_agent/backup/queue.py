"""Redis of a stack: what the api has promised to its senders and the database may not have yet.

Standard library only, for one-off containers of the agent image.

Read *before* the database's snapshot is taken, it holds every event that had been accepted by then and
is not in that snapshot. Some of it may be in both: the worker knows an event by its id and writes it once.
"""

import base64
import json
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

STREAM = "le:events"
_PASSING = {b"le:worker:heartbeat"}
"""Of no meaning after the moment."""
_READ = {"string": ("GET",), "hash": ("HGETALL",), "stream": ("XRANGE", "-", "+"), "set": ("SMEMBERS",),
    "zset": ("ZRANGE", "0", "-1", "WITHSCORES"), "list": ("LRANGE", "0", "-1")}  # fmt: skip


class RedisError(OSError):
    """Redis answers with an error, or not at all."""


class Redis:
    """A connection that speaks RESP, version 2 of its protocol."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._connection = socket.create_connection((parts.hostname, parts.port or 6379), 60)
        self._file = self._connection.makefile("rb")
        self("AUTH", unquote(parts.username or "default"), unquote(parts.password or ""))

    def close(self) -> None:
        self._file.close()
        self._connection.close()

    def __call__(self, *words: str | bytes) -> Any:
        """Send a command and return what it answers."""
        raw = [word if isinstance(word, bytes) else word.encode() for word in words]
        parts = [f"*{len(raw)}\r\n".encode()]
        parts += [f"${len(word)}\r\n".encode() + word + b"\r\n" for word in raw]
        self._connection.sendall(b"".join(parts))
        return self._answer()

    def _answer(self) -> Any:
        line = self._file.readline()
        if not line.endswith(b"\r\n"):
            message = "Redis broke off"
            raise RedisError(message)
        kind, text = line[:1], line[1:-2]
        if kind == b"-":
            raise RedisError(text.decode("utf-8", "replace"))
        if kind == b"+":
            return text
        if kind == b":":
            return int(text)
        length = int(text)
        if length < 0:
            return None
        if kind == b"$":
            return self._file.read(length + 2)[:-2]
        return [self._answer() for _ in range(length)]


def export(redis: Redis) -> Iterator[bytes]:
    """Every key as one line of JSON, the stream first: what was promised is read at once."""
    keys = sorted(_keys(redis) - _PASSING, key=lambda key: (key != STREAM.encode(), key))
    for key in keys:
        if line := _line(redis, key):
            yield line


def _keys(redis: Redis) -> set[bytes]:
    found: set[bytes] = set()
    cursor = b"0"
    while True:
        cursor, page = redis("SCAN", cursor, "COUNT", "1000")
        found |= set(page)
        if cursor == b"0":
            return found


def _line(redis: Redis, key: bytes) -> bytes:
    kind = redis("TYPE", key).decode()
    if kind == "none":
        return b""
    if kind not in _READ:
        message = f"Redis holds a {kind}, which a recovery point cannot keep"
        raise RedisError(message)
    command, *more = _READ[kind]
    value = redis(command, key, *more)
    left = redis("PTTL", key)
    found = {"key": _text(key), "type": kind, "ttl": left, "value": _encoded(value)}
    return json.dumps(found, separators=(",", ":")).encode() + b"\n"


def bring_back(redis: Redis, lines: Iterator[bytes], *, whole: bool) -> int:
    """Put the stream's entries into the queue again; returns how many.

    Args:
        whole: everything else, too, where there is nothing of that name yet: for an empty Redis.
    """
    replayed = 0
    for line in lines:
        found = json.loads(line)
        key, value = _bytes(found["key"]), _decoded(found["value"])
        if key == STREAM.encode():
            for entry, fields in value:
                # With ids of their own: those of the point may be older than what the stream has seen.
                redis("XADD", key, "*", *_dated(entry, fields))
                replayed += 1
        elif whole and not redis("EXISTS", key):
            _write(redis, key, found["type"], value)
            if found["ttl"] > 0:
                redis("PEXPIRE", key, str(found["ttl"]))
    return replayed


def _dated(entry: bytes, fields: list[bytes]) -> list[bytes]:
    """The fields of an entry, with the moment at which the queue took it, which its id says."""
    known = b"taken" in fields[::2]
    return fields if known else [*fields, b"taken", entry.partition(b"-")[0]]


def _write(redis: Redis, key: bytes, kind: str, value: Any) -> None:
    if kind == "stream":
        for _, fields in value:
            redis("XADD", key, "*", *fields)
    elif kind == "string":
        redis("SET", key, value)
    elif kind == "zset":
        pairs = zip(value[1::2], value[::2], strict=True)
        redis("ZADD", key, *(word for pair in pairs for word in pair))
    elif value:
        redis({"hash": "HSET", "set": "SADD", "list": "RPUSH"}[kind], key, *value)


def entries_of(line: bytes) -> int:
    """How many promised entries a line of an export holds."""
    found = json.loads(line)
    return len(found["value"]) if _bytes(found["key"]) == STREAM.encode() else 0


def _encoded(value: Any) -> Any:
    return [_encoded(each) for each in value] if isinstance(value, list) else _text(value)


def _decoded(value: Any) -> Any:
    return [_decoded(each) for each in value] if isinstance(value, list) else _bytes(value)


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text)
