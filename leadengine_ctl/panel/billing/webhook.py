"""Where the payment server's messages arrive: anybody may send, and only what it signed is taken.

A message is written down and answered; what it is about is looked into after that, by the clerk.
"""

import logging
import time

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, Response

from leadengine_ctl.billing.messages import Message
from leadengine_ctl.billing.signature import is_signed
from leadengine_ctl.panel.agents.reception import RefusedError, read_body
from leadengine_ctl.panel.request import DeskOf

log = logging.getLogger(__name__)

router = APIRouter(include_in_schema=False)

LARGEST = 256 * 1024
"""Bytes; the largest events of Stripe's are a fraction of it."""


@router.post("/billing/webhook")
async def webhook(request: Request, desk: DeskOf) -> Response:
    """Take a message."""
    try:
        body = await read_body(request, LARGEST)
    except RefusedError:
        return PlainTextResponse("too long", 413)
    settings = desk.world.settings
    if settings.stripe_webhook_secret is None:
        return PlainTextResponse("billing is not set up", 404)
    given = settings.stripe_webhook_secret.get_secret_value()
    secrets = tuple(each.strip() for each in given.split(","))
    header = request.headers.get("stripe-signature", "")
    if not is_signed(header, body, secrets, time.time()):
        return PlainTextResponse("not signed by us, or too long ago", 400)
    try:
        record = Message.model_validate_json(body).record()
    except ValidationError:
        log.warning("a signed message of the payment server is not understood")
        return PlainTextResponse("not understood", 400)
    new = await run_in_threadpool(desk.world.store.books.take, record)
    return PlainTextResponse("taken" if new else "known")
