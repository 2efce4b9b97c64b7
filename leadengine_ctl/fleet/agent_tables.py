"""The store's tables about agents: who they are, what they reported, what waits for them.

Reports come often, so times here are seconds since 1970 by the panel's clock, unless a host's is meant.
"""

from dataclasses import dataclass

from pydantic import SecretStr
from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator, TypeEngine

_BIG: TypeEngine[int] = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only where the type is plain INTEGER."""


@dataclass(frozen=True)
class AgentTables:
    agents: Table
    tokens: Table
    assertions: Table
    heartbeats: Table
    health: Table
    events: Table
    usage: Table
    tasks: Table
    answers: Table


def build_agent_tables(metadata: MetaData, sealed: TypeDecorator[SecretStr]) -> AgentTables:
    """The tables; `sealed` is the type of what is encrypted."""
    return AgentTables(
        agents=_agents(metadata),
        tokens=_tokens(metadata),
        assertions=_assertions(metadata),
        heartbeats=_heartbeats(metadata),
        health=_health(metadata),
        events=_events(metadata),
        usage=_usage(metadata),
        tasks=_tasks(metadata, sealed),
        answers=_answers(metadata),
    )


def _agents(metadata: MetaData) -> Table:
    return Table(
        "agents",
        metadata,
        Column("host", String(253), primary_key=True),
        Column("public_key", String(64), nullable=False, unique=True),
        # Rises with each rotation; who comes with an older one is a clone, or was cloned.
        Column("counter", Integer, nullable=False),
        Column("version", String(64), nullable=False),
        Column("enrolled_at", Float, nullable=False),
        # What the agent chose for its last rotation: the same again is the same request again.
        Column("rotation", String(64), nullable=False, server_default=""),
        Column("rotated_at", Float),
        Column("revoked_at", Float),
        Column("revoked_why", String(300), nullable=False, server_default=""),
    )


def _tokens(metadata: MetaData) -> Table:
    return Table(
        "enrolment_tokens",
        metadata,
        Column("digest", String(64), primary_key=True),
        Column("host", String(253), nullable=False, index=True),
        Column("actor", String(200), nullable=False),
        Column("created_at", Float, nullable=False),
        Column("expires_at", Float, nullable=False),
        Column("used_at", Float),
    )


def _assertions(metadata: MetaData) -> Table:
    return Table(
        "agent_assertions",
        metadata,
        Column("id", String(64), primary_key=True),
        Column("expires_at", Float, nullable=False, index=True),
    )


def _heartbeats(metadata: MetaData) -> Table:
    return Table(
        "agent_heartbeats",
        metadata,
        Column("host", String(253), primary_key=True),
        # The report's own place in the order: an older one that comes late replaces nothing.
        Column("boot", String(32), nullable=False),
        Column("number", _BIG, nullable=False),
        Column("received_at", Float, nullable=False),
        Column("sent_at", Float, nullable=False),
        Column("interval", Float, nullable=False),
        Column("healthy", Integer, nullable=False),
        Column("body", Text, nullable=False),
    )


def _health(metadata: MetaData) -> Table:
    return Table(
        "agent_health",
        metadata,
        Column("host", String(253), primary_key=True),
        # One row stands for `span` seconds from `at` on.
        Column("span", Integer, primary_key=True, autoincrement=False),
        Column("at", _BIG, primary_key=True, autoincrement=False),
        Column("samples", Integer, nullable=False),
        Column("well", Integer, nullable=False),
        Column("disk_free", _BIG, nullable=False),
        Column("memory_free", _BIG, nullable=False),
    )


def _events(metadata: MetaData) -> Table:
    return Table(
        "agent_events",
        metadata,
        Column("id", _BIG, primary_key=True, autoincrement=True),
        Column("host", String(253), nullable=False),
        Column("boot", String(32), nullable=False),
        Column("seq", _BIG, nullable=False),
        Column("at", Float, nullable=False),
        Column("received_at", Float, nullable=False),
        Column("kind", String(20), nullable=False),
        Column("client", String(30), nullable=False),
        Column("what", String(60), nullable=False),
        Column("state", String(20), nullable=False),
        Column("detail", Text, nullable=False),
        Column("actor", String(200), nullable=False),
        UniqueConstraint("host", "boot", "seq"),
        Index("agent_events_of_client", "client", "id"),
    )


def _usage(metadata: MetaData) -> Table:
    return Table(
        "client_usage",
        metadata,
        Column("client", String(30), primary_key=True),
        Column("day", String(10), primary_key=True),
        Column("host", String(253), nullable=False),
        Column("api_calls", _BIG, nullable=False),
        Column("visitors", _BIG, nullable=False),
        Column("leads", _BIG, nullable=False),
        # Millionths of a dollar: sums of money are not floats.
        Column("llm_micros", _BIG, nullable=False),
    )


def _tasks(metadata: MetaData, sealed: TypeDecorator[SecretStr]) -> Table:
    return Table(
        "agent_tasks",
        metadata,
        Column("id", String(64), primary_key=True),
        Column("host", String(253), nullable=False),
        Column("client", String(30), nullable=False),
        Column("verb", String(30), nullable=False),
        Column("actor", String(200), nullable=False),
        # An activation carries secrets, and so may an outcome.
        Column("task", sealed, nullable=False),
        Column("outcome", sealed),
        Column("signature", Text, nullable=False, server_default=""),
        Column("state", String(20), nullable=False),
        Column("created_at", Float, nullable=False),
        Column("changed_at", Float, nullable=False),
        Index("agent_tasks_of_host", "host", "state"),
    )


def _answers(metadata: MetaData) -> Table:
    return Table(
        "agent_task_events",
        metadata,
        Column("task", String(64), ForeignKey("agent_tasks.id"), primary_key=True),
        Column("number", Integer, primary_key=True, autoincrement=False),
        Column("event", Text, nullable=False),
    )
