"""What a client came to when it left: equal manifests are equal clients."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from leadengine.database import Connection
from leadengine.travelling.tables import Found, Sum, lines, speak_alike, tables

FORMAT = 1


class _Word(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Whose(_Word):
    """The first line of a stream: whose it is, and by which tables it was written.

    Attributes:
        slug: the client's name.
        domain: of its website; `email`: of its first administrator.
        revision: of the database it left.
    """

    format: int = FORMAT
    client_id: Annotated[str, Field(pattern=r"^[0-9a-f]{24}$")]
    slug: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=30)]
    domain: Annotated[str, Field(max_length=253)]
    email: Annotated[str, Field(max_length=254)]
    revision: Annotated[str, Field(max_length=40)]


class Section(_Word):
    """What stands before the rows of a table."""

    table: str
    columns: tuple[str, ...]


class TableSum(_Word):
    """What the rows of a table came to."""

    rows: int
    sha256: str


class Manifest(_Word):
    """What all tables came to, by name. The last line of a stream: without it, it is not whole."""

    tables: dict[str, TableSum]

    @property
    def rows(self) -> int:
        return sum(each.rows for each in self.tables.values())

    def differing(self, other: "Manifest") -> list[str]:
        """The tables whose rows are not the same."""
        names = sorted({*self.tables, *other.tables})
        return [name for name in names if self.tables.get(name) != other.tables.get(name)]


def summed(found: dict[str, Found]) -> Manifest:
    """The manifest of these sums."""
    return Manifest(tables={name: TableSum(**vars(each)) for name, each in found.items()})


async def manifest_of(connection: Connection) -> Manifest:
    """Read every row of the transaction's client, and say what they come to."""
    await speak_alike(connection)
    found: dict[str, Found] = {}
    for table in await tables(connection):
        total = Sum()
        async for piece in lines(connection, table):
            total.add(piece)
        found[table.name] = total.found()
    return summed(found)
