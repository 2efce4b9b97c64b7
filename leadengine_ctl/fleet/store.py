"""The store: one small repository for each aggregate, over one database."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from leadengine_ctl.fleet.agents import Agents
from leadengine_ctl.fleet.clients import Clients
from leadengine_ctl.fleet.database import open_database
from leadengine_ctl.fleet.hosts import Hosts
from leadengine_ctl.fleet.intake import Intake
from leadengine_ctl.fleet.made_records import MadeRecords
from leadengine_ctl.fleet.operations import Operations
from leadengine_ctl.fleet.queue import TaskQueue
from leadengine_ctl.fleet.recovery import Recovery
from leadengine_ctl.fleet.reports import Reports
from leadengine_ctl.fleet.rollouts import Rollouts
from leadengine_ctl.fleet.schema import build_schema
from leadengine_ctl.fleet.servers import Servers
from leadengine_ctl.fleet.storages import Storages
from leadengine_ctl.secrets import KeyRing


@dataclass(frozen=True)
class Store:
    clients: Clients
    hosts: Hosts
    operations: Operations
    rollouts: Rollouts
    agents: Agents
    intake: Intake
    reports: Reports
    queue: TaskQueue
    recovery: Recovery
    storages: Storages
    servers: Servers
    names: MadeRecords


def open_store(url: str, data_folder: Path, keys: KeyRing) -> Store:
    """Open the store, created and migrated as needed.

    Raises:
        LeadEngineError: the database cannot be opened.
    """
    engine = open_database(url, data_folder)
    schema = build_schema(keys)
    return Store(
        Clients(engine, schema.clients, now),
        Hosts(engine, schema.hosts, now),
        Operations(engine, schema.operations, schema.events, now),
        Rollouts(engine, schema.rollouts, schema.targets, now),
        Agents(engine, schema.agents),
        Intake(engine, schema.agents, schema.clients),
        Reports(engine, schema.agents),
        TaskQueue(engine, schema.agents),
        Recovery(engine, schema.recovery_keys, schema.recovery, now),
        Storages(engine, schema.storages, now),
        Servers(engine, schema.servers, schema.fleet),
        MadeRecords(engine, schema.records),
    )


def now() -> str:
    """The time in UTC, ISO 8601 to the millisecond, so that it sorts as text."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
