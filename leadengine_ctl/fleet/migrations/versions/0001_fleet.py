"""Clients, hosts, operations and their events."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    _create_clients()
    _create_hosts()
    _create_operations()


def _create_clients() -> None:
    op.create_table(
        "clients",
        sa.Column("slug", sa.String(30), primary_key=True),
        sa.Column("client_id", sa.String(24), nullable=False, unique=True),
        sa.Column("domain", sa.String(253), nullable=False, unique=True),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("plan", sa.String(20), nullable=False),
        sa.Column("host", sa.String(253), nullable=False),
        sa.Column("release", sa.String(64)),
        sa.Column("spec", sa.Text, nullable=False),
        sa.Column("secrets", sa.Text),
        sa.Column("created_at", sa.String(40), nullable=False),
    )


def _create_hosts() -> None:
    op.create_table(
        "hosts",
        sa.Column("name", sa.String(253), primary_key=True),
        sa.Column("url", sa.String(600), nullable=False),
        sa.Column("host_key", sa.Text),
        sa.Column("facts", sa.Text),
        sa.Column("created_at", sa.String(40), nullable=False),
    )


def _create_operations() -> None:
    op.create_table(
        "operations",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("verb", sa.String(30), nullable=False),
        sa.Column("client", sa.String(30), nullable=False, index=True),
        sa.Column("host", sa.String(253), nullable=False),
        sa.Column("params", sa.Text, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("actor", sa.String(200), nullable=False),
        sa.Column("started_at", sa.String(40), nullable=False),
        sa.Column("ended_at", sa.String(40)),
        sa.Column("failure", sa.Text),
    )
    op.create_table(
        "operation_events",
        sa.Column("operation", sa.String(64), sa.ForeignKey("operations.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("step", sa.String(60), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("seconds", sa.Float),
    )
