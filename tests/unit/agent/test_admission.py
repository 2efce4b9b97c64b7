"""What an activation refuses before it changes anything."""

from pathlib import Path

import pytest

from leadengine_agent.activation.admission import refuse_contract, refuse_other_start
from leadengine_agent.failures import TaskFailure
from leadengine_agent.layout import StackLayout
from leadengine_agent.protocol import Activate, DatabaseSchema, FailureCode, Release
from leadengine_agent.records import Record
from leadengine_agent.stack import write_state
from tests.unit.agent.builders import a_release, a_spec

EXPANDED = DatabaseSchema(lineage=("0001", "0002"), oldest_compatible="0001")
CONTRACTED = DatabaseSchema(
    lineage=("0001", "0002", "0003"), contract=("0003",), oldest_compatible="0002"
)


@pytest.fixture
def layout(tmp_path: Path) -> StackLayout:
    found = StackLayout(tmp_path / "acme")
    found.create()
    write_state(found, "migration", {"head": "0001", "image": "any", "release": "1.0.0"})
    return found


def a_record(release: str) -> Record:
    return Record(number=1, colour="blue", key="a", release=release, spec=a_spec())


def an_order(**changes: object) -> Activate:
    values: dict[str, object] = {"spec": a_spec(), "release": "1.1.0"}
    return Activate.model_validate(values | changes)


def with_schema(database: DatabaseSchema) -> Release:
    return a_release("1.1.0").model_copy(update={"database": database})


def test_an_order_planned_against_what_runs_is_taken() -> None:
    refuse_other_start(a_record("1.0.0"), an_order(expects="1.0.0"))
    refuse_other_start(a_record("1.1.0"), an_order(expects="1.0.0"))
    refuse_other_start(a_record("0.9.0"), an_order())


def test_an_order_planned_against_another_release_is_refused() -> None:
    with pytest.raises(TaskFailure) as refused:
        refuse_other_start(a_record("1.0.5"), an_order(expects="1.0.0"))
    assert refused.value.failure.code is FailureCode.SUPERSEDED
    assert refused.value.failure.why.startswith("It runs 1.0.5")


def test_a_schema_that_only_grows_is_migrated_automatically(layout: StackLayout) -> None:
    refuse_contract(layout, with_schema(EXPANDED), an_order())


def test_a_schema_that_takes_something_away_needs_a_person(layout: StackLayout) -> None:
    with pytest.raises(TaskFailure) as refused:
        refuse_contract(layout, with_schema(CONTRACTED), an_order())
    assert "0003" in refused.value.failure.why
    refuse_contract(layout, with_schema(CONTRACTED), an_order(contract=True))


def test_an_empty_database_has_nothing_to_lose(tmp_path: Path) -> None:
    fresh = StackLayout(tmp_path / "fresh")
    fresh.create()
    refuse_contract(fresh, with_schema(CONTRACTED), an_order())


def test_old_code_runs_as_far_as_the_newer_schema_says() -> None:
    assert EXPANDED.serves("0001")
    assert not CONTRACTED.serves("0001")
    assert CONTRACTED.serves("0002")
    assert not CONTRACTED.serves("0009")
