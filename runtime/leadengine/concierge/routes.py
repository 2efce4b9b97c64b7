"""What the widget calls: one question, one answer with its sources."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError

from leadengine.concierge import store
from leadengine.concierge.answering import Answer, answer
from leadengine.services import Services, ServicesOf
from leadengine.tracking.envelope import Address, clean
from leadengine.tracking.pixel import CORS
from leadengine.tracking.routes import PREFLIGHT, address_in, body_of, refuse, visitor_in

router = APIRouter()

LONGEST_QUESTION = 1500


class Question(BaseModel):
    """What a visitor asks, and in which conversation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    client: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{24}$")]
    question: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_QUESTION),
        AfterValidator(clean),
    ]
    url: Address
    conversation: UUID | None = None


@router.options("/v1/ask")
async def preflight() -> Response:
    """For senders that insist on a JSON content type."""
    return Response(status_code=HTTPStatus.NO_CONTENT, headers=PREFLIGHT)


@router.post("/v1/ask")
async def ask(request: Request, services: ServicesOf) -> Response:
    """An answer from the client's own words, marked as a machine's."""
    try:
        question = Question.model_validate_json(await body_of(request) or b"")
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "body"
        return refuse(HTTPStatus.UNPROCESSABLE_ENTITY, f"{place}: {first['msg']}")
    tenant = await services.database.tenant_of(services.settings.client_id)
    if question.client != services.settings.client_id or tenant is None:
        return refuse(HTTPStatus.NOT_FOUND, "client: no such client here")
    visitor = await visitor_in(request, services, question.client)
    address = await address_in(request, services, question.client)
    if not await services.allowance.take(visitor, address):
        return refuse(HTTPStatus.TOO_MANY_REQUESTS, "too many questions; try again later")
    return await _answered(services, tenant, question, visitor)


async def _answered(services: Services, tenant: UUID, question: Question, visitor: str) -> Response:
    asked = store.Asked(visitor, question.url, question.question, question.conversation)
    async with services.database.tenant(tenant) as connection:
        found = await answer(connection, question.question)
        conversation = await store.keep(connection, tenant, asked, found)
    return JSONResponse(_as_json(found, conversation), headers=CORS)


def _as_json(found: Answer, conversation: UUID) -> dict[str, object]:
    return {
        "conversation": str(conversation),
        "ai": True,
        "answered": found.answered,
        "text": found.text,
        "citations": [{"title": one.title, "source": one.source} for one in found.citations],
    }
