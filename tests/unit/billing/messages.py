"""Messages as Stripe sends them, signed as its documentation says."""

import json
import time
from collections.abc import Iterable

import httpx

from leadengine_ctl.billing.memory_state import Happened
from leadengine_ctl.billing.signature import sign
from tests.unit.billing.stripe_wire import OBJECTS
from tests.unit.panel.visitors import Panel

SECRET = "whsec_canary77c1"
PATH = "/billing/webhook"


def body_of(event: Happened) -> bytes:
    """What is sent of something that happened; its content is of no importance, as it may be old."""
    return json.dumps(
        {
            "id": event.id,
            "object": "event",
            "api_version": "2026-06-24.dahlia",
            "created": 1_790_000_000,
            "type": event.type,
            "data": {
                "object": {"id": event.object, "object": OBJECTS[event.kind], "status": "old"}
            },
        }
    ).encode()


def send(
    panel: Panel, body: bytes, *, header: str | None = None, at: float | None = None
) -> httpx.Response:
    """Send a message, signed now unless a header is given."""
    moment = str(int(time.time() if at is None else at))
    signed = f"t={moment},v1={sign(SECRET, moment, body)}" if header is None else header
    headers = {"Stripe-Signature": signed, "Content-Type": "application/json"}
    return panel.stranger().client.post(PATH, content=body, headers=headers)


def send_all(panel: Panel, events: Iterable[Happened]) -> None:
    for event in events:
        assert send(panel, body_of(event)).status_code == 200
