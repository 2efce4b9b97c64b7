"""Random tokens: people hold them, the database holds their hashes."""

import hashlib
import hmac
import secrets


def new_token() -> str:
    """256 random bits, safe in a URL and in a cookie."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """What is stored: useless to whoever reads the table."""
    return hashlib.sha256(token.encode()).digest()


def form_token(secret: str, anchor: str) -> str:
    """A value only a page of ours can carry, bound to the cookie `anchor` of one browser."""
    return hmac.new(secret.encode(), f"form:{anchor}".encode(), hashlib.sha256).hexdigest()


def form_token_matches(secret: str, anchor: str, given: str) -> bool:
    """Whether a form came from a page made for the same browser."""
    return bool(anchor) and hmac.compare_digest(form_token(secret, anchor).encode(), given.encode())
