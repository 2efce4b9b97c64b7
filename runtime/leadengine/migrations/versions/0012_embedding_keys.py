"""Keys with which another application asks for guests of the dashboard; what is kept of one is its hash."""

from alembic import op

revision = "0012"
down_revision = "0011"

_TABLES = """
CREATE TABLE embedding_keys (
  tenant_id uuid NOT NULL REFERENCES tenants,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  name text NOT NULL,
  key_hash bytea NOT NULL,
  role text NOT NULL,
  views text[] NOT NULL,
  made_at timestamptz NOT NULL DEFAULT now(),
  used_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, key_hash)
);
ALTER TABLE embedding_keys ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON embedding_keys
  USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON embedding_keys TO leadengine_app;
"""


def upgrade() -> None:
    """Add a table behind row-level security."""
    op.execute(_TABLES)
