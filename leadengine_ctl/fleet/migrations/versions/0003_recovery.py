"""Recovery keys, storages, and what is known of the recovery points of each client."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "recovery_keys",
        sa.Column("recipient", sa.String(100), primary_key=True),
        sa.Column("actor", sa.String(200), nullable=False),
        sa.Column("created_at", sa.String(40), nullable=False),
    )
    op.create_table(
        "recovery",
        sa.Column("client", sa.String(30), primary_key=True),
        sa.Column("report", sa.Text),
        sa.Column("heard_at", sa.String(40)),
        sa.Column("kit", sa.Text),
        sa.Column("kit_at", sa.String(40)),
    )
    op.create_table(
        "storages",
        sa.Column("name", sa.String(20), primary_key=True),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("credentials", sa.Text),
        sa.Column("pruning_credentials", sa.Text),
        sa.Column("created_at", sa.String(40), nullable=False),
    )
