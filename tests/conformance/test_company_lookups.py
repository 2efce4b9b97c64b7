"""Both ways to look a company up keep the contract; ipinfo's against a server that speaks as it does."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network

import pytest

from leadengine.companies.base import CompanyLookup, Found, LookupFailedError
from leadengine.companies.ipinfo import Ipinfo
from leadengine.companies.memory import MemoryLookup
from tests.conformance.lookup_suite import (
    ACME,
    OF_A_PROVIDER,
    OF_ACME,
    OF_MACHINES,
    CompanyLookupSuite,
    answers,
)

TOKEN = "canary-token"
SAID: dict[str, object] = {
    str(OF_ACME): {
        "ip": str(OF_ACME),
        "country": "GB",
        "company": {"name": ACME.name, "domain": "Acme-Buyer.test", "type": "business"},
        "privacy": {"vpn": False, "hosting": False},
    },
    str(OF_A_PROVIDER): {"company": {"name": "Net", "domain": "net.test", "type": "isp"}},
    str(OF_MACHINES): {
        "privacy": {"hosting": True},
        "company": {"domain": "h.test", "type": "hosting"},
    },
    "192.0.2.66": {"company": {"domain": "b.test", "type": "business"}, "privacy": {"vpn": True}},
    "192.0.2.67": ["not", "an", "object"],
}


@contextmanager
def ipinfo_server(most: int) -> Iterator[str]:
    """What ipinfo is to us: JSON behind a bearer token, and 429 when it is enough."""
    asked: list[str] = []

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            status = 200 if self.headers["Authorization"] == f"Bearer {TOKEN}" else 403
            status = 429 if len(asked) > most else status
            said = SAID.get(self.path.removeprefix("/").removesuffix("/json"), {})
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(said).encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class TestMemory(CompanyLookupSuite):
    @contextmanager
    def lookup(self, most: int = 100) -> Iterator[CompanyLookup]:
        known = {
            ip_network("192.0.2.0/24"): ACME,
            ip_network("203.0.113.0/24"): Found(hosting=True),
        }
        yield MemoryLookup(known, most)


class TestIpinfo(CompanyLookupSuite):
    @contextmanager
    def lookup(self, most: int = 100) -> Iterator[CompanyLookup]:
        with ipinfo_server(most) as address:
            yield Ipinfo(TOKEN, address)

    def test_a_visitor_who_hides_is_left_alone(self, asked: CompanyLookup) -> None:
        assert answers(asked, "192.0.2.66") == [Found()]

    def test_nonsense_is_said_without_the_address(self, asked: CompanyLookup) -> None:
        with pytest.raises(LookupFailedError) as refused:
            answers(asked, "192.0.2.67")
        assert "192" not in str(refused.value)

    def test_nobody_there_is_said_without_the_token(self) -> None:
        with pytest.raises(LookupFailedError) as refused:
            answers(Ipinfo(TOKEN, "http://127.0.0.1:9"), OF_ACME)
        assert "canary" not in str(refused.value)
        assert str(OF_ACME) not in str(refused.value)
