"""The host's record: idempotent by id, fenced by order."""

from pathlib import Path

import pytest

from leadengine_agent.executor.journal import Journal
from leadengine_agent.failures import TaskFailure
from leadengine_agent.protocol import (
    Activate,
    Certify,
    Failure,
    FailureCode,
    Order,
    Outcome,
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


def test_a_certificate_order_does_not_supersede_a_deploy(journal: Journal) -> None:
    accept(journal, activate("order-one"))
    order: Order = Certify(client="acme")
    accept(journal, Task(id="certify-1", order=order))
    assert accept(journal, activate("order-one")) is None
