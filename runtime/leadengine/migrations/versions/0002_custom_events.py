"""Events with a name and properties, and a count of what was not taken, by reason."""

from alembic import op

revision = "0002"
down_revision = "0001"

indexes = {"visits_seen": "visits (tenant_id, last_seen_at DESC)"}

_CHANGES = """
ALTER TABLE events ADD COLUMN name text NOT NULL DEFAULT '',
                   ADD COLUMN properties jsonb NOT NULL DEFAULT '{}';

CREATE TABLE drops (
  tenant_id uuid NOT NULL,
  day date NOT NULL,
  reason text NOT NULL,
  events bigint NOT NULL,
  PRIMARY KEY (tenant_id, day, reason)
);
ALTER TABLE drops ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON drops
  USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON drops TO leadengine_app;
"""


def upgrade() -> None:
    """Add two columns and a table."""
    op.execute(_CHANGES)
