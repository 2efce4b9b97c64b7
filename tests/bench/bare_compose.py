"""The peer of a deploy: the same rendered stack, started with bare `docker compose` commands."""

import time

from tests.lab.stack import STACKS, Stack
from tests.lab.vps import Vps
from tests.lab.waiting import until

DATA = ("db", "redis", "chromadb")


class BareCompose:
    """Runs Compose where the agent runs it, on what the agent rendered for a stack that is up now."""

    def __init__(self, vps: Vps, stack: Stack) -> None:
        self._vps = vps
        self._stack = stack
        self._project = f"leadengine-{stack.client}"
        self._others = sorted(set(stack.runtimes()) - set(DATA))

    def _compose(self, *words: str) -> None:
        folder = f"{STACKS}/{self._stack.client}/current"
        files = ("--project-name", self._project, "--file", f"{folder}/compose.yaml")
        inside = ("docker", "exec", "leadengine-executor", "docker", "compose")
        self._vps.run(*inside, "--progress", "quiet", "--profile", "one-off", *files, *words)

    def clear(self) -> None:
        """Remove containers, networks and data; files, secrets and images stay."""
        self._compose("down", "--volumes", "--timeout", "5")

    def seconds_to_https(self) -> float:
        """Time: data services up, migrate, seed, the rest up, HTTPS answers as ready."""
        start = time.perf_counter()
        self._compose("up", "--detach", *DATA)
        until(self._database_answers, "the database", 60)
        self._compose("run", "--rm", "migrate")
        self._compose("run", "--rm", "seed")
        self._compose("up", "--detach", *self._others)
        until(self._https_answers, "HTTPS", 60)
        return time.perf_counter() - start

    def _database_answers(self) -> None:
        question = ("pg_isready", "-q", "-h", "127.0.0.1", "-U", "le", "-d", "leadengine")
        self._vps.run("docker", "exec", f"{self._project}-db-1", *question)

    def _https_answers(self) -> None:
        self._stack.get("/readyz").raise_for_status()
