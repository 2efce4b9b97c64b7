"""Where visits come from, who may know it, and who has to be told: the product around the events."""

from alembic import op

revision = "0007"
down_revision = "0006"

indexes = {
    "visits_network": "visits (tenant_id, network) WHERE network <> ''",
    "visits_company": "visits (tenant_id, company, started_at DESC) WHERE company <> ''",
    "turns_asked": "turns (tenant_id, asked_at)",
}

_COLUMNS = """
ALTER TABLE users ADD COLUMN name text NOT NULL DEFAULT '',
                  ADD COLUMN role text NOT NULL DEFAULT 'admin',
                  ADD COLUMN takes_leads boolean NOT NULL DEFAULT true,
                  ADD COLUMN hours jsonb NOT NULL DEFAULT '{}',
                  ADD COLUMN last_given_at timestamptz,
                  ADD COLUMN totp_nonce bytea,
                  ADD COLUMN totp_since timestamptz,
                  ADD COLUMN totp_step bigint NOT NULL DEFAULT 0;
ALTER TABLE visits ADD COLUMN source text NOT NULL DEFAULT '',
                   ADD COLUMN channel text NOT NULL DEFAULT '',
                   ADD COLUMN medium text NOT NULL DEFAULT '',
                   ADD COLUMN campaign text NOT NULL DEFAULT '',
                   ADD COLUMN click text NOT NULL DEFAULT '',
                   ADD COLUMN entry text NOT NULL DEFAULT '',
                   ADD COLUMN exit text NOT NULL DEFAULT '',
                   ADD COLUMN paths text[] NOT NULL DEFAULT '{}',
                   ADD COLUMN deeds text[] NOT NULL DEFAULT '{}',
                   ADD COLUMN device text NOT NULL DEFAULT '',
                   ADD COLUMN browser text NOT NULL DEFAULT '',
                   ADD COLUMN system text NOT NULL DEFAULT '',
                   ADD COLUMN locale text NOT NULL DEFAULT '',
                   ADD COLUMN network text NOT NULL DEFAULT '',
                   ADD COLUMN company text NOT NULL DEFAULT '';
ALTER TABLE events ADD COLUMN subject text COLLATE "C" NOT NULL DEFAULT '';
"""

_TABLES = """
CREATE TABLE preferences (
  tenant_id uuid NOT NULL,
  name text NOT NULL,
  value jsonb NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT now(),
  changed_by text NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, name)
);
CREATE TABLE day_counts (
  tenant_id uuid NOT NULL,
  day date NOT NULL,
  kind text NOT NULL,
  name text NOT NULL,
  number bigint NOT NULL,
  PRIMARY KEY (tenant_id, day, kind, name)
);
CREATE TABLE companies (
  tenant_id uuid NOT NULL,
  domain text NOT NULL,
  name text NOT NULL,
  kind text NOT NULL DEFAULT '',
  country text NOT NULL DEFAULT '',
  found_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, domain)
);
CREATE TABLE networks (
  tenant_id uuid NOT NULL,
  network text NOT NULL,
  domain text NOT NULL DEFAULT '',
  hosting boolean NOT NULL DEFAULT false,
  looked_up_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, network)
);
CREATE TABLE scoring_models (
  tenant_id uuid NOT NULL,
  version integer NOT NULL,
  rules jsonb NOT NULL,
  published_at timestamptz NOT NULL DEFAULT now(),
  published_by text NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, version)
);
CREATE TABLE webhooks (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  url text NOT NULL,
  nonce bytea NOT NULL,
  active boolean NOT NULL DEFAULT true,
  made_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id)
);
CREATE TABLE deliveries (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  webhook_id uuid NOT NULL,
  event text NOT NULL,
  lead_id uuid,
  payload jsonb NOT NULL,
  made_at timestamptz NOT NULL DEFAULT now(),
  next_try_at timestamptz NOT NULL DEFAULT now(),
  tries integer NOT NULL DEFAULT 0,
  sent_at timestamptz,
  problem text NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, webhook_id) REFERENCES webhooks ON DELETE CASCADE
);
CREATE INDEX deliveries_due ON deliveries (tenant_id, next_try_at) WHERE sent_at IS NULL;
CREATE INDEX deliveries_recent ON deliveries (tenant_id, webhook_id, made_at DESC);
CREATE TABLE recovery_codes (
  tenant_id uuid NOT NULL,
  code_hash bytea NOT NULL,
  user_id uuid NOT NULL,
  PRIMARY KEY (tenant_id, code_hash),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users ON DELETE CASCADE
);
CREATE TABLE consents (
  tenant_id uuid NOT NULL,
  message_id uuid NOT NULL,
  at timestamptz NOT NULL,
  visitor text NOT NULL,
  choices jsonb NOT NULL,
  wording text NOT NULL DEFAULT '',
  source text NOT NULL DEFAULT '',
  page text NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, message_id)
);
CREATE INDEX consents_recent ON consents (tenant_id, at DESC);
CREATE INDEX consents_visitor ON consents (tenant_id, visitor);
CREATE TABLE complaints (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  made_at timestamptz NOT NULL DEFAULT now(),
  email text NOT NULL,
  name text NOT NULL DEFAULT '',
  words text NOT NULL,
  acknowledged_at timestamptz,
  closed_at timestamptz,
  outcome text NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, id)
);
CREATE TABLE erasures (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  person bytea NOT NULL,
  done_at timestamptz NOT NULL DEFAULT now(),
  done_by text NOT NULL DEFAULT '',
  counts jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX erasures_person ON erasures (tenant_id, person);
CREATE TABLE retention_runs (
  tenant_id uuid NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  class text NOT NULL,
  older_than timestamptz NOT NULL,
  deleted bigint NOT NULL,
  PRIMARY KEY (tenant_id, at, class)
);
CREATE TABLE usage_days (
  tenant_id uuid NOT NULL,
  day date NOT NULL,
  name text NOT NULL,
  number bigint NOT NULL,
  PRIMARY KEY (tenant_id, day, name)
);
"""

# An index cannot be built beside the traffic on a table of partitions, so each month gets its own;
# building one lets readers pass, and what is written meanwhile waits in the stream.
_FUNCTIONS = """
CREATE FUNCTION tend_event_partitions() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  month text;
  made integer := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('ensure_event_partition'));
  FOR month IN SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
               WHERE i.inhparent = 'public.events'::regclass LOOP
    IF month < 'events_' || to_char(current_date - interval '26 months', 'YYYY_MM') THEN
      EXECUTE format('DROP TABLE public.%I', month);
    ELSIF to_regclass('public.' || month || '_subject') IS NULL THEN
      EXECUTE format('CREATE INDEX %I ON public.%I (tenant_id, type, subject, occurred_at)'
        ' INCLUDE (visit_id)', month || '_subject', month);
      made := made + 1;
    END IF;
  END LOOP;
  RETURN made;
END $$;
"""

_TENANTS = """
CREATE FUNCTION every_tenant() RETURNS SETOF tenants
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS 'SELECT * FROM tenants ORDER BY created_at';

REVOKE EXECUTE ON FUNCTION tend_event_partitions(), every_tenant() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tend_event_partitions(), every_tenant() TO leadengine_app;
"""

_ISOLATED = (
    *("preferences", "day_counts", "companies", "networks", "scoring_models", "webhooks"),
    *("deliveries", "recovery_codes", "consents", "complaints", "erasures", "retention_runs"),
    "usage_days",
)


def upgrade() -> None:
    """Add columns, and tables behind row-level security."""
    op.execute(_COLUMNS)
    op.execute(_TABLES)
    for table in _ISOLATED:
        _isolate(table)
    op.execute(_FUNCTIONS)
    op.execute(_TENANTS)


def _isolate(table: str) -> None:
    op.execute(f"""
        ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        CREATE POLICY tenant ON {table}
            USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
        GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO leadengine_app;
    """)
