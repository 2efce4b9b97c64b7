"""What every verb on one client has: it is named, placed and recorded by its request."""

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from leadengine_ctl.hosts.base import HostAddress


class ClientRequest(Protocol):
    """A request about one client; `host` is the address of the client's host."""

    @property
    def client(self) -> str: ...

    @property
    def host(self) -> str: ...

    def model_dump_json(self) -> str: ...


Request = TypeVar("Request", bound=ClientRequest)


@dataclass(frozen=True)
class ClientVerb(Generic[Request]):
    """The part of a `Verb` that follows from its request alone."""

    request: Request

    @property
    def client(self) -> str:
        return self.request.client

    @property
    def host(self) -> str:
        return HostAddress.parse(self.request.host).name

    @property
    def params(self) -> str:
        return self.request.model_dump_json()
