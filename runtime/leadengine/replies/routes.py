"""Where a mailbox and Slack hand over what people answered."""

import base64
import binascii
import hmac
import json
import time
from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from leadengine.concierge.handing_over import call_people
from leadengine.replies import store
from leadengine.replies.addresses import VISITOR, writer_in, wrote
from leadengine.replies.message import LARGEST, Mail, UnreadableMailError, read
from leadengine.replies.slack_events import is_signed, said_in
from leadengine.services import Services, ServicesOf

router = APIRouter()


@router.post("/v1/replies/mail")
async def mail(request: Request, services: ServicesOf) -> Response:
    """A whole mail as it arrived at the mailbox for replies; 202 also when there is nothing to do."""
    if refused := _not_from_the_mailbox(request, services):
        return refused
    raw = await _body(request)
    if raw is None:
        return _told(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a mail has at most {LARGEST} bytes")
    try:
        found = read(raw)
    except UnreadableMailError as error:
        return _told(HTTPStatus.UNPROCESSABLE_ENTITY, f"this is no readable mail: {error}")
    if found.automatic or not found.text:
        return _told(HTTPStatus.ACCEPTED, "left out: an automatic answer, or nothing new in it")
    if not await _take(services, found):
        return _told(HTTPStatus.UNPROCESSABLE_ENTITY, "no recipient is an address for replies")
    return _told(HTTPStatus.ACCEPTED, "taken")


def _not_from_the_mailbox(request: Request, services: Services) -> Response | None:
    secret = services.settings.reply_secret.get_secret_value()
    if not secret:
        return _told(HTTPStatus.NOT_FOUND, "replies by mail are not set up: REPLY_SECRET is empty")
    if not hmac.compare_digest(_shown(request).encode(), secret.encode()):
        return _told(HTTPStatus.UNAUTHORIZED, "the secret is not REPLY_SECRET's")
    return None


async def _take(services: Services, found: Mail) -> bool:
    writer = writer_in(found.recipients)
    tenant = await services.database.tenant_of(services.settings.client_id)
    if writer is None or tenant is None:
        return False
    async with services.database.tenant(tenant) as connection:
        people = await store.people(connection)
        secret = services.settings.session_secret.get_secret_value()
        who = wrote(secret, writer, (*people, VISITOR))
        if not who:
            return False
        said = (found.text, f"mail:{found.id}", people.get(who, ""))
        taken = await store.take(connection, tenant, writer.conversation, *said)
        if taken and who == VISITOR:
            await call_people(services.settings, connection, tenant, writer.conversation)
        return taken


@router.post("/v1/replies/slack")
async def slack(request: Request, services: ServicesOf) -> Response:
    """Slack's Events API: the message of a person in the thread of a call."""
    secret = services.settings.slack_signing_secret.get_secret_value()
    raw = await _body(request) or b""
    names = ("X-Slack-Request-Timestamp", "X-Slack-Signature")
    moment, signature = (request.headers.get(name, "") for name in names)
    if not is_signed(secret, (moment, signature), raw, time.time()):
        return _told(HTTPStatus.UNAUTHORIZED, "this is not signed by Slack, or not of now")
    try:
        sent: Any = json.loads(raw)
    except ValueError:
        sent = None
    if not isinstance(sent, dict):
        return _told(HTTPStatus.UNPROCESSABLE_ENTITY, "this is no event of Slack's")
    if sent.get("type") == "url_verification":
        return JSONResponse({"challenge": str(sent.get("challenge", ""))})
    tenant = await services.database.tenant_of(services.settings.client_id)
    if tenant is not None:
        await _hear(services, tenant, sent.get("event"))
    return JSONResponse({})


async def _hear(services: Services, tenant: UUID, event: object) -> None:
    said = said_in(event)
    if said is None or not said.text:
        return
    async with services.database.tenant(tenant) as connection:
        conversation = await store.conversation_of(connection, said.thread)
        if conversation is not None:
            person = f"{said.who} in Slack"
            await store.take(connection, tenant, conversation, said.text, said.id, person)


def _shown(request: Request) -> str:
    """The secret of a request: a bearer's, or the password of an address `https://x:secret@…`."""
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "basic":
        try:
            text = base64.b64decode(value, validate=True).decode(errors="replace")
        except binascii.Error:
            return ""
        return text.partition(":")[2]
    return value.strip()


async def _body(request: Request) -> bytes | None:
    """A request's body; None when it is too large for a mail."""
    chunks = bytearray()
    async for chunk in request.stream():
        chunks += chunk
        if len(chunks) > LARGEST:
            return None
    return bytes(chunks)


def _told(status: HTTPStatus, words: str) -> Response:
    return JSONResponse({"result" if status < HTTPStatus.BAD_REQUEST else "error": words}, status)
