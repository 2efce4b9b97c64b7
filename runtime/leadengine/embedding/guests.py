"""Guests: people whom another application vouches for, kept in Redis for minutes.

A *guest token* is handed to that application's backend and used once, by the frame; the *pass* that the
frame gets for it stays in the frame's memory. Redis holds hashes of both, under the client's own keys:
a neighbour's token is found nowhere.
"""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from redis.asyncio import Redis

from leadengine.accounts.tokens import new_token, token_hash
from leadengine.embedding.keys import GuestRole
from leadengine.embedding.views import View
from leadengine.tenants.choices import WebOrigin
from leadengine.tracking.envelope import Text

TOKEN_SECONDS = 300
PASS_SECONDS = 900
"""An application that stops vouching for somebody is rid of them after so long at most."""


class Guest(BaseModel):
    """Who is let in.

    Attributes:
        key: of the application that vouches.
        user: whom it says they are, shown where a name is; empty: the key's name.
        audience: the origin of the page that the frame is in.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: UUID
    role: GuestRole
    views: Annotated[tuple[View, ...], Field(min_length=1, max_length=3)]
    audience: WebOrigin
    user: Text = ""


class Guests:
    """Guest tokens and passes of one client.

    Raises:
        redis.exceptions.RedisError: when Redis does not answer; nobody is let in then.
    """

    def __init__(self, redis: Redis, keys: str = "le:") -> None:
        self._redis = redis
        self._keys = keys

    async def announce(self, guest: Guest) -> str:
        """A guest token, good for one use within `TOKEN_SECONDS`."""
        return await self._keep("token", guest, TOKEN_SECONDS)

    async def take(self, token: str) -> Guest | None:
        """Whose token it is; whatever follows, it is used up. None: used, too old, or not ours."""
        return _read(await self._redis.getdel(self._name("token", token)))

    async def admit(self, guest: Guest) -> str:
        """A pass for the frame's memory, good for `PASS_SECONDS`."""
        return await self._keep("pass", guest, PASS_SECONDS)

    async def of(self, pass_: str) -> Guest | None:
        """Whose pass it is, unless it is over."""
        return _read(await self._redis.get(self._name("pass", pass_)))

    async def leave(self, pass_: str) -> None:
        """End a pass: another took its place."""
        await self._redis.delete(self._name("pass", pass_))

    async def _keep(self, kind: str, guest: Guest, seconds: int) -> str:
        token = new_token()
        await self._redis.set(self._name(kind, token), guest.model_dump_json(), ex=seconds)
        return token

    def _name(self, kind: str, token: str) -> str:
        return f"{self._keys}embed:{kind}:{token_hash(token).hex()}"


def _read(stored: bytes | str | None) -> Guest | None:
    """What was kept; what another build wrote and this one cannot read is nobody."""
    try:
        return Guest.model_validate_json(stored) if stored else None
    except ValidationError:
        return None
