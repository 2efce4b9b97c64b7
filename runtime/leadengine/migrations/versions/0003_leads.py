"""People who said who they are, the browsers they used, and whom to tell of them."""

from alembic import op

revision = "0003"
down_revision = "0002"

_TABLES = """
CREATE TABLE leads (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  email text NOT NULL,
  name text NOT NULL DEFAULT '',
  company text NOT NULL DEFAULT '',
  phone text NOT NULL DEFAULT '',
  first_seen_at timestamptz NOT NULL,
  last_seen_at timestamptz NOT NULL,
  fit integer NOT NULL DEFAULT 0,
  engagement integer NOT NULL DEFAULT 0,
  reasons jsonb NOT NULL DEFAULT '[]',
  scored_at timestamptz,
  owner_id uuid,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, owner_id) REFERENCES users ON DELETE SET NULL (owner_id)
);
CREATE UNIQUE INDEX leads_email ON leads (tenant_id, lower(email));
CREATE INDEX leads_recent ON leads (tenant_id, last_seen_at DESC);
CREATE INDEX leads_to_score ON leads (tenant_id, scored_at NULLS FIRST);
CREATE INDEX leads_owner ON leads (tenant_id, owner_id);
CREATE TABLE lead_visitors (
  tenant_id uuid NOT NULL,
  visitor text NOT NULL,
  lead_id uuid NOT NULL,
  PRIMARY KEY (tenant_id, visitor),
  FOREIGN KEY (tenant_id, lead_id) REFERENCES leads ON DELETE CASCADE
);
CREATE INDEX lead_visitors_lead ON lead_visitors (tenant_id, lead_id);
CREATE TABLE notices (
  tenant_id uuid NOT NULL,
  lead_id uuid NOT NULL,
  kind text NOT NULL,
  channel text NOT NULL,
  made_at timestamptz NOT NULL DEFAULT now(),
  next_try_at timestamptz NOT NULL DEFAULT now(),
  tries integer NOT NULL DEFAULT 0,
  sent_at timestamptz,
  problem text NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, lead_id, kind, channel),
  FOREIGN KEY (tenant_id, lead_id) REFERENCES leads ON DELETE CASCADE
);
CREATE INDEX notices_due ON notices (tenant_id, next_try_at) WHERE sent_at IS NULL;
"""


def upgrade() -> None:
    """Make three tables."""
    op.execute(_TABLES)
    for table in ("leads", "lead_visitors", "notices"):
        _isolate(table)


def _isolate(table: str) -> None:
    op.execute(f"""
        ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        CREATE POLICY tenant ON {table}
            USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
        GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO leadengine_app;
    """)
