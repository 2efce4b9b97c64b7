"""A PostgreSQL of its own for what comes out of a backup: no network, no rights, thrown away afterwards.

What a dump contains is run here and nowhere else. Only `pg_restore` reads it: `psql` would obey commands
in it (CVE-2025-8714, CVE-2025-8715, CVE-2026-18408).
"""

import os
import re
import secrets
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from leadengine_agent import docker
from leadengine_agent.backup.database import DATABASE, OWNER, SOCKET
from leadengine_agent.backup.errors import corrupt
from leadengine_agent.backup.names import one_off_label
from leadengine_agent.docker import ONE_OFF_LABEL, DockerError, clean_lines
from leadengine_agent.failures import TaskFailure, disk_full, tells_of_full_disk
from leadengine_agent.protocol import FailureCode

_DATA = "/var/lib/postgresql/data"
_READY = 120.0
_ROLE = re.compile(r"[a-z_][a-z0-9_]{0,62}\Z")
_BLOCK = 1 << 20
_FAST = (
    "fsync=off", "full_page_writes=off", "synchronous_commit=off", "wal_level=minimal",
    "max_wal_senders=0", "max_wal_size=2GB", "checkpoint_timeout=30min", "autovacuum=off",
    "maintenance_work_mem=192MB", "listen_addresses=127.0.0.1", "password_encryption=scram-sha-256",
)  # fmt: skip
"""Nothing here has to survive a power cut: who keeps the files writes them out afterwards."""


class Scratch:
    """The container, as a context.

    Args:
        image: of the stack's database.
        folder: of the host, where its files are kept; None: they go with the container.
    """

    def __init__(self, client: str, image: str, folder: Path | None = None) -> None:
        self._client = client
        self._image = image
        self._folder = folder
        self.container = f"leadengine-{client}-scratch-{secrets.token_hex(4)}"

    def __enter__(self) -> Self:
        mount = f"type=bind,source={self._folder},target={_DATA}"
        if self._folder is None:
            mount = f"type=volume,target={_DATA}"
        settings = [word for each in _FAST for word in ("-c", each)]
        docker.docker(
            "run", "--detach", "--name", self.container, "--init", "--read-only",
            "--cap-drop", "ALL", "--security-opt", "no-new-privileges:true", "--network", "none",
            "--user", "999:999", "--pids-limit", "128", "--memory", "1g", "--shm-size", "128m",
            "--cpu-shares", "256", "--log-driver", "local",
            "--label", f"{ONE_OFF_LABEL}={one_off_label(self._client)}",
            "--tmpfs", "/tmp:mode=1777,size=64m",  # noqa: S108 - the container's own
            "--tmpfs", "/var/run/postgresql:mode=0775,uid=999,gid=999,size=1m",
            "--mount", mount, "--env", "POSTGRES_DB", "--env", "POSTGRES_USER",
            "--env", "POSTGRES_PASSWORD", "--env", "POSTGRES_INITDB_ARGS", "--env", "PGDATA",
            self._image, "postgres", *settings,
            environment={
                "POSTGRES_DB": DATABASE,
                "POSTGRES_USER": OWNER,
                "POSTGRES_PASSWORD": secrets.token_hex(16),
                "POSTGRES_INITDB_ARGS": "--data-checksums --auth-host=scram-sha-256 --no-sync",
                "PGDATA": f"{_DATA}/pgdata",
            },
        )  # fmt: skip
        try:
            self._wait()
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.remove()

    def remove(self) -> None:
        with suppress(DockerError):
            docker.docker("rm", "--force", "--volumes", self.container)

    def stop(self) -> None:
        """Shut down in order, so that the files are whole."""
        docker.docker("stop", "--time", "300", self.container, timeout=330)

    def roles(self, names: tuple[str, ...]) -> None:
        """Make who a dump grants rights to; nobody of them can sign in yet."""
        if wrong := [name for name in names if not _ROLE.match(name)]:
            raise corrupt("the backup", (), f"It names a role as no stack has one: {wrong[0]!r}.")
        self.psql("".join(f"CREATE ROLE {name} NOLOGIN;\n" for name in names))

    def psql(self, statements: str) -> str:
        """Run statements of our own. Passwords in them go through standard input and into no log."""
        quiet = "SET log_statement = 'none'; SET log_min_error_statement = 'panic';\n"
        return docker.docker(
            "exec", "--interactive", self.container, "psql", "--no-psqlrc", "--quiet",
            "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1", "--host", SOCKET,
            "--username", OWNER, "--dbname", DATABASE, stdin=quiet + statements, timeout=600,
        )  # fmt: skip

    def restore(self, dump: IO[bytes], passed: "Passed") -> None:
        """Let `pg_restore` read a dump to its end, in one transaction.

        Raises:
            TaskFailure: it cannot be restored.
        """
        words = (
            "docker", "exec", "--interactive", self.container, "pg_restore", "--exit-on-error",
            "--single-transaction", "--no-password", "--host", SOCKET, "--username", OWNER,
            "--dbname", DATABASE,
        )  # fmt: skip
        code, lines = feed(words, dump, passed)
        if code != 0:
            raise self._refused(lines)

    def _refused(self, lines: tuple[str, ...]) -> TaskFailure:
        said = "\n".join(lines)
        if tells_of_full_disk(said):
            return disk_full("The database that is being restored could not grow.", lines)
        last = next((line for line in lines if "error" in line.lower()), "it ended early")
        return corrupt("the backup", lines, f"The dump cannot be restored: {last[:300]}")

    def _wait(self) -> None:
        end = time.monotonic() + _READY
        words = ("pg_isready", "-q", "-h", "127.0.0.1", "-U", OWNER, "-d", DATABASE)
        while True:
            try:
                docker.docker("exec", self.container, *words, timeout=15)
            except DockerError as error:
                if time.monotonic() > end or not self._runs():
                    raise self._unready() from error
                time.sleep(0.2)
            else:
                return

    def _runs(self) -> bool:
        found = docker.inspect(self.container)
        return found is not None and bool(found["State"]["Running"])

    def _unready(self) -> TaskFailure:
        done = subprocess.run(
            ("docker", "logs", "--tail", "20", self.container),
            capture_output=True, text=True, errors="replace", timeout=30, check=False,
        )  # fmt: skip
        lines = clean_lines(done.stdout + done.stderr)
        if tells_of_full_disk("\n".join(lines)):
            return disk_full("A database to restore into could not be made.", lines)
        return TaskFailure(
            FailureCode.UNHEALTHY,
            "A database to restore into could not be started.",
            lines[-1] if lines else "It did not become ready in time.",
            "Nothing that serves was touched. Its last log lines are below.",
            lines,
        )


class Passed:
    """How many bytes went by; told to somebody now and then."""

    def __init__(self) -> None:
        self.bytes = 0

    def add(self, number: int) -> None:
        self.bytes += number


def feed(words: tuple[str, ...], source: IO[bytes], passed: Passed) -> tuple[int, tuple[str, ...]]:
    """Start a program with a stream as standard input; its exit code and last lines.

    The bytes go from pipe to pipe inside the kernel.
    """
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=said, stderr=said)
        assert process.stdin is not None  # noqa: S101 - asked for above
        try:
            while moved := os.splice(source.fileno(), process.stdin.fileno(), _BLOCK):
                passed.add(moved)
        except BrokenPipeError:
            # It ended early; its own words say why.
            pass
        finally:
            with suppress(BrokenPipeError):
                process.stdin.close()
        code = process.wait(timeout=6 * 3600)
        said.seek(0)
        return code, clean_lines(said.read().decode("utf-8", "replace"), 60)
