"""What this build knows of the database's revisions, without a database and without Alembic.

A migration that takes away or changes what older code needs says so with a module variable:
`oldest_compatible = "<revision>"`, the oldest revision whose code still runs after it.
"""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

VERSIONS = Path(__file__).parent / "versions"


def schema_head() -> str:
    """The number of the newest migration; files are named `<number>_<what>.py`."""
    return max(_numbered())


def describe_schema() -> dict[str, object]:
    """The revisions in order, those that are not only additions, and the oldest code they bear."""
    lineage = sorted(_numbered())
    contract = {number: _oldest_compatible(path) for number, path in _numbered().items()}
    breaking = {number: oldest for number, oldest in contract.items() if oldest}
    return {
        "lineage": lineage,
        "contract": sorted(breaking),
        "oldest_compatible": max([lineage[0], *breaking.values()]),
    }


def _numbered() -> dict[str, Path]:
    return {path.name.partition("_")[0]: path for path in VERSIONS.glob("[0-9]*.py")}


def _oldest_compatible(path: Path) -> str:
    spec = spec_from_file_location(path.stem, path)
    assert spec is not None  # noqa: S101 - narrows the type
    assert spec.loader is not None  # noqa: S101 - narrows the type
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return str(getattr(module, "oldest_compatible", ""))
