"""A small HTTP server for APIs: a table of routes, JSON in and out, and faults on the way."""

import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from tests.lab.cloud.faults import Fault, Faults

Json = dict[str, Any]


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: dict[str, str]
    body: Json
    token: str


@dataclass(frozen=True)
class Answer:
    status: int
    body: Json | None = None
    headers: dict[str, str] = field(default_factory=dict)


Handler = Callable[..., Answer]


class Api:
    """One API: routes with `{name}` for a part of the path, answers for refusals.

    Attributes:
        tokens: those that are good; anything else is refused.
        calls: every request that arrived, as `GET /v1/servers`.
    """

    prefix = ""
    limit = 3600

    def __init__(self) -> None:
        self.faults = Faults()
        self.tokens = {"good"}
        self.calls: list[str] = []
        self.lock = threading.RLock()
        self._routes: list[tuple[str, re.Pattern[str], Handler]] = []

    def route(self, method: str, path: str, handler: Handler) -> None:
        pattern = re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", self.prefix + path)
        self._routes.append((method, re.compile(pattern + r"/?\Z"), handler))

    def refusal(self, status: int, code: str, message: str) -> Answer:
        """A refusal in this API's own form."""
        raise NotImplementedError

    def refuse(self, status: int) -> Answer:
        """The usual refusal with this status."""
        code, message = self.REFUSALS[status]
        return self.refusal(status, code, message)

    REFUSALS: ClassVar[dict[int, tuple[str, str]]] = {}

    def answer(self, request: Request) -> Answer:
        with self.lock:
            self.calls.append(f"{request.method} {request.path}")
            if request.token not in self.tokens:
                return self.refuse(401)
            for method, pattern, handler in self._routes:
                match = pattern.match(request.path)
                if method == request.method and match:
                    return handler(request, **match.groupdict())
            return self.refuse(404)

    def limits(self) -> dict[str, str]:
        """Headers that tell how many requests are left."""
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(max(0, self.limit - len(self.calls))),
            "RateLimit-Reset": str(int(time.time()) + 3600),
        }


@contextmanager
def serve(api: Api, address: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve an API; yields its base URL without the prefix."""

    class Handling(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _handle(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            request = _request(self, self.rfile.read(length))
            fault = api.faults.draw(request.method, request.path)
            answer = _faulty(api, request, fault) if fault else api.answer(request)
            if answer is None:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            _send(self, answer, api.limits())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        setattr(Handling, f"do_{method}", Handling._handle)
    server = ThreadingHTTPServer((address, port), Handling)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://{address}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def _request(handler: BaseHTTPRequestHandler, body: bytes) -> Request:
    parts = urlsplit(handler.path)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    kind, _, token = handler.headers.get("Authorization", "").partition(" ")
    read = json.loads(body) if body else {}
    return Request(handler.command, parts.path, query, read, token if kind == "Bearer" else "")


def _faulty(api: Api, request: Request, fault: Fault) -> Answer | None:
    """The answer under a fault; None: the connection ends without one."""
    if fault.kind == "429":
        headers = {} if fault.after is None else {"Retry-After": str(fault.after)}
        refused = api.refuse(429)
        return Answer(refused.status, refused.body, headers)
    if fault.kind.endswith("-after"):
        api.answer(request)
    if fault.kind.startswith("reset"):
        return None
    return Answer(int(fault.kind[:3]), None)


def _send(handler: BaseHTTPRequestHandler, answer: Answer, limits: dict[str, str]) -> None:
    body = b"" if answer.body is None else json.dumps(answer.body).encode()
    handler.send_response(answer.status)
    for name, value in (limits | answer.headers).items():
        handler.send_header(name, value)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)
