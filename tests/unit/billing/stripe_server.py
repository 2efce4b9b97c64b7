"""A small server that speaks Stripe's API as it is today, for what localstripe lacks.

Prices with lookup keys, subscriptions of several parts, bills that are sent, meters, portal, saved answers
by idempotency key (errors, too, as Stripe does), pages of lists. What it is not told to know it refuses. Its
state is the pretended server's; faults are done to the wire.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from leadengine_ctl.billing.base import BillingError, DeclinedError
from leadengine_ctl.billing.memory import MemoryBilling
from leadengine_ctl.billing.memory_customers import MemoryCustomers
from tests.unit.billing import stripe_routes
from tests.unit.billing.stripe_wire import values_of

KEY = "sk_test_canary41f0"
Answer = tuple[int, dict[str, Any]]


@dataclass
class Account:
    """An account, its customers, and what is wrong with the wire.

    Attributes:
        faults: number of a request, from the next one on -> what happens to it.
        requests: method and path of each.
    """

    server: MemoryBilling
    url: str = ""
    faults: dict[int, str] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    saved: dict[str, Answer] = field(default_factory=dict)

    @property
    def customers(self) -> MemoryCustomers:
        return MemoryCustomers(self.server)

    def fault(self, kind: str, at: int = 1) -> None:
        """Let the `at`-th request from now on go wrong."""
        self.faults[len(self.requests) + at] = kind


class _Handler(BaseHTTPRequestHandler):
    account: Account
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two writes: each answer would wait 40 ms

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def log_message(self, *_: object) -> None: ...

    def _serve(self) -> None:
        account, parts = self.account, urlsplit(self.path)
        if parts.path.startswith("/pay/"):
            self._pay(parts.path.removeprefix("/pay/"))
            return
        account.requests.append(f"{self.command} {parts.path}")
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(length).decode() or parts.query
        fault = account.faults.pop(len(account.requests), "")
        if fault == "lost":
            self.close_connection = True
            return
        if fault.isdigit():
            self._answer((int(fault), {"error": {"type": "api_error", "message": "An error."}}))
            return
        key = self.headers.get("idempotency-key", "") if self.command == "POST" else ""
        answer = account.saved.get(key) or self._work(parts.path, values_of(body))
        if key:
            account.saved[key] = answer
        if fault == "deaf":
            self.close_connection = True
            return
        self._answer(answer)

    def _work(self, path: str, values: dict[str, Any]) -> Answer:
        if self.headers.get("authorization") != f"Bearer {KEY}":
            return 401, _error("invalid_request_error", "Invalid API Key provided")
        try:
            found = stripe_routes.work(self.account.server, self.command, path, values)
            if found["object"] == "checkout.session" and found["url"]:
                found["url"] = f"{self.account.url}/pay/{found['id']}"
            return 200, found
        except DeclinedError:
            return 402, {"error": {"type": "card_error", "message": "Your card was declined."}}
        except stripe_routes.MissingError:
            return 404, _error("invalid_request_error", "No such object")
        except (BillingError, ValueError, KeyError) as error:
            return 400, _error("invalid_request_error", str(error))

    def _pay(self, checkout: str) -> None:
        """The page of the server's own, for whoever pays by hand."""
        self.rfile.read(int(self.headers.get("content-length") or 0))
        opened = self.account.server.look().checkouts[checkout]
        if self.command == "POST":
            self.account.customers.pay_at(checkout)
            self.send_response(303)
            self.send_header("Location", opened.back)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        body = f"<h1>{opened.monthly}</h1><form method=post><button>Pay</button></form>".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _answer(self, answer: Answer) -> None:
        body = json.dumps(answer[1]).encode()
        self.send_response(answer[0])
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _error(kind: str, message: str) -> dict[str, Any]:
    return {"error": {"type": kind, "message": message}}


@contextmanager
def serving(folder: Path, clock: Callable[[], float] | None = None) -> Iterator[Account]:
    """Serve an account that is empty."""
    path = folder / "account.json"
    account = Account(MemoryBilling(path, clock) if clock else MemoryBilling(path))
    handler = type("Handler", (_Handler,), {"account": account})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    account.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield account
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
