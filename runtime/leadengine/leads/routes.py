"""Where a form's content goes: somebody says who they are and wants to hear back."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from redis.exceptions import RedisError

from leadengine.leads.contact import contact_from
from leadengine.services import ServicesOf
from leadengine.tracking.envelope import Address, Name, Text
from leadengine.tracking.pixel import CORS
from leadengine.tracking.queue import Accepted, Value
from leadengine.tracking.routes import PREFLIGHT, address_in, body_of, refuse, visitor_in

router = APIRouter()


class Form(BaseModel):
    """Who somebody is and what they want; what they do not say is empty."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    client: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{24}$")]
    email: Text
    url: Address
    name: Name = ""
    company: Name = ""
    phone: Name = ""
    message: Text = ""

    def traits(self) -> dict[str, Value]:
        """What is said of the person."""
        return self.model_dump(include={"email", "name", "company", "phone"})


@router.options("/v1/leads")
async def preflight() -> Response:
    """For senders that insist on a JSON content type."""
    return Response(status_code=HTTPStatus.NO_CONTENT, headers=PREFLIGHT)


@router.post("/v1/leads")
async def submit(request: Request, services: ServicesOf) -> Response:
    """202 once Redis has it. Who writes here wants to be known: an objection to tracking is no matter."""
    try:
        form = Form.model_validate_json(await body_of(request) or b"")
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "body"
        return refuse(HTTPStatus.UNPROCESSABLE_ENTITY, f"{place}: {first['msg']}")
    if contact_from(form.traits()) is None:
        return refuse(HTTPStatus.UNPROCESSABLE_ENTITY, "email: this is no address of mail")
    if form.client != services.settings.client_id:
        return refuse(HTTPStatus.NOT_FOUND, "client: no such client here")
    try:
        visitor = await visitor_in(request, services, form.client)
        address = await address_in(request, services, form.client)
        if not await services.allowance.take(visitor, address):
            return refuse(HTTPStatus.TOO_MANY_REQUESTS, "too many; try again later")
        await services.queue.put(_as_events(form, visitor))
    except RedisError:
        return refuse(HTTPStatus.SERVICE_UNAVAILABLE, "this cannot be kept now; send it again")
    return Response(status_code=HTTPStatus.ACCEPTED, headers=CORS)


def _as_events(form: Form, visitor: str) -> tuple[Accepted, ...]:
    now = datetime.now(UTC)
    said = (("identify", "", form.traits()), ("track", "Lead Submitted", {"message": form.message}))
    return tuple(
        Accepted(form.client, uuid4(), kind, now, now, visitor, form.url, "", "", name, properties)
        for kind, name, properties in said
    )
