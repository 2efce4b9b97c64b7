"""From a visitor's network to a company's name on the page; the address itself is nowhere."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from tests.lab.container import Container
from tests.lab.runtime.sending import body, fresh
from tests.lab.runtime.stack import HARDENED, RuntimeStack
from tests.lab.runtime.test_accounts_pages import sign_in
from tests.lab.waiting import until

OF_ACME, NEIGHBOUR, OF_MACHINES = "81.2.69.142", "81.2.69.160", "185.199.108.7"
SAID = {
    OF_ACME: {"company": {"name": "Buyer & Sons", "domain": "buyer.test", "type": "business"}},
    OF_MACHINES: {"privacy": {"hosting": True}},
}


class Ipinfo(ThreadingHTTPServer):
    """What ipinfo is to us; it remembers whom it was asked about."""

    def __init__(self, address: str) -> None:
        self.asked: list[str] = []
        server = self

        class Answers(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                wanted = self.path.split("/")[1]
                server.asked.append(wanted)
                self.send_response(200)
                self.end_headers()
                self.wfile.write(json.dumps(SAID.get(wanted, {})).encode())

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        super().__init__((address, 0), Answers)
        threading.Thread(target=self.serve_forever).start()


@pytest.fixture
def provider(stack: RuntimeStack) -> Iterator[Ipinfo]:
    server = Ipinfo(stack.run.gateway)
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def knowing(stack: RuntimeStack, provider: Ipinfo) -> Iterator[Container]:
    """An api that can ask."""
    stack.sql("TRUNCATE visits, events, event_receipts, companies, networks")
    asking = (
        "--env=IPINFO_TOKEN=canary-ipinfo",
        f"--env=IPINFO_URL=http://{stack.run.gateway}:{provider.server_port}",
    )
    options = (*HARDENED, *stack.environment, *asking)
    api = stack.run.start("companies-api", "leadengine/api:dev", options=options)
    until(lambda: httpx.get(f"http://{api.address}:3000/readyz").raise_for_status(), "the api", 60)
    yield api
    api.remove()


def visit(api: Container, address: str, browser: str, **more: object) -> int:
    """As the gateway would forward it."""
    content = json.dumps(json.loads(body(fresh())) | more)
    headers = {"X-Forwarded-For": address, "User-Agent": browser}
    return httpx.post(
        f"http://{api.address}:3000/v1/events", content=content, headers=headers
    ).status_code


def test_company_is_named_and_its_visitor_is_not(
    stack: RuntimeStack,
    worker: Container,
    knowing: Container,
    provider: Ipinfo,
    client: httpx.Client,
) -> None:
    assert visit(knowing, OF_ACME, "first") == 202
    until(lambda: assert_company(stack, 1), "the company", 60)
    assert visit(knowing, NEIGHBOUR, "second") == 202
    until(lambda: assert_company(stack, 2), "the neighbour's", 60)
    assert provider.asked == [OF_ACME], "a network is asked about once"
    london = {"zone": "Europe/London", "consent": {"analytics": True, "marketing": False}}
    assert visit(knowing, OF_ACME, "third", **london) == 202
    assert visit(knowing, OF_MACHINES, "machine") == 202
    until(lambda: assert_dropped(knowing), "what is learnt of the network", 30)
    until(lambda: assert_visits(stack, "3"), "the third visit", 60)
    assert_company(stack, 2)
    sign_in(client)
    assert "Buyer &amp; Sons" in client.get("/").text
    dump = stack.db.run("pg_dump", "-U", "le", "--data-only", "leadengine").stdout
    keys = stack.redis_cli("--scan").split()
    values = " ".join(
        stack.redis_cli("get", key) for key in keys if key.startswith(("le:network:", "le:lookups"))
    )
    for text in (dump, values, " ".join(keys), knowing.logs(), worker.logs()):
        for address in (OF_ACME, NEIGHBOUR, OF_MACHINES, "81.2.69", "canary-ipinfo"):
            assert address not in text


def assert_company(stack: RuntimeStack, number: int) -> None:
    found = stack.sql("SELECT count(*) FROM visits WHERE company = 'buyer.test'")
    assert found == str(number)


def assert_visits(stack: RuntimeStack, number: str) -> None:
    query = "SELECT count(*) FROM visits WHERE device <> '' AND visitor <> ''"
    assert int(stack.sql(query)) >= int(number)


def assert_dropped(api: Container) -> None:
    assert visit(api, OF_MACHINES, "machine") == 204
