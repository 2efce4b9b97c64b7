"""The store's tables."""

from dataclasses import dataclass

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    text,
)

from leadengine_ctl.fleet.agent_tables import AgentTables, build_agent_tables
from leadengine_ctl.fleet.alert_schema import AlertSchema, build_alert_schema
from leadengine_ctl.fleet.billing_schema import BillingSchema, build_billing_schema
from leadengine_ctl.fleet.panel_schema import PanelSchema, build_panel_schema
from leadengine_ctl.fleet.rented_tables import fleet_table, records_table, servers_table
from leadengine_ctl.fleet.sealed import EncryptedText
from leadengine_ctl.fleet.signup_schema import signups_table
from leadengine_ctl.secrets import KeyRing


@dataclass(frozen=True)
class Schema:
    metadata: MetaData
    clients: Table
    hosts: Table
    operations: Table
    events: Table
    rollouts: Table
    targets: Table
    agents: AgentTables
    recovery_keys: Table
    recovery: Table
    storages: Table
    fleet: Table
    servers: Table
    records: Table
    panel: PanelSchema
    alerts: AlertSchema
    billing: BillingSchema
    signups: Table


def build_schema(keys: KeyRing) -> Schema:
    """The tables, with secret columns bound to `keys`. Times are ISO 8601 in UTC."""
    metadata = MetaData()
    return Schema(
        metadata=metadata,
        clients=_clients(metadata, keys),
        hosts=_hosts(metadata),
        operations=_operations(metadata),
        events=_events(metadata),
        rollouts=_rollouts(metadata),
        targets=_targets(metadata),
        agents=build_agent_tables(metadata, EncryptedText(keys)),
        recovery_keys=_recovery_keys(metadata),
        recovery=_recovery(metadata),
        storages=_storages(metadata, keys),
        fleet=fleet_table(metadata),
        servers=servers_table(metadata, keys),
        records=records_table(metadata),
        panel=build_panel_schema(metadata, EncryptedText(keys)),
        alerts=build_alert_schema(metadata, EncryptedText(keys)),
        billing=build_billing_schema(metadata),
        signups=signups_table(metadata, EncryptedText(keys)),
    )


def _clients(metadata: MetaData, keys: KeyRing) -> Table:
    return Table(
        "clients",
        metadata,
        Column("slug", String(30), primary_key=True),
        Column("client_id", String(24), nullable=False, unique=True),
        Column("domain", String(253), nullable=False, unique=True),
        Column("email", String(254), nullable=False),
        Column("plan", String(20), nullable=False),
        Column("host", String(253), nullable=False),
        Column("release", String(64)),
        Column("spec", Text, nullable=False),
        Column("secrets", EncryptedText(keys)),
        Column("created_at", String(40), nullable=False),
        Column("channel", String(30), nullable=False, server_default="stable"),
        Column("window", String(200)),
        Column("hold", String(200), nullable=False, server_default=""),
        Column("config", Text, nullable=False, server_default="{}"),
    )


def _hosts(metadata: MetaData) -> Table:
    return Table(
        "hosts",
        metadata,
        Column("name", String(253), primary_key=True),
        Column("url", String(600), nullable=False),
        Column("host_key", Text),
        Column("facts", Text),
        Column("created_at", String(40), nullable=False),
        Column("draining", String(200), nullable=False, server_default=""),
    )


def _operations(metadata: MetaData) -> Table:
    return Table(
        "operations",
        metadata,
        Column("id", String(64), primary_key=True),
        Column("verb", String(30), nullable=False),
        Column("client", String(30), nullable=False, index=True),
        Column("host", String(253), nullable=False),
        Column("params", Text, nullable=False),
        Column("state", String(20), nullable=False),
        Column("actor", String(200), nullable=False),
        Column("started_at", String(40), nullable=False),
        Column("ended_at", String(40)),
        Column("failure", Text),
    )


def _events(metadata: MetaData) -> Table:
    return Table(
        "operation_events",
        metadata,
        Column("operation", String(64), ForeignKey("operations.id"), primary_key=True),
        Column("number", Integer, primary_key=True, autoincrement=False),
        Column("at", String(40), nullable=False),
        Column("step", String(60), nullable=False),
        Column("state", String(20), nullable=False),
        Column("detail", Text, nullable=False),
        Column("seconds", Float),
    )


def _rollouts(metadata: MetaData) -> Table:
    return Table(
        "rollouts",
        metadata,
        Column("id", String(64), primary_key=True),
        Column("kind", String(20), nullable=False),
        Column("params", Text, nullable=False),
        Column("state", String(20), nullable=False),
        Column("wanted", String(20), nullable=False),
        Column("wave", Integer, nullable=False),
        Column("waves", Integer, nullable=False),
        Column("actor", String(200), nullable=False),
        Column("started_at", String(40), nullable=False),
        Column("ended_at", String(40)),
        Column("reason", Text, nullable=False),
        Column("runner", String(200)),
        # Seconds since 1970 by the clock of the database: those of machines differ.
        Column("lease", Float, nullable=False),
    )


OPEN_TARGET = "state IN ('waiting', 'running', 'soaking')"
"""A client is open in one rollout at a time; the database itself sees to it."""


def _targets(metadata: MetaData) -> Table:
    table = Table(
        "rollout_targets",
        metadata,
        Column("rollout", String(64), ForeignKey("rollouts.id"), primary_key=True),
        Column("number", Integer, primary_key=True, autoincrement=False),
        Column("client", String(30), nullable=False),
        Column("host", String(253), nullable=False),
        Column("wave", Integer, nullable=False),
        Column("state", String(20), nullable=False),
        Column("current", String(64), nullable=False),
        Column("path", Text, nullable=False),
        Column("hops", Integer, nullable=False),
        Column("seconds", Float, nullable=False),
        Column("requests", Integer, nullable=False),
        Column("failed", Integer, nullable=False),
        Column("reason", Text, nullable=False),
        Column("operation", String(64), nullable=False),
    )
    is_open = text(OPEN_TARGET)
    Index(
        "open_target",
        table.c.client,
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    return table


def _recovery_keys(metadata: MetaData) -> Table:
    return Table(
        "recovery_keys",
        metadata,
        Column("recipient", String(100), primary_key=True),
        Column("actor", String(200), nullable=False),
        Column("created_at", String(40), nullable=False),
    )


def _recovery(metadata: MetaData) -> Table:
    return Table(
        "recovery",
        metadata,
        Column("client", String(30), primary_key=True),
        Column("report", Text),
        Column("heard_at", String(40)),
        Column("kit", Text),
        Column("kit_at", String(40)),
    )


def _storages(metadata: MetaData, keys: KeyRing) -> Table:
    return Table(
        "storages",
        metadata,
        Column("name", String(20), primary_key=True),
        Column("target", Text, nullable=False),
        Column("credentials", EncryptedText(keys)),
        Column("pruning_credentials", EncryptedText(keys)),
        Column("created_at", String(40), nullable=False),
    )
