"""Secrets at rest: a key file only its owner can read, and text sealed with it."""

import os
import tempfile
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from pydantic import SecretStr

from leadengine_ctl.errors import LeadEngineError, NotAllowedError


class KeyRing:
    """The operator's keys: the first one seals, every one opens. To rotate, put a new key on top."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fernet: MultiFernet | None = None

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

    def _keys(self) -> MultiFernet:
        if self._fernet is None:
            self._fernet = _load(self._path)
        return self._fernet


def _load(path: Path) -> MultiFernet:
    if not path.exists():
        _create(path)
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


def _create(path: Path) -> None:
    """Write a new key; when two processes try at once, the first one's key stays."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, temporary = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(Fernet.generate_key() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(temporary, path)
    except FileExistsError:
        return
    finally:
        Path(temporary).unlink()
