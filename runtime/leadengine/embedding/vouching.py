"""Who may be a guest: what an application asks for, against what its key and the client's list allow."""

from collections.abc import Collection
from http import HTTPStatus
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from leadengine.embedding.guests import Guest
from leadengine.embedding.keys import GuestRole, Key
from leadengine.embedding.views import View
from leadengine.tenants.choices import WebOrigin
from leadengine.tracking.envelope import Text


class RefusedGuestError(Exception):
    """Nobody is let in; the text says why, and what to do."""

    def __init__(self, status: HTTPStatus, text: str) -> None:
        super().__init__(text)
        self.status = status


class Wanted(BaseModel):
    """What an application's backend asks a guest token for; the meaning is that of `Guest`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    views: Annotated[tuple[View, ...], Field(min_length=1, max_length=3)]
    audience: WebOrigin
    role: GuestRole = "viewer"
    user: Text = ""


class Shown(BaseModel):
    """What a frame shows to be let in.

    Attributes:
        origin: of the page around it, as the browser told the frame.
        before: the pass that the new one takes the place of.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    token: Annotated[str, Field(max_length=100)]
    origin: Annotated[str, Field(max_length=300)]
    before: Annotated[str, Field(max_length=100)] = ""


def vouch(key: Key, wanted: Wanted, origins: Collection[str]) -> Guest:
    """The guest that an application may have.

    Raises:
        RefusedGuestError: it asks for more than its key may give, or for a page that is not on the list.
    """
    if not key.may_give(wanted.role):
        raise _forbidden(f"role: this key gives no more than {key.role}")
    if missing := [view for view in wanted.views if view not in key.views]:
        raise _forbidden(f"views: this key does not give {', '.join(missing)}")
    if wanted.audience not in origins:
        raise _forbidden(
            f"audience: {wanted.audience} is not on the list under Settings, Embedding"
        )
    return Guest(
        key=key.id,
        role=wanted.role,
        views=wanted.views,
        audience=wanted.audience,
        user=wanted.user,
    )


def check_place(guest: Guest, origin: str, origins: Collection[str]) -> None:
    """Be sure that a token is shown where it was made for.

    Raises:
        RefusedGuestError: it was made for another page, or the page is not on the list any more.
    """
    if origin != guest.audience:
        raise _forbidden("this guest token was made for a page of another origin")
    if origin not in origins:
        raise _forbidden("pages of this origin may not show the dashboard any more")


def _forbidden(text: str) -> RefusedGuestError:
    return RefusedGuestError(HTTPStatus.FORBIDDEN, text)
