"""Files on their way in, websites that are read, and passages with their vectors."""

from alembic import op

revision = "0005"
down_revision = "0004"

_TABLES = """
ALTER TABLE documents
  ADD COLUMN url text NOT NULL DEFAULT '',
  ADD COLUMN site_id uuid,
  ADD COLUMN answers boolean NOT NULL DEFAULT false,
  ADD COLUMN likeness bigint NOT NULL DEFAULT 0,
  ADD COLUMN left_out integer NOT NULL DEFAULT 0;
ALTER TABLE passages
  ADD COLUMN section integer NOT NULL DEFAULT 0,
  ADD COLUMN context text NOT NULL DEFAULT '',
  ADD COLUMN vector bytea,
  ADD COLUMN embedder text NOT NULL DEFAULT '';
CREATE TABLE intake (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  source text NOT NULL,
  name text NOT NULL,
  encoding text NOT NULL DEFAULT '',
  url text NOT NULL DEFAULT '',
  site_id uuid,
  content bytea NOT NULL,
  state text NOT NULL DEFAULT 'queued',
  problem text NOT NULL DEFAULT '',
  tries integer NOT NULL DEFAULT 0,
  added_at timestamptz NOT NULL DEFAULT now(),
  claimed_until timestamptz NOT NULL DEFAULT '-infinity',
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, source)
);
CREATE INDEX intake_waiting ON intake (tenant_id, added_at) WHERE state NOT IN ('failed', 'left out');
CREATE TABLE sites (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  url text NOT NULL,
  most_pages integer NOT NULL,
  state text NOT NULL DEFAULT 'queued',
  problem text NOT NULL DEFAULT '',
  taken integer NOT NULL DEFAULT 0,
  unchanged integer NOT NULL DEFAULT 0,
  left_out jsonb NOT NULL DEFAULT '{}',
  next_at timestamptz NOT NULL DEFAULT now(),
  crawled_at timestamptz,
  claimed_until timestamptz NOT NULL DEFAULT '-infinity',
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, url)
);
CREATE TABLE site_pages (
  tenant_id uuid NOT NULL,
  site_id uuid NOT NULL,
  url text NOT NULL,
  etag text NOT NULL DEFAULT '',
  modified text NOT NULL DEFAULT '',
  content_hash text NOT NULL DEFAULT '',
  links jsonb NOT NULL DEFAULT '[]',
  fetched_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, site_id, url),
  FOREIGN KEY (tenant_id, site_id) REFERENCES sites ON DELETE CASCADE
);
"""


def upgrade() -> None:
    """Widen two tables and make three."""
    op.execute(_TABLES)
    for table in ("intake", "sites", "site_pages"):
        _isolate(table)


def _isolate(table: str) -> None:
    op.execute(f"""
        ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        CREATE POLICY tenant ON {table}
            USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
        GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO leadengine_app;
    """)
