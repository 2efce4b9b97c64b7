"""The newest revision this build carries, known without a database and without Alembic."""

from pathlib import Path

VERSIONS = Path(__file__).parent / "versions"


def schema_head() -> str:
    """The number of the newest migration; files are named `<number>_<what>.py`."""
    return max(path.name.partition("_")[0] for path in VERSIONS.glob("[0-9]*.py"))
