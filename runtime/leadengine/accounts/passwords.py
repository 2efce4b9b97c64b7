"""Passwords: kept as argon2id, checked in constant effort."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MIN_LENGTH = 12
MAX_LENGTH = 200

# Each hash takes 64 MiB for its while: strangers who sign in all at once must not take all there is.
AT_ONCE = 2

_T = TypeVar("_T")
_hasher = PasswordHasher()
_workers = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="password")
# Checked when nobody has the address, so that an answer takes the same time for everybody.
_NOBODY = _hasher.hash("nobody")


class WeakPasswordError(ValueError):
    """The chosen password is refused; the text says why."""


async def hash_password(password: str) -> str:
    """The argon2id hash of `password`, made beside the event loop: it takes tens of milliseconds."""
    return await _beside(_hasher.hash, password)


async def verify_password(stored: str | None, password: str) -> bool:
    """Whether `password` is the one behind `stored`; None stands for an unknown account."""
    matches = await _beside(_verify, _NOBODY if stored is None else stored, password)
    return matches and stored is not None


async def _beside(work: Callable[..., _T], *values: str) -> _T:
    return await asyncio.get_running_loop().run_in_executor(_workers, work, *values)


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
