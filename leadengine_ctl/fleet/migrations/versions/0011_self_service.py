"""Clients of hosted stacks as whoever bills them knows them, what stacks were told, and sign-ups."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "hosted_clients",
        sa.Column("stack", sa.String(30), primary_key=True),
        sa.Column("slug", sa.String(30), primary_key=True),
        sa.Column("client_id", sa.String(24), nullable=False),
        sa.Column("domain", sa.String(253), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
    )
    op.add_column(
        "billing_standings", sa.Column("told", sa.String(20), nullable=False, server_default="")
    )
    op.add_column("billing_standings", sa.Column("told_at", sa.Float))
    op.add_column("billing_standings", sa.Column("tried_at", sa.Float))
    op.create_table(
        "signups",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False, unique=True),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("slug", sa.String(30), unique=True),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("ix_signups_state", "signups", ["state"])
