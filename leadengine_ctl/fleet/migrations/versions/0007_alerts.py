"""Incidents, where they are told, and when they are not; duties that one panel of several has."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    _create_incidents()
    _create_telling()


def _create_incidents() -> None:
    op.create_table(
        "incidents",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(253), nullable=False),
        sa.Column("severity", sa.String(20), nullable=False),
        sa.Column("sentence", sa.Text, nullable=False),
        sa.Column("opened_at", sa.Float, nullable=False),
        sa.Column("closed_at", sa.Float),
        sa.Column("seen_by", sa.String(254)),
        sa.Column("told", sa.Boolean, nullable=False),
    )
    is_open = sa.text("closed_at IS NULL")
    op.create_index(
        "open_incident",
        "incidents",
        ["kind", "subject"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )


def _create_telling() -> None:
    op.create_table(
        "channels",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("failure", sa.Text, nullable=False),
        sa.Column("sent_at", sa.Float),
    )
    op.create_table(
        "mutes",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("subject", sa.String(253), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("begins", sa.Float, nullable=False),
        sa.Column("ends", sa.Float, nullable=False),
        sa.Column("actor", sa.String(254), nullable=False),
    )
    op.create_table(
        "duties",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("holder", sa.String(200), nullable=False),
        sa.Column("lease", sa.Float, nullable=False),
        sa.Column("done_at", sa.Float, nullable=False),
    )
