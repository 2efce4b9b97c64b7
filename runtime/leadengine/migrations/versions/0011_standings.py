"""What a client may do by what it pays: a row for whoever is held back, none for everybody else."""

from alembic import op

revision = "0011"
down_revision = "0010"

_TABLES = """
CREATE TABLE standings (
  tenant_id uuid PRIMARY KEY REFERENCES tenants,
  standing text NOT NULL,
  since timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE standings ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON standings
  USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
CREATE POLICY lookup ON standings FOR SELECT TO CURRENT_USER USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON standings TO leadengine_app;
"""

# New functions beside those of 0010: code that serves meanwhile knows how many columns those answer.
_FUNCTIONS = """
CREATE FUNCTION resident(wanted text) RETURNS TABLE (
  id uuid, client_id text, name text, slug text, suspended boolean, read_only boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS 'SELECT t.id, t.client_id, t.name, coalesce(h.slug, ''''),
      h.suspended_at IS NOT NULL OR coalesce(s.standing = ''suspended'', false),
      coalesce(s.standing = ''read-only'', false)
    FROM tenants t LEFT JOIN hosted_clients h ON h.tenant_id = t.id
      LEFT JOIN standings s ON s.tenant_id = t.id
    WHERE t.id = (SELECT tenant_id FROM hosted_clients WHERE slug = wanted
                  UNION ALL SELECT id FROM tenants WHERE client_id = wanted LIMIT 1)';

CREATE FUNCTION every_resident() RETURNS TABLE (
  id uuid, client_id text, name text, slug text, suspended boolean, read_only boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS 'SELECT t.id, t.client_id, t.name, coalesce(h.slug, ''''),
      h.suspended_at IS NOT NULL OR coalesce(s.standing = ''suspended'', false),
      coalesce(s.standing = ''read-only'', false)
    FROM tenants t LEFT JOIN hosted_clients h ON h.tenant_id = t.id
      LEFT JOIN standings s ON s.tenant_id = t.id ORDER BY t.created_at';

REVOKE EXECUTE ON FUNCTION resident(text), every_resident() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION resident(text), every_resident() TO leadengine_app;
"""


def upgrade() -> None:
    """Add a table behind row-level security, and the two ways to look clients up with it."""
    op.execute(_TABLES)
    op.execute(_FUNCTIONS)
