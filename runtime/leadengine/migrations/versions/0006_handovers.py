"""Conversations that a person takes over, and what the language model cost."""

from alembic import op

revision = "0006"
down_revision = "0005"

_TABLES = """
ALTER TABLE conversations
  ADD COLUMN state text NOT NULL DEFAULT 'bot',
  ADD COLUMN reason text NOT NULL DEFAULT '',
  ADD COLUMN email text NOT NULL DEFAULT '',
  ADD COLUMN name text NOT NULL DEFAULT '',
  ADD COLUMN waiting_since timestamptz;
ALTER TABLE turns
  ADD COLUMN mode text NOT NULL DEFAULT 'quote',
  ADD COLUMN model text NOT NULL DEFAULT '';
CREATE TABLE messages (
  tenant_id uuid NOT NULL,
  conversation_id uuid NOT NULL,
  number bigint GENERATED ALWAYS AS IDENTITY,
  said_at timestamptz NOT NULL DEFAULT now(),
  author text NOT NULL,
  user_id uuid,
  text text NOT NULL,
  read_at timestamptz,
  mailed_at timestamptz,
  tries integer NOT NULL DEFAULT 0,
  next_try_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, conversation_id, number),
  FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations ON DELETE CASCADE
);
CREATE INDEX messages_to_mail ON messages (tenant_id, next_try_at)
  WHERE author = 'person' AND read_at IS NULL AND mailed_at IS NULL;
CREATE TABLE calls (
  tenant_id uuid NOT NULL,
  conversation_id uuid NOT NULL,
  channel text NOT NULL,
  made_at timestamptz NOT NULL DEFAULT now(),
  next_try_at timestamptz NOT NULL DEFAULT now(),
  tries integer NOT NULL DEFAULT 0,
  sent_at timestamptz,
  problem text NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, conversation_id, channel),
  FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations ON DELETE CASCADE
);
CREATE INDEX calls_due ON calls (tenant_id, next_try_at) WHERE sent_at IS NULL;
CREATE TABLE model_spend (
  tenant_id uuid NOT NULL,
  day date NOT NULL,
  model text NOT NULL,
  answers integer NOT NULL DEFAULT 0,
  input_tokens bigint NOT NULL DEFAULT 0,
  output_tokens bigint NOT NULL DEFAULT 0,
  micros bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, day, model)
);
"""


def upgrade() -> None:
    """Widen two tables and make three."""
    op.execute(_TABLES)
    for table in ("messages", "calls", "model_spend"):
        _isolate(table)


def _isolate(table: str) -> None:
    op.execute(f"""
        ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        CREATE POLICY tenant ON {table}
            USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
        GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO leadengine_app;
    """)
