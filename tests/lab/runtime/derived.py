"""Images made from others by a few lines, for what no build of the files as they are can show."""

import subprocess
from pathlib import Path

from tests.lab.run import Run

VERSIONS = "/opt/leadengine/lib/python3.13/site-packages/leadengine/migrations/versions"

MIGRATION = '''
"""Made by a test."""
from alembic import op
revision = "{number}"
down_revision = "{before}"
{declared}
def upgrade():
    op.execute("""{sql}""")
'''


def derive(run: Run, name: str, dockerfile: str, files: dict[str, str]) -> str:
    """Build an image from lines and files; its tag goes with the run's name."""
    folder = run.folder / name
    folder.mkdir()
    for path, text in {**files, "Dockerfile": dockerfile}.items():
        (folder / path).write_text(text)
    return build(run, name, folder)


def build(run: Run, name: str, folder: Path) -> str:
    tag = f"{run.name}:{name}"
    words = ("docker", "buildx", "build", "--load", "--quiet", "--provenance=false", "--tag", tag)
    subprocess.run((*words, str(folder)), check=True, capture_output=True)
    return tag


def with_migration(run: Run, name: str, sql: str, declared: str = "") -> str:
    """The api as it is, with one more migration."""
    newest = sorted(Path("runtime/leadengine/migrations/versions").glob("[0-9]*.py"))[-1]
    before = newest.name.partition("_")[0]
    number = f"{int(before) + 1:04}"
    text = MIGRATION.format(number=number, before=before, sql=sql, declared=declared)
    file = f"{number}_{name.replace('-', '_')}.py"
    lines = f"FROM leadengine/api:dev\nCOPY {file} {VERSIONS}/\n"
    return derive(run, name, lines, {file: text})
