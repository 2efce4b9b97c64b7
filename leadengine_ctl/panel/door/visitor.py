"""Who sent a request, once it is known."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from leadengine_ctl.errors import NotFoundError
from leadengine_ctl.fleet.panel_records import PersonRecord, Role, SessionRecord, TokenRecord


@dataclass(frozen=True)
class Visitor:
    """A person, with what they used to prove it: a browser's session or an API token."""

    person: PersonRecord
    role: Role
    session: SessionRecord | None = None
    token: TokenRecord | None = None

    @property
    def scope(self) -> tuple[str, ...] | None:
        """The clients they may see; None: all."""
        return self.person.scope

    @property
    def origin(self) -> str:
        """What stands in the audit trail."""
        return "api" if self.token else "panel"

    def may(self, role: str) -> bool:
        """For pages, which show nobody a button that is not theirs."""
        return self.role.covers(Role(role))

    def check_client(self, client: str) -> None:
        """Refuse a client that is not among theirs, in the words for one that does not exist.

        Raises:
            NotFoundError: it is not.
        """
        if not self.person.may_touch(client):
            raise NotFoundError(f"There is no client called '{client}'", "", "")


def _visitor(request: Request) -> Visitor:
    found: Visitor = request.state.visitor
    return found


Signed = Annotated[Visitor, Depends(_visitor)]
"""The person behind a request; the gate lets nobody else through to a route that is not public."""
