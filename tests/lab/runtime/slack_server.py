"""A server that speaks the part of Slack's Web API that is used, and signs events as Slack does."""

import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

import httpx

from tests.lab.runtime.serving import Serving

TOKEN = "xoxb-canary-bot-token"
SIGNING_SECRET = "canary-slack-signing-secret"
CHANNEL = "C024BE91L"


class Slack(Serving):
    """A workspace with one channel.

    Attributes:
        said: what was posted there, oldest first, each with its `ts`.
    """

    def __init__(self, address: str) -> None:
        super().__init__(address, _handler(self))
        self.url += "/api"
        self.said: list[dict[str, Any]] = []

    def take(self, method: str, token: str, sent: dict[str, Any]) -> dict[str, Any]:
        """Answer as the Web API does: always with 200, and whether it went well."""
        if method != "/api/chat.postMessage":
            return {"ok": False, "error": "unknown_method"}
        if token != f"Bearer {TOKEN}":
            return {"ok": False, "error": "invalid_auth"}
        if sent.get("channel") != CHANNEL:
            return {"ok": False, "error": "channel_not_found"}
        moment = f"{time.time():.6f}"
        self.said.append({**sent, "ts": moment})
        return {"ok": True, "channel": CHANNEL, "ts": moment}

    def tell(
        self, url: str, secret: str = SIGNING_SECRET, age: int = 0, **event: object
    ) -> httpx.Response:
        """Send an event to a receiver, as the Events API does."""
        usual = {"type": "message", "channel": CHANNEL, "user": "U061F7AUR"}
        return self.send(
            url, {"type": "event_callback", "event": {**usual, **event}}, secret=secret, age=age
        )

    def send(
        self, url: str, sent: dict[str, object], *, secret: str = SIGNING_SECRET, age: int = 0
    ) -> httpx.Response:
        body, moment = json.dumps(sent).encode(), str(int(time.time()) - age)
        material = f"v0:{moment}:".encode() + body
        digest = hmac.new(secret.encode(), material, hashlib.sha256).hexdigest()
        signed = {"X-Slack-Request-Timestamp": moment, "X-Slack-Signature": f"v0={digest}"}
        return httpx.post(url, content=body, headers=signed, timeout=20)


def _handler(slack: Slack) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answer = slack.take(self.path, self.headers.get("Authorization", ""), sent)
            body = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing: the test asks `said`."""

    return Handler


@contextmanager
def slack_server(address: str) -> Iterator[Slack]:
    """Serve a workspace on an address."""
    slack = Slack(address)
    slack.start()
    try:
        yield slack
    finally:
        slack.stop()
