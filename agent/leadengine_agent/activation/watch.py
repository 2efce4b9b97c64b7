"""Watching a generation that has just begun to serve."""

import time
from typing import Any

from leadengine_agent import docker
from leadengine_agent.activation.gates import Seen, ServiceSeen, tripped, unproven
from leadengine_agent.activation.traffic import AccessLog
from leadengine_agent.compose import Compose
from leadengine_agent.docker import DockerError, OneOff
from leadengine_agent.failures import TaskFailure
from leadengine_agent.protocol import FailureCode, ServiceName
from leadengine_agent.records import Record
from leadengine_agent.stack import api_service, other_colour

_PAUSE = 2.0
_PROBES: dict[str, tuple[str, ...]] = {
    "api": ("leadengine-healthcheck", "/readyz"),
    "worker": ("leadengine-healthcheck",),
}
READY = _PROBES["api"]
"""The api's own word on whether it can serve, stricter than its container's health check."""


class Watch:
    """The looks at one generation while the one before it still stands by.

    Args:
        since: when its activation began. What its colour answered before that was another generation,
            perhaps one that was rolled back.
    """

    def __init__(self, record: Record, compose: Compose, log: AccessLog, since: str) -> None:
        self._record = record
        self._compose = compose
        self._log = log
        self._since = since
        self._api = api_service(record.colour)
        self._restarts = {name: _restarts(found) for name, found in self._containers().items()}

    def last(self, seconds: float) -> None:
        """Look again and again for so long, with requests of our own besides the visitors'.

        Raises:
            TaskFailure: a gate tripped, or could not be evaluated.
        """
        end = time.monotonic() + seconds
        visits = self._visit(seconds)
        try:
            while time.monotonic() < end:
                self.look()
                time.sleep(min(_PAUSE, max(0.0, end - time.monotonic())))
            self._judge(unproven(self.look()))
        finally:
            docker.remove_containers([visits])

    def look(self) -> Seen:
        """One look. Raises TaskFailure: a gate tripped, or could not be evaluated."""
        try:
            seen = self._seen()
        except (DockerError, ValueError, KeyError) as error:
            raise self._failure(f"A gate could not be evaluated: {_words(error)}.") from error
        self._judge(tripped(seen))
        return seen

    def _judge(self, reason: str) -> None:
        if reason:
            raise self._failure(reason)

    def _visit(self, seconds: float) -> str:
        """Let a container beside nginx ask for pages, so that there is something to judge by."""
        words = ("probe", "visit", self._record.spec.names[0], str(int(seconds) + 1))
        network = f"container:{self._compose.name_of('nginx')}"
        return OneOff(self._record.spec.client, docker.own_image(), words, network=network).start()

    def _seen(self) -> Seen:
        services = tuple(self._service(name, found) for name, found in self._containers().items())
        self._log.read_on()
        return Seen(
            services=services,
            new=self._log.sample(self._record.colour, self._since),
            old=self._log.sample(other_colour(self._record.colour)),
            queue_age=self._queue_age(services),
        )

    def _containers(self) -> dict[ServiceName, dict[str, Any]]:
        names: tuple[ServiceName, ...] = (self._api, "worker", "nginx")
        return {name: self._compose.container(name) or {} for name in names}

    def _service(self, name: ServiceName, found: dict[str, Any]) -> ServiceSeen:
        state = found.get("State", {})
        running = bool(state.get("Running"))
        return ServiceSeen(
            service=name,
            running=running,
            restarts=_restarts(found) - self._restarts[name],
            unhealthy=state.get("Health", {}).get("Status") == "unhealthy",
            out_of_memory=bool(state.get("OOMKilled")),
            ready=self._unready(name) if running else "",
        )

    def _unready(self, service: ServiceName) -> str:
        """Why the service says it cannot work, twice in a row; empty when it can."""
        probe = _PROBES.get("api" if service == self._api else service)
        if probe is None:
            return ""
        for _ in range(2):
            try:
                docker.docker("exec", self._compose.name_of(service), *probe, timeout=15)
            except DockerError as error:
                reason = str(error)
                time.sleep(1.0)
            else:
                return ""
        return reason

    def _queue_age(self, services: tuple[ServiceSeen, ...]) -> float | None:
        if not services[0].running:
            return None
        age = self._compose.gauges(self._api)["oldest_event_seconds"]
        return None if age is None else float(age)

    def _failure(self, reason: str) -> TaskFailure:
        guilty: ServiceName = "worker" if "'worker'" in reason else self._api
        return TaskFailure(
            FailureCode.GATE,
            "The new generation did not prove itself in service.",
            reason,
            f"The last log lines of '{guilty}' are below.",
            self._compose.logs(guilty, 30),
        )


def _restarts(found: dict[str, Any]) -> int:
    return int(found.get("RestartCount", 0))


def _words(error: Exception) -> str:
    return str(error) if isinstance(error, DockerError) else type(error).__name__
