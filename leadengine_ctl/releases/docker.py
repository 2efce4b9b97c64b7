"""The few questions a release has for this machine's Docker, each one argv."""

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from leadengine_agent.protocol import RegistryLogin
from leadengine_ctl.errors import LeadEngineError

_DEADLINE = 1800
"""Seconds; a push over a slow line takes its time."""


@dataclass(frozen=True)
class LocalImage:
    """An image of this machine's engine. `digests` are `repository@sha256:…` it was pushed as."""

    id: str
    digests: tuple[str, ...]


class Docker:
    """This machine's Docker, with the registry credentials of one login, or the user's own."""

    def __init__(self, environment: dict[str, str] | None = None) -> None:
        self._environment = environment

    def find(self, tag: str) -> LocalImage | None:
        """The image called `tag`; None: there is none."""
        done = self._run(("docker", "image", "inspect", tag), check=False)
        if done.returncode:
            return None
        facts = json.loads(done.stdout)[0]
        return LocalImage(facts["Id"], tuple(facts.get("RepoDigests") or ()))

    def push(self, image: str, name: str) -> str:
        """Publish an image as `repository:tag`; returns the digest it is pulled by.

        Raises:
            LeadEngineError: the registry did not take it.
        """
        self._run(("docker", "tag", image, name))
        try:
            self._run(("docker", "push", "--quiet", name))
            return self._digest_of(name)
        finally:
            self._run(("docker", "image", "rm", name), check=False)

    def _digest_of(self, name: str) -> str:
        repository, pushed = name.rpartition(":")[0], self.find(name)
        for digest in pushed.digests if pushed else ():
            if digest.startswith(f"{repository}@"):
                return digest.partition("@")[2]
        raise LeadEngineError(
            f"{name} was pushed, but has no digest",
            "The registry did not answer with one.",
            "Check that it speaks the registry's API version 2, and run it again.",
        )

    def ask(self, image: str, *words: str) -> str:
        """Run a command of an image, without network, and return what it prints."""
        isolated = ("docker", "run", "--rm", "--network", "none", "--read-only", "--tmpfs", "/tmp")  # noqa: S108
        return self._run((*isolated, image, *words)).stdout.strip()

    def _run(
        self, argv: tuple[str, ...], *, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        try:
            done = subprocess.run(
                argv,
                check=False,
                capture_output=True,
                text=True,
                timeout=_DEADLINE,
                env=self._environment,
            )
        except FileNotFoundError:
            raise LeadEngineError(
                "There is no docker command on this machine",
                "A release is built from the images of its Docker Engine.",
                "Install Docker, then run it again.",
            ) from None
        if check and done.returncode:
            raise LeadEngineError(
                f"'{' '.join(argv[:2])}' failed for {argv[-1]}",
                done.stderr.strip() or f"It ended with code {done.returncode}.",
                "Nothing was recorded; run it again when the cause is gone.",
            )
        return done


@contextmanager
def logged_in(login: RegistryLogin | None) -> Iterator[Docker]:
    """Docker signed in at a registry, for as long as it lasts; nothing of it stays on disk."""
    if login is None:
        yield Docker()
        return
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "DOCKER_CONFIG": folder}
        _sign_in(login, environment)
        yield Docker(environment)


def _sign_in(login: RegistryLogin, environment: dict[str, str]) -> None:
    argv = ("docker", "login", "--username", login.user, "--password-stdin", login.registry)
    done = subprocess.run(
        argv,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        env=environment,
        input=login.password.get_secret_value(),
    )
    if done.returncode:
        raise LeadEngineError(
            f"The registry {login.registry} does not let {login.user} in",
            done.stderr.strip(),
            "Check LECTL_REGISTRY_USER and LECTL_REGISTRY_PASSWORD.",
        )
