"""The store: one small repository for each aggregate, over one database."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from leadengine_ctl.fleet.agents import Agents
from leadengine_ctl.fleet.alerts import Alerts, Duties
from leadengine_ctl.fleet.approvals import Approvals
from leadengine_ctl.fleet.audit import Audit
from leadengine_ctl.fleet.books import Books
from leadengine_ctl.fleet.clients import Clients
from leadengine_ctl.fleet.database import open_database
from leadengine_ctl.fleet.hosted_clients import HostedClients
from leadengine_ctl.fleet.hosts import Hosts
from leadengine_ctl.fleet.intake import Intake
from leadengine_ctl.fleet.jobs import Jobs
from leadengine_ctl.fleet.made_records import MadeRecords
from leadengine_ctl.fleet.operations import Operations
from leadengine_ctl.fleet.overview import Overview
from leadengine_ctl.fleet.people import People
from leadengine_ctl.fleet.proofs import Attempts, Sessions, Tokens
from leadengine_ctl.fleet.queue import TaskQueue
from leadengine_ctl.fleet.recovery import Recovery
from leadengine_ctl.fleet.rekey import Seals
from leadengine_ctl.fleet.reports import Reports
from leadengine_ctl.fleet.rollouts import Rollouts
from leadengine_ctl.fleet.schema import build_schema
from leadengine_ctl.fleet.servers import Servers
from leadengine_ctl.fleet.signups import Signups
from leadengine_ctl.fleet.standings import Standings, Told
from leadengine_ctl.fleet.storages import Storages
from leadengine_ctl.fleet.views import Views
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
    people: People
    sessions: Sessions
    tokens: Tokens
    attempts: Attempts
    jobs: Jobs
    approvals: Approvals
    audit: Audit
    seals: Seals
    overview: Overview
    alerts: Alerts
    duties: Duties
    views: Views
    books: Books
    standings: Standings
    told: Told
    hosted: HostedClients
    signups: Signups


def open_store(url: str, data_folder: Path, keys: KeyRing) -> Store:
    """Open the store, created and migrated as needed.

    Raises:
        LeadEngineError: the database cannot be opened.
    """
    engine = open_database(url, data_folder)
    schema = build_schema(keys)
    panel = schema.panel
    audit = Audit(engine, panel.audit, panel.audit_head, now)
    return Store(
        agents=Agents(engine, schema.agents),
        intake=Intake(engine, schema.agents, schema.clients, audit),
        reports=Reports(engine, schema.agents),
        queue=TaskQueue(engine, schema.agents),
        clients=Clients(engine, schema.clients, now),
        hosts=Hosts(engine, schema.hosts, now),
        operations=Operations(engine, schema.operations, schema.events, now),
        rollouts=Rollouts(engine, schema.rollouts, schema.targets, now),
        people=People(engine, panel.people, now),
        sessions=Sessions(engine, panel.sessions, panel.people),
        tokens=Tokens(engine, panel.tokens, panel.people, now),
        attempts=Attempts(engine, panel.attempts),
        jobs=Jobs(engine, panel.jobs, now),
        approvals=Approvals(engine, panel.approvals, now),
        audit=audit,
        seals=Seals(engine, schema.metadata),
        overview=Overview(engine, schema),
        alerts=Alerts(engine, schema.alerts),
        duties=Duties(engine, schema.alerts),
        views=Views(engine, panel.views),
        books=Books(engine, schema.billing),
        standings=Standings(engine, schema.billing),
        told=Told(engine, schema.billing),
        hosted=HostedClients(engine, schema.billing.hosted),
        signups=Signups(engine, schema.signups),
        recovery=Recovery(engine, schema.recovery_keys, schema.recovery, now),
        storages=Storages(engine, schema.storages, now),
        servers=Servers(engine, schema.servers, schema.fleet),
        names=MadeRecords(engine, schema.records),
    )


def now() -> str:
    """The time in UTC, ISO 8601 to the millisecond, so that it sorts as text."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
