"""Who may order what at the executor's socket: root everything, the reporter next to nothing.

The reporter faces the network. What it asks for by itself is a short list; what it brings from the panel
is judged by the host's own policy.
"""

from pydantic import ValidationError

from leadengine_agent.failures import TaskFailure
from leadengine_agent.layout import HostLayout
from leadengine_agent.policy import Judge, QueuedLine, read_policy
from leadengine_agent.protocol import Failure, FailureCode, Inspect, Task, Vitals

_QUEUED = b'{"queued":'


class RefusedError(Exception):
    """An order that is not taken. `task`: its id, as far as it could be read."""

    def __init__(self, failure: Failure, task: str = "unreadable") -> None:
        super().__init__(failure.what)
        self.failure = failure
        self.task = task


def admit(line: bytes, user: int, layout: HostLayout) -> Task:
    """The task on a line, if whoever is at the other end may order it.

    Args:
        user: as the kernel vouches for.

    Raises:
        RefusedError: it is none, or he may not.
    """
    try:
        if line.startswith(_QUEUED):
            return _from_panel(line, layout)
        task = Task.model_validate_json(line)
    except ValidationError as error:
        raise RefusedError(_invalid(error)) from error
    if user != 0 and not _may_report(task):
        raise RefusedError(_refused(task), task.id)
    return task


def _from_panel(line: bytes, layout: HostLayout) -> Task:
    queued = QueuedLine.model_validate_json(line).queued
    task = Task.model_validate_json(queued.task)
    try:
        Judge(layout, read_policy(layout), _is_signed).judge(queued, task)
    except TaskFailure as error:
        raise RefusedError(error.failure, task.id) from error
    return task


def _is_signed(signature: bytes, content: bytes, key: bytes) -> bool:
    # Imported when somebody signed something: an idle agent does without.
    from nacl import bindings, exceptions

    try:
        bindings.crypto_sign_open(signature + content, key)
    except (exceptions.BadSignatureError, exceptions.ValueError, exceptions.TypeError):
        return False
    return True


def _may_report(task: Task) -> bool:
    """The reporter may look, and ask for what is due anyway."""
    order = task.order
    return isinstance(order, Inspect | Vitals) or bool(getattr(order, "scheduled", False))


def _refused(task: Task) -> Failure:
    return Failure(
        code=FailureCode.INVALID,
        what=f"The reporter may not order '{task.order.verb}'.",
        why="It faces the network, so it may only inspect and ask for what is due.",
        hint="Orders come from an operator: `lectl`.",
    )


def _invalid(error: ValidationError) -> Failure:
    problems = tuple(
        f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}" for each in error.errors()
    )
    return Failure(
        code=FailureCode.INVALID,
        what="The agent does not accept this order.",
        why=problems[0],
        hint="lectl and the agent may be of different versions: `lectl doctor --host …` compares them.",
        logs=problems[:20],
    )
