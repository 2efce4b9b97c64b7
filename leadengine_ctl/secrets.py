"""Secrets at rest: a key file only its owner can read, and text sealed with it."""

import hashlib
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from pydantic import SecretStr

from leadengine_ctl.durable_files import create_once, write_durably
from leadengine_ctl.errors import LeadEngineError, NotAllowedError


class KeyRing:
    """The operator's keys: the first one seals, every one opens. To rotate, a new key is put on top.

    The file is read again when it has changed: a panel that has been running for weeks must neither
    miss a new key nor go on sealing with one that is being retired.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fernet: MultiFernet | None = None
        self._seen = (0, 0)

    def seal(self, secret: SecretStr) -> str:
        return self._keys().encrypt(secret.get_secret_value().encode()).decode()

    def unseal(self, token: str) -> SecretStr:
        """Open what `seal` closed.

        Raises:
            LeadEngineError: no key of the ring fits.
        """
        try:
            return SecretStr(self._keys().decrypt(token.encode()).decode())
        except InvalidToken:
            raise LeadEngineError(
                "A stored secret cannot be read",
                f"It was sealed with a key that is not in {self._path}.",
                "Add the key it was sealed with as another line of that file.",
            ) from None

    def rotate(self) -> int:
        """Put a new key on top; how many there are now."""
        self._keys()
        old = self._path.read_text(encoding="ascii").split()
        self._replace([Fernet.generate_key().decode(), *old])
        return len(old) + 1

    def retire(self) -> int:
        """Forget all keys but the first; how many that were. What they sealed cannot be read any more."""
        first, *old = self._path.read_text(encoding="ascii").split()
        self._replace([first])
        return len(old)

    def only_newest(self) -> "KeyRing":
        """A ring that opens with the first key alone: whether the others are needed any more."""
        ring = KeyRing(self._path)
        first = self._path.read_text(encoding="ascii").split()[0]
        ring._fernet, ring._seen = MultiFernet([Fernet(first)]), _identity(self._path)
        return ring

    def _keys(self) -> MultiFernet:
        if self._fernet is None or self._seen != _identity(self._path):
            self._fernet = _load(self._path)
            self._seen = _identity(self._path)
        return self._fernet

    def _replace(self, keys: list[str]) -> None:
        """All or nothing: whoever reads at this moment sees the ring before or the ring after."""
        write_durably(self._path, "\n".join([*keys, ""]), mode=0o600)


def digest(token: str) -> str:
    """What is stored of a long random token: nobody can use what they read in the store."""
    return hashlib.sha256(token.encode()).hexdigest()


def _identity(path: Path) -> tuple[int, int]:
    try:
        stat = path.stat()
    except FileNotFoundError:
        return (0, 0)
    return stat.st_ino, stat.st_mtime_ns


def _load(path: Path) -> MultiFernet:
    if not path.exists():
        create_once(path, Fernet.generate_key() + b"\n")
    if path.stat().st_mode & 0o077:
        raise NotAllowedError(
            f"The key file {path} can be read by others",
            "Whoever reads it can open every stored secret.",
            f"Run: chmod 600 {path}",
        )
    try:
        return MultiFernet([Fernet(line) for line in path.read_text().split()])
    except ValueError as error:
        raise LeadEngineError(
            f"The key file {path} is damaged",
            "Each line is one key: 32 bytes in URL-safe base64.",
            "Bring it back from your own backup; without it stored secrets cannot be read.",
        ) from error
