"""restic on one repository, each time in a one-off container that sees this repository's key alone."""

import contextlib
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from leadengine_agent import docker
from leadengine_agent.backup.errors import ResticError, storage_failure
from leadengine_agent.backup.names import one_off_label
from leadengine_agent.backup.targets import Access
from leadengine_agent.docker import ONE_OFF_LABEL, clean_lines
from leadengine_agent.values import TargetName

Progress = Callable[[int, int], None]
"""Takes bytes done and the estimate of all."""

_BASE = ("--json", "--no-cache", "--quiet")
_QUICK = 180.0
_LONG = 6 * 3600.0
_STALL = 900.0
"""Seconds without a byte after which storage counts as gone. Sending the last ones takes a while, too."""

_MEMORY = "768m"


def quiet(_done: int, _total: int) -> None:
    """Tells nobody."""


@dataclass(frozen=True)
class Restic:
    """One repository of one client.

    Attributes:
        target: what the client calls it, for people.
        key: folder on the host with the file `password`.
        scratch: folder on the host in which short-lived files may lie.
    """

    client: str
    target: TargetName
    access: Access
    key: Path
    scratch: Path
    sources: tuple[tuple[Path, str, str], ...] = field(default=())

    def __call__(self, *words: str, timeout: float = _QUICK) -> list[dict[str, Any]]:
        """Run one command to its end; the JSON objects it printed.

        Raises:
            TaskFailure: it failed; the words say whose fault it is.
        """
        try:
            return self.attempt(*words, timeout=timeout)
        except ResticError as error:
            raise storage_failure(self.target, error) from error

    def attempt(self, *words: str, timeout: float = _QUICK) -> list[dict[str, Any]]:
        """As calling it, but with restic's own words. Raises ResticError."""
        with self._container(words) as argv:
            text = _run(argv, timeout, self._environment())
        return list(objects(text))

    def read(self, *words: str, timeout: float = _LONG) -> bytes:
        """Run one command and return its standard output as it is. Raises ResticError."""
        with self._container(words) as argv:
            return _run(argv, timeout, self._environment()).encode("utf-8", "surrogateescape")

    @contextmanager
    def opened(self, *words: str) -> Iterator[IO[bytes]]:
        """A file of the repository as a stream.

        Raises:
            TaskFailure: at the end, when restic did not end well: what was read is worth nothing.
        """
        with self._container(words) as argv, tempfile.TemporaryFile() as said:
            environment = {**os.environ, **self._environment()}
            process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=said, env=environment)
            assert process.stdout is not None  # noqa: S101 - asked for above
            try:
                yield process.stdout
                code = process.wait(timeout=60)
            finally:
                process.kill()
                process.stdout.close()
                process.wait()
            said.seek(0)
            if code != 0:
                lines = clean_lines(said.read().decode("utf-8", "replace"))
                raise storage_failure(self.target, ResticError(code, lines))

    def store(
        self, name: str, tags: tuple[str, ...], pipe: str, progress: Progress, total: int
    ) -> "Storing":
        """Begin to store what will be written into a pipe; see `Storing`."""
        words = (
            "backup", "--stdin-filename", name, "--host", self.client, "--tag", ",".join(tags),
            "--retry-lock", "10m", "--stdin-from-command", "--",
            "leadengine-agent", "receive", pipe, "/pipe/verdict",
        )  # fmt: skip
        return Storing(self, words, progress, total)

    def _environment(self) -> dict[str, str]:
        # How often a running backup says how far it is.
        return {**self.access.environment, "RESTIC_PROGRESS_FPS": "2"}

    @contextmanager
    def _container(self, words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        """The words that start the container; what opens the storage lies in files only meanwhile."""
        container = f"leadengine-{self.client}-restic-{os.urandom(4).hex()}"
        with tempfile.TemporaryDirectory(dir=self.scratch, prefix=".access-") as folder:
            for name, content in self.access.files.items():
                path = Path(folder) / name
                path.touch(mode=0o600)
                path.write_text(content)
            try:
                yield self._argv(container, Path(folder), words)
            except BaseException:
                # Without the program that started it the container would go on.
                with contextlib.suppress(docker.DockerError):
                    docker.docker("rm", "--force", container)
                raise

    def _argv(self, container: str, folder: Path, words: tuple[str, ...]) -> tuple[str, ...]:
        mounts = [(self.key, "/key", "ro"), (folder, "/access", "ro"), *self.sources]
        if self.access.folder:
            mounts.append((self.access.folder, str(self.access.folder), "rw"))
        binds = [word for each in mounts for word in _bind(*each)]
        names = [word for name in self._environment() for word in ("--env", name)]
        return (
            "docker", "run", "--rm", "--name", container, "--init", "--read-only", "--cap-drop", "ALL",
            # Root without capabilities cannot read what belongs to others, and files do.
            "--cap-add", "DAC_OVERRIDE", "--security-opt", "no-new-privileges:true",
            "--pids-limit", "256", "--memory", _MEMORY, "--cpu-shares", "256",
            # `repair packs` leaves copies where it works; they go with the container.
            "--tmpfs", "/tmp:mode=1777", "--workdir", "/tmp", "--log-driver", "none",  # noqa: S108
            "--hostname", f"leadengine-{self.client}", "--network", self.access.network,
            "--label", f"{ONE_OFF_LABEL}={one_off_label(self.client)}",
            "--entrypoint", "restic", *binds, *names, docker.own_image(),
            "--repo", self.access.repository, "--password-file", "/key/password",
            *self.access.words, *_BASE, *words,
        )  # fmt: skip


def _bind(path: Path, inside: str, mode: str) -> tuple[str, str]:
    """Unlike `--volume`, this fails where the folder is missing: an unmounted disk is no empty one."""
    readonly = ",readonly" if mode == "ro" else ""
    return "--mount", f"type=bind,source={path},target={inside}{readonly}"


class Storing:
    """A `restic backup` that waits for its pipe; used as a context, then asked for its `snapshot`."""

    def __init__(
        self, restic: Restic, words: tuple[str, ...], progress: Progress, total: int
    ) -> None:
        self._restic = restic
        self._words = words
        self._progress = progress
        self._total = total
        self._stack = contextlib.ExitStack()
        self._done = 0
        self.summary: dict[str, Any] = {}

    def __enter__(self) -> "Storing":
        argv = self._stack.enter_context(self._restic._container(self._words))
        # A progress line is only printed without --quiet.
        argv = tuple(word for word in argv if word != "--quiet")
        self._said = self._stack.enter_context(tempfile.TemporaryFile())
        environment = {**os.environ, **self._restic._environment()}
        self._process = subprocess.Popen(
            argv, stdout=subprocess.PIPE, stderr=self._said, env=environment, text=True
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        if self._process.stdout:
            self._process.stdout.close()
        self._process.wait()
        self._stack.__exit__(kind, error, trace)

    def is_running(self) -> bool:
        return self._process.poll() is None

    def finish(self) -> dict[str, Any]:
        """Follow it to its end; restic's summary with `snapshot_id`.

        Raises:
            ResticError: no snapshot was made.
        """
        assert self._process.stdout is not None  # noqa: S101 - asked for above
        moved, since = -1, time.monotonic()
        for line in self._process.stdout:
            done = self._look_at(line)
            if done != moved:
                moved, since = done, time.monotonic()
            elif time.monotonic() - since > _STALL:
                raise ResticError(124, (f"no answer within {_STALL:.0f} s: no byte moved",))
        code = self._process.wait()
        if code != 0 or not self.summary.get("snapshot_id"):
            self._said.seek(0)
            lines = clean_lines(self._said.read().decode("utf-8", "replace"))
            raise ResticError(code, lines)
        return self.summary

    def _look_at(self, line: str) -> int:
        """Take in what restic says; how many bytes it has read."""
        for found in objects(line):
            if found.get("message_type") == "status":
                self._done = int(found.get("bytes_done", 0))
                self._progress(self._done, max(self._done, self._total))
            elif found.get("message_type") == "summary":
                self.summary = found
        return self._done


def _run(argv: tuple[str, ...], timeout: float, environment: Mapping[str, str]) -> str:
    try:
        done = subprocess.run(
            argv,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="surrogateescape",
            timeout=timeout,
            check=False,
            env={**os.environ, **environment},
        )
    except subprocess.TimeoutExpired as error:
        raise ResticError(124, (f"no answer within {timeout:.0f} s",)) from error
    if done.returncode != 0:
        lines = clean_lines(f"{done.stdout}\n{done.stderr}")
        raise ResticError(done.returncode, lines, done.stdout)
    return done.stdout


def objects(text: str) -> Iterator[dict[str, Any]]:
    """Whatever of the output is JSON: one document over many lines, or one a line; lists are flattened."""
    try:
        documents = [json.loads(text)]
    except ValueError:
        documents = [found for line in text.splitlines() if (found := _document(line)) is not None]
    for found in documents:
        yield from found if isinstance(found, list) else [found]


def _document(line: str) -> Any:
    """A line's JSON; None for a sentence."""
    try:
        return json.loads(line)
    except ValueError:
        return None
