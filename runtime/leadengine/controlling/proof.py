"""Who asks from inside a container of the stack shows that they can read its secret.

Standard library only, and little of it: the command that asks is to start at once.
"""

import hmac

_FOR = b"leadengine-admin"


def proof_of(secret: str) -> str:
    """What stands behind `Bearer` in a request from inside."""
    return hmac.new(secret.encode(), _FOR, "sha256").hexdigest()


def is_proof(secret: str, authorization: str) -> bool:
    """Whether a header `Authorization` is that of somebody who knows the secret."""
    return hmac.compare_digest(authorization.encode(), f"Bearer {proof_of(secret)}".encode())
