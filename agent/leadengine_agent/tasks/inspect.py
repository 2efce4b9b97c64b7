"""`inspect`: how the host and its stacks are. Changes nothing."""

import datetime
import os
from typing import Any

from leadengine_agent import __version__, docker
from leadengine_agent.backup.chores import FROZEN
from leadengine_agent.backup.status import backup_state
from leadengine_agent.certificates import LocalCA, kind_of, names_of, serial_of
from leadengine_agent.docker import DockerError
from leadengine_agent.failures import not_found
from leadengine_agent.gateway import Gateway
from leadengine_agent.generations import Generations
from leadengine_agent.layout import HostLayout, StackLayout
from leadengine_agent.protocol import (
    CertificateState,
    HostState,
    Inspect,
    ServiceState,
    StackState,
)
from leadengine_agent.records import Record, current_record
from leadengine_agent.rendering import project_name
from leadengine_agent.schedule import read_history
from leadengine_agent.stack import compose_of, read_state, services_of
from leadengine_agent.tasks.context import Context


def run(order: Inspect, context: Context) -> dict[str, Any]:
    """Answer a `HostState` with all stacks, or with the one that was asked for."""
    host = context.layout
    layouts = [host.stack(order.client)] if order.client else host.stacks()
    records = [(layout, current_record(layout)) for layout in layouts]
    if order.client and records[0][1] is None:
        raise not_found(order.client)
    stacks = [stack_state(host, layout, record) for layout, record in records if record]
    disk = os.statvfs(host.root)
    return HostState(
        agent_version=__version__,
        engine_version=docker.engine_version(),
        clock=datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds"),
        memory=os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"),
        disk_free=disk.f_bavail * disk.f_frsize,
        disk_total=disk.f_blocks * disk.f_frsize,
        stacks=tuple(stacks),
    ).model_dump()


def stack_state(host: HostLayout, layout: StackLayout, record: Record) -> StackState:
    """One stack as it is now, the certificate as it is served."""
    services = _services(record)
    certificate = _certificate(host, layout, record)
    good = {service.service for service in services if _is_well(service)}
    return StackState(
        client=record.spec.client,
        domain=record.spec.domain,
        client_id=record.spec.client_id,
        release=record.release,
        generation=record.number,
        colour=record.colour,
        healthy=good.issuperset(services_of(record)) and certificate.issuer_kind != "none",
        services=services,
        certificate=certificate,
        backup=backup_state(host, layout, record),
        frozen=bool(read_state(layout, FROZEN)),
        earlier=Generations(layout).earlier(),
    )


def _is_well(service: ServiceState) -> bool:
    return service.state == "running" and service.health != "unhealthy"


def _services(record: Record) -> tuple[ServiceState, ...]:
    project = project_name(record.spec.client)
    found = docker.containers(f"label=com.docker.compose.project={project}")
    named = {each["Config"]["Labels"]["com.docker.compose.service"]: each for each in found}
    wanted = services_of(record)
    return tuple(_service(name, named[name]) for name in wanted if name in named)


def _service(name: Any, found: dict[str, Any]) -> ServiceState:
    state = found["State"]
    return ServiceState(
        service=name,
        state=state["Status"],
        health=state.get("Health", {}).get("Status", "none"),
        image=found["Image"],
        started_at=state["StartedAt"],
    )


def _certificate(host: HostLayout, layout: StackLayout, record: Record) -> CertificateState:
    advice = read_history(host, record.spec.names[0]).advice
    gateway = Gateway(layout, record, compose_of(layout, record), "")
    try:
        leaf = gateway.served().certificate
    except DockerError:
        leaf = None
    if leaf is None:
        return CertificateState(issuer_kind="none", advice=advice or "nginx does not answer")
    kind = kind_of(leaf)
    return CertificateState(
        issuer_kind=kind,
        issuer=leaf.issuer.rfc4514_string(),
        serial=serial_of(leaf),
        names=tuple(names_of(leaf)),
        not_after=leaf.not_valid_after_utc.isoformat(),
        advice=advice,
        root_pem=LocalCA(host.local_ca).root_pem() if kind == "local" else "",
    )
