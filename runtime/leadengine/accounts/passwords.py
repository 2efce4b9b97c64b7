"""Passwords: kept as argon2id, checked in constant effort."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MIN_LENGTH = 12
MAX_LENGTH = 200

_hasher = PasswordHasher()
# Checked when nobody has the address, so that an answer takes the same time for everybody.
_NOBODY = _hasher.hash("nobody")


class WeakPasswordError(ValueError):
    """The chosen password is refused; the text says why."""


async def hash_password(password: str) -> str:
    """The argon2id hash of `password`, made beside the event loop: it takes tens of milliseconds."""
    return await asyncio.to_thread(_hasher.hash, password)


async def verify_password(stored: str | None, password: str) -> bool:
    """Whether `password` is the one behind `stored`; None stands for an unknown account."""
    matches = await asyncio.to_thread(_verify, _NOBODY if stored is None else stored, password)
    return matches and stored is not None


def _verify(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def check_choice(password: str, repeated: str, email: str) -> None:
    """Accept a password a person chose.

    Raises:
        WeakPasswordError: with one sentence for the person.
    """
    if password != repeated:
        raise WeakPasswordError("The two passwords are not the same.")
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise WeakPasswordError(f"Use {MIN_LENGTH} to {MAX_LENGTH} characters.")
    if len(set(password)) < 5 or password.lower() == email.lower():
        raise WeakPasswordError("That is too easy to guess. A few unrelated words work well.")
