"""What a restore is compared with: whatever differs has a name."""

import pytest

from leadengine_agent.backup.manifest import (
    CollectionSum,
    DatabaseSums,
    FileSum,
    PartSum,
    TableSum,
    database_differences,
    rest_differences,
)

TABLE = TableSum(rows=2, first="1", second="2")
SUMS = DatabaseSums(
    tables={"public.users": TABLE}, sequences={"public.s": "5"}, catalogue={"indexes": "a"}
)
FILE = FileSum(kind="file", mode=0o640, owner=0, group=10001, modified=1, size=2, sha256="ab")
REST = PartSum(
    files={"stack/secrets/x": FILE},
    collections={"docs": CollectionSum(records=1, sha256="c")},
    queue=3,
)


def test_equal_is_equal() -> None:
    assert database_differences(SUMS, SUMS) == []
    assert rest_differences(REST, REST) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"tables": {}}, "table public.users is missing"),
        ({"tables": {"public.users": TABLE.model_copy(update={"second": "3"})}}, "public.users differs"),
        ({"tables": {"public.users": TABLE, "public.x": TABLE}}, "public.x was not there"),
        ({"sequences": {}}, "sequence public.s"),
        ({"sequences": {"public.s": "4"}}, "sequence public.s is behind"),
        ({"catalogue": {"indexes": "b"}}, "definitions of indexes differs"),
    ],
)  # fmt: skip
def test_each_difference_of_a_database_is_named(change: dict[str, object], told: str) -> None:
    found = SUMS.model_copy(update=change)
    assert told in " ".join(database_differences(SUMS, found))


def test_a_sequence_may_be_ahead() -> None:
    assert (
        database_differences(SUMS, SUMS.model_copy(update={"sequences": {"public.s": "9"}})) == []
    )


@pytest.mark.parametrize("field", ["mode", "owner", "group", "modified", "size", "sha256"])
def test_each_property_of_a_file_counts(field: str) -> None:
    other = FILE.model_copy(update={field: "other" if field == "sha256" else 7})
    found = REST.model_copy(update={"files": {"stack/secrets/x": other}})
    assert rest_differences(REST, found) == ["file stack/secrets/x differs"]


def test_collections_and_queue_count() -> None:
    assert rest_differences(REST, REST.model_copy(update={"queue": 2}))
    assert rest_differences(REST, REST.model_copy(update={"collections": {}})) == [
        "collection docs is missing"
    ]
