"""What a recovery point holds, counted and hashed when it was taken; a restore is compared with it."""

from collections.abc import Iterator, Mapping
from typing import Literal

from pydantic import ConfigDict

from leadengine_agent.protocol import Answered, StackSpec
from leadengine_agent.values import ClientId, PointId, Slug, Version

Way = Literal["text", "record"]
"""What of a row is hashed: the text that PostgreSQL writes of all of it, or its values, most of them as they
are, in a fifth of the time. Points of older agents have texts."""


class TableSum(Answered):
    """A table as a set of rows: how many, and the sum of two 64-bit hashes of each row.

    A table has no order, so neither has the sum. A row that is doubled counts twice.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")
    way: Way = "text"
    rows: int
    first: str
    second: str


class DatabaseSums(Answered):
    """The database inside one snapshot.

    Attributes:
        tables: "schema.table" -> its sum.
        sequences: "schema.sequence" -> last value.
        catalogue: kind of object -> hash of all definitions of that kind.
        roles: who else may sign in; a dump grants rights to them and does not make them.
        revision: the schema's, as the migrations name it; empty: never migrated.
    """

    tables: dict[str, TableSum] = {}
    sequences: dict[str, str] = {}
    catalogue: dict[str, str] = {}
    revision: str = ""
    roles: tuple[str, ...] = ()
    version: str = ""
    size: int = 0


class FileSum(Answered):
    """One file, folder or link of a tree."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    kind: str
    mode: int
    owner: int
    group: int
    modified: int
    size: int = 0
    sha256: str = ""
    target: str = ""


class CollectionSum(Answered):
    """One collection of vectors: records in the order of their ids."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    records: int
    sha256: str


class PartSum(Answered):
    """What the second part holds: all but the database.

    Attributes:
        files: path in the archive -> its sum.
        queue: entries that Redis had and the database may not have had.
    """

    files: dict[str, FileSum] = {}
    collections: dict[str, CollectionSum] = {}
    queue: int = 0
    keys: int = 0


class Manifest(Answered):
    """The manifest of a point. It travels inside the point itself, encrypted and authenticated.

    Attributes:
        at: every event accepted before is in the point.
        dump_bytes: how long the database's dump is.
    """

    version: int = 1
    point: PointId
    client: Slug
    client_id: ClientId
    at: str
    release: Version
    generation: int
    spec: StackSpec
    database: DatabaseSums
    dump_bytes: int
    rest: PartSum = PartSum()

    @property
    def rows(self) -> int:
        return sum(each.rows for each in self.database.tables.values())


def database_differences(wanted: DatabaseSums, found: DatabaseSums) -> list[str]:
    """One sentence for each thing that differs."""
    return [
        *_differences("table", wanted.tables, found.tables),
        *_behind(wanted.sequences, found.sequences),
        *_differences("definitions of", wanted.catalogue, found.catalogue),
    ]


def rest_differences(wanted: PartSum, found: PartSum) -> list[str]:
    """The same for files and collections."""
    return [
        *_differences("file", wanted.files, found.files),
        *_differences("collection", wanted.collections, found.collections),
        *([] if wanted.queue == found.queue else ["the queue has another length"]),
    ]


def _behind(wanted: Mapping[str, str], found: Mapping[str, str]) -> Iterator[str]:
    """Sequences are no part of a snapshot: they may be ahead, and must not be behind.

    A sequence that was never used has no value.
    """
    for name in sorted(wanted.keys() | found.keys()):
        if name not in found or name not in wanted:
            yield f"sequence {name} is there on one side only"
        elif int(found[name] or 0) < int(wanted[name] or 0):
            yield f"sequence {name} is behind"


def _differences(
    kind: str, wanted: Mapping[str, object], found: Mapping[str, object]
) -> Iterator[str]:
    for name in sorted(wanted.keys() | found.keys()):
        if name not in found:
            yield f"{kind} {name} is missing"
        elif name not in wanted:
            yield f"{kind} {name} was not there when the point was taken"
        elif wanted[name] != found[name]:
            yield f"{kind} {name} differs"
