"""Redis, exported and brought back: spoken to over a socket, as it is in a stack."""

import base64
import json
import socketserver
import threading
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest

from leadengine_agent.backup.queue import Redis, RedisError, bring_back, entries_of, export

WORD = b"\x00\xff\r\n$5"


class _Server(socketserver.StreamRequestHandler):
    """As much of Redis as is asked for."""

    keys: ClassVar[dict[bytes, Any]] = {}
    moments: ClassVar[list[tuple[bytes, ...]]] = []

    def handle(self) -> None:
        while head := self.rfile.readline():
            words = []
            for _ in range(int(head[1:])):
                length = int(self.rfile.readline()[1:])
                words.append(self.rfile.read(length + 2)[:-2])
            self.wfile.write(_wire(self._answer(*words)))

    def _answer(self, name: bytes, *words: bytes) -> Any:
        handler = getattr(self, f"_{name.decode().lower()}", lambda *_: 1)
        return handler(*words)

    def _auth(self, *words: bytes) -> Any:
        return "OK" if words == (b"leadengine", b"p") else ValueError("WRONGPASS no")

    def _scan(self, *_: bytes) -> Any:
        return [b"0", list(self.keys)]

    def _type(self, key: bytes) -> str:
        for kind, name in ((bytes, "string"), (dict, "hash"), (list, "stream"), (tuple, "module")):
            if isinstance(self.keys.get(key), kind):
                return name
        return "none"

    def _get(self, key: bytes) -> Any:
        return self.keys[key]

    def _hgetall(self, key: bytes) -> Any:
        return [word for pair in self.keys[key].items() for word in pair]

    def _xrange(self, key: bytes, *_: bytes) -> Any:
        return [[entry, [b"events", value]] for entry, value in self.keys[key]]

    def _pttl(self, _key: bytes) -> int:
        return 5000

    def _exists(self, key: bytes) -> int:
        return int(key in self.keys)

    def _xadd(self, key: bytes, _id: bytes, _field: bytes, value: bytes, *more: bytes) -> Any:
        self.keys.setdefault(key, []).append((b"9-%d" % len(self.keys[key]), value))
        self.moments.append(more)
        return b"9-0"

    def _set(self, key: bytes, value: bytes) -> str:
        self.keys[key] = value
        return "OK"

    def _hset(self, key: bytes, *pairs: bytes) -> int:
        self.keys[key] = dict(zip(pairs[::2], pairs[1::2], strict=True))
        return 1


def _wire(value: Any) -> bytes:
    match value:
        case ValueError():
            return b"-" + str(value).encode() + b"\r\n"
        case str():
            return b"+" + value.encode() + b"\r\n"
        case int():
            return b":%d\r\n" % value
        case bytes():
            return b"$%d\r\n" % len(value) + value + b"\r\n"
        case list():
            return b"*%d\r\n" % len(value) + b"".join(map(_wire, value))
    return b"$-1\r\n"


@pytest.fixture
def url() -> Iterator[str]:
    _Server.moments = []
    _Server.keys = {
        b"le:salt": WORD,
        b"le:drops:2026-11-26": {b"robot": b"4"},
        b"le:worker:heartbeat": b"1",
        b"le:events": [(b"1-0", b"[1]"), (b"2-0", b"[2, 3]")],
    }
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Server) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"redis://leadengine:p@127.0.0.1:{server.server_address[1]}/0"
        server.shutdown()


def test_everything_comes_back_into_an_empty_redis(url: str) -> None:
    redis = Redis(url)
    lines = list(export(redis))
    assert base64.b64decode(json.loads(lines[0])["key"]) == b"le:events", "the promised ones first"
    assert [entries_of(line) for line in lines] == [2, 0, 0]
    before, _Server.keys = _Server.keys, {b"le:events": []}
    assert bring_back(redis, iter(lines), whole=True) == 2
    assert _Server.keys[b"le:salt"] == WORD
    assert _Server.keys[b"le:drops:2026-11-26"] == before[b"le:drops:2026-11-26"]
    assert [value for _, value in _Server.keys[b"le:events"]] == [b"[1]", b"[2, 3]"]
    assert _Server.moments == [(b"taken", b"1"), (b"taken", b"2")], "as they were taken then"
    assert b"le:worker:heartbeat" not in _Server.keys
    redis.close()


def test_into_a_live_redis_only_what_was_promised_comes_back(url: str) -> None:
    redis = Redis(url)
    lines = list(export(redis))
    _Server.keys[b"le:salt"] = b"of today"
    del _Server.keys[b"le:drops:2026-11-26"]
    assert bring_back(redis, iter(lines), whole=False) == 2
    assert _Server.keys[b"le:salt"] == b"of today"
    assert b"le:drops:2026-11-26" not in _Server.keys
    assert len(_Server.keys[b"le:events"]) == 4
    redis.close()


def test_a_kind_that_cannot_be_kept_is_a_failure_and_not_left_out(url: str) -> None:
    _Server.keys[b"le:new"] = ()
    redis = Redis(url)
    with pytest.raises(RedisError, match="module"):
        list(export(redis))
    redis.close()


def test_a_wrong_password_is_an_error(url: str) -> None:
    with pytest.raises(RedisError, match="WRONGPASS"):
        Redis(url.replace(":p@", ":q@"))
