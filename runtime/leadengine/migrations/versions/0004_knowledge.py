"""What the concierge knows, and what it was asked."""

from alembic import op

revision = "0004"
down_revision = "0003"

_TABLES = """
CREATE TABLE documents (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  title text NOT NULL,
  source text NOT NULL,
  content_hash text NOT NULL,
  added_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, source)
);
CREATE TABLE passages (
  tenant_id uuid NOT NULL,
  document_id uuid NOT NULL,
  number integer NOT NULL,
  heading text NOT NULL,
  text text NOT NULL,
  words tsvector NOT NULL GENERATED ALWAYS AS (
    setweight(to_tsvector('english', heading), 'A') || to_tsvector('english', text)) STORED,
  PRIMARY KEY (tenant_id, document_id, number),
  FOREIGN KEY (tenant_id, document_id) REFERENCES documents ON DELETE CASCADE
);
CREATE INDEX passages_words ON passages USING gin (words);
CREATE TABLE conversations (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  visitor text NOT NULL,
  page_url text NOT NULL,
  started_at timestamptz NOT NULL DEFAULT now(),
  last_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX conversations_recent ON conversations (tenant_id, last_at DESC);
CREATE INDEX conversations_visitor ON conversations (tenant_id, visitor);
CREATE TABLE turns (
  tenant_id uuid NOT NULL,
  conversation_id uuid NOT NULL,
  number bigint GENERATED ALWAYS AS IDENTITY,
  asked_at timestamptz NOT NULL DEFAULT now(),
  question text NOT NULL,
  answer text NOT NULL,
  citations jsonb NOT NULL,
  answered boolean NOT NULL,
  PRIMARY KEY (tenant_id, conversation_id, number),
  FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations ON DELETE CASCADE
);
CREATE INDEX turns_unanswered ON turns (tenant_id, asked_at DESC) WHERE NOT answered;
"""


def upgrade() -> None:
    """Make four tables."""
    op.execute(_TABLES)
    for table in ("documents", "passages", "conversations", "turns"):
        _isolate(table)


def _isolate(table: str) -> None:
    op.execute(f"""
        ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        CREATE POLICY tenant ON {table}
            USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
        GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO leadengine_app;
    """)
