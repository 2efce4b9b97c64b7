"""Passwords of people: kept as argon2id, checked in constant effort."""

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from pydantic import SecretStr

from leadengine_ctl.errors import UsageError

MIN_LENGTH = 12
MAX_LENGTH = 200

# Each hash takes 64 MiB for its while: strangers who sign in all at once must not take all there is.
_at_once = threading.BoundedSemaphore(2)
_hasher = PasswordHasher()
# Checked when nobody has the address, so that an answer takes the same time for everybody.
_NOBODY = _hasher.hash("nobody")


def hash_password(password: str) -> str:
    with _at_once:
        return _hasher.hash(password)


def is_right(stored: SecretStr | None, password: str) -> bool:
    """Whether this is the password behind a hash; None stands for somebody unknown."""
    try:
        with _at_once:
            hashed = stored.get_secret_value() if stored else _NOBODY
            return _hasher.verify(hashed, password[:MAX_LENGTH]) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def check_choice(password: str, repeated: str, email: str) -> None:
    """Accept a password that a person chose.

    Raises:
        UsageError: it is too easy to guess, or was typed in two ways.
    """
    if password != repeated:
        raise UsageError("The two passwords are not the same")
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise UsageError(f"A password has {MIN_LENGTH} to {MAX_LENGTH} characters")
    if len(set(password)) < 5 or password.lower() == email.lower():
        raise UsageError("That is too easy to guess", "", "A few unrelated words work well.")
