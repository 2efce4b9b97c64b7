"""Addresses that outlive the server they lead to."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column(
        "servers", sa.Column("reserved", sa.String(45), nullable=False, server_default="")
    )
