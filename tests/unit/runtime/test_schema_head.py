"""The head known without Alembic is Alembic's own, and the revisions are one line of numbers."""

import re

from alembic.config import Config
from alembic.script import ScriptDirectory

from leadengine.migrations.head import schema_head
from leadengine.migrations.revisions import VERSIONS


def script() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(VERSIONS.parent))
    return ScriptDirectory.from_config(config)


def test_head_is_alembics() -> None:
    assert schema_head() == script().get_current_head()


def test_revisions_are_numbered_in_order() -> None:
    revisions = [revision.revision for revision in script().walk_revisions()]
    assert revisions == [f"{number:04}" for number in range(len(revisions), 0, -1)]


def test_what_runs_as_the_owner_looks_into_temporary_tables_last() -> None:
    """Where `pg_temp` is not named, PostgreSQL looks there first: anybody may create types there."""
    text = "".join(path.read_text() for path in sorted(VERSIONS.glob("[0-9]*.py")))
    paths = re.findall(r"SECURITY DEFINER(.*?)(?:AS \$\$)?\n", text)
    assert paths
    assert set(map(str.strip, paths)) == {"SET search_path = pg_catalog, public, pg_temp"}
