"""The host's record: idempotent by id, fenced by order."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from leadengine_agent.executor.journal import Journal
from leadengine_agent.failures import TaskFailure
from leadengine_agent.protocol import (
    Activate,
    Certify,
    Decommission,
    Event,
    Failure,
    FailureCode,
    Order,
    Outcome,
    StepState,
    Task,
)
from tests.unit.agent.builders import a_spec

FAILURE = Failure(code=FailureCode.DOCKER, what="w", why="y", hint="h")


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal.sqlite")


def activate(name: str) -> Task:
    return Task(id=name, order=Activate(spec=a_spec(), release="1.0.0"))


def accept(journal: Journal, task: Task) -> Outcome | None:
    return journal.accept(task, "acme")


def test_a_finished_task_answers_with_its_recorded_outcome(journal: Journal) -> None:
    assert accept(journal, activate("order-one")) is None
    done = Outcome(task="order-one", result={"generation": 1})
    journal.finish(done)
    assert accept(journal, activate("order-one")) == done


def test_a_failed_task_is_taken_up_again(journal: Journal) -> None:
    accept(journal, activate("order-one"))
    journal.finish(Outcome(task="order-one", failure=FAILURE))
    assert accept(journal, activate("order-one")) is None


def test_an_interrupted_task_is_taken_up_again(journal: Journal, tmp_path: Path) -> None:
    accept(journal, activate("order-one"))
    assert accept(Journal(tmp_path / "journal.sqlite"), activate("order-one")) is None


def test_an_older_order_for_the_same_client_is_refused(journal: Journal) -> None:
    accept(journal, activate("order-one"))
    accept(journal, activate("order-two"))
    with pytest.raises(TaskFailure) as caught:
        accept(journal, activate("order-one"))
    assert caught.value.failure.code is FailureCode.SUPERSEDED


def of_operation(operation: str, step: str, seen: int) -> Task:
    order = Activate(spec=a_spec(), release="1.0.0")
    return Task(id=f"{operation}-{step}", operation=operation, seen=seen, order=order)


def test_an_order_decided_before_another_s_change_is_refused(journal: Journal) -> None:
    """The sleeper was issued its number when it began, and wakes up before its first order."""
    seen = journal.newest_fence("acme")
    assert accept(journal, of_operation("operation-b", "activate", seen)) is None
    with pytest.raises(TaskFailure) as caught:
        accept(journal, of_operation("operation-a", "activate", seen))
    assert caught.value.failure.code is FailureCode.SUPERSEDED
    assert journal.newest_fence("acme") == seen + 1


def test_an_operation_is_not_overtaken_by_its_own_orders(journal: Journal) -> None:
    assert accept(journal, of_operation("operation-a", "activate", 0)) is None
    assert accept(journal, of_operation("operation-a", "again", 0)) is None


def test_own_orders_do_not_hide_another_s(journal: Journal) -> None:
    for operation in ("operation-a", "operation-b"):
        accept(journal, of_operation(operation, "activate", journal.newest_fence("acme")))
    accept(journal, of_operation("operation-b", "again", 1))
    with pytest.raises(TaskFailure):
        accept(journal, of_operation("operation-a", "again", 0))


def test_a_certificate_order_does_not_supersede_a_deploy(journal: Journal) -> None:
    accept(journal, activate("order-one"))
    order: Order = Certify(client="acme")
    accept(journal, Task(id="certify-1", order=order))
    assert accept(journal, activate("order-one")) is None


@pytest.mark.parametrize("order", [Certify(client="acme"), Decommission(client="acme")])
def test_an_id_never_answers_for_another_order(journal: Journal, order: Order) -> None:
    accept(journal, activate("order-one"))
    journal.finish(Outcome(task="order-one"))
    with pytest.raises(TaskFailure) as caught:
        accept(journal, Task(id="order-one", order=order))
    assert caught.value.failure.code is FailureCode.INVALID


def test_an_id_never_answers_for_another_client(journal: Journal) -> None:
    journal.accept(activate("order-one"), "acme")
    with pytest.raises(TaskFailure, match="belongs to another order"):
        journal.accept(activate("order-one"), "beta")


def test_a_journal_that_cannot_be_written_refuses_orders_and_hides_no_failure(
    journal: Journal, tmp_path: Path
) -> None:
    accept(journal, activate("order-one"))
    damage(tmp_path, "DROP TABLE tasks", "DROP TABLE steps")
    journal.note(Event(task="order-one", step="data", state=StepState.FAILED))
    journal.finish(Outcome(task="order-one", failure=FAILURE))
    with pytest.raises(TaskFailure, match="journal cannot be written"):
        accept(journal, activate("order-two"))


def test_what_supersedes_nothing_is_forgotten_in_time(journal: Journal, tmp_path: Path) -> None:
    scheduled = Task(id="certify-1", order=Certify(scheduled=True))
    journal.accept(scheduled, "")
    journal.note(Event(task="certify-1", step="certificate acme", state=StepState.UNCHANGED))
    accept(journal, activate("order-one"))
    damage(tmp_path, "UPDATE tasks SET started = started - 8 * 86400")
    again = Journal(tmp_path / "journal.sqlite")
    assert rows(tmp_path, "SELECT id FROM tasks") == [("order-one",)]
    assert rows(tmp_path, "SELECT * FROM steps") == []
    accept(again, activate("order-two"))
    with pytest.raises(TaskFailure, match="came too late"):
        accept(again, activate("order-one"))


def damage(folder: Path, *statements: str) -> None:
    with closing(sqlite3.connect(folder / "journal.sqlite")) as database, database:
        for statement in statements:
            database.execute(statement)


def rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / "journal.sqlite")) as database:
        return database.execute(query).fetchall()


def _repeat_the_refusal(journal: Path, times: int) -> None:
    """As if it had been refused so often: a thousand commits take longer than they are worth."""
    with closing(sqlite3.connect(journal)) as database, database:
        names = "at, user, what, why"
        row = database.execute(f"SELECT {names} FROM refusals").fetchone()  # noqa: S608
        database.executemany(
            f"INSERT INTO refusals ({names}) VALUES (?, ?, ?, ?)",  # noqa: S608
            [row] * times,
        )


def test_refusals_are_remembered_up_to_a_bound(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite")
    failure = Failure(code=FailureCode.INVALID, what="No.", why="x" * 100_000, hint="")
    journal.refuse(failure, 65532)
    _repeat_the_refusal(tmp_path / "journal.sqlite", 999)
    for _ in range(3):
        journal.refuse(failure, 65532)
    with closing(sqlite3.connect(tmp_path / "journal.sqlite")) as database:
        rows = database.execute("SELECT user, what, why FROM refusals").fetchall()
    assert rows == [(65532, "No.", "x" * 300)] * 1000
