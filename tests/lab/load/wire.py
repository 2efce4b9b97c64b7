"""One HTTP/1.1 connection over TLS that never tries again by itself: what fails, failed."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass

import h11

_CHUNK = 65_536


class BrokenError(Exception):
    """The other side did not keep to the protocol, or went away in the middle."""


class ClosedError(BrokenError):
    """A kept connection was closed without one byte of an answer, while the request was on its way.

    A browser asks again by itself then (RFC 9112, section 9.3.1).
    """


@dataclass(frozen=True)
class Target:
    """Where the requests go: an address, and the name that is asked for."""

    address: str
    port: int
    name: str
    tls: ssl.SSLContext


@dataclass(frozen=True)
class Request:
    """One request. `pieces` is the body, and `pause` the seconds between two pieces."""

    method: str
    path: str
    pieces: tuple[bytes, ...] = ()
    pause: float = 0.0
    agent: str = "lab"

    def head(self, host: str) -> h11.Request:
        headers = [("Host", host), ("User-Agent", self.agent)]
        if self.method == "POST":
            headers.append(("Content-Length", str(sum(map(len, self.pieces)))))
        return h11.Request(method=self.method, target=self.path, headers=headers)


class Connection:
    """A connection that is kept alive for as long as the other side agrees."""

    def __init__(
        self, target: Target, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._target = target
        self._reader = reader
        self._writer = writer
        self._state = h11.Connection(h11.CLIENT)
        self._asked = 0

    @classmethod
    async def open(cls, target: Target) -> "Connection":
        reader, writer = await asyncio.open_connection(
            target.address, target.port, ssl=target.tls, server_hostname=target.name
        )
        return cls(target, reader, writer)

    @property
    def usable(self) -> bool:
        """False once the other side said that it ends, or ended it: a browser looks, too."""
        idle = self._state.our_state is h11.IDLE
        return idle and not self._reader.at_eof() and not self._writer.is_closing()

    async def ask(self, request: Request) -> int:
        """Send one request and read all of the answer; its status."""
        status = await self.begin(request)
        async for _ in self.body():
            pass
        self.settle()
        return status

    async def begin(self, request: Request) -> int:
        """Send one request and read the answer's head; its status."""
        self._asked += 1
        await self._send(request)
        event = await self._next()
        if not isinstance(event, h11.Response):
            message = f"no answer, but {type(event).__name__}"
            raise BrokenError(message)
        return event.status_code

    async def body(self) -> AsyncIterator[bytes]:
        """The answer's body as it comes. Raises BrokenError when it ends before its end."""
        while not isinstance(event := await self._next(), h11.EndOfMessage):
            if isinstance(event, h11.Data):
                yield bytes(event.data)

    def settle(self) -> None:
        """Make ready for the next request, if there may be one."""
        if self._state.our_state is h11.DONE and self._state.their_state is h11.DONE:
            self._state.start_next_cycle()

    def close(self) -> None:
        self._writer.close()

    async def _send(self, request: Request) -> None:
        self._write(request.head(self._target.name))
        for number, piece in enumerate(request.pieces):
            if number:
                await asyncio.sleep(request.pause)
            for start in range(0, len(piece), _CHUNK):
                self._write(h11.Data(data=piece[start : start + _CHUNK]))
            await self._writer.drain()
        # The last byte may have been answered, and the connection closed after that, before we are
        # here: what follows is read, not waited for in the other direction.
        self._write(h11.EndOfMessage())

    def _write(self, event: h11.Request | h11.Data | h11.EndOfMessage) -> None:
        self._writer.write(self._state.send(event) or b"")

    async def _next(self) -> h11.Response | h11.Data | h11.EndOfMessage:
        while True:
            event = self._event()
            if event is h11.NEED_DATA:
                await self._receive()
            elif isinstance(event, h11.Response | h11.Data | h11.EndOfMessage):
                return event
            elif not isinstance(event, h11.InformationalResponse):
                message = "the connection was closed before the answer"
                raise BrokenError(message)

    async def _receive(self) -> None:
        data = await self._reader.read(_CHUNK)
        if not data and self._asked > 1 and self._state.their_state is h11.SEND_RESPONSE:
            message = "a kept connection was closed before the answer began"
            raise ClosedError(message)
        self._state.receive_data(data)

    def _event(self) -> object:
        try:
            return self._state.next_event()
        except h11.RemoteProtocolError as error:
            raise BrokenError(str(error)) from error


class Pool:
    """Idle connections, the freshest first."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._idle: list[Connection] = []

    async def take(self) -> Connection:
        while self._idle:
            connection = self._idle.pop()
            if connection.usable:
                return connection
            connection.close()
        return await Connection.open(self._target)

    def give_back(self, connection: Connection) -> None:
        if connection.usable:
            self._idle.append(connection)
        else:
            connection.close()

    def close(self) -> None:
        for connection in self._idle:
            connection.close()
