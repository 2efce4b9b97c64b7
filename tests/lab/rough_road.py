"""A bad network between an operator and a host: a relay that delays, cuts, resets or swallows.

`tc netem` is part of few kernels; this needs none. What it does happens to bytes of a TCP connection, in
both directions.
"""

import random
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Literal

Kind = Literal["slow", "far", "stutter", "reset", "cut", "swallow"]
KINDS: tuple[Kind, ...] = ("slow", "far", "stutter", "reset", "cut", "swallow")
_PIECE = 16_384
_FAR = 1.0
"""Seconds one way: an answer takes two."""

_LOST = 0.3
"""The share of pieces that get lost, each time they are sent."""

_AGAIN = 0.2
"""Seconds until TCP sends a lost piece again; twice as long each time."""


@dataclass(frozen=True)
class Toxic:
    """What a connection meets.

    Attributes:
        kind: `slow`: every piece waits for the one before; `far`: every piece is a second under way;
            `stutter`: three pieces in ten are late, as after losses; `reset`, `cut`: the connection
            ends hard or softly; `swallow`: nothing arrives any more, and nobody is told.
        after: bytes that pass unharmed, for the last three.
    """

    kind: Kind
    after: int = 0


@dataclass
class Road:
    """The relay. `toxic` holds for connections that begin from now on; None: the road is good.

    Attributes:
        met: how often a connection really met its toxic.
        most: the most bytes that one connection carried one way, since somebody set it to 0.
    """

    port: int = 0
    toxic: Toxic | None = None
    met: int = 0
    most: int = 0
    chance: random.Random = field(default_factory=lambda: random.Random(5))  # noqa: S311


@contextmanager
def rough_road(address: str, port: int = 22) -> Iterator[Road]:
    """Relay connections from a port of this machine to a host."""
    road = Road()
    with socket.create_server(("127.0.0.1", 0)) as server:
        road.port = server.getsockname()[1]
        thread = threading.Thread(target=_accept, args=(server, road, (address, port)), daemon=True)
        thread.start()
        yield road


def _accept(server: socket.socket, road: Road, target: tuple[str, int]) -> None:
    while True:
        try:
            client, _ = server.accept()
            host = socket.create_connection(target, 10)
        except OSError:
            return
        for pair in ((client, host), (host, client)):
            passage = _Passage(road, road.toxic, *pair)
            carry = passage.carry_far if passage.is_far() else passage.carry
            threading.Thread(target=carry, daemon=True).start()


@dataclass
class _Passage:
    """One direction of one connection."""

    road: Road
    toxic: Toxic | None
    source: socket.socket
    target: socket.socket
    carried: int = 0

    def is_far(self) -> bool:
        return self.toxic is not None and self.toxic.kind == "far"

    def carry(self) -> None:
        with suppress(OSError):
            while piece := self.source.recv(_PIECE):
                self._count(piece)
                if not self._let_pass():
                    return
                self.target.sendall(piece)
        self._end(hard=False)

    def carry_far(self) -> None:
        """Many pieces may be under way at once, as on a long line."""
        under_way: SimpleQueue[tuple[float, bytes]] = SimpleQueue()
        threading.Thread(target=self._arrive, args=(under_way,), daemon=True).start()
        with suppress(OSError):
            while piece := self.source.recv(_PIECE):
                self._count(piece)
                self.road.met += 1
                under_way.put((time.monotonic() + _FAR, piece))
        under_way.put((time.monotonic() + _FAR, b""))

    def _arrive(self, under_way: SimpleQueue[tuple[float, bytes]]) -> None:
        with suppress(OSError):
            while True:
                due, piece = under_way.get()
                time.sleep(max(0.0, due - time.monotonic()))
                if not piece:
                    break
                self.target.sendall(piece)
        self._end(hard=False)

    def _count(self, piece: bytes) -> None:
        self.carried += len(piece)
        self.road.most = max(self.road.most, self.carried)

    def _let_pass(self) -> bool:
        toxic = self.toxic
        if toxic is None:
            return True
        if toxic.kind in {"slow", "stutter"}:
            self.road.met += 1
            time.sleep(0.05 if toxic.kind == "slow" else self._losses())
            return True
        if self.carried <= toxic.after:
            return True
        self.road.met += 1
        if toxic.kind == "swallow":
            # Both ends stay open, and hear nothing for longer than anybody waits.
            while self.source.recv(_PIECE):
                continue
            return False
        self._end(hard=toxic.kind == "reset")
        return False

    def _losses(self) -> float:
        """Seconds by which a piece is late that is sent until it is not lost."""
        late, again = 0.0, _AGAIN
        while self.road.chance.random() < _LOST:
            late, again = late + again, again * 2
        return late

    def _end(self, *, hard: bool) -> None:
        for each in (self.source, self.target):
            with suppress(OSError):
                if hard:
                    each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                else:
                    each.shutdown(socket.SHUT_RDWR)
                each.close()
