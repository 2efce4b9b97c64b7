"""Agents: who they are, what they reported, what waits for them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    _create_agents()
    _create_tokens()
    _create_assertions()
    _create_heartbeats()
    _create_health()
    _create_events()
    _create_usage()
    _create_tasks()
    _create_answers()


def _create_agents() -> None:
    op.create_table(
        "agents",
        sa.Column("host", sa.String(253), primary_key=True),
        sa.Column("public_key", sa.String(64), nullable=False, unique=True),
        sa.Column("counter", sa.Integer, nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("enrolled_at", sa.Float, nullable=False),
        sa.Column("rotation", sa.String(64), nullable=False, server_default=""),
        sa.Column("rotated_at", sa.Float),
        sa.Column("revoked_at", sa.Float),
        sa.Column("revoked_why", sa.String(300), nullable=False, server_default=""),
    )


def _create_tokens() -> None:
    op.create_table(
        "enrolment_tokens",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("host", sa.String(253), nullable=False),
        sa.Column("actor", sa.String(200), nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("expires_at", sa.Float, nullable=False),
        sa.Column("used_at", sa.Float),
    )
    op.create_index("ix_enrolment_tokens_host", "enrolment_tokens", ["host"])


def _create_assertions() -> None:
    op.create_table(
        "agent_assertions",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("expires_at", sa.Float, nullable=False),
    )
    op.create_index("ix_agent_assertions_expires_at", "agent_assertions", ["expires_at"])


def _create_heartbeats() -> None:
    op.create_table(
        "agent_heartbeats",
        sa.Column("host", sa.String(253), primary_key=True),
        sa.Column("boot", sa.String(32), nullable=False),
        sa.Column("number", _BIG, nullable=False),
        sa.Column("received_at", sa.Float, nullable=False),
        sa.Column("sent_at", sa.Float, nullable=False),
        sa.Column("interval", sa.Float, nullable=False),
        sa.Column("healthy", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )


def _create_health() -> None:
    op.create_table(
        "agent_health",
        sa.Column("host", sa.String(253), primary_key=True),
        sa.Column("span", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", _BIG, primary_key=True, autoincrement=False),
        sa.Column("samples", sa.Integer, nullable=False),
        sa.Column("well", sa.Integer, nullable=False),
        sa.Column("disk_free", _BIG, nullable=False),
        sa.Column("memory_free", _BIG, nullable=False),
    )


def _create_events() -> None:
    op.create_table(
        "agent_events",
        sa.Column("id", _BIG, primary_key=True, autoincrement=True),
        sa.Column("host", sa.String(253), nullable=False),
        sa.Column("boot", sa.String(32), nullable=False),
        sa.Column("seq", _BIG, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("received_at", sa.Float, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("client", sa.String(30), nullable=False),
        sa.Column("what", sa.String(60), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("actor", sa.String(200), nullable=False),
        sa.UniqueConstraint("host", "boot", "seq"),
    )
    op.create_index("agent_events_of_client", "agent_events", ["client", "id"])


def _create_usage() -> None:
    op.create_table(
        "client_usage",
        sa.Column("client", sa.String(30), primary_key=True),
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("host", sa.String(253), nullable=False),
        sa.Column("api_calls", _BIG, nullable=False),
        sa.Column("visitors", _BIG, nullable=False),
        sa.Column("leads", _BIG, nullable=False),
        sa.Column("llm_micros", _BIG, nullable=False),
    )


def _create_tasks() -> None:
    op.create_table(
        "agent_tasks",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("host", sa.String(253), nullable=False),
        sa.Column("client", sa.String(30), nullable=False),
        sa.Column("verb", sa.String(30), nullable=False),
        sa.Column("actor", sa.String(200), nullable=False),
        sa.Column("task", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text),
        sa.Column("signature", sa.Text, nullable=False, server_default=""),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("changed_at", sa.Float, nullable=False),
    )
    op.create_index("agent_tasks_of_host", "agent_tasks", ["host", "state"])


def _create_answers() -> None:
    op.create_table(
        "agent_task_events",
        sa.Column("task", sa.String(64), sa.ForeignKey("agent_tasks.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("event", sa.Text, nullable=False),
    )
