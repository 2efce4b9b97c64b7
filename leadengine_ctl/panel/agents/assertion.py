"""Is a request really from the agent that it names? Decided from its assertion, before anything else."""

import base64
import binascii

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import Field, ValidationError

from leadengine_agent.assertions import MalformedError, decode, request_digest
from leadengine_agent.values import Frozen

LIFE = 60
"""Seconds that an assertion may be good for, whatever it says itself."""

_LEEWAY = 10
"""Seconds by which the clocks may differ: an agent learns ours from each answer."""


class Claims(Frozen):
    """What an assertion says (RFC 7523, section 3), and to which request it belongs.

    Attributes:
        ctr: how often the agent has rotated its credential.
        req: digest of method, path and body.
    """

    iss: str
    sub: str = Field(max_length=253)
    aud: str
    iat: int
    exp: int
    jti: str = Field(pattern=r"^[0-9a-f]{32}$")
    ctr: int = Field(ge=0, lt=2**31)
    req: str


class NotTrustedError(Exception):
    """A request whose sender is not who it says. `problem`: for its program; never more than that."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class Assertion:
    """One assertion, read; nothing of it is believed until `verify` returned."""

    def __init__(self, header: str) -> None:
        """Read an `Authorization` header.

        Raises:
            NotTrustedError: it carries no assertion.
        """
        kind, _, statement = header.partition(" ")
        if kind.lower() != "bearer":
            raise NotTrustedError("assertion")
        try:
            claims, self._signed, self._signature = decode(statement)
            self.claims = Claims.model_validate(claims)
        except (MalformedError, ValidationError):
            raise NotTrustedError("assertion") from None

    def verify(self, public_key: str, audience: str, now: float) -> None:
        """Check signature, audience and time.

        Raises:
            NotTrustedError: `signature`, `audience` or `clock`.
        """
        if not is_signed(public_key, self._signature, self._signed):
            raise NotTrustedError("signature")
        claims = self.claims
        if claims.aud != audience or claims.iss != claims.sub:
            raise NotTrustedError("audience")
        is_short = 0 < claims.exp - claims.iat <= LIFE
        if not (is_short and claims.iat - _LEEWAY <= now < claims.exp + _LEEWAY):
            raise NotTrustedError("clock")

    def belongs_to(self, method: str, path: str, body: bytes) -> None:
        """Check that it was made for this request.

        Raises:
            NotTrustedError: `request`.
        """
        if self.claims.req != request_digest(method, path, body):
            raise NotTrustedError("request")


def is_signed(public_key: str, signature: bytes, content: bytes) -> bool:
    """True when the holder of this key (base64) signed the content."""
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key, validate=True))
        key.verify(signature, content)
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True
