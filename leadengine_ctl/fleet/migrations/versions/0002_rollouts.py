"""Rollouts and their targets; how rollouts are to treat a client."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    _extend_clients()
    _create_rollouts()
    _create_targets()


def _extend_clients() -> None:
    for column in (
        sa.Column("channel", sa.String(30), nullable=False, server_default="stable"),
        sa.Column("window", sa.String(200)),
        sa.Column("hold", sa.String(200), nullable=False, server_default=""),
        sa.Column("config", sa.Text, nullable=False, server_default="{}"),
    ):
        op.add_column("clients", column)


def _create_rollouts() -> None:
    op.create_table(
        "rollouts",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("params", sa.Text, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("wanted", sa.String(20), nullable=False),
        sa.Column("wave", sa.Integer, nullable=False),
        sa.Column("waves", sa.Integer, nullable=False),
        sa.Column("actor", sa.String(200), nullable=False),
        sa.Column("started_at", sa.String(40), nullable=False),
        sa.Column("ended_at", sa.String(40)),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("runner", sa.String(200)),
        sa.Column("lease", sa.Float, nullable=False),
    )


def _create_targets() -> None:
    op.create_table(
        "rollout_targets",
        sa.Column("rollout", sa.String(64), sa.ForeignKey("rollouts.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("client", sa.String(30), nullable=False),
        sa.Column("host", sa.String(253), nullable=False),
        sa.Column("wave", sa.Integer, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("current", sa.String(64), nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("hops", sa.Integer, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("requests", sa.Integer, nullable=False),
        sa.Column("failed", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("operation", sa.String(64), nullable=False),
    )
    is_open = sa.text("state IN ('waiting', 'running', 'soaking')")
    op.create_index(
        "open_target",
        "rollout_targets",
        ["client"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
