"""The second step of a sign-in: who has passed the first one, and whether a code is right."""

import hashlib
import hmac
import time
from uuid import UUID

from leadengine.accounts.store import User
from leadengine.accounts.tokens import token_hash
from leadengine.accounts.totp import matching_step, secret_of
from leadengine.database import Connection

_PENDING_SECONDS = 300


def pending(session_secret: str, user: UUID, now: float | None = None) -> str:
    """Proof, for five minutes, that somebody knew the password of an account."""
    until = int(time.time() if now is None else now) + _PENDING_SECONDS
    return f"{user}.{until}.{_seal(session_secret, user, until)}"


def passed(session_secret: str, proof: str, now: float | None = None) -> UUID | None:
    """Whose password was known; None when the proof is too old or not ours."""
    user_text, _, rest = proof.partition(".")
    until_text, _, seal = rest.partition(".")
    try:
        user, until = UUID(user_text), int(until_text)
    except ValueError:
        return None
    fresh = until > (time.time() if now is None else now)
    right = hmac.compare_digest(_seal(session_secret, user, until).encode(), seal.encode())
    return user if fresh and right else None


async def accepts(connection: Connection, session_secret: str, user: User, code: str) -> bool:
    """Whether a code is right, and not used before; runs in a tenant's transaction."""
    if user.totp_nonce is None:
        return False
    secret = secret_of(session_secret, user.id, user.totp_nonce)
    step = matching_step(secret, code, user.totp_step)
    if step is not None:
        cursor = await connection.execute(
            "UPDATE users SET totp_step = %s WHERE id = %s AND totp_step < %s",
            (step, user.id, step),
        )
        return cursor.rowcount == 1
    cursor = await connection.execute(
        "DELETE FROM recovery_codes WHERE user_id = %s AND code_hash = %s",
        (user.id, token_hash(code.strip().lower())),
    )
    return cursor.rowcount == 1


def _seal(session_secret: str, user: UUID, until: int) -> str:
    material = f"second factor:{user}:{until}".encode()
    return hmac.new(session_secret.encode(), material, hashlib.sha256).hexdigest()
