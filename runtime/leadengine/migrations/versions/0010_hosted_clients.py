"""Clients that share a stack have a name in its addresses, and may be suspended."""

from alembic import op

revision = "0010"
down_revision = "0009"

_TABLES = """
CREATE TABLE hosted_clients (
  tenant_id uuid PRIMARY KEY REFERENCES tenants,
  slug text NOT NULL UNIQUE,
  domain text NOT NULL,
  email text NOT NULL,
  suspended_at timestamptz,
  password_shown_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE hosted_clients ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON hosted_clients
  USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
CREATE POLICY lookup ON hosted_clients FOR SELECT TO CURRENT_USER USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON hosted_clients TO leadengine_app;
"""

# Before a tenant is known its name must be looked up: by the owner's functions, nobody else.
_FUNCTIONS = """
CREATE FUNCTION hosted_client(wanted text) RETURNS TABLE (
  id uuid, client_id text, name text, slug text, suspended boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS 'SELECT t.id, t.client_id, t.name, coalesce(h.slug, ''''), h.suspended_at IS NOT NULL
    FROM tenants t LEFT JOIN hosted_clients h ON h.tenant_id = t.id
    WHERE t.id = (SELECT tenant_id FROM hosted_clients WHERE slug = wanted
                  UNION ALL SELECT id FROM tenants WHERE client_id = wanted LIMIT 1)';

CREATE FUNCTION every_hosted_client() RETURNS TABLE (
  id uuid, client_id text, name text, slug text, suspended boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS 'SELECT t.id, t.client_id, t.name, coalesce(h.slug, ''''), h.suspended_at IS NOT NULL
    FROM tenants t LEFT JOIN hosted_clients h ON h.tenant_id = t.id ORDER BY t.created_at';

REVOKE EXECUTE ON FUNCTION hosted_client(text), every_hosted_client() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hosted_client(text), every_hosted_client() TO leadengine_app;
"""


def upgrade() -> None:
    """Add a table behind row-level security, and the two ways to look things up in it."""
    op.execute(_TABLES)
    op.execute(_FUNCTIONS)
