"""What a client may choose, typed: each group is one row of `preferences`, and its defaults are here."""

import re
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from leadengine.settings import Colour

Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)]
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
_ORIGIN = re.compile(r"https://[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:[1-9][0-9]{0,4})?")
_OWN_MACHINE = re.compile(r"http://(localhost|127\.0\.0\.1)(:[1-9][0-9]{0,4})?")


def _secure_or_none(value: str) -> str:
    if value and not (value.startswith("https://") and urlsplit(value).hostname):
        message = "an address here starts with https://"
        raise ValueError(message)
    return value


def _host(value: str) -> str:
    name = value.strip().lower()
    if not _HOST.fullmatch(name):
        message = "a website is a name such as www.example.com, without https:// and without a path"
        raise ValueError(message)
    return name


def _origin(value: str) -> str:
    """An origin as browsers write it, so that comparing is comparing text."""
    origin = value.strip().lower().rstrip("/").removesuffix(":443")
    if not (_ORIGIN.fullmatch(origin) or _OWN_MACHINE.fullmatch(origin)):
        message = (
            "an origin is https:// and a name such as https://www.example.com, without a path and"
            " without *; http:// is taken for localhost alone"
        )
        raise ValueError(message)
    return origin


SecureAddress = Annotated[Line, AfterValidator(_secure_or_none)]
Host = Annotated[str, StringConstraints(max_length=253), AfterValidator(_host)]
WebOrigin = Annotated[str, StringConstraints(max_length=270), AfterValidator(_origin)]
Months = Annotated[int, Field(ge=1, le=60)]


class Choices(BaseModel):
    """A group of choices; unknown ones of a newer build are left out."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Look(Choices):
    """How the pages and the widget look; what is empty comes from the stack's own settings.

    Attributes:
        name: what the client calls itself before its visitors; empty: its name in addresses.
    """

    name: Name = ""
    primary: Colour | Literal[""] = ""
    logo: SecureAddress = ""
    greeting: Line = ""
    font: Literal["", "sans", "serif", "rounded"] = ""
    corner: Literal["right", "left"] = "right"


class Site(Choices):
    """The client's websites: events from elsewhere are not kept. None named: any is taken."""

    hosts: Annotated[tuple[Host, ...], Field(max_length=50)] = ()

    def takes(self, host: str) -> bool:
        """Whether a website is one of them, or below one of them."""
        name = host.lower()
        return not self.hosts or any(name == own or name.endswith("." + own) for own in self.hosts)


class Retention(Choices):
    """How many months each class of data is kept."""

    events: Annotated[int, Field(ge=1, le=25)] = 13
    visits: Months = 6
    conversations: Months = 12
    leads: Months = 24


Mode = Literal["auto", "strict", "statistical", "open"]


class Privacy(Choices):
    """What is kept of whom, and what has to be asked first.

    `auto` asks visitors in the United Kingdom and the European Union and counts others; `strict`
    asks everybody; `statistical` counts without asking, but nobody can be told from another;
    `open` leaves asking to the website.
    """

    mode: Mode = "auto"
    banner: bool = True
    notice: SecureAddress = ""
    do_not_track: bool = True
    companies: Literal["marketing", "interest", "off"] = "marketing"
    lookups_a_month: Annotated[int, Field(ge=0, le=10_000_000)] = 10_000
    retention: Retention = Retention()


class RoutingRule(Choices):
    """Leads whose `field` contains `text` go to one person."""

    field: Literal["company", "email", "page", "source"]
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    owner: Annotated[str, StringConstraints(max_length=36)]

    def matches(self, facts: dict[str, str]) -> bool:
        """Whether a lead of these facts is meant."""
        return self.text.lower() in facts.get(self.field, "").lower()


class Routing(Choices):
    """To whom a lead goes: the first rule that fits, else in turn."""

    rules: Annotated[tuple[RoutingRule, ...], Field(max_length=50)] = ()
    otherwise: Literal["turns", "least-busy"] = "turns"
    within_hours: bool = True


class Embedding(Choices):
    """Whose pages may show the dashboard in a frame: exactly these, and nobody's while none is named."""

    origins: Annotated[tuple[WebOrigin, ...], Field(max_length=20)] = ()
