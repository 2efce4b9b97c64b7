"""Forms: read within bounds, and ours: sent from a page of the panel to this very browser."""

import hashlib
import hmac
import time
from urllib.parse import parse_qs, urlsplit

from fastapi import Request
from starlette.types import Receive

from leadengine_ctl.panel.door import cookies
from leadengine_ctl.panel.door.answers import not_allowed, too_large

LARGEST = 256 * 1024
FIELD = "form"


def now() -> float:
    return time.time()


async def read_body(receive: Receive) -> bytes:
    """A request's body.

    Raises:
        Denied: it is larger than any form.
    """
    body = bytearray()
    while True:
        message = await receive()
        body.extend(message.get("body", b""))
        if len(body) > LARGEST:
            raise too_large()
        if not message.get("more_body"):
            return bytes(body)


def anchor_of(request: Request) -> str:
    """What ties a form to a browser: its session, else the mark of the door."""
    return cookies.session_token(request) or request.cookies.get(cookies.DOOR, "")


def token_for(anchor: str) -> str:
    """What a form carries: whoever does not have the cookie cannot make it."""
    return hmac.new(anchor.encode(), b"leadengine-form", hashlib.sha256).hexdigest()


def check(request: Request, body: bytes, anchor: str) -> None:
    """Refuse a form that another site made a browser send.

    Raises:
        Denied: it was not sent from a page of ours.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin", "")
    same = site == "same-origin" if site else urlsplit(origin).netloc == request.headers.get("host")
    given = values_of(body).get(FIELD, "")
    if not (same and anchor and hmac.compare_digest(given, token_for(anchor))):
        raise not_allowed(
            "This form was not taken",
            "It was open for too long, or another page sent it.",
            "Open the page again and send it from there.",
        )


def values_of(body: bytes) -> dict[str, str]:
    """The fields of a form; of one that stands there twice the last. Not a form: none."""
    try:
        found = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=400)
    except ValueError:
        return {}
    return {name: values[-1] for name, values in found.items()}


def lists_of(body: bytes) -> dict[str, list[str]]:
    """The fields of a form with all their values."""
    try:
        return parse_qs(body.decode(), keep_blank_values=True, max_num_fields=400)
    except ValueError:
        return {}
