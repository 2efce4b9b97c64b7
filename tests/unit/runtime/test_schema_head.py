"""The head known without Alembic is Alembic's own, and the revisions are one line of numbers."""

from alembic.config import Config
from alembic.script import ScriptDirectory

from leadengine.migrations.head import VERSIONS, schema_head


def script() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(VERSIONS.parent))
    return ScriptDirectory.from_config(config)


def test_head_is_alembics() -> None:
    assert schema_head() == script().get_current_head()


def test_revisions_are_numbered_in_order() -> None:
    revisions = [revision.revision for revision in script().walk_revisions()]
    assert revisions == [f"{number:04}" for number in range(len(revisions), 0, -1)]
