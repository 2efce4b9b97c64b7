"""The secrets of a stack: made here once, kept as files, mounted one by one.

Files are 0640, owned by root and the group of the application's containers, in a folder only root
may enter: what no container mounts, nobody but root reads.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

from pydantic import SecretStr

from leadengine_agent.failures import TaskFailure
from leadengine_agent.files import write_atomically
from leadengine_agent.layout import APP_GROUP
from leadengine_agent.protocol import FailureCode, SecretName
from leadengine_agent.rendering import SECRET_FILES

_AUTHORITIES = "/run/secrets/data_authorities"
"""Where containers find who signs for database and Redis."""


class Vault:
    """The secrets folder of one stack."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def ensure(self, *, elsewhere: bool) -> None:
        """Make what is missing; never change what is there.

        Args:
            elsewhere: database and Redis are found by URLs that were accepted before.

        Raises:
            TaskFailure: there are none.
        """
        if elsewhere:
            # Other machines of the stack have to make the same.
            for name in ("db_app_password", "session_secret"):
                self._write(name, _derived(self._given(SecretName.SHARED_SECRET), name))
        owner = self._once("db_owner_password", lambda: secrets.token_hex(24))
        app = self._once("db_app_password", lambda: secrets.token_hex(24))
        redis = self._once("redis_password", lambda: secrets.token_hex(24))
        self._once("session_secret", lambda: secrets.token_hex(32))
        self._once("admin_password", lambda: secrets.token_urlsafe(12))
        as_owner = f"postgresql://le:{owner}@db:5432/leadengine"
        to_redis = f"redis://leadengine:{redis}@redis:6379/0"
        if elsewhere:
            as_owner = self._given(SecretName.DATABASE_ELSEWHERE)
            to_redis = self._given(SecretName.REDIS_ELSEWHERE)
            if self.read(SecretName.DATA_AUTHORITIES.value):
                as_owner, to_redis = _proven_database(as_owner), _proven_redis(to_redis)
        self._write("database_url", as_application(as_owner, app))
        self._write("migration_database_url", as_owner)
        self._write("redis_url", to_redis)
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

    def _given(self, name: SecretName) -> str:
        value = self.read(name.value)
        if not value:
            raise TaskFailure(
                FailureCode.REFUSED,
                f"The stack's data is elsewhere, and there is no secret '{name.value}'.",
                "Its addresses and what its machines share come with the order.",
                "Set LECTL_CLOUD_DATABASE_URL and LECTL_CLOUD_REDIS_URL and run it again.",
            )
        return value

    def _once(self, name: str, make: Callable[[], str]) -> str:
        path = self._folder / name
        if not path.exists():
            self._write(name, make())
        return path.read_text()

    def _write(self, name: str, value: str) -> None:
        write_atomically(self._folder / name, value, mode=0o640, group=APP_GROUP)


def _derived(shared: str, name: str) -> str:
    return hmac.new(shared.encode(), name.encode(), "sha256").hexdigest()


def _proven_database(url: str) -> str:
    """The same database, if its certificate is good for its name; however else it was to be reached."""
    parts = urlsplit(url)
    asked = [pair for pair in parse_qsl(parts.query) if pair[0] not in {"sslmode", "sslrootcert"}]
    query = urlencode([*asked, ("sslmode", "verify-full"), ("sslrootcert", _AUTHORITIES)], safe="/")
    return parts._replace(query=query).geturl()


def _proven_redis(url: str) -> str:
    """The same Redis, if its certificate is good for its name."""
    wanted = {"ssl_cert_reqs": "required", "ssl_check_hostname": "true"}
    return f"{url}?{urlencode({**wanted, 'ssl_ca_certs': _AUTHORITIES}, safe='/')}"


def as_application(url: str, password: str) -> str:
    """The same database, for the role that row-level security binds; the migration gives it this password."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"leadengine_app:{password}@{place}").geturl()


def _redis_acl(password: str) -> str:
    """Two users: anybody on the data network may ask whether Redis lives; only the app may work."""
    hashed = hashlib.sha256(password.encode()).hexdigest()
    return (
        "user default on nopass resetkeys resetchannels -@all +ping\n"
        f"user leadengine on #{hashed} ~* &* +@all -@admin -@dangerous -@scripting +info"
        " +client|setinfo +client|setname\n"
    )
