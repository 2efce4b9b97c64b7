"""What has died on a host and what has lost its network: found cheaply, mended carefully.

The engine itself restarts a process that ends. What is left to us is what it does not: containers that
were killed or stopped by hand, that are gone, or that hang on no network any more.
"""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from leadengine_agent.backup.chores import is_frozen
from leadengine_agent.docker import DockerError
from leadengine_agent.layout import HostLayout, StackLayout
from leadengine_agent.protocol import ServiceName
from leadengine_agent.stack import compose_of, read_state, write_state
from leadengine_agent.vitals import Standing, standings

_TRIES = 5
_WITHIN = 3600.0
"""A service is started again five times an hour at most: then a person has to look."""

_HEALED = "healed"
_NETWORKS = "networks"


@dataclass(frozen=True)
class Ill:
    """A service that needs help. `how`: `stopped`, `gone` or `cut off`."""

    service: ServiceName
    how: str
    container: str = ""


def is_heal_due(host: HostLayout) -> bool:
    """Is anything ill on this host? An engine that does not answer cannot be told to mend anything."""
    now = time.time()
    try:
        return any(True for standing in standings(host) for _ in ills(standing, now))
    except DockerError:
        return False


def ills(standing: Standing, now: float) -> Iterator[Ill]:
    """What is wrong with a stack and has not been tried too often; a frozen one is meant to stand still."""
    if is_frozen(standing.layout):
        return
    for service in standing.wanted:
        ill = _ill(standing, service)
        if ill and len(_recent(standing.layout, service, now)) < _TRIES:
            yield ill


def _ill(standing: Standing, service: ServiceName) -> Ill | None:
    found = standing.found.get(service)
    if found is None:
        return Ill(service, "gone")
    if found["State"] in {"exited", "created", "dead"}:
        return Ill(service, "stopped", found["Id"])
    if found["State"] == "running" and not wanted_networks(standing, service) <= _bound(found):
        return Ill(service, "cut off", found["Id"])
    return None


def _bound(found: dict[str, Any]) -> set[str]:
    networks = found.get("NetworkSettings", {}).get("Networks", {})
    return {name for name, each in networks.items() if each.get("EndpointID")}


def wanted_networks(standing: Standing, service: ServiceName) -> set[str]:
    """The networks that a service belongs on, from its generation; asked of Compose once for each."""
    noted = read_state(standing.layout, _NETWORKS)
    if noted.get("generation") != standing.record.number:
        try:
            noted = {"generation": standing.record.number, "services": _networks(standing)}
        except (DockerError, ValueError, KeyError):
            # What cannot be known is not called ill.
            return set()
        write_state(standing.layout, _NETWORKS, noted)
    return set(noted["services"].get(service, ()))


def _networks(standing: Standing) -> dict[str, list[str]]:
    compose = compose_of(standing.layout, standing.record)
    config = json.loads(compose("config", "--format", "json"))
    names = {key: each["name"] for key, each in config["networks"].items()}
    return {
        service: [names[key] for key in each.get("networks") or {}]
        for service, each in config["services"].items()
    }


def remember(layout: StackLayout, service: ServiceName, now: float) -> None:
    """Count one attempt, before it is made: one that kills the agent counts, too."""
    state = read_state(layout, _HEALED)
    state[service] = [*_recent(layout, service, now), now]
    write_state(layout, _HEALED, state)


def _recent(layout: StackLayout, service: ServiceName, now: float) -> list[float]:
    times: list[float] = read_state(layout, _HEALED).get(service, [])
    return [each for each in times if 0 <= now - each < _WITHIN]
