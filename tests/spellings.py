"""How a secret may be written where nobody should see it."""

import base64
import urllib.parse
from collections.abc import Mapping


def spellings(secret: str) -> set[bytes]:
    """A secret as it is, in base64, in hexadecimal and as part of a URL."""
    raw = secret.encode()
    return {
        raw,
        base64.b64encode(raw).rstrip(b"="),
        raw.hex().encode(),
        urllib.parse.quote(secret, safe="").encode(),
    }


def found_in(text: bytes, secrets: Mapping[str, str]) -> list[str]:
    """The names of the secrets that stand there, however they are written."""
    return [
        name
        for name, secret in secrets.items()
        if any(spelling in text for spelling in spellings(secret))
    ]
