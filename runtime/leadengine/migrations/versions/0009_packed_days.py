"""Days of visits as columns of small numbers, so that a filtered quarter is counted in memory."""

from alembic import op

revision = "0009"
down_revision = "0008"

_TABLE = """
CREATE TABLE packed_days (
  tenant_id uuid NOT NULL,
  day date NOT NULL,
  format integer NOT NULL,
  visits bytea NOT NULL,
  trails bytea NOT NULL,
  packed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, day)
);
-- They are read far more often than written, and unpacking would take longer than reading them.
ALTER TABLE packed_days ALTER COLUMN visits SET STORAGE EXTERNAL, ALTER COLUMN trails SET STORAGE EXTERNAL;
ALTER TABLE packed_days ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON packed_days
  USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON packed_days TO leadengine_app;
"""


def upgrade() -> None:
    """Add one table behind row-level security."""
    op.execute(_TABLE)
