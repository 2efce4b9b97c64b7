"""One task and its answers with the executor of a real host."""

from collections.abc import Iterator

from pydantic import ValidationError

from leadengine_agent.protocol import Event, Outcome, Task, answer_adapter, encode_task
from leadengine_ctl.errors import HostUnreachableError, LeadEngineError
from leadengine_ctl.hosts.agent_containers import EXECUTOR
from leadengine_ctl.hosts.base import Completed, HostAddress, ProgramFailedError, Runner
from leadengine_ctl.hosts.text import last_lines, plain

SUBMIT = ("docker", "exec", "-i", EXECUTOR, "leadengine-agent", "submit")
SILENCE = 35.0
"""Seconds. The executor sends a blank line every 10 s while it works: three missed are enough."""


def submit(runner: Runner, address: HostAddress, task: Task) -> Iterator[Event | Outcome]:
    """See `Transport.submit`."""
    yield from converse(runner, address, SUBMIT, encode_task(task), SILENCE)


def converse(
    runner: Runner, address: HostAddress, argv: tuple[str, ...], said: bytes, silence: float
) -> Iterator[Event | Outcome]:
    """Say something to a program of the agent; its events, and one outcome, last.

    Raises:
        HostUnreachableError: it could not be started, or broke off.
    """
    try:
        for line in runner.lines(argv, stdin=said, silence=silence):
            if not line.strip():
                continue
            answer = _read(line, address)
            yield answer
            if isinstance(answer, Outcome):
                return
    except ProgramFailedError as error:
        raise _not_taken(error.completed, address) from error
    raise HostUnreachableError(
        f"The agent of {address} broke off in the middle of a task",
        "It ended its answer without an outcome.",
        "Run the command again: the task is taken up where it stopped.",
    )


def _read(line: bytes, address: HostAddress) -> Event | Outcome:
    try:
        return answer_adapter.validate_json(line)
    except ValidationError as error:
        raise LeadEngineError(
            f"The agent of {address} gave an answer nobody understands",
            "It is not in the protocol this lectl speaks.",
            "Run 'lectl deploy' again: it brings the agent to the version that belongs to lectl.",
            logs=_problems(error),
            # Not the answer, nor an error that quotes it: it may carry the first password.
        ) from None


def _problems(error: ValidationError) -> tuple[str, ...]:
    found = error.errors(include_input=False, include_context=False, include_url=False)
    return tuple(
        plain(f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}") for each in found[:5]
    )


_CAUSES = (
    (
        b"No such container",
        "The agent is not there.",
        "'lectl deploy' puts it there.",
    ),
    (
        b"is not running",
        "Its executor is stopped or starting.",
        "Try again in some seconds; 'docker logs leadengine-executor' on the host says more.",
    ),
    (
        b"is restarting",
        "Its executor keeps ending.",
        "'docker logs leadengine-executor' on the host says why.",
    ),
    (
        b"the executor does not answer",
        "Its executor is starting.",
        "Try again in some seconds; 'docker logs leadengine-executor' on the host says more.",
    ),
    (
        b"Cannot connect to the Docker daemon",
        "Docker does not run there.",
        "Start it ('systemctl start docker'), or let 'lectl deploy' do it.",
    ),
    (
        b"permission denied",
        "The user may not use Docker there.",
        "Use root, or a user with sudo or in the group 'docker'.",
    ),
)


def _not_taken(completed: Completed, address: HostAddress) -> HostUnreachableError:
    why, hint = _cause(completed)
    logs = last_lines(completed.err)
    return HostUnreachableError(f"{address} did not take the task", why, hint, logs=logs)


def _cause(completed: Completed) -> tuple[str, str]:
    if completed.code == 127:
        return "Docker is not installed there.", "'lectl deploy' installs it."
    said = completed.err.lower()
    for words, why, hint in _CAUSES:
        if words.lower() in said:
            return why, hint
    return (
        f"The agent's answer ended with exit code {completed.code}.",
        "Run the command again: the task is taken up where it stopped.",
    )
