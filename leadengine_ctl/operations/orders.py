"""Give an order to an agent: one task, its events, its outcome or its failure as an error."""

import secrets
from collections.abc import Callable
from typing import Any

from leadengine_agent.protocol import (
    Event,
    Failure,
    FailureCode,
    Fence,
    FenceResult,
    Order,
    Outcome,
    Task,
)
from leadengine_ctl.errors import (
    HostBusyError,
    HostUnreachableError,
    LeadEngineError,
    LockedError,
    NotAllowedError,
    NotFoundError,
    TaskFailedError,
)
from leadengine_ctl.hosts.base import Transport

_CLASSES: dict[FailureCode, type[LeadEngineError]] = {
    FailureCode.NOT_FOUND: NotFoundError,
    FailureCode.LOCKED: HostBusyError,
    FailureCode.SUPERSEDED: LockedError,
    FailureCode.PORT_TAKEN: NotAllowedError,
    FailureCode.REFUSED: NotAllowedError,
    FailureCode.FROZEN: NotAllowedError,
}


def submit(
    transport: Transport, task: Task, listen: Callable[[Event], None] = lambda _event: None
) -> dict[str, Any]:
    """Hand over a task and wait for its result.

    Raises:
        LeadEngineError: the task failed, in the words of the agent.
        HostUnreachableError: the conversation broke off; the task's fate is unknown.
    """
    for answer in transport.submit(task):
        if isinstance(answer, Outcome):
            if answer.failure:
                raise failure_error(answer.failure, str(transport.address))
            return answer.result
        listen(answer)
    raise HostUnreachableError(
        f"{transport.address} stopped talking in the middle of '{task.order.verb}'",
        "The conversation ended without an outcome.",
        "Run the same command again: what was done is not done twice.",
    )


def ask(transport: Transport, actor: str, order: Order) -> dict[str, Any]:
    """Give an order outside of any step, under an id of its own: a read, or what can be repeated.

    Raises:
        LeadEngineError: as `submit`.
    """
    return submit(transport, Task(id=f"once-{secrets.token_hex(8)}", actor=actor, order=order))


def newest_fence(transport: Transport, actor: str, client: str) -> int | None:
    """The number of the newest order that changed a client on its host.

    Returns:
        None where no agent is there yet or it is too old to say, or nobody is asked about.
    """
    if not client:
        return None
    try:
        return FenceResult.model_validate(ask(transport, actor, Fence(client=client))).fence
    except LeadEngineError:
        return None


def failure_error(failure: Failure, host: str) -> LeadEngineError:
    """The agent's failure as an error of ours."""
    where = f" (step {failure.step} on {host})" if failure.step else f" (on {host})"
    what = failure.what.rstrip(".") + where
    if kind := _CLASSES.get(failure.code):
        return kind(what, failure.why, failure.hint, logs=failure.logs)
    return TaskFailedError(
        what,
        failure.why,
        failure.hint,
        code=failure.code.value,
        logs=failure.logs,
        rolled_back=failure.rolled_back,
    )
