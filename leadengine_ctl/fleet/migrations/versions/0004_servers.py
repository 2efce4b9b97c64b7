"""Rented servers, the DNS records we made, hosts that take no new clients, and the fleet's own name."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    _create_fleet()
    _create_servers()
    _create_records()
    op.add_column("hosts", sa.Column("draining", sa.String(200), nullable=False, server_default=""))


def _create_fleet() -> None:
    fleet = op.create_table("fleet", sa.Column("id", sa.String(16), primary_key=True))
    # Made once, here: two who start at once must not make two.
    op.bulk_insert(fleet, [{"id": secrets.token_hex(4)}])


def _create_servers() -> None:
    op.create_table(
        "servers",
        sa.Column("operation", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(64), nullable=False, unique=True),
        sa.Column("client", sa.String(30), nullable=False),
        sa.Column("provider", sa.String(20), nullable=False),
        sa.Column("size", sa.String(60), nullable=False),
        sa.Column("region", sa.String(60), nullable=False),
        sa.Column("monthly", sa.String(20), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("server", sa.String(100)),
        sa.Column("host", sa.String(253)),
        sa.Column("address", sa.String(45), nullable=False),
        sa.Column("address6", sa.String(45), nullable=False),
        sa.Column("live", sa.Boolean, nullable=False),
        sa.Column("first_key", sa.Text, nullable=False),
        sa.Column("next_key", sa.Text, nullable=False),
        sa.Column("private_key", sa.Text),
        sa.Column("created_at", sa.String(40), nullable=False),
    )


def _create_records() -> None:
    op.create_table(
        "dns_records",
        sa.Column("name", sa.String(253), primary_key=True),
        sa.Column("kind", sa.String(4), primary_key=True),
        sa.Column("value", sa.String(45), primary_key=True),
        sa.Column("client", sa.String(30), nullable=False),
        sa.Column("provider", sa.String(20), nullable=False),
    )
