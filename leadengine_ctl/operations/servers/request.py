"""What is asked of a rented server. It is recorded as it is: no secret is in it."""

from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

from pydantic import AfterValidator

from leadengine_agent.values import Frozen, Slug

_LONGEST = 25


def _check_name(value: str) -> str:
    if len(value) > _LONGEST:
        message = f"the name of a server has at most {_LONGEST} characters"
        raise ValueError(message)
    return value


ServerName = Annotated[Slug, AfterValidator(_check_name)]
"""Like a client's name, and a little shorter."""


class ServerRequest(Frozen):
    """A request about a server of ours, by its name. `lock` is what is locked meanwhile: the client
    that it was made for, or else a word of the server's own."""

    lock: Slug
    name: str


class ProvisionRequest(ServerRequest):
    """A server to be made a host. `client`: for whom; empty: for anybody."""

    client: str
    provider: str
    size: str
    region: str


class ResizeRequest(ServerRequest):
    """A server that shall have another size."""

    size: str


class MoveAddressRequest(ServerRequest):
    """A reserved address that shall lead to another server of ours, `to`."""

    to: str
    address: str


Request = TypeVar("Request", bound=ServerRequest)


@dataclass(frozen=True)
class ServerVerb(Generic[Request]):
    """The part of a `Verb` that follows from its request alone."""

    request: Request

    @property
    def client(self) -> str:
        return self.request.lock

    @property
    def host(self) -> str:
        return self.request.name

    @property
    def params(self) -> str:
        return self.request.model_dump_json()


def lock_of(name: str, client: str) -> str:
    """What to lock for a server: operations on its client wait for it, too."""
    return client or f"host-{name}"
