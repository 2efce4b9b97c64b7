"""The books of billing: what was bought, what was told, what follows from it."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    _create_books()
    op.create_table(
        "billing_standings",
        sa.Column("client", sa.String(30), primary_key=True),
        sa.Column("standing", sa.String(20), nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("since", sa.Float, nullable=False),
    )
    op.create_table(
        "billing_usage",
        sa.Column("client", sa.String(30), primary_key=True),
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("meter", sa.String(40), primary_key=True),
        sa.Column("told", sa.BigInteger, nullable=False),
        sa.Column("sending", sa.BigInteger),
        sa.Column("sending_since", sa.Float),
    )


def _create_books() -> None:
    op.create_table(
        "billing_objects",
        sa.Column("kind", sa.String(20), primary_key=True),
        sa.Column("id", sa.String(100), primary_key=True),
        sa.Column("customer", sa.String(100), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("gone", sa.Boolean, nullable=False),
    )
    op.create_index("billing_objects_of_customer", "billing_objects", ["customer"])
    op.create_table(
        "billing_events",
        sa.Column("id", sa.String(100), primary_key=True),
        sa.Column("type", sa.String(100), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("object", sa.String(100), nullable=False),
        sa.Column("received_at", sa.Float, nullable=False),
        sa.Column("done_at", sa.Float),
    )
    op.create_index("ix_billing_events_done_at", "billing_events", ["done_at"])
