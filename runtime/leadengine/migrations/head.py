"""What this build knows of the database's revisions, without a database."""

from pathlib import Path

from leadengine.migrations.revisions import VERSIONS, MigrationError, numbers, revisions


def schema_head() -> str:
    """The number of the newest migration."""
    return max(numbers())


def describe_schema(versions: Path = VERSIONS) -> dict[str, object]:
    """The revisions in order, those that are not only additions, and the oldest code they bear.

    Raises:
        MigrationError: a migration is more than an addition and does not say so.
    """
    known = revisions(versions)
    lint(versions)
    breaking = {one.number: one.oldest_compatible for one in known if one.oldest_compatible}
    return {
        "lineage": [one.number for one in known],
        "contract": sorted(breaking),
        "oldest_compatible": max([known[0].number, *breaking.values()]),
    }


def lint(versions: Path = VERSIONS) -> None:
    """Look at each migration but the first, before which there was no code.

    Raises:
        MigrationError: one is more than an addition and does not say so.
    """
    from leadengine.migrations.linter import refused

    for revision in revisions(versions)[1:]:
        found = () if revision.oldest_compatible else refused(revision.sql())
        if found:
            message = (
                f"{revision.number} is not only an addition, older code may fail on it: {found[0]}."
                " Take it apart, or declare in the file the oldest code that can live with it:"
                ' oldest_compatible = "<revision>"'
            )
            raise MigrationError(message)
