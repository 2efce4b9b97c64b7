"""Deny by default: what is not known to be an addition must be declared."""

from pathlib import Path

import pytest

from leadengine.migrations.head import describe_schema
from leadengine.migrations.linter import refused
from leadengine.migrations.revisions import MigrationError

ADDITIONS = (
    "CREATE TABLE leads (id uuid PRIMARY KEY, email text NOT NULL UNIQUE)",
    "CREATE TABLE leads (id int); CREATE INDEX leads_id ON leads (id);"
    "CREATE UNIQUE INDEX ON ONLY leads (id); INSERT INTO leads VALUES (1);"
    "ALTER TABLE leads ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;"
    "ALTER TABLE leads DROP COLUMN id; GRANT SELECT ON leads TO leadengine_app;"
    "CREATE POLICY tenant ON leads USING (true)",
    "create table rows (day date) partition by range (day);"
    "create table rows_1 partition of rows for values from ('2026-01-01') to ('2026-02-01')",
    "CREATE TABLE leads (a int); CREATE TRIGGER t AFTER INSERT ON leads EXECUTE FUNCTION f()",
    "ALTER TABLE visits ADD COLUMN score int",
    "ALTER TABLE IF EXISTS ONLY visits ADD score int",
    "ALTER TABLE visits ADD COLUMN IF NOT EXISTS tags text[] DEFAULT '{}', ADD COLUMN n numeric",
    "ALTER TABLE visits ADD COLUMN score bigint NOT NULL DEFAULT -1",
    "ALTER TABLE visits ADD COLUMN p jsonb NOT NULL DEFAULT '{}'::jsonb",
    "ALTER TABLE visits ADD CONSTRAINT positive CHECK (pages > 0) NOT VALID",
    "CREATE FUNCTION f(a text) RETURNS int LANGUAGE sql AS $$ DELETE FROM visits; SELECT 1 $$;"
    "REVOKE EXECUTE ON FUNCTION f(text) FROM PUBLIC",
    "CREATE TYPE mood AS ENUM ('a; DROP TABLE visits')",
    "COMMENT ON TABLE visits IS 'it''s; fine' -- ; DROP TABLE visits",
    "/* DROP TABLE visits; */ CREATE SEQUENCE numbers",
)

REFUSED = (
    "ALTER TABLE visits VALIDATE CONSTRAINT positive",
    "CREATE TABLE copied AS SELECT * FROM visits",
    "CREATE TABLE a (b int); INSERT INTO a SELECT pages FROM visits",
    "DROP TABLE visits",
    "ALTER TABLE visits DROP COLUMN referrer",
    "ALTER TABLE visits RENAME COLUMN referrer TO source",
    "ALTER TABLE visits ALTER COLUMN pages TYPE bigint",
    "ALTER TABLE visits ALTER COLUMN referrer SET NOT NULL",
    "ALTER TABLE visits ADD COLUMN a int, DROP COLUMN referrer",
    "ALTER TABLE visits ADD COLUMN score int NOT NULL",
    "ALTER TABLE visits ADD COLUMN id2 uuid DEFAULT gen_random_uuid()",
    "ALTER TABLE visits ADD COLUMN at timestamptz DEFAULT clock_timestamp()",
    "ALTER TABLE visits ADD COLUMN a int DEFAULT 1 + 1",
    "ALTER TABLE visits ADD COLUMN n bigserial",
    "ALTER TABLE visits ADD COLUMN n int GENERATED ALWAYS AS IDENTITY",
    "ALTER TABLE visits ADD COLUMN a int UNIQUE",
    "ALTER TABLE visits ADD COLUMN a uuid REFERENCES tenants",
    "ALTER TABLE visits ADD PRIMARY KEY USING INDEX i",
    "ALTER TABLE visits ADD UNIQUE USING INDEX i",
    "ALTER TABLE visits ADD CHECK (pages > 0)",
    "ALTER TABLE visits ADD CONSTRAINT positive CHECK (pages > 0)",
    "ALTER TABLE visits ADD CONSTRAINT one UNIQUE USING INDEX i",
    "ALTER TABLE visits DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE visits ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE other.leads DROP COLUMN a",
    "CREATE TABLE leads (a int); ALTER TABLE other.leads DROP COLUMN a",
    "CREATE TABLE IF NOT EXISTS visits (a int); ALTER TABLE visits DROP COLUMN pages",
    "CREATE TABLE events_2030 PARTITION OF events FOR VALUES FROM ('a') TO ('b')",
    "CREATE TABLE a () INHERITS (visits)",
    "CREATE INDEX visits_pages ON visits (pages)",
    "CREATE INDEX CONCURRENTLY visits_pages ON visits (pages)",
    "CREATE TABLE a (b int); CREATE INDEX CONCURRENTLY c ON a (b)",
    "CREATE POLICY p ON visits USING (false)",
    "CREATE TRIGGER t BEFORE INSERT ON visits EXECUTE FUNCTION f()",
    "CREATE RULE r AS ON INSERT TO visits DO INSTEAD NOTHING",
    "CREATE OR REPLACE FUNCTION tenant_of(t text) RETURNS uuid LANGUAGE sql RETURN NULL",
    "DROP FUNCTION tenant_of(text)",
    "INSERT INTO visits VALUES (1)",
    "UPDATE visits SET pages = 1",
    "DELETE FROM visits",
    "TRUNCATE visits",
    "LOCK TABLE visits",
    "DO $$ BEGIN DROP TABLE visits; END $$",
    "SELECT drop_everything()",
    "WITH gone AS (DELETE FROM visits RETURNING 1) SELECT 1",
    "ALTER TYPE mood ADD VALUE 'b'",
    "ALTER TYPE mood RENAME TO temper",
    "REVOKE SELECT ON visits FROM leadengine_app",
    "REVOKE EXECUTE ON FUNCTION tenant_of(text) FROM PUBLIC",
    "SET lock_timeout = 0",
    "COMMIT",
    "VACUUM FULL visits",
    "CLUSTER visits",
    "GARBAGE",
    "CREATE SEQUENCE a; DROP TABLE visits",
    "COMMENT ON TABLE visits IS 'x'; DROP TABLE visits",
    "/* /* nested */ DROP TABLE visits; */",
    "COMMENT ON TABLE a IS E'\\''; DROP TABLE visits; --'",
    "CREATE TYPE m AS ENUM (E'\\'); DROP TABLE visits; --')",
)


@pytest.mark.parametrize("sql", ADDITIONS)
def test_addition_passes(sql: str) -> None:
    assert refused(sql) == ()


@pytest.mark.parametrize("sql", REFUSED)
def test_anything_else_is_refused(sql: str) -> None:
    assert refused(sql)


FIRST = 'revision = "0001"\ndown_revision = None\ndef upgrade():\n    pass\n'
SECOND = """
import sqlalchemy as sa
from alembic import op
{declared}
revision = "0002"
down_revision = "0001"
def upgrade():
    {step}
"""


def folder_with(tmp_path: Path, step: str, declared: str = "") -> Path:
    (tmp_path / "0001_first.py").write_text(FIRST)
    (tmp_path / "0002_second.py").write_text(SECOND.format(step=step, declared=declared))
    return tmp_path


@pytest.mark.parametrize(
    "step",
    [
        "op.drop_column('visits', 'referrer')",
        "op.execute('DROP TABLE visits')",
        "op.add_column('visits', sa.Column('score', sa.Integer, nullable=False))",
        "op.alter_column('visits', 'pages', type_=sa.BigInteger)",
        "op.create_index('i', 'visits', ['pages'])",
        "op.rename_table('visits', 'sessions')",
    ],
)
def test_undeclared_step_is_a_sentence(tmp_path: Path, step: str) -> None:
    with pytest.raises(MigrationError, match=r"^0002 is not only an addition.*oldest_compatible"):
        describe_schema(folder_with(tmp_path, step))


def test_addition_by_alembics_own_words_passes(tmp_path: Path) -> None:
    step = "op.add_column('visits', sa.Column('score', sa.Integer))"
    described = describe_schema(folder_with(tmp_path, step))
    assert described == {"lineage": ["0001", "0002"], "contract": [], "oldest_compatible": "0001"}


def test_declared_step_names_the_oldest_code(tmp_path: Path) -> None:
    declared = 'oldest_compatible = "0002"'
    described = describe_schema(folder_with(tmp_path, "op.execute('DROP TABLE a')", declared))
    assert described["contract"] == ["0002"]
    assert described["oldest_compatible"] == "0002"


def test_step_that_asks_the_database_cannot_be_judged(tmp_path: Path) -> None:
    step = "op.get_bind().execute(sa.text('SELECT 1')).one()"
    with pytest.raises(MigrationError, match=r"^0002 cannot be read without a database"):
        describe_schema(folder_with(tmp_path, step))
