"""Tenants, accounts, visits and events, each behind row-level security."""

from alembic import op

revision = "0001"
down_revision = None

_TABLES = """
CREATE FUNCTION current_tenant() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('app.tenant', true), '')::uuid;

CREATE TABLE tenants (
  id uuid PRIMARY KEY,
  client_id text NOT NULL UNIQUE CHECK (client_id ~ '^[0-9a-f]{24}$'),
  name text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE users (
  tenant_id uuid NOT NULL REFERENCES tenants,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  email text NOT NULL,
  password_hash text NOT NULL,
  password_chosen_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX users_email ON users (tenant_id, lower(email));
CREATE TABLE sessions (
  tenant_id uuid NOT NULL,
  token_hash bytea NOT NULL,
  user_id uuid NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, token_hash),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users ON DELETE CASCADE
);
CREATE TABLE password_links (
  tenant_id uuid NOT NULL,
  token_hash bytea NOT NULL,
  user_id uuid NOT NULL,
  expires_at timestamptz NOT NULL,
  mailed_at timestamptz,
  used_at timestamptz,
  PRIMARY KEY (tenant_id, token_hash),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users ON DELETE CASCADE
);
CREATE TABLE visits (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  visitor text NOT NULL,
  started_at timestamptz NOT NULL,
  last_seen_at timestamptz NOT NULL,
  pages integer NOT NULL,
  landing_url text NOT NULL,
  landing_title text NOT NULL,
  referrer text NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX visits_recent ON visits (tenant_id, started_at DESC);
CREATE INDEX visits_visitor ON visits (tenant_id, visitor, last_seen_at DESC);
CREATE TABLE events (
  tenant_id uuid NOT NULL,
  message_id uuid NOT NULL,
  occurred_at timestamptz NOT NULL,
  received_at timestamptz NOT NULL,
  type text NOT NULL,
  visit_id uuid NOT NULL,
  visitor text NOT NULL,
  url text NOT NULL,
  title text NOT NULL,
  referrer text NOT NULL,
  PRIMARY KEY (tenant_id, occurred_at, message_id)
) PARTITION BY RANGE (occurred_at);
CREATE INDEX events_visit ON events (tenant_id, visit_id);
-- A unique index on a partitioned table must hold the partition key; "once per tenant" must not.
CREATE TABLE event_receipts (
  tenant_id uuid NOT NULL,
  message_id uuid NOT NULL,
  received_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, message_id)
);
"""

_FUNCTIONS = """
CREATE FUNCTION tenant_of(wanted text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
RETURN (SELECT id FROM tenants WHERE client_id = wanted);

CREATE FUNCTION ensure_event_partition(day date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  first date := date_trunc('month', day)::date;
  name text := 'events_' || to_char(first, 'YYYY_MM');
BEGIN
  IF abs(first - current_date) > 400 THEN
    RAISE EXCEPTION 'no partition for %: it is more than a year away', day;
  END IF;
  IF to_regclass('public.' || name) IS NOT NULL THEN RETURN; END IF;
  PERFORM pg_advisory_xact_lock(hashtext('ensure_event_partition'));
  IF to_regclass('public.' || name) IS NOT NULL THEN RETURN; END IF;
  EXECUTE format('CREATE TABLE public.%I (LIKE public.events INCLUDING ALL)', name);
  EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
  EXECUTE format('ALTER TABLE public.events ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
    name, first || ' 00:00+00', (first + interval '1 month')::date || ' 00:00+00');
END $$;

REVOKE EXECUTE ON FUNCTION tenant_of(text), ensure_event_partition(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tenant_of(text), ensure_event_partition(date) TO leadengine_app;
"""

_OF_A_TENANT = ("users", "sessions", "password_links", "visits", "events", "event_receipts")


def upgrade() -> None:
    """Make the first tables."""
    op.execute(_TABLES)
    _isolate("tenants", "id")
    for table in _OF_A_TENANT:
        _isolate(table, "tenant_id")
    # Before a tenant is known, its public ID must be looked up: by the owner's function, nobody else.
    op.execute("CREATE POLICY lookup ON tenants FOR SELECT TO CURRENT_USER USING (true)")
    op.execute(_FUNCTIONS)
    op.execute("GRANT SELECT ON alembic_version TO leadengine_app")


def _isolate(table: str, column: str) -> None:
    op.execute(f"""
        ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        CREATE POLICY tenant ON {table}
            USING ({column} = current_tenant()) WITH CHECK ({column} = current_tenant());
        GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO leadengine_app;
    """)
