"""How a receiver knows that a delivery is ours, and of now."""

import hashlib
import hmac

HEADER = "X-LeadEngine-Signature"


def secret_of(session_secret: str, nonce: bytes) -> str:
    """The secret of one webhook: shown to its owner, and not in the database."""
    material = hmac.new(session_secret.encode(), b"webhook:" + nonce, hashlib.sha256)
    return f"whsec_{material.hexdigest()}"


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """The header's value: the moment, and HMAC-SHA256 over `<moment>.<body>`."""
    material = f"{timestamp}.".encode() + body
    digest = hmac.new(secret.encode(), material, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={digest}"


def verifies(secret: str, header: str, body: bytes, now: int, tolerance: int = 300) -> bool:
    """What a receiver does; a delivery of more than five minutes ago is a repetition by somebody else."""
    parts = dict(part.partition("=")[::2] for part in header.split(","))
    moment = parts.get("t", "")
    if not moment.isdigit() or abs(now - int(moment)) > tolerance:
        return False
    return hmac.compare_digest(signature(secret, int(moment), body), header)
