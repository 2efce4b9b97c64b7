"""Durable operations: what is done is remembered, what failed stays failed, each minds its own."""

from collections.abc import Callable
from pathlib import Path

import pytest

from leadengine_ctl.errors import LeadEngineError, NotFoundError
from leadengine_ctl.operations.durable import Durable, Result, Step


@pytest.fixture
def durable(tmp_path: Path) -> Durable:
    return Durable(f"sqlite:///{tmp_path / 'workflows.sqlite'}")


def counting(calls: list[str]) -> Callable[[Step], Result]:
    def body(step: Step) -> Result:
        def action() -> Result:
            calls.append("ran")
            return {"answer": 42}

        return step("only", action)

    return body


def test_a_finished_operation_answers_without_running_again(durable: Durable) -> None:
    calls: list[str] = []
    for _ in range(2):
        assert durable.run("operation-1", "deploy", counting(calls)) == {"answer": 42}
    assert calls == ["ran"]


def test_operations_share_a_database_and_nothing_else(durable: Durable) -> None:
    calls: list[str] = []
    for number in (1, 2):
        durable.run(f"operation-{number}", "deploy", counting(calls))
    assert calls == ["ran", "ran"]


def test_the_error_of_a_step_arrives_as_it_was_raised(durable: Durable) -> None:
    error = NotFoundError("There is no such thing", "Why", "Hint", logs=("line",))

    def body(step: Step) -> Result:
        def action() -> Result:
            raise error

        return step("only", action)

    with pytest.raises(NotFoundError) as raised:
        durable.run("operation-1", "deploy", body)
    assert raised.value is error


def test_an_operation_that_failed_in_a_killed_process_says_so(
    durable: Durable, tmp_path: Path
) -> None:
    def body(_step: Step) -> Result:
        message = "canary-in-an-error"
        raise LeadEngineError(message)

    with pytest.raises(LeadEngineError, match="canary-in-an-error"):
        durable.run("operation-1", "deploy", body)
    with pytest.raises(LeadEngineError, match="operation-1 had failed already") as later:
        durable.run("operation-1", "deploy", body)
    assert later.value.why == "Its workflow ended with LeadEngineError."
    assert b"canary-in-an-error" not in (tmp_path / "workflows.sqlite").read_bytes()
