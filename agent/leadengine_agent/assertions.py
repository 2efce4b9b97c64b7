"""Signed statements in the compact form of RFC 7519, with Ed25519 (RFC 8037): pure, on bytes and dicts.

Whoever signs and whoever verifies brings the key; this module knows the shape alone.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Callable
from typing import Any

_HEADER = {"alg": "EdDSA", "typ": "JWT"}
LONGEST = 4000
"""Characters of a statement that anybody reads."""


class MalformedError(ValueError):
    """The text is no signed statement of ours."""


def encode(claims: dict[str, Any], sign: Callable[[bytes], bytes]) -> str:
    """A signed statement; `sign` gives the 64 bytes of the signature."""
    body = f"{_part(json.dumps(_HEADER).encode())}.{_part(json.dumps(claims).encode())}"
    return f"{body}.{_part(sign(body.encode()))}"


def decode(statement: str) -> tuple[dict[str, Any], bytes, bytes]:
    """The claims, the bytes that were signed, and the signature. Nothing is verified here.

    Raises:
        MalformedError: it is not one, or names another algorithm than ours.
    """
    parts = statement.split(".")
    if len(statement) > LONGEST or len(parts) != 3:
        raise MalformedError("not a signed statement")
    header, claims, signature = (_whole(part) for part in parts)
    try:
        kind, said = json.loads(header), json.loads(claims)
    except ValueError as error:
        raise MalformedError("not a signed statement") from error
    # The sender does not choose the algorithm, not even between two good ones.
    if kind != _HEADER or not isinstance(said, dict):
        raise MalformedError("not a statement of this kind")
    return said, f"{parts[0]}.{parts[1]}".encode(), signature


def request_digest(method: str, path: str, body: bytes) -> str:
    """What binds an assertion to one request: a stolen one cannot be used for another."""
    return digest(f"{method} {path}\n".encode() + body)


def digest(content: bytes) -> str:
    return _part(hashlib.sha256(content).digest())


def _part(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _whole(part: str) -> bytes:
    try:
        return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedError("not a signed statement") from error
