"""What Shopify asks of every app: to hand out, or forget, what is kept of a shop's customer.

It asks again for two days until the answer is 200, so everything here can be asked twice.
"""

import base64
import hashlib
import hmac
import logging
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

import httpx
import psycopg
import psycopg_pool
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from redis.exceptions import RedisError

from leadengine.privacy import complaints
from leadengine.privacy.erasing import Eraser
from leadengine.privacy.mentions import is_address
from leadengine.services import Services, ServicesOf
from leadengine.tracking.routes import body_of

log = logging.getLogger(__name__)

router = APIRouter()

_ASKED = (
    "Shopify passes on that a customer of {shop} wants to know what is kept of them (request {number})."
    " Hand it out on this page, to {shop}'s owner or to the customer, within 30 days."
)


class Customer(BaseModel):
    """Who is meant; who never gave an address is not known here by one."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    email: Annotated[str, StringConstraints(max_length=254)] | None = None


class DataRequest(BaseModel):
    """Shopify's number for a request."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: int = 0


class Asked(BaseModel):
    """The parts of Shopify's messages that matter here."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    shop_domain: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.-]{1,253}$")]
    customer: Customer = Customer()
    data_request: DataRequest = DataRequest()


def is_signed(secret: str, header: str, body: bytes) -> bool:
    """Whether Shopify sent it: HMAC-SHA256 of the body under the app's secret, in base64."""
    if not secret:
        return False
    wanted = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest())
    return hmac.compare_digest(wanted, header.encode())


@router.post("/v1/shopify/webhooks")
async def webhook(request: Request, services: ServicesOf) -> Response:
    """One of the three mandatory topics; others are thanked for and left alone."""
    raw = await body_of(request) or b""
    secret = services.settings.shopify_secret.get_secret_value()
    if not is_signed(secret, request.headers.get("X-Shopify-Hmac-Sha256", ""), raw):
        return _told(HTTPStatus.UNAUTHORIZED, "this is not signed by Shopify for this app")
    try:
        asked = Asked.model_validate_json(raw)
    except ValidationError:
        return _told(HTTPStatus.UNPROCESSABLE_ENTITY, "this is no message of Shopify's")
    tenant = await services.database.tenant_of(services.settings.client_id)
    if tenant is None:
        return _told(HTTPStatus.NOT_FOUND, "no such client here")
    try:
        said = await _work(services, tenant, request.headers.get("X-Shopify-Topic", ""), asked)
    except (psycopg.Error, psycopg_pool.PoolTimeout, RedisError, httpx.HTTPError) as error:
        log.warning("a message of Shopify's waits: %s", type(error).__name__)
        return _told(HTTPStatus.SERVICE_UNAVAILABLE, "this cannot be done now; send it again")
    return _told(HTTPStatus.OK, said)


async def _work(services: Services, tenant: UUID, topic: str, asked: Asked) -> str:
    email = asked.customer.email or ""
    match topic:
        case "customers/redact" if is_address(email):
            eraser = Eraser(services.database, services.redis, services.settings)
            await eraser.erase(tenant, email, f"Shopify, for {asked.shop_domain}")
            return "forgotten"
        case "customers/data_request" if is_address(email):
            return await _note(services, tenant, email, asked)
        case "shop/redact":
            # Nothing is ever asked of a shop. Visits are the client's own, and age by its own rules.
            return "nothing is kept that came from the shop itself"
        case _:
            return "nothing to do"


async def _note(services: Services, tenant: UUID, email: str, asked: Asked) -> str:
    """Let the client's people know, once: it stands among the requests, and a person answers."""
    words = _ASKED.format(shop=asked.shop_domain, number=asked.data_request.id)
    async with services.database.tenant(tenant) as connection:
        if any(each.words == words for each in await complaints.complaints(connection)):
            return "noted before"
        await complaints.make(connection, tenant, email, "", words)
    return "noted"


def _told(status: HTTPStatus, words: str) -> Response:
    return JSONResponse({"result" if status < HTTPStatus.BAD_REQUEST else "error": words}, status)
