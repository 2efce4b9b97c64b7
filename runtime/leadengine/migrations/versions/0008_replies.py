"""Where a call went on, and where a message came from: people answer from Slack and by mail."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Widen two tables."""
    op.execute("""
        ALTER TABLE calls ADD COLUMN thread text NOT NULL DEFAULT '';
        ALTER TABLE messages ADD COLUMN origin text NOT NULL DEFAULT '',
                             ADD COLUMN passed_on_at timestamptz;
    """)
