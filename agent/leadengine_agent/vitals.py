"""How a host and its stacks are, found out so cheaply that it can be asked twice a minute.

One question to the engine for all containers, and a look at files. The certificate that nginx serves is
asked of nginx every ten minutes, and at once when nginx or the certificate is another.
"""

import base64
import json
import os
import time
from dataclasses import dataclass
from typing import Any

from leadengine_agent import __version__, der, docker, engine
from leadengine_agent.backup.catalogue import seconds_of
from leadengine_agent.backup.status import backup_state
from leadengine_agent.docker import DockerError, OneOff
from leadengine_agent.layout import HostLayout, StackLayout
from leadengine_agent.protocol import ServiceName
from leadengine_agent.records import Record, current_record
from leadengine_agent.rendering import project_name
from leadengine_agent.reports import CertificateVitals, Heartbeat, ServiceVitals, StackVitals
from leadengine_agent.schedule import read_history
from leadengine_agent.stack import read_state, services_of, write_state

_LOOK_EVERY = 600.0
_SERVED = "served"
"""The note on the certificate that nginx served when it was last asked."""

_LOCAL = b"LeadEngine local CA"
_HEALTH = {
    "(healthy)": "healthy",
    "(unhealthy)": "unhealthy",
    "(health: starting)": "starting",
}
"""How the engine puts it in its short list."""

_LABEL = "com.docker.compose.project"
_SERVICE = "com.docker.compose.service"


@dataclass(frozen=True)
class Standing:
    """One stack's containers as the engine has them now: service -> what it says in short."""

    layout: StackLayout
    record: Record
    found: dict[str, dict[str, Any]]

    @property
    def wanted(self) -> tuple[ServiceName, ...]:
        return services_of(self.record)


def standings(host: HostLayout) -> tuple[Standing, ...]:
    """Every stack with a committed generation. Raises DockerError when the engine does not answer."""
    records = [(layout, current_record(layout)) for layout in host.stacks()]
    alive = [(layout, record) for layout, record in records if record]
    if not alive:
        return ()
    by_project: dict[str, dict[str, dict[str, Any]]] = {}
    for each in engine.containers(_LABEL):
        labels = each["Labels"]
        if labels.get("com.docker.compose.oneoff") != "True":
            by_project.setdefault(labels[_LABEL], {})[labels.get(_SERVICE, "")] = each
    return tuple(
        Standing(layout, record, by_project.get(project_name(layout.client), {}))
        for layout, record in alive
    )


def heartbeat(host: HostLayout) -> Heartbeat:
    """The host now. Raises DockerError when the engine does not answer."""
    memory, disk = _memory(), os.statvfs(host.root)
    return Heartbeat(
        looked_at=time.time(),
        agent_version=__version__,
        memory_total=memory["MemTotal"],
        memory_free=memory["MemAvailable"],
        disk_total=disk.f_blocks * disk.f_frsize,
        disk_free=disk.f_bavail * disk.f_frsize,
        load=os.getloadavg()[0],
        stacks=tuple(_stack(host, standing) for standing in standings(host)),
    )


def _memory() -> dict[str, int]:
    with open("/proc/meminfo") as file:  # noqa: PTH123 - not a file of ours
        rows = (line.split() for line in file)
        return {row[0].rstrip(":"): int(row[1]) * 1024 for row in rows}


def _stack(host: HostLayout, standing: Standing) -> StackVitals:
    services = tuple(
        _service(name, standing.found[name]) for name in standing.wanted if name in standing.found
    )
    well = {each.service for each in services if is_well(standing.found[each.service])}
    certificate = _certificate(host, standing)
    record = standing.record
    return StackVitals(
        client=record.spec.client,
        release=record.release,
        generation=record.number,
        colour=record.colour,
        healthy=well.issuperset(standing.wanted) and certificate.issuer_kind != "none",
        services=services,
        certificate=certificate,
        recovery_point=_recovery_point(host, standing),
    )


def _recovery_point(host: HostLayout, standing: Standing) -> float | None:
    """When the newest point was taken that was read back at every target."""
    taken = backup_state(host, standing.layout, standing.record).last_good
    return seconds_of(taken) if taken else None


def is_well(found: dict[str, Any]) -> bool:
    """A container runs, and its health check does not say otherwise."""
    return found["State"] == "running" and "(unhealthy)" not in found["Status"]


def _service(name: ServiceName, found: dict[str, Any]) -> ServiceVitals:
    said = (health for words, health in _HEALTH.items() if words in found["Status"])
    health = next(said, "none")
    return ServiceVitals.model_validate(
        {"service": name, "state": found["State"], "health": health}
    )


def _certificate(host: HostLayout, standing: Standing) -> CertificateVitals:
    advice = read_history(host, standing.record.spec.names[0]).advice[:500]
    nginx = standing.found.get("nginx")
    if nginx is None or nginx["State"] != "running":
        return CertificateVitals(issuer_kind="none", advice=advice or "nginx does not run")
    of = f"{nginx['Id']} {os.path.realpath(standing.layout.certificates / 'current')}"
    noted = read_state(standing.layout, _SERVED)
    age = time.time() - float(noted.get("looked_at", 0))
    if noted.get("of") != of or not 0 <= age < _LOOK_EVERY:
        noted = {"of": of, "looked_at": time.time(), **_served(standing, nginx["Id"])}
        write_state(standing.layout, _SERVED, noted)
    known = {name: noted[name] for name in ("issuer_kind", "not_after", "looked_at")}
    return CertificateVitals.model_validate({**known, "advice": advice})


def _served(standing: Standing, container: str) -> dict[str, Any]:
    """The certificate, from a handshake with nginx itself."""
    probe = OneOff(
        standing.layout.client,
        docker.own_image(),
        ("probe", "served", standing.record.spec.names[0]),
        network=f"container:{container}",
    )
    try:
        answer = json.loads(probe.run(timeout=40))
        leaf = der.watched(base64.b64decode(answer["certificate"]))
    except (DockerError, ValueError, KeyError):
        return {"issuer_kind": "none", "not_after": 0}
    return {"issuer_kind": _kind(leaf), "not_after": leaf.not_after}


def _kind(leaf: der.Watched) -> str:
    if _LOCAL in leaf.issuer:
        return "local"
    return "self-signed" if leaf.issuer == leaf.subject else "acme"
