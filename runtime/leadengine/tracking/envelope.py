"""What a website may send: the only shape in which a visitor's data enters."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    FiniteFloat,
    StringConstraints,
    ValidationError,
)

MAX_BODY = 256 * 1024
MAX_EVENTS = 50

_OLDEST = timedelta(days=7)
_NEWEST = timedelta(minutes=5)


class EnvelopeError(ValueError):
    """The body is not what the pixel sends; the text says where and why."""


def clean(value: str) -> str:
    """Text without control characters."""
    if value.isprintable():
        return value
    # PostgreSQL's text cannot hold NUL; the rest of the control characters have no place in a title.
    return "".join(char for char in value if char >= " ")


def _web_address(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        message = "an address starts with http:// or https://"
        raise ValueError(message)
    # What cannot be taken apart, as `http://[`, could not be shown either.
    urlsplit(value)
    return value.partition("#")[0]


def _zoned(value: datetime) -> datetime:
    if value.tzinfo is None:
        message = "a time carries its zone, as in 2026-01-31T12:00:00Z"
        raise ValueError(message)
    return value.astimezone(UTC)


Address = Annotated[
    str, StringConstraints(max_length=2000), AfterValidator(clean), AfterValidator(_web_address)
]
Text = Annotated[str, StringConstraints(max_length=500), AfterValidator(clean)]
Name = Annotated[str, StringConstraints(max_length=120), AfterValidator(clean)]
Moment = Annotated[datetime, AfterValidator(_zoned)]
Key = Annotated[str, StringConstraints(min_length=1, max_length=50), AfterValidator(clean)]
Whole = Annotated[int, Field(ge=-(2**53), le=2**53)]
Properties = Annotated[dict[Key, Text | bool | Whole | FiniteFloat | None], Field(max_length=30)]
"""What a website says about an event or a person: thirty plain values at most."""

Kind = Literal["page", "track", "identify", "group", "consent"]
Word = Annotated[str, StringConstraints(max_length=64, pattern=r"^[\w/+:. -]*$")]


class Event(BaseModel):
    """One thing that happened in a visitor's browser; `messageId` makes it countable once.

    `name` is what was tracked; `properties` belong to the event, or to the person who is identified.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    message_id: UUID = Field(alias="messageId")
    type: Kind
    timestamp: Moment
    url: Address
    title: Text = ""
    referrer: Address | Literal[""] = ""
    name: Name = ""
    properties: Properties = Field(default_factory=dict)


class Consent(BaseModel):
    """What a visitor agreed to; None: they were not asked, or have not answered."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    analytics: bool | None = None
    marketing: bool | None = None


class Envelope(BaseModel):
    """A batch of events of one client; `sentAt` is the sender's clock when the batch left.

    `anonymousId` is a browser's own name for itself, which it has only with consent; `zone` is its
    time zone, by which it is known whether the law of the United Kingdom or the Union applies.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    anonymous: Word = Field(default="", alias="anonymousId")
    zone: Word = ""
    locale: Word = ""
    consent: Consent = Consent()

    client: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{24}$")]
    sent_at: Moment = Field(alias="sentAt")
    events: Annotated[tuple[Event, ...], Field(min_length=1, max_length=MAX_EVENTS)]


def parse(body: bytes) -> Envelope:
    """Check one request's body.

    Raises:
        EnvelopeError: naming the first field that is off, in one sentence.
    """
    try:
        return Envelope.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        message = f"{place or 'body'}: {first['msg']}"
        raise EnvelopeError(message) from None


def occurred_at(event: Event, envelope: Envelope, received: datetime) -> datetime:
    """The moment of an event by our clock: the sender's skew is taken out.

    What is impossible (older than a week, or in the future) counts as now.
    """
    try:
        moment = event.timestamp + (received - envelope.sent_at)
    except OverflowError:
        return received
    return moment if received - _OLDEST <= moment <= received + _NEWEST else received
