"""The secrets of a stack: made here once, kept as files, mounted one by one.

Files are 0640, owned by root and the group of the application's containers, in a folder only root
may enter: what no container mounts, nobody but root reads.
"""

import hashlib
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from pydantic import SecretStr

from leadengine_agent.files import write_atomically
from leadengine_agent.layout import APP_GROUP
from leadengine_agent.protocol import SecretName
from leadengine_agent.rendering import SECRET_FILES


class Vault:
    """The secrets folder of one stack."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def ensure(self) -> None:
        """Make what is missing; never change what is there."""
        owner = self._once("db_owner_password", lambda: secrets.token_hex(24))
        app = self._once("db_app_password", lambda: secrets.token_hex(24))
        redis = self._once("redis_password", lambda: secrets.token_hex(24))
        self._once("session_secret", lambda: secrets.token_hex(32))
        self._once("admin_password", lambda: secrets.token_urlsafe(12))
        self._write("database_url", f"postgresql://leadengine_app:{app}@db:5432/leadengine")
        self._write("migration_database_url", f"postgresql://le:{owner}@db:5432/leadengine")
        self._write("redis_url", f"redis://leadengine:{redis}@redis:6379/0")
        self._write("redis_acl", _redis_acl(redis))
        for name in SecretName:
            self._once(name.value, lambda: "")

    def accept(self, given: Mapping[SecretName, SecretStr]) -> None:
        """Keep what the operator handed over."""
        for name, value in given.items():
            self._write(name.value, value.get_secret_value())

    def digest(self) -> str:
        """Changes when a secret changes that the running containers were given."""
        whole = hashlib.sha256()
        for name in SECRET_FILES:
            if name != "admin_password":
                whole.update(f"{name}={self.read(name)}\n".encode())
        return whole.hexdigest()

    def read(self, name: str) -> str:
        path = self._folder / name
        return path.read_text() if path.exists() else ""

    def forget_admin_password(self) -> None:
        """Empty the first password after it was shown; the account keeps its hash."""
        self._write("admin_password", "")

    def _once(self, name: str, make: Callable[[], str]) -> str:
        path = self._folder / name
        if not path.exists():
            self._write(name, make())
        return path.read_text()

    def _write(self, name: str, value: str) -> None:
        write_atomically(self._folder / name, value, mode=0o640, group=APP_GROUP)


def _redis_acl(password: str) -> str:
    """Two users: anybody on the data network may ask whether Redis lives; only the app may work."""
    hashed = hashlib.sha256(password.encode()).hexdigest()
    return (
        "user default on nopass resetkeys resetchannels -@all +ping\n"
        f"user leadengine on #{hashed} ~* &* +@all -@admin -@dangerous -@scripting +info"
        " +client|setinfo +client|setname\n"
    )
