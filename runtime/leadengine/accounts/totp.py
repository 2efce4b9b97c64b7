"""Codes of an authenticator app (RFC 6238), and the codes for a day without the telephone.

The secret is worked out from the stack's session secret and a random value of the account: whoever
reads the table alone cannot make codes.
"""

import base64
import hashlib
import hmac
import secrets
import struct
import time
from urllib.parse import quote
from uuid import UUID

STEP_SECONDS = 30
DIGITS = 6
_DRIFT = 1
RECOVERY_CODES = 8


def new_nonce() -> bytes:
    """The random value of an account."""
    return secrets.token_bytes(20)


def secret_of(session_secret: str, user: UUID, nonce: bytes) -> bytes:
    """What the authenticator app is given."""
    material = b"totp:" + user.bytes + nonce
    return hmac.new(session_secret.encode(), material, hashlib.sha256).digest()[:20]


def code_at(secret: bytes, step: int) -> str:
    """The code of one step of half a minute."""
    digest = hmac.new(secret, struct.pack(">Q", step), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def matching_step(secret: bytes, code: str, used: int, now: float | None = None) -> int | None:
    """The step a code belongs to: this one or a neighbour, and later than the one used last."""
    given = "".join(char for char in code if char.isdigit())
    current = int((time.time() if now is None else now) // STEP_SECONDS)
    for step in range(current - _DRIFT, current + _DRIFT + 1):
        if step > used and hmac.compare_digest(code_at(secret, step), given):
            return step
    return None


def text_of(secret: bytes) -> str:
    """For typing it in: letters and digits in groups of four."""
    plain = base64.b32encode(secret).decode()
    return " ".join(plain[at : at + 4] for at in range(0, len(plain), 4))


def address_of(secret: bytes, email: str, issuer: str) -> str:
    """For the picture that a telephone reads."""
    plain = base64.b32encode(secret).decode()
    return f"otpauth://totp/{quote(issuer)}:{quote(email)}?secret={plain}&issuer={quote(issuer)}"


def new_recovery_codes() -> tuple[str, ...]:
    """Each works once in place of a code."""
    return tuple(f"{secrets.token_hex(3)}-{secrets.token_hex(3)}" for _ in range(RECOVERY_CODES))
