"""The revisions of this build as files, and what each declares.

- `oldest_compatible = "<revision>"`: a migration that takes away or changes what older code needs
  names the oldest revision whose code still runs after it.
- `indexes = {"<name>": "<table> (<columns>)"}`: indexes on tables with rows; they are built outside
  the transaction, beside the traffic, and made again when a build was interrupted.
"""

from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from io import StringIO
from pathlib import Path
from types import ModuleType

VERSIONS = Path(__file__).parent / "versions"


class MigrationError(Exception):
    """A migration cannot be run or must not be; the text says which and why."""


@dataclass(frozen=True)
class Revision:
    """One migration: its number, and the file's module."""

    number: str
    module: ModuleType

    @property
    def oldest_compatible(self) -> str:
        """The oldest code that lives with it, when it is more than an addition; else empty."""
        return str(getattr(self.module, "oldest_compatible", ""))

    @property
    def indexes(self) -> dict[str, str]:
        """Indexes to build beside the traffic: name, and table with columns."""
        return dict(getattr(self.module, "indexes", {}))

    def sql(self) -> str:
        """Everything it would send to PostgreSQL in its transaction.

        Raises:
            MigrationError: it decides by what it finds in a database, so nobody can know.
        """
        from alembic.operations import Operations
        from alembic.runtime.migration import MigrationContext

        buffer = StringIO()
        options = {"as_sql": True, "output_buffer": buffer, "literal_binds": True}
        context = MigrationContext.configure(dialect_name="postgresql", opts=options)
        try:
            with Operations.context(context):
                self.module.upgrade()
        except Exception as error:
            message = f"{self.number} cannot be read without a database: {error}"
            raise MigrationError(message) from error
        return buffer.getvalue()


def numbers(versions: Path = VERSIONS) -> dict[str, Path]:
    """The migrations' files by number, oldest first; files are named `<number>_<what>.py`."""
    return {path.name.partition("_")[0]: path for path in sorted(versions.glob("[0-9]*.py"))}


def revisions(versions: Path = VERSIONS) -> tuple[Revision, ...]:
    """All of them, oldest first."""
    return tuple(Revision(number, _module(path)) for number, path in numbers(versions).items())


def _module(path: Path) -> ModuleType:
    spec = spec_from_file_location(path.stem, path)
    assert spec is not None  # noqa: S101 - narrows the type
    assert spec.loader is not None  # noqa: S101 - narrows the type
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
