"""How many events a whole stack takes, TLS included, and whether each of them is there afterwards.

    python -m tests.bench.events --rate 1000 --seconds 60
    python -m tests.bench.events --rate 3000 --seconds 60 --per-request 6

An open loop: requests leave when they are due, whether or not earlier ones were answered. Each holds
two events, as a page view and what was done on it, or as many as a busier page gathers in a moment.
"""

import argparse
import asyncio
import json
import ssl
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from uuid import uuid4

import psycopg
import uvloop

from tests.bench.result import Result
from tests.lab.authority import Authority
from tests.lab.run import lab_run
from tests.lab.runtime.stack import CLIENT_ID, DOMAIN, RuntimeStack, put_nginx_before, start_stack
from tests.lab.waiting import until

CONNECTIONS = 64
PROBE_SECONDS = 2.0
# Written in the transaction of the event itself, and found without looking at all of them.
_WRITTEN = """
SELECT 1 FROM event_receipts
WHERE tenant_id = (SELECT id FROM tenants WHERE name = 'acme') AND message_id = %s
"""


@dataclass
class Load:
    """What happened: seconds until each acknowledgement, and the ids that were acknowledged."""

    seconds: list[float] = field(default_factory=list)
    promised: list[str] = field(default_factory=list)
    refused: int = 0
    late: float = 0.0

    def percentile(self, share: int) -> float:
        """In milliseconds."""
        return quantiles(self.seconds, n=100)[share - 1] * 1000 if len(self.seconds) > 1 else 0.0


@contextmanager
def stack_with_worker() -> Iterator[RuntimeStack]:
    """The product's own images, migrated, behind TLS."""
    with tempfile.TemporaryDirectory() as folder, lab_run(Path(folder)) as run:
        stack = start_stack(run, "bench")
        assert stack.admin("migrate").returncode == 0
        stack.seed()
        stack.api = stack.start("api", "bench-api")
        put_nginx_before(stack, stack.api, Authority.create(run.folder))
        stack.start("worker", "bench-worker")
        yield stack


async def send_all(stack: RuntimeStack, rate: float, seconds: float, each: int) -> Load:
    """Send `rate` events a second over kept-alive connections, `each` in a request."""
    load, due = Load(), asyncio.Queue[float]()
    senders = [asyncio.create_task(_sender(stack, due, load, each)) for _ in range(CONNECTIONS)]
    pause, began = each / rate, time.perf_counter()
    for number in range(round(rate * seconds / each)):
        moment = began + number * pause
        await asyncio.sleep(max(0.0, moment - time.perf_counter()))
        due.put_nowait(moment)
    await due.join()
    for sender in senders:
        sender.cancel()
    await asyncio.gather(*senders, return_exceptions=True)
    return load


async def _sender(stack: RuntimeStack, due: asyncio.Queue[float], load: Load, each: int) -> None:
    streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
    while True:
        moment = await due.get()
        ids, request = _request(each)
        load.late = max(load.late, time.perf_counter() - moment)
        try:
            streams = streams or await _connect(stack)
            began = time.perf_counter()
            status, ended = await asyncio.wait_for(_ask(streams, request), 30)
            load.seconds.append(time.perf_counter() - began)
            if ended:
                streams[1].close()
                streams = None
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            streams, status = None, 0
        if status == 202:
            load.promised += ids
        else:
            load.refused += 1
        due.task_done()


async def _connect(stack: RuntimeStack) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return await asyncio.open_connection(stack.address, 8443, ssl=context, server_hostname=DOMAIN)


async def _ask(
    streams: tuple[asyncio.StreamReader, asyncio.StreamWriter], request: bytes
) -> tuple[int, bool]:
    """The status, and whether the server closes the connection, as nginx does after 1,000 requests."""
    reader, writer = streams
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    for line in head.split(b"\r\n"):
        if line.startswith(b"content-length:"):
            await reader.readexactly(int(line.partition(b":")[2]))
    return int(head.split(b" ", 2)[1]), b"\r\nconnection: close" in head


def _request(number: int) -> tuple[list[str], bytes]:
    ids = [str(uuid4()) for _ in range(number)]
    now = datetime.now(UTC).isoformat()
    url = f"https://shop.test/page-{int(ids[0][:2], 16)}"
    events = [{"messageId": one, "type": "page", "timestamp": now, "url": url} for one in ids]
    body = json.dumps({"client": CLIENT_ID, "sentAt": now, "events": events}).encode()
    head = (
        f"POST /v1/events HTTP/1.1\r\nHost: {DOMAIN}\r\nContent-Type: text/plain\r\n"
        f"User-Agent: Browser {ids[0][:3]}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return ids, head.encode() + body


def stored(stack: RuntimeStack) -> tuple[int, int]:
    """How many events are there, and how many of them are different ones."""
    first, second = stack.sql("SELECT count(*), count(DISTINCT message_id) FROM events").split("|")
    return int(first), int(second)


def visible_seconds(stack: RuntimeStack, seconds: float) -> list[float]:
    """From an acknowledgement to the row that the pages read, again and again while the load is on."""
    found, end = [], time.perf_counter() + seconds
    url = f"postgresql://le:canary-owner@{stack.db.address}/leadengine"
    with stack.client() as client, psycopg.connect(url, autocommit=True) as connection:
        while time.perf_counter() < end:
            message, now = str(uuid4()), datetime.now(UTC).isoformat()
            event = {"messageId": message, "type": "page", "timestamp": now}
            event["url"] = "https://shop.test/probe"
            body = {"client": CLIENT_ID, "sentAt": now, "events": [event]}
            assert client.post("/v1/events", json=body).status_code == 202
            began = time.perf_counter()
            while connection.execute(_WRITTEN, (message,)).fetchone() is None:
                time.sleep(0.05)
            found.append(time.perf_counter() - began)
            time.sleep(PROBE_SECONDS)
    return found


async def loaded(
    stack: RuntimeStack, rate: float, seconds: float, each: int
) -> tuple[Load, list[float]]:
    """Send, and look meanwhile how soon an event is seen."""
    seen = asyncio.to_thread(visible_seconds, stack, seconds - PROBE_SECONDS)
    sent = send_all(stack, rate, seconds, each)
    return await asyncio.gather(sent, seen)


def drained(stack: RuntimeStack, promised: int) -> float:
    """Seconds until everything that was promised is stored, and not one more than once."""
    began = time.perf_counter()

    def check() -> None:
        rows, different = stored(stack)
        assert rows == different, f"{rows - different} doubled"
        assert different >= promised, f"{different} of {promised}"

    until(check, "the backlog", 900)
    return time.perf_counter() - began


def measure(rate: float, seconds: float, each: int = 2) -> Iterator[Result]:
    """One stack, one load; the ratio of what was lost has to be nothing."""
    with stack_with_worker() as stack:
        load, seen = uvloop.run(loaded(stack, rate, seconds, each))
        promised = len(load.promised) + len(seen)
        took = drained(stack, promised)
        lost = promised - stored(stack)[1]
    how = f"{promised} acknowledged, {load.refused} refused, the sender late by {load.late:.2f} s at most"
    what = f"{rate:.0f} events/s in {rate / each:.0f} requests/s for {seconds:.0f} s, TLS"
    yield Result(f"{what}: lost or refused", max(0, lost) + load.refused, 0, "", how)
    yield Result(f"{what}: acknowledgement p99", load.percentile(99), 100, "ms", how)
    yield Result(f"{what}: backlog drained", took, 60, "s", how)
    high = quantiles(seen, n=20)[18] if len(seen) > 1 else 0.0
    yield Result(f"{what}: event visible, p95", high, 3, "s", f"N={len(seen)}, under this load")


def main() -> None:
    """Print the results; exit 1 when a budget was missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rate", type=float, default=1000)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--per-request", type=int, default=2)
    words = parser.parse_args()
    results = []
    with suppress(KeyboardInterrupt):
        for result in measure(words.rate, words.seconds, words.per_request):
            print(result.row, flush=True)  # noqa: T201
            results.append(result)
    sys.exit(0 if results and all(result.kept for result in results) else 1)


if __name__ == "__main__":
    main()
