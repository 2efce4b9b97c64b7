"""One-time codes of an authenticator app (TOTP), each taken once."""

import hmac
import time

import pyotp
import segno
from pydantic import SecretStr

_STEP = 30
_TOLERANCE = 1
"""Steps that a phone's clock may be off."""


def new_seed() -> SecretStr:
    return SecretStr(pyotp.random_base32())


def step_of(seed: SecretStr, code: str, at: float | None = None) -> int | None:
    """The time step that a code belongs to; None: it is wrong."""
    now = int((time.time() if at is None else at) // _STEP)
    totp = pyotp.TOTP(seed.get_secret_value())
    given = code.replace(" ", "")
    for step in range(now - _TOLERANCE, now + _TOLERANCE + 1):
        if hmac.compare_digest(totp.generate_otp(step), given):
            return step
    return None


def picture(seed: SecretStr, email: str) -> str:
    """The seed as a QR code in SVG, for the app's camera."""
    address = pyotp.TOTP(
        seed.get_secret_value(), name=email, issuer="LeadEngine"
    ).provisioning_uri()
    drawing: str = segno.make(address, error="m").svg_inline(scale=4, border=3, svgclass="qr")
    return drawing
