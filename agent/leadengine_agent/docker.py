"""The only module that runs Docker. Words go in as a tuple, never as a line.

A thin adapter on purpose: the agent idles on every host, and the client library it replaces would
cost more memory than the whole budget of the agent leaves (ADR 0006).
"""

import json
import os
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from leadengine_agent.failures import TaskFailure, disk_full, tells_of_full_disk
from leadengine_agent.protocol import FailureCode

_GOING = ("is already in progress", "no such container")
"""What the engine says of a container that ends and is removed while we ask for it."""

ONE_OFF_LABEL = "leadengine.one-off"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]|\x1b\[[0-9;]*[A-Za-z]")


class DockerError(Exception):
    """Docker ended with an error; `lines` is what it said, free of control characters."""

    def __init__(self, words: tuple[str, ...], code: int, lines: tuple[str, ...]) -> None:
        super().__init__(lines[-1] if lines else f"docker {words[0]} ended with {code}")
        self.code = code
        self.lines = lines

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def clean_lines(text: str, most: int = 40) -> tuple[str, ...]:
    """The last lines of a program's output, safe to show in a terminal."""
    lines = (_CONTROL.sub("", line).rstrip()[:500] for line in text.splitlines())
    return tuple([line for line in lines if line][-most:])


def docker(
    *words: str,
    stdin: str | None = None,
    timeout: float = 120,
    environment: Mapping[str, str] | None = None,
) -> str:
    """Run one docker command and return its standard output.

    Args:
        timeout: seconds after which the command is killed.
        environment: added to the process's own, for values that must not stand in argv.

    Raises:
        DockerError: it ended with another code than 0, or took too long.
    """
    try:
        done = subprocess.run(
            ("docker", *words),
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            check=False,
            env={**os.environ, **(environment or {})},
        )
    except subprocess.TimeoutExpired as error:
        raise DockerError(words, 124, (f"no answer within {timeout:.0f} s",)) from error
    if done.returncode != 0:
        lines = clean_lines(done.stderr) or clean_lines(done.stdout)
        raise DockerError(words, done.returncode, lines)
    return done.stdout


def stream(*words: str, given: IO[bytes], taken: IO[bytes], timeout: float) -> None:
    """Run one docker command from a file into a file.

    Raises:
        DockerError: it ended with another code than 0, or took too long; what it wrote is not whole.
    """
    try:
        done = subprocess.run(
            ("docker", *words),
            stdin=given,
            stdout=taken,
            stderr=subprocess.PIPE,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise DockerError(words, 124, (f"no end within {timeout:.0f} s",)) from error
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace")
        raise DockerError(words, done.returncode, clean_lines(said))


def failure_of(error: DockerError, what: str) -> TaskFailure:
    """Say in the protocol's words what Docker complained about."""
    text = error.text.lower()
    if tells_of_full_disk(text):
        return disk_full(str(error))
    if "port is already allocated" in text or "address already in use" in text:
        return port_taken("another program on the host")
    if "no such image" in text or "pull access denied" in text:
        return TaskFailure(
            FailureCode.IMAGE_MISSING,
            "An image of the release is not on the host.",
            str(error),
            "Run the same deploy again: missing images are sent first.",
        )
    return TaskFailure(
        FailureCode.DOCKER,
        what,
        str(error),
        "`lectl doctor --host …` checks the host's engine.",
        error.lines,
    )


def port_taken(holder: str) -> TaskFailure:
    return TaskFailure(
        FailureCode.PORT_TAKEN,
        "Port 80 or 443 of the host is taken.",
        f"It is held by {holder}.",
        "Stop it, or deploy to another host; then run the same command again.",
    )


def inspect(name: str) -> dict[str, Any] | None:
    """What Docker knows of a container, or None."""
    try:
        answer = docker("container", "inspect", name)
    except DockerError as error:
        if "no such container" in error.text.lower():
            return None
        raise
    found: list[dict[str, Any]] = json.loads(answer)
    return found[0]


def containers(*filters: str) -> list[dict[str, Any]]:
    """Inspect every container, running or not, that matches all `label=…` or other filters."""
    wanted = [word for each in filters for word in ("--filter", each)]
    ids = docker("ps", "--all", "--quiet", "--no-trunc", *wanted).split()
    if not ids:
        return []
    found: list[dict[str, Any]] = json.loads(docker("container", "inspect", *ids))
    return found


def lines_since(container: str, since: str) -> Iterator[tuple[str, str]]:
    """What a container wrote to standard output after `since`: `(stamp, line)`, stamps in RFC 3339."""
    answer = docker("logs", "--timestamps", "--since", since, container)
    for line in answer.splitlines():
        stamp, _, text = line.partition(" ")
        if stamp > since:
            yield stamp, text


def remove_containers(ids: Iterable[str]) -> None:
    """Remove containers; those that are going by themselves meanwhile are left to it."""
    names = tuple(ids)
    if not names:
        return
    try:
        docker("rm", "--force", "--volumes", *names)
    except DockerError as error:
        if not all(any(word in line.lower() for word in _GOING) for line in error.lines):
            raise


def has_image(reference: str) -> bool:
    try:
        docker("image", "inspect", "--format", "{{.Id}}", reference)
    except DockerError:
        return False
    return True


def engine_version() -> str:
    """The version of the host's Docker Engine, as `28.5.1`."""
    return docker("version", "--format", "{{.Server.Version}}").strip()


def own_image() -> str:
    """The image this agent runs from: one-off containers of the agent use the same."""
    return os.environ["LEADENGINE_AGENT_IMAGE"]


@dataclass(frozen=True)
class OneOff:
    """A short-lived container: hardened, labelled, removed afterwards, found again after a kill.

    Attributes:
        mounts: `(host path, container path, "ro" or "rw")`.
    """

    client: str
    image: str
    command: tuple[str, ...]
    network: str = "none"
    user: str = ""
    entrypoint: str = ""
    mounts: tuple[tuple[Path, str, str], ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    groups: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()

    def argv(self) -> tuple[str, ...]:
        """The words after `docker`."""
        words = [
            "run", "--rm", "--init", "--read-only", "--cap-drop", "ALL",
            "--security-opt", "no-new-privileges:true", "--pids-limit", "128",
            "--memory", "256m", "--cpu-shares", "256", "--tmpfs", "/tmp:mode=1777", "--log-driver", "none",  # noqa: S108
            "--label", f"{ONE_OFF_LABEL}={self.client}", "--network", self.network,
        ]  # fmt: skip
        words += ["--user", self.user] if self.user else []
        words += ["--entrypoint", self.entrypoint] if self.entrypoint else []
        for path, inside, mode in self.mounts:
            words += ["--volume", f"{path}:{inside}:{mode}"]
        for name in self.environment:
            words += ["--env", name]
        for group in self.groups:
            words += ["--group-add", group]
        for capability in self.capabilities:
            words += ["--cap-add", capability]
        return (*words, self.image, *self.command)

    def run(self, timeout: float = 120) -> str:
        """Start it, wait for its end and return its standard output. Raises DockerError."""
        return docker(*self.argv(), timeout=timeout, environment=self.environment)

    def start(self) -> str:
        """Start it and return its container's id at once; `reap_one_offs` ends it. Raises DockerError."""
        first, *rest = self.argv()
        return docker(first, "--detach", *rest, environment=self.environment).strip()


def reap_one_offs(client: str) -> None:
    """Remove what a killed task left running."""
    left = containers(f"label={ONE_OFF_LABEL}={client}")
    remove_containers(each["Id"] for each in left)
