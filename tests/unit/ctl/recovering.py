"""An operator with a storage, a recovery key and a client on a host in memory, and what it holds."""

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyrage

from leadengine_ctl.hosts.memory_faults import MemoryFaults, faults_file
from leadengine_ctl.hosts.memory_state import MemoryState, load, save
from tests.unit.ctl.cli import Cli, Ran

IDENTITY = pyrage.x25519.Identity.generate()
RECIPIENT = str(IDENTITY.to_public())
LOCATION = "s3:https://fra1.digitaloceanspaces.com/acme-backups"


@dataclass(frozen=True)
class Desk:
    """The operator's command line, and hosts in memory behind it."""

    lectl: Cli

    def must(self, *words: str) -> Ran:
        """Run a command that has to end well."""
        ran = self.lectl(*words)
        assert ran.code == 0, f"lectl {' '.join(words)}: {ran.code}\n{ran.err}"
        return ran

    def result(self, *words: str) -> dict[str, Any]:
        """What a command came to, as JSON."""
        return self.must(*words, "--json").json[-1]

    def path(self, host: str) -> Path:
        return self.lectl.folder / "memory" / f"{host}.json"

    def state(self, host: str = "one") -> MemoryState:
        return load(self.path(host))

    def database(self, host: str = "one", client: str = "acme") -> str:
        """What the database of a client holds."""
        return self.state(host).stacks[client].data.get("database", "")

    def write(self, text: str, host: str = "one", client: str = "acme") -> None:
        """Let visitors change all three parts of a client's data."""
        state = self.state(host)
        stack = state.stacks[client]
        data = {"database": text, "files": text, "vectors": text}
        changed = stack.model_copy(update={"data": data})
        stacks = {**state.stacks, client: changed}
        save(self.path(host), state.model_copy(update={"stacks": stacks}))

    @contextmanager
    def faults(self, host: str = "one", **faults: object) -> Iterator[None]:
        """Let a host fail for a while."""
        path = faults_file(self.path(host))
        path.write_text(MemoryFaults.model_validate(faults).model_dump_json())
        yield
        path.unlink()

    def backup(self) -> str:
        """The id of a new point."""
        return str(self.result("backup", "acme")["point"]["id"])


_FURNISHED: dict[str, Path] = {}
"""The data folder of a desk that was furnished once in this process: the others are copies of it."""


def furnish(lectl: Cli) -> Desk:
    """A storage outside, a recovery key, and acme live with data in it."""
    desk = Desk(lectl)
    if "folder" in _FURNISHED:
        # The keys that sign releases lie beside the data.
        for name in ("data", "stick"):
            shutil.rmtree(lectl.folder.parent / name)
            shutil.copytree(_FURNISHED["folder"] / name, lectl.folder.parent / name)
        return desk
    _furnish(desk)
    kept = Path(tempfile.mkdtemp(prefix="desk-"))
    for name in ("data", "stick"):
        shutil.copytree(lectl.folder.parent / name, kept / name)
    atexit.register(shutil.rmtree, kept, ignore_errors=True)
    _FURNISHED["folder"] = kept
    return desk


def _furnish(desk: Desk) -> None:
    desk.must("recovery", "add", RECIPIENT)
    desk.must("storage", "add", "spaces", LOCATION, "--user", "DO00EXAMPLE")
    desk.must("deploy", "acme", "leads.acme.test", "--host", "memory://one")
    desk.write("monday")
