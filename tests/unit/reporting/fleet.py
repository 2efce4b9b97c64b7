"""Thousands of agents at once: their keys, their reports, and a load that does not wait for answers."""

import asyncio
import hashlib
import itertools
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from nacl import bindings
from sqlalchemy import insert

from leadengine_agent import assertions
from leadengine_agent.assertions import request_digest
from leadengine_ctl.fleet.store import Store

PATH = "/agent/v1/report"
EVERY_NTH_TELLS = 10
"""Of ten reports one brings an event, and all bring a heartbeat of a stack with six services."""

SERVICES = ("db", "redis", "chromadb", "api-blue", "worker", "nginx")


def stack_of(host: str) -> str:
    """The client whose stack a simulated host carries."""
    return "c" + hashlib.sha256(host.encode()).hexdigest()[:12]


@dataclass
class Simulated:
    """One agent: what it needs to sign and count."""

    host: str
    public: str
    secret: bytes
    boot: str
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    seqs: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def body(self, *, tells: bool) -> bytes:
        """A report as a host with one stack sends it."""
        now = time.time()
        certificate = {"issuer_kind": "acme", "not_after": now + 1e6, "looked_at": now}
        services = [{"service": name, "state": "running", "health": "healthy"} for name in SERVICES]
        stack = {
            "client": stack_of(self.host), "release": "1.0.0",
            "generation": 3, "colour": "blue", "healthy": True, "services": services,
            "certificate": certificate, "recovery_point": now - 3600,
        }  # fmt: skip
        beat = {
            "looked_at": now, "agent_version": "1.0.0", "memory_total": 8 << 30, "memory_free": 4 << 30,
            "disk_total": 80 << 30, "disk_free": 50 << 30, "load": 0.4, "stacks": [stack],
        }  # fmt: skip
        piece = {
            "at": int(now) // 900 * 900, "span": 900, "samples": 9, "well": 9, "disk_free": 50 << 30,
            "memory_free": 4 << 30,
        }  # fmt: skip
        events = [self._event(now)] if tells else []
        report = {
            "boot": self.boot, "number": next(self.numbers), "sent_at": now, "heartbeat": beat,
            "events": events, "health": [piece], "usage": [],
        }  # fmt: skip
        return json.dumps(report).encode()

    def _event(self, now: float) -> dict[str, object]:
        seq = next(self.seqs)
        return {
            "seq": seq, "at": now, "kind": "audit", "client": "", "what": "certify", "state": "done",
            "detail": "the certificate is good for another 60 days", "actor": "schedule",
        }  # fmt: skip

    def assertion(self, audience: str, body: bytes) -> str:
        now = int(time.time())
        claims = {
            "iss": self.host, "sub": self.host, "aud": audience, "iat": now, "exp": now + 60,
            "jti": bindings.randombytes(16).hex(), "ctr": 1, "req": request_digest("POST", PATH, body),
        }  # fmt: skip
        return assertions.encode(claims, lambda text: bindings.crypto_sign(text, self.secret)[:64])


def simulate(store: Store, count: int) -> tuple[Simulated, ...]:
    """So many agents, taken up already."""
    import base64

    agents = []
    for number in range(count):
        seed = hashlib.sha256(f"agent {number}".encode()).digest()
        public, secret = bindings.crypto_sign_seed_keypair(seed)
        key = base64.b64encode(public).decode()
        agents.append(Simulated(f"host-{number:05d}", key, secret, seed[:8].hex()))
    rows = [
        {
            "host": each.host,
            "public_key": each.public,
            "counter": 1,
            "version": "1",
            "enrolled_at": 0.0,
        }
        for each in agents
    ]
    with store.agents._engine.begin() as connection:
        connection.execute(insert(store.agents._tables.agents), rows)
    return tuple(agents)


@dataclass
class Measured:
    """How a load went: seconds from when each report was due to its answer, and what was answered."""

    latencies: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    events: int = 0
    late: float = 0.0

    def percentile(self, share: float) -> float:
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]

    def count(self, status: int, seconds: float) -> None:
        self.latencies.append(seconds)
        self.statuses[status] = self.statuses.get(status, 0) + 1


class Load:
    """An open loop: each report goes out when it is due, however long the ones before take."""

    def __init__(self, port: int, audience: str, connections: int = 256) -> None:
        self._port = port
        self._audience = audience
        self._idle: asyncio.LifoQueue[tuple[asyncio.StreamReader, asyncio.StreamWriter]]
        self._connections = connections
        self.measured = Measured()

    async def run(self, agents: Sequence[Simulated], interval: float, seconds: float) -> Measured:
        """Every agent once per interval, evenly spread, for so many seconds."""
        self._idle = asyncio.LifoQueue()
        for _ in range(self._connections):
            self._idle.put_nowait(await asyncio.open_connection("127.0.0.1", self._port))
        start, gap = time.perf_counter() + 0.2, interval / len(agents)
        sent = []
        for number in range(int(seconds / gap)):
            due = start + number * gap
            if (early := due - time.perf_counter()) > 0:
                await asyncio.sleep(early)
            tells = number % EVERY_NTH_TELLS == 0
            self.measured.events += tells
            agent = agents[number % len(agents)]
            sent.append(asyncio.create_task(self._send(agent, due, tells=tells)))
        await asyncio.gather(*sent)
        while not self._idle.empty():
            self._idle.get_nowait()[1].close()
        return self.measured

    async def _send(self, agent: Simulated, due: float, *, tells: bool) -> None:
        body = agent.body(tells=tells)
        head = (
            f"POST {PATH} HTTP/1.1\r\nHost: panel\r\nContent-Length: {len(body)}\r\n"
            f"Authorization: Bearer {agent.assertion(self._audience, body)}\r\n\r\n"
        )
        self.measured.late = max(self.measured.late, time.perf_counter() - due)
        reader, writer = await self._idle.get()
        writer.write(head.encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        length = int(answer.lower().partition(b"content-length:")[2].split()[0])
        await reader.readexactly(length)
        self.measured.count(int(answer.split()[1]), time.perf_counter() - due)
        self._idle.put_nowait((reader, writer))
