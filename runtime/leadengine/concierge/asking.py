"""What the widget sends, checked; and who sends it."""

from http import HTTPStatus
from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import Request
from fastapi.responses import JSONResponse
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from leadengine.concierge import keys, store
from leadengine.services import Services
from leadengine.tracking.envelope import Address, clean
from leadengine.tracking.routes import address_in, body_of, refuse, visitor_in

LONGEST_QUESTION = 1500


class _Sent(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    client: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{24}$")]
    conversation: UUID | None = None
    key: Annotated[str, StringConstraints(max_length=64)] = ""


class Question(_Sent):
    """What a visitor asks, and in which conversation."""

    question: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_QUESTION),
        AfterValidator(clean),
    ]
    url: Address


class Call(_Sent):
    """A visitor wants a person; without an address they have to wait in the widget."""

    url: Address
    email: Annotated[str, StringConstraints(strip_whitespace=True, max_length=254)] = ""
    name: Annotated[
        str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(clean)
    ] = ""
    message: Annotated[
        str, StringConstraints(strip_whitespace=True, max_length=1500), AfterValidator(clean)
    ] = ""


class News(_Sent):
    """A visitor looks for what a person wrote since."""

    conversation: UUID
    after: Annotated[int, Field(ge=0, le=2**62)] = 0


class Rest(_Sent):
    """A browser whose line broke wants the rest of an answer."""

    answer: UUID
    after: Annotated[int, Field(ge=0, le=100_000)] = 0


Sent = TypeVar("Sent", bound=_Sent)


class RefusedError(Exception):
    """What was sent is not taken; carries the answer."""

    def __init__(self, answer: JSONResponse) -> None:
        super().__init__(answer.status_code)
        self.answer = answer


async def taken(request: Request, services: Services, kind: type[Sent]) -> tuple[UUID, Sent]:
    """The tenant, and what was sent.

    Raises:
        RefusedError: it is malformed, or for another client.
    """
    try:
        sent = kind.model_validate_json(await body_of(request) or b"")
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "body"
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        raise RefusedError(refuse(status, f"{place}: {first['msg']}")) from None
    tenant = await services.database.tenant_of(services.settings.client_id)
    if sent.client != services.settings.client_id or tenant is None:
        raise RefusedError(refuse(HTTPStatus.NOT_FOUND, "client: no such client here"))
    return tenant, sent


async def allowed(request: Request, services: Services, client: str) -> str:
    """The visitor, if they may ask once more.

    Raises:
        RefusedError: they asked too much.
    """
    visitor = await visitor_in(request, services, client)
    address = await address_in(request, services, client)
    if not await services.allowance.take(visitor, address):
        status = HTTPStatus.TOO_MANY_REQUESTS
        raise RefusedError(refuse(status, "too many questions; try again later"))
    return visitor


def is_theirs(services: Services, sent: _Sent) -> bool:
    """Whether the conversation's key came with it."""
    secret = services.settings.session_secret.get_secret_value()
    return keys.opens(secret, sent.conversation, sent.key)


def as_asked(services: Services, question: Question | Call, visitor: str, text: str) -> store.Asked:
    """A question as it is kept."""
    proven = is_theirs(services, question)
    return store.Asked(visitor, question.url, text, question.conversation, proven)


def key_for(services: Services, conversation: UUID) -> str:
    """What the browser keeps."""
    return keys.key_of(services.settings.session_secret.get_secret_value(), conversation)
