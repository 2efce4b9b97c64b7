"""The load generator finds what it is for: a search is searched itself."""

import asyncio
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request as Question
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from tests.lab.authority import Authority
from tests.lab.engine import LabError
from tests.lab.load.ledger import Balance, Ledger
from tests.lab.load.records import Record, read_records
from tests.lab.load.summary import Summary
from tests.lab.load.wire import ClosedError, Connection, Request, Target

pytestmark = pytest.mark.long

RATE = 60.0
SECONDS = 4.0
NAME = "load.test"


class Site:
    """A stack's paths, with faults planted at known places."""

    def __init__(self) -> None:
        self.pages = 0
        self.events: list[bytes] = []
        self.streams = 0

    async def page(self, _: Question) -> Response:
        self.pages += 1
        if self.pages == 20:
            return Response("planted", 500)
        if self.pages == 30:
            return StreamingResponse(_cut(), headers={"Content-Length": "100"})
        if self.pages == 40:
            await asyncio.sleep(1.0)
        return Response("page")

    async def accept(self, request: Question) -> Response:
        self.events.append(await request.body())
        return Response(status_code=503 if len(self.events) == 10 else 202)

    async def stream(self, _: Question) -> Response:
        self.streams += 1
        return StreamingResponse(_ticks(2), media_type="text/event-stream")

    async def upload(self, request: Question) -> Response:
        return Response(str(len(await request.body())))

    async def slow(self, _: Question) -> Response:
        await asyncio.sleep(0.5)
        return Response("slow")

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                *(Route(path, self.page) for path in ("/sign-in", "/pixel.js", "/static/app.js")),
                Route("/v1/events", self.accept, methods=["POST"]),
                Route("/lab/stream", self.stream),
                Route("/lab/slow", self.slow),
                Route("/lab/upload", self.upload, methods=["POST"]),
            ]
        )


async def _cut() -> AsyncIterator[bytes]:
    yield b"less than promised"


async def _ticks(number: int) -> AsyncIterator[bytes]:
    for _ in range(number):
        yield b"data: {}\n\n"
        await asyncio.sleep(0.2)


@contextmanager
def served(site: Site, folder: Path) -> Iterator[int]:
    authority = Authority.create(folder)
    authority.issue(NAME, "127.0.0.1")
    config = uvicorn.Config(
        site.app(), port=0, log_config=None,
        ssl_certfile=str(folder / f"{NAME}.pem"), ssl_keyfile=str(folder / f"{NAME}.key"),
    )  # fmt: skip
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def site() -> Site:
    return Site()


@pytest.fixture(scope="module")
def folder(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of a few seconds on the site."""
    folder = tmp_path_factory.mktemp("load")
    with served(site, folder) as port:
        words = (
            *(sys.executable, "-m", "tests.lab.load", "--address", "127.0.0.1"),
            *("--port", str(port), "--name", NAME, "--client", "a" * 24, "--folder", str(folder)),
            *("--rate", str(RATE), "--streams", "1"),
        )
        with subprocess.Popen(words) as process:
            time.sleep(SECONDS)
            process.terminate()
            assert process.wait(30) == 0
    return folder


@pytest.fixture(scope="module")
def summary(folder: Path) -> Summary:
    return Summary(tuple(read_records(folder / "records.jsonl")), RATE)


def test_every_planted_failure_is_found_and_nothing_else(summary: Summary) -> None:
    found = sorted((each.status, bool(each.error)) for each in summary.failures)
    assert found == [(0, True), (500, False), (503, False)]


def test_a_request_that_waits_holds_up_no_other(summary: Summary) -> None:
    summary.demand_validity()
    assert max(each.seconds for each in summary.requests if each.kind != "slow") > 1.0
    assert summary.percentile(0.5) < 0.5


def test_the_ledger_has_what_was_acknowledged(site: Site, folder: Path) -> None:
    ledger = Ledger.read(folder / "ledger")
    assert len(ledger.sent) == len(site.events)
    assert len(ledger.acknowledged) == len(site.events) - 1


def test_a_stream_that_ends_cleanly_is_opened_again(site: Site, summary: Summary) -> None:
    assert site.streams >= 2
    assert not [each for each in summary.streams if each.failed]
    assert not summary.blackouts(5.0)
    assert summary.blackouts(0.5)


async def _close_the_second(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    await reader.readuntil(b"\r\n\r\n")
    writer.close()


async def _close_after_the_last_byte(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    await reader.readuntil(b"\r\n\r\n")
    await reader.readexactly(6)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    writer.close()


Server = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def connected_to(server: Server, folder: Path) -> AsyncIterator[Connection]:
    """A connection over TLS to a server that behaves so."""
    authority = Authority.create(folder)
    authority.issue(NAME, "127.0.0.1")
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(folder / f"{NAME}.pem", folder / f"{NAME}.key")
    async with await asyncio.start_server(server, "127.0.0.1", 0, ssl=tls) as listening:
        port = listening.sockets[0].getsockname()[1]
        trust = ssl.create_default_context(cafile=str(authority.root_file))
        connection = await Connection.open(Target("127.0.0.1", port, NAME, trust))
        yield connection
        connection.close()


def test_a_kept_connection_that_is_closed_on_a_question_is_told_from_other_failures(
    tmp_path: Path,
) -> None:
    async def ask_twice() -> None:
        async with connected_to(_close_the_second, tmp_path) as connection:
            assert await connection.ask(Request("GET", "/")) == 200
            with pytest.raises(ClosedError):
                await connection.ask(Request("GET", "/"))

    asyncio.run(ask_twice())


def test_an_answer_is_read_though_the_connection_ended_right_after_it(tmp_path: Path) -> None:
    """As nginx does that reads its configuration anew while a slow upload comes to its end."""

    async def upload() -> int:
        async with connected_to(_close_after_the_last_byte, tmp_path) as connection:
            return await connection.ask(Request("POST", "/", (b"abc", b"def"), pause=0.1))

    assert asyncio.run(upload()) == 200


def test_ledger_finds_what_is_lost_and_what_is_there_twice() -> None:
    ledger = Ledger(sent=frozenset("abcd"), acknowledged=frozenset("abc"))
    balance = ledger.balance(["a", "b", "b"])
    assert balance == Balance(lost=frozenset("c"), doubled=frozenset("b"))
    assert not balance.even
    assert ledger.balance("abc").even
    assert ledger.balance("abcd").even


def test_load_that_could_not_keep_its_pace_is_invalid() -> None:
    def run(late: int) -> Summary:
        """A second at 100 requests a second, the first of which begin too late."""
        due = [1 + number / 100 for number in range(100)]
        return Summary(
            tuple(
                Record("page", at, at + (number < late), at + 1.1, at + 1.1, 200)
                for number, at in enumerate(due)
            ),
            wanted=100.0,
        )

    run(late=4).demand_validity()
    with pytest.raises(LabError, match="achieved"):
        run(late=6).demand_validity()
