"""Is a message from the payment server? The scheme is Stripe's: docs.stripe.com/webhooks/signature.

The header is `t=<seconds>,v1=<hex>,v1=<hex>,v0=…`: the moment of signing, and HMAC-SHA256 of
`<seconds>.<body>` with the endpoint's secret, once for each secret that is valid. Other schemes are passed
over.
"""

import hashlib
import hmac

TOLERANCE = 300
"""Seconds between their clock and ours, either way."""

_LONGEST = 2000
"""No header of theirs is longer: each secret adds 68 characters."""


def is_signed(header: str, body: bytes, secrets: tuple[str, ...], now: float) -> bool:
    """True: the body was signed with one of the secrets within the tolerance.

    Every signature is compared with every secret in constant time, whichever fits.
    """
    if len(header) > _LONGEST:
        return False
    parts = [part.strip().partition("=") for part in header.split(",")]
    moments = [value for name, _, value in parts if name == "t"]
    given = [value for name, _, value in parts if name == "v1"]
    if len(moments) != 1 or not (moments[0].isascii() and moments[0].isdigit()):
        return False
    if len(moments[0]) > 12 or abs(now - int(moments[0])) > TOLERANCE:
        return False
    good = False
    for secret in filter(None, secrets):
        expected = sign(secret, moments[0], body)
        for each in given:
            good |= hmac.compare_digest(expected.encode(), each.encode("utf-8", "replace"))
    return good


def sign(secret: str, moment: str, body: bytes) -> str:
    """The signature of a body, as lowercase hexadecimal digits."""
    whole = moment.encode() + b"." + body
    return hmac.new(secret.encode(), whole, hashlib.sha256).hexdigest()
