"""What a host keeps for a client's recovery points, outside the stack, so that it outlives it."""

import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from leadengine_agent.files import remove_tree, write_atomically
from leadengine_agent.layout import HostLayout
from leadengine_agent.protocol import TargetCredentials
from leadengine_agent.values import ClientId, TargetName


class BackupHome:
    """The folder of one client: closed to all but root.

    Args:
        borrowed: the folder for a key that came with a kit, and goes when the task is done.
    """

    def __init__(self, host: HostLayout, client: str, *, borrowed: bool = False) -> None:
        self.client = client
        self.root = host.backups(f".kit-{client}" if borrowed else client)

    @property
    def key(self) -> Path:
        """Holds the repositories' password alone: what a one-off container gets to see."""
        return self.root / "key"

    @property
    def catalogue(self) -> Path:
        return self.root / "catalogue.jsonl"

    @property
    def staging(self) -> Path:
        """What is being restored, until it is compared."""
        return self.root / "staging"

    @property
    def pipe(self) -> Path:
        """Where one container writes a stream and another reads it."""
        return self.root / "pipe"

    def prepare(self, client_id: ClientId) -> None:
        """Make folders and key when missing.

        A client of the same name but another id is another client: what the earlier one left is put
        aside, and nothing is mixed.
        """
        known = self.note("identity").get("client_id")
        if known not in {None, client_id}:
            self.root.rename(self.root.with_name(f"{self.client}.{str(known)[:8]}"))
        for folder in (self.root, self.key):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self._password.exists():
            write_atomically(self._password, secrets.token_urlsafe(32), mode=0o600)
        self.write_note("identity", {"client_id": client_id})

    def adopt(self, client_id: ClientId, password: SecretStr) -> None:
        """Take over the key of a kit, where this host has none for the client.

        Raises:
            FileExistsError: it has another one.
        """
        if self._password.exists() and self.password() != password.get_secret_value():
            raise FileExistsError(17, "another key of this client is here", str(self._password))
        for folder in (self.root, self.key):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomically(self._password, password.get_secret_value(), mode=0o600)
        self.write_note("identity", {"client_id": client_id})

    @property
    def _password(self) -> Path:
        return self.key / "password"

    def password(self) -> str:
        """The repositories' password; empty: this host has none."""
        return self._password.read_text() if self._password.exists() else ""

    def client_id(self) -> str:
        """Whose points these are; empty: nobody's."""
        return str(self.note("identity").get("client_id", ""))

    def accept(self, given: Mapping[TargetName, TargetCredentials]) -> None:
        """Keep what the operator handed over."""
        for name, value in given.items():
            clear = {"user": value.user, "secret": value.secret.get_secret_value()}
            folder = self.root / "credentials"
            folder.mkdir(mode=0o700, exist_ok=True)
            write_atomically(folder / f"{name}.json", json.dumps(clear), mode=0o600)

    def credentials(self, name: TargetName) -> TargetCredentials | None:
        """What opens a target; None: nothing was handed over."""
        path = self.root / "credentials" / f"{name}.json"
        return TargetCredentials.model_validate_json(path.read_text()) if path.exists() else None

    def note(self, name: str) -> dict[str, Any]:
        """A small JSON note; empty when there is none."""
        path = self.root / f"{name}.json"
        found: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
        return found

    def write_note(self, name: str, value: Mapping[str, Any]) -> None:
        write_atomically(self.root / f"{name}.json", json.dumps(value), mode=0o600)

    def forget_note(self, name: str) -> None:
        (self.root / f"{name}.json").unlink(missing_ok=True)

    def clear(self) -> None:
        """Remove what a run that was killed left behind; some of it is in clear."""
        remove_tree(self.staging)
        self.clear_pipe()

    def clear_pipe(self) -> None:
        """Remove what a point that was being taken left behind."""
        remove_tree(self.pipe)
        for left in self.root.glob(".access-*"):
            remove_tree(left)

    def remove(self) -> None:
        """Forget everything."""
        remove_tree(self.root)
